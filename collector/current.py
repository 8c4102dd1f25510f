"""The configuration in force. It is swapped whole when feeds.yaml or the corpus changes; whoever works asks for it anew
each time.
"""

from __future__ import annotations

from collections.abc import Sequence

from collector.addresses.urls import host_key
from collector.config import Config, FeedConfig
from collector.judge import Judge
from collector.model import SiteRules, nearest
from collector.similar import Article


class Current:
    """What the saved configuration says now, with what is derived from it and from the corpus."""

    config: Config
    judge: Judge
    feeds: dict[str, FeedConfig]
    examples: tuple[Article, ...]
    example_titles: dict[str, str]

    def __init__(self, config: Config, examples: Sequence[Article]) -> None:
        self.adopt(config, examples)

    def adopt(self, config: Config, examples: Sequence[Article]) -> None:
        """Makes `config` the one in force, and these articles the ones that say what is similar."""
        self.examples = tuple(examples)
        self.judge = Judge(config.topics, config.feeds, examples)
        self.feeds = {feed.key: feed for feed in config.feeds}
        self.example_titles = {example.key: example.title for example in examples}
        self._sites = tuple(site.rules for site in config.sites)
        self.config = config

    def site_rules(self, url: str) -> SiteRules | None:
        """The user's rules for the pages of the address's host."""
        return nearest(self._sites, host_key(url))
