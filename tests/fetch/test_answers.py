"""What statuses and headers mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.fetch.answers import is_challenge, is_media, retry_after, status_error
from collector.model import Failure

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Mon, 05 Jan 2026 10:02:00 GMT", 120.0),
        ("Mon, 05 Jan 2026 12:02:00 +0200", 120.0),
        ("Mon, 05 Jan 2026 10:02:00", 120.0),
        ("Monday, 05-Jan-26 10:02:00 GMT", 120.0),
        ("Mon Jan  5 10:02:00 2026", 120.0),
        ("Mon, 05 Jan 2026 09:00:00 GMT", 0.0),
        ("1000000000000", 86_400.0),
        ("9" * 400, 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 -1200", 86_400.0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("²", None),
        ("Mon, 05 Jan 99999999999 10:02:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_bounds(value: str | None, seconds: float | None) -> None:
    """What is absurd is clamped, what is no time says nothing."""
    assert retry_after(value, NOW) == seconds


@given(st.text())
def test_no_retry_after_raises(value: str) -> None:
    """Whatever a server writes there."""
    wait = retry_after(value, NOW)
    assert wait is None or 0 <= wait <= 86_400


@pytest.mark.parametrize(
    "value",
    [
        "image/png",
        "IMAGE/JPEG",
        " video/mp4; codecs=x",
        "audio/mpeg",
        "font/woff2",
        "application/pdf",
        "application/zip",
        "application/x-gzip",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ],
)
def test_media_types_are_no_text(value: str) -> None:
    """They need not be read to know that there is no article."""
    assert is_media(value)


@pytest.mark.parametrize(
    "value",
    [
        "text/html",
        "application/xhtml+xml",
        "image/svg+xml",
        "application/octet-stream",
        "",
        "nonsense",
        "text/plain; charset=x",
        "application/xml",
        "application/json",
    ],
)
def test_anything_else_may_be_text(value: str) -> None:
    """Servers name types carelessly."""
    assert not is_media(value)


def test_reasons_are_plain_sentences() -> None:
    """Our own words, also for a status that has no name."""
    error = status_error(503, {"retry-after": "120"}, b"", NOW)
    odd = status_error(799, {}, b"", NOW)

    assert error.reason == "the server answered 503 Service Unavailable and asks to wait 120 s"
    assert (error.failure, error.retry_after) == (Failure.HTTP_ERROR, 120.0)
    assert odd.reason == "the server answered 799"


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (403, {"cf-mitigated": "challenge"}, b""),
        (202, {"x-amzn-waf-action": "challenge"}, b""),
        (403, {"x-datadome": "protected"}, b""),
        (403, {}, b"<script src='/cdn-cgi/challenge-platform/h/b'>"),
        (503, {}, b"<TITLE>DDoS-Guard</TITLE>"),
        (405, {}, b"<script src='https://geo.captcha-delivery.com/captcha/'>"),
    ],
)
def test_bot_protections_are_recognised(status: int, headers: dict, body: bytes) -> None:
    """By their headers or their page."""
    assert is_challenge(status, headers, body)
    assert status_error(status, headers, body, NOW).failure is Failure.BOT_BLOCKED


def test_a_plain_error_is_no_bot_protection() -> None:
    """Nor is a good answer that comes through one."""
    assert not is_challenge(403, {"server": "cloudflare"}, b"<title>403 Forbidden</title>")
    assert not is_challenge(200, {"x-datadome": "protected"}, b"")
    assert not is_challenge(403, {"cf-mitigated": "none"}, b"")
