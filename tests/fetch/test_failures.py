"""Exceptions of the network become failures, all of them."""

from __future__ import annotations

import inspect
import socket
import ssl

import aiohttp
import pytest
from aiohttp import client_exceptions, http_exceptions

from collector.fetch.failures import TRANSLATIONS, plain, translate
from collector.fetch.guard import ForbiddenAddressError
from collector.model import Failure

ALL = sorted(
    {
        kind
        for module in (aiohttp, client_exceptions)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__ == "aiohttp.client_exceptions"
    },
    key=lambda kind: kind.__name__,
)
OF_HTTP = [
    kind
    for _, kind in inspect.getmembers(http_exceptions, inspect.isclass)
    if issubclass(kind, Exception) and kind.__module__ == http_exceptions.__name__
]


@pytest.mark.parametrize("kind", ALL)
def test_every_exception_of_the_client_has_a_translation_of_its_own(kind: type[Exception]) -> None:
    """A new version of the library that adds one makes this fail."""
    assert kind in TRANSLATIONS


@pytest.mark.parametrize("kind", OF_HTTP)
def test_every_exception_of_the_http_parser_has_a_translation(kind: type[Exception]) -> None:
    """A broken answer is a failure, not a crash."""
    assert set(kind.__mro__) & set(TRANSLATIONS) - {OSError, ValueError}


def test_there_is_something_to_translate() -> None:
    """The lists above are found by looking; they must not be empty."""
    assert len(ALL) > 25
    assert len(OF_HTTP) > 5


@pytest.mark.parametrize(
    ("error", "failure", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), Failure.BROKEN, "there is no such name"),
        (ConnectionRefusedError(111, "x"), Failure.BROKEN, "connection refused"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] x"), Failure.TLS, "secure"),
        (TimeoutError(), Failure.TIMEOUT, "in time"),
        (
            ForbiddenAddressError("10.0.0.1 is a private address"),
            Failure.FORBIDDEN_ADDRESS,
            "10.0.0.1 is a private",
        ),
        (ValueError("secret"), Failure.BAD_ADDRESS, "does not allow"),
    ],
)
def test_sentences_say_what_happened(error: Exception, failure: Failure, words: str) -> None:
    """In words for a person, without what the exception carries."""
    translated = translate(error)

    assert translated is not None
    assert translated.failure is failure
    assert words in translated.reason
    assert "secret" not in translated.reason


def test_an_error_of_ours_is_not_blamed_on_the_network() -> None:
    """It has no translation, so that it is logged."""
    assert translate(KeyError("x")) is None


def test_plain_text_is_one_printable_line() -> None:
    """Escape sequences and line breaks do not reach a log."""
    assert plain("a\n\x1b[31mb\x00\udcff" + "c" * 500, 10) == "a [31mbccc"
