"""Content codings, undone while the body arrives: never more than the permitted bytes, and never without the
stream's end.

Only gzip and deflate are offered and understood. What senders do wrong and browsers forgive is forgiven: raw
deflate, junk behind a gzip stream, a gzip file without a header that says so, a header without a gzip stream.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator

from collector.fetch.failures import FetchError
from collector.model import Failure

OFFERED = "gzip, deflate"
MOST_CODINGS = 2
PIECE = 64 * 1024  # bytes that one step may yield

_GZIP_MAGIC = b"\x1f\x8b\x08"
_NOT_OFFERED = frozenset({"br", "zstd", "compress", "dcb", "dcz"})
_GZIP, _ZLIB, _RAW = 31, 15, -15
_MOST_MEMBERS = 1000  # gzip streams in a row; bgzip makes one of 64 kB


class Decoder:
    """Undoes the codings that a Content-Encoding header names, and a gzip stream that none names.

    `feed` yields pieces of plain body; `finish` yields the rest. Both raise FetchError: BROKEN for a stream
    that is damaged or unfinished, TOO_LARGE when any stage has yielded more than `limit` bytes.
    """

    def __init__(self, content_encoding: str, limit: int) -> None:
        codings = [coding.strip().lower().removeprefix("x-") for coding in content_encoding.split(",", 50)]
        known = [coding for coding in codings if coding in ("gzip", "deflate")]
        if len(known) > MOST_CODINGS or len(codings) > 50:
            raise FetchError(Failure.BROKEN, f"the answer is compressed more than {MOST_CODINGS} times over")
        if other := _NOT_OFFERED.intersection(codings):
            raise FetchError(
                Failure.BROKEN, f"the answer is compressed as {min(other)}, which was not offered"
            )
        self._stages: list[_Stage] = [_Stage(coding, limit) for coding in reversed(known)]
        if len(known) < MOST_CODINGS:
            self._stages.append(_Stage("sniff", limit))

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What `data` amounts to."""
        return self._pass(data, 0)

    def finish(self) -> Iterator[bytes]:
        """What was held back, after the last byte has come."""
        for place, stage in enumerate(self._stages):
            for piece in stage.finish():
                yield from self._pass(piece, place + 1)

    def _pass(self, data: bytes, place: int) -> Iterator[bytes]:
        if place == len(self._stages):
            yield data
            return
        for piece in self._stages[place].feed(data):
            yield from self._pass(piece, place + 1)


class _Stage:
    """One coding. It looks at the first bytes of a stream before it decides how, or whether, to decode."""

    def __init__(self, coding: str, limit: int) -> None:
        self._coding = coding
        self._left = limit
        self._held: bytes | None = b""  # a stream's first bytes, until there is enough to decide; then None
        self._stream: zlib._Decompress | None = None  # None: nothing to decode
        self._members = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._held is not None:
                data = self._held + data
                if len(data) < len(_GZIP_MAGIC):
                    self._held = data
                    return
                self._begin(data)
            if self._stream is None:
                if not self._members:  # what follows a complete stream is junk
                    yield data
                    self._count(data)
                return
            data = yield from self._inflate(data)

    def finish(self) -> Iterator[bytes]:
        if self._held and not self._members:
            data = self._held
            self._begin(data)
            if self._stream is None:
                yield data
            else:
                yield from self._inflate(data)
        if self._stream is not None:
            raise FetchError(Failure.BROKEN, "the compressed answer is cut short")

    def _begin(self, head: bytes) -> None:
        self._held = None
        if head.startswith(_GZIP_MAGIC):
            self._stream = zlib.decompressobj(_GZIP)
        elif self._coding == "deflate" and not self._members:
            # RFC 9110, 8.4.1.2 means zlib; many servers send the bare stream.
            is_zlib = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
            self._stream = zlib.decompressobj(_ZLIB if is_zlib else _RAW)

    def _inflate(self, data: bytes) -> Generator[bytes, None, bytes]:
        """Yields what `data` holds of the stream; returns what lies behind the stream's end."""
        piece = b""
        while data or len(piece) == PIECE:  # a full piece may have left output behind
            try:
                piece = self._stream.decompress(data, PIECE)
            except zlib.error:
                raise FetchError(Failure.BROKEN, "the compressed answer is damaged") from None
            if piece:
                yield piece
                self._count(piece)
            if self._stream.eof:
                return self._end(self._stream.unused_data)
            data = self._stream.unconsumed_tail
        return b""

    def _end(self, rest: bytes) -> bytes:
        """A gzip file may hold several streams (RFC 1952, 2.2)."""
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise FetchError(Failure.BROKEN, "the compressed answer is in too many pieces")
        self._stream, self._held = None, b""
        return rest

    def _count(self, piece: bytes) -> None:
        self._left -= len(piece)
        if self._left < 0:
            raise too_large()


def too_large() -> FetchError:
    """The error of a body above the cap."""
    return FetchError(Failure.TOO_LARGE, "the answer is too large")
