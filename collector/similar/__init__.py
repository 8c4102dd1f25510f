"""Similar articles: how near one is to chosen examples, and which reports are of one event.

    from collector.similar import Article, Examples
"""

from __future__ import annotations

from collector.similar.article import Article
from collector.similar.examples import Examples

__all__ = ["Article", "Examples"]
