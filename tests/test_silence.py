"""What does not answer is left alone, longer each time, until it answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from collector import silence
from collector.silence import Silence

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_one_missing_answer_means_nothing_and_an_answer_ends_the_silence():
    host = Silence()
    host.unheard("a", NOW)
    assert host.until("a", NOW) is None
    host.unheard("a", NOW)
    assert host.until("a", NOW) == NOW + timedelta(minutes=5)
    assert host.until("b", NOW) is None

    host.heard("a")
    host.unheard("a", NOW)
    assert host.until("a", NOW) is None


def test_what_stays_silent_is_asked_more_and_more_rarely():
    host, now, pauses = Silence(), NOW, []
    host.unheard("a", now)
    for _ in range(6):
        host.unheard("a", now)
        until = host.until("a", now)
        pauses.append(until - now)
        now = until
        assert host.until("a", now) is None, "it may be asked once then"

    assert pauses == [timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6)] + 3 * [timedelta(days=1)]


def test_only_so_many_are_remembered(monkeypatch):
    monkeypatch.setattr(silence, "MOST", 3)
    host = Silence()
    for key in "abcd" * 2:
        host.unheard(key, NOW)

    assert [key for key in "abcd" if host.until(key, NOW)] == []
    assert len(host._known) == 3
