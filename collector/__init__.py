"""Collector: a news monitor that polls feeds, keeps what matches your topics and publishes one combined feed."""

__version__ = "0.1.0"
