"""The configuration in force. It is swapped whole when feeds.yaml changes; whoever works asks for it anew each time."""

from __future__ import annotations

from collector.config import Config, FeedConfig
from collector.match import Matcher


class Current:
    """What the saved configuration says now, with what is derived from it."""

    config: Config
    matcher: Matcher
    feeds: dict[str, FeedConfig]

    def __init__(self, config: Config) -> None:
        self.adopt(config)

    def adopt(self, config: Config) -> None:
        """Makes `config` the one in force."""
        self.matcher = Matcher(config.topics)
        self.feeds = {feed.key: feed for feed in config.feeds}
        self.config = config
