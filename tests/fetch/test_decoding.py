"""Content codings: complete, bounded, and forgiving where browsers are."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.fetch.decoding import PIECE, Decoder
from collector.fetch.failures import FetchError
from collector.model import Failure

TEXT = b"<rss>" + b"All the news. " * 1000 + b"</rss>"
LIMIT = 10**6


def raw_deflate(data: bytes) -> bytes:
    """Deflate without its zlib wrapper, as some servers send it."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return stream.compress(data) + stream.flush()


def decode(coding: str, data: bytes, limit: int = LIMIT, step: int = 7) -> bytes:
    """The body that `data`, arriving in steps, amounts to."""
    decoder = Decoder(coding, limit)
    pieces = [
        piece for start in range(0, len(data), step) for piece in decoder.feed(data[start : start + step])
    ]
    return b"".join([*pieces, *decoder.finish()])


def failure(coding: str, data: bytes, limit: int = LIMIT) -> Failure:
    """The failure that decoding ends in."""
    with pytest.raises(FetchError) as caught:
        decode(coding, data, limit)
    return caught.value.failure


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("bogus", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("deflate", gzip.compress(TEXT)),
        ("deflate, gzip", gzip.compress(zlib.compress(TEXT))),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT))),
        ("gzip", gzip.compress(gzip.compress(TEXT))),
        ("", gzip.compress(TEXT)),
        ("bogus", gzip.compress(TEXT)),
        ("gzip", TEXT),
        ("gzip", gzip.compress(TEXT) + b"\0" * 1000 + b"junk"),
        ("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])),
        ("gzip", gzip.compress(b"") + gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT) + b"\x1f"),
        ("deflate", zlib.compress(TEXT) + b"junk"),
    ],
)
@pytest.mark.parametrize("step", [1, 7, 10**6])
def test_what_browsers_read_is_read(coding: str, data: bytes, step: int) -> None:
    """However the bytes arrive: junk behind, raw deflate, wrong and missing headers, several streams."""
    assert decode(coding, data, step=step) == TEXT


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", gzip.compress(TEXT)[: len(TEXT) // 200]),
        ("gzip", gzip.compress(TEXT)[:-1]),
        ("gzip", gzip.compress(TEXT)[:4]),
        ("", gzip.compress(TEXT)[:-1]),
        ("deflate", zlib.compress(TEXT)[:-5]),
        ("deflate", raw_deflate(TEXT)[:-1]),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT)[:-9])),
        ("gzip", gzip.compress(TEXT)[:-8] + b"\0" * 8),
        ("gzip", gzip.compress(TEXT)[:20] + b"\xff" * 40),
        ("gzip", gzip.compress(TEXT) + gzip.compress(TEXT)[:-3]),
        ("gzip", gzip.compress(b"") * 1002),
        ("gzip, gzip, gzip", TEXT),
        (", ".join(["gzip"] * 1000), TEXT),
        ("br", TEXT),
        ("gzip, zstd", gzip.compress(TEXT)),
    ],
)
def test_a_stream_that_is_damaged_or_cut_short_fails(coding: str, data: bytes) -> None:
    """Its end is required, its checksum too; codings that were not offered are not guessed."""
    assert failure(coding, data) is Failure.BROKEN


def test_decompressed_bytes_are_counted() -> None:
    """At every stage, also where the next yields nothing of it; a limit that is just met is no error."""
    bomb = gzip.compress(b"a" * 10 * LIMIT)

    assert failure("gzip", bomb) is Failure.TOO_LARGE
    assert failure("", bomb) is Failure.TOO_LARGE
    assert failure("gzip, gzip", gzip.compress(bomb)) is Failure.TOO_LARGE
    assert failure("gzip, gzip", gzip.compress(gzip.compress(TEXT) + b"junk" * LIMIT)) is Failure.TOO_LARGE
    assert failure("", b"a" * 101, 100) is Failure.TOO_LARGE
    assert len(decode("gzip", gzip.compress(b"a" * LIMIT), LIMIT)) == LIMIT
    assert len(decode("", b"a" * 100, 100)) == 100


def test_a_bomb_is_given_out_in_small_pieces() -> None:
    """No step yields more than PIECE bytes, whatever the ratio."""
    decoder = Decoder("gzip", LIMIT)
    bomb = gzip.compress(b"a" * LIMIT)

    assert {len(piece) <= PIECE for piece in decoder.feed(bomb)} == {True}


@given(
    st.binary(max_size=300_000),
    st.sampled_from([("gzip", gzip.compress), ("deflate", zlib.compress), ("", bytes)]),
)
def test_any_body_survives_the_round_trip(body: bytes, coding: tuple) -> None:
    """Except where a plain body is itself a gzip file."""
    name, compress = coding
    if not body.startswith(b"\x1f\x8b\x08"):
        assert decode(name, compress(body), step=1000) == body


@given(st.binary(max_size=500), st.sampled_from(["gzip", "deflate", "", "gzip, deflate"]))
def test_any_bytes_are_a_body_or_a_failure(data: bytes, coding: str) -> None:
    """Nothing else is raised."""
    for junk in (data, gzip.compress(b"x")[:10] + data, b"\x78\x9c" + data):
        try:
            decode(coding, junk)
        except FetchError as error:
            assert error.failure is Failure.BROKEN
