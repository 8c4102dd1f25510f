"""A page's bytes -> its characters, as browsers read them (WHATWG Encoding; HTML §13.2.3), misdeclared ones
too.

In order: a byte order mark, valid UTF-8, the header's charset, the page's own declaration, a guess. Valid
UTF-8 comes before every declaration, unlike in browsers: text in another encoding is never valid UTF-8 by
chance, and many servers declare what they do not send.
"""

from __future__ import annotations

import codecs
import re

import webencodings
from charset_normalizer import from_bytes

from collector.errors import ExtractError

# Labels whose codec browsers replace by a larger one that Python knows under another name.
_LARGER = {"gbk": "gb18030", "utf-16le": "utf-8", "utf-16be": "utf-8", "x-user-defined": "windows-1252"}

# Where declarations stand: browsers look at 1,024 bytes, pages put them later.
_HEAD_BYTES = 4096
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
_XML_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_:.-]+)""")

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

# PDF, PNG, GIF, JPEG, ZIP, gzip (MIME Sniffing standard, §6)
_BINARY = (b"%PDF-", b"\x89PNG\r\n", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b\x08")

# So many characters in a thousand may be unreadable before a declaration is taken for wrong.
_TOLERATED = 10
_GUESS_BYTES = 20_000
_REPLACEMENT = "\ufffd"


def decode(body: bytes, charset: str | None = None) -> str:
    """The page's characters; unreadable bytes become U+FFFD. `charset` is the Content-Type header's.

    Raises ExtractError for what is no text at all.
    """
    if body.startswith(_BINARY):
        raise ExtractError("an image, a PDF or an archive, no HTML document")
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    if (codec := _sixteen_bits(body)) is not None:
        return body.decode(codec, "replace")
    if b"\x1b" not in body:  # ISO-2022-JP is ASCII with escapes
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for codec in _candidates(body, charset):
        text = body.decode(codec, "replace")
        if text.count(_REPLACEMENT) * 1000 <= len(text) * _TOLERATED:
            return text
    return body.decode("windows-1252", "replace")


def _candidates(body: bytes, charset: str | None) -> list[str]:
    head = body[:_HEAD_BYTES]
    declared = [match[1].decode("ascii") for r in (_DECLARED, _XML_DECLARED) if (match := r.search(head))]
    labels = [charset or "", *declared]
    codecs_named = [codec for label in labels if (codec := _codec(label)) is not None]
    # UTF-8 with a few broken bytes: cut inside a character, or put together from several sources.
    return [*codecs_named, "utf-8"] if codecs_named else ["utf-8", *_guessed(body)]


def _codec(label: str) -> str | None:
    """Python's name for a label of the Encoding standard, None for a label that it does not have."""
    encoding = webencodings.lookup(label)
    if encoding is None or encoding.name == "replacement":
        return None
    return _LARGER.get(encoding.name, encoding.codec_info.name)


def _guessed(body: bytes) -> list[str]:
    best = from_bytes(body[:_GUESS_BYTES]).best()
    return [best.encoding] if best is not None else []


def _sixteen_bits(body: bytes) -> str | None:
    """UTF-16 without a mark: every page begins with characters whose other byte is zero."""
    start = body[:8]
    if len(start) == 8 and not any(start[1::2]) and all(start[0::2]):
        return "utf-16-le"
    if len(start) == 8 and not any(start[0::2]) and all(start[1::2]):
        return "utf-16-be"
    return None
