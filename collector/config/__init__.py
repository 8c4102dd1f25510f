"""feeds.yaml -> Config, or one ConfigError that lists every problem; edits that keep comments.
document.py reads the YAML, model.py, topics.py, sites.py and settings.py have its shape, rules.py reads what a topic
asks for, values.py says how single values are written, reading.py puts them together; keys.py names feeds, editing.py
adds them.
"""

from __future__ import annotations

from collector.config.editing import add_feeds
from collector.config.keys import derived_keys, same_address
from collector.config.model import Config, FeedConfig
from collector.config.reading import load, read
from collector.config.schema import json_schema
from collector.config.settings import (
    FetchSettings,
    PollSettings,
    PublishSettings,
    Settings,
    StorageSettings,
    WebSettings,
)
from collector.config.sites import SiteConfig
from collector.config.topics import Topic

__all__ = [
    "Config",
    "FeedConfig",
    "FetchSettings",
    "PollSettings",
    "PublishSettings",
    "Settings",
    "SiteConfig",
    "StorageSettings",
    "Topic",
    "WebSettings",
    "add_feeds",
    "derived_keys",
    "json_schema",
    "load",
    "read",
    "same_address",
]
