"""Similar articles: how near one is to chosen examples, and which reports are of one event.

    from collector.similar import Article, Examples, Grouper
"""

from __future__ import annotations

from collector.similar.article import Article
from collector.similar.examples import Examples
from collector.similar.grouper import Grouper
from collector.similar.steps import Evidence, Joined, Merged, Moved, Remembered, Step, Stories

__all__ = ["Article", "Evidence", "Examples", "Grouper", "Joined", "Merged", "Moved", "Remembered", "Step", "Stories"]
