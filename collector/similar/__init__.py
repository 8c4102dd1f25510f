"""Similar articles: how near one is to chosen examples, and which reports are of one event.

    from collector.similar import Article, Examples, Grouper
"""

from __future__ import annotations

from collector.similar.article import Article
from collector.similar.examples import Examples
from collector.similar.grouper import Grouper
from collector.similar.openstories import OPEN
from collector.similar.steps import Joined, Merged, Moved, Step, Stories

__all__ = ["OPEN", "Article", "Examples", "Grouper", "Joined", "Merged", "Moved", "Step", "Stories"]
