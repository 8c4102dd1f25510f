"""The bytes of a feed or page -> its characters, as a person would read them, whatever is declared.

In order: a byte order mark, the pattern of zero bytes, valid UTF-8, what is declared (header, then XML declaration or
meta element), a guess. Valid UTF-8 comes before every declaration, unlike in browsers: other text is never
valid UTF-8 by chance, and many servers declare what they do not send. Only encodings of the Encoding standard (WHATWG)
are ever used: Python has codecs that run for minutes or turn plain text into markup.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

import webencodings
from charset_normalizer import from_bytes

_MARKS = (  # UTF-32 first: its little-endian mark begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How a document that begins with two ASCII characters looks without a mark (XML 1.0, appendix F).
_PATTERNS = (
    (re.compile(rb"(?:[\t\n\r -~]\0\0\0){2}"), "utf-32-le"),
    (re.compile(rb"(?:\0\0\0[\t\n\r -~]){2}"), "utf-32-be"),
    (re.compile(rb"[\t\n\r -~]\0[\t\n\r -~]\0", re.DOTALL), "utf-16-le"),
    (re.compile(rb"\0[\t\n\r -~]\0[\t\n\r -~]", re.DOTALL), "utf-16-be"),
    (re.compile(rb"\x4c\x6f\xa7\x94"), "cp037"),  # "<?xm" in EBCDIC
)
# What a declaration without a mark cannot mean, because it was readable; and where Python's codec is the
# smaller one.
_REPLACED = {"utf-16le": "utf-8", "utf-16be": "utf-8", "x-user-defined": "windows-1252", "gbk": "gb18030"}

_XML_DECLARATION = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]{1,40})["']""", re.IGNORECASE)
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^"';,\s]{1,40})""", re.IGNORECASE)
_HEAD_BYTES = 4_096  # browsers look for a meta element in 1,024 bytes, pages put it later

# Emoji and the like written by programs that take UTF-16 for characters: each half as three bytes (CESU-8).
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")

_GUESSABLE = [
    "utf_8", "cp1251", "cp1252", "cp1250", "gb18030", "big5", "cp932", "euc_jp", "cp949", "koi8_r", "cp1256",
    "cp1253", "cp1254", "cp1255", "cp874", "cp1257", "cp1258", "iso8859_2", "iso8859_5", "cp866",
]  # fmt: skip
# What feeds in a language were written in before UTF-8, likeliest first.
_LANGUAGE = re.compile(rb"""(?:lang\s*=\s*["']|language>)\s*([A-Za-z]{2})\b""")
_USUAL = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk"), ("cp1251",)),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "ro", "hr", "sl"), ("cp1250",)),
    "zh": ("gb18030", "big5"), "ja": ("euc_jp", "cp932"), "ko": ("cp949",), "ar": ("cp1256",),
    "fa": ("cp1256",), "he": ("cp1255",), "el": ("cp1253",), "tr": ("cp1254",), "th": ("cp874",),
    "vi": ("cp1258",),
}  # fmt: skip
_GUESS_BYTES = 20_000
_HIGH = re.compile(rb"[\x80-\xff]")
_FEWEST_HIGH = 8  # fewer bytes beyond ASCII are accents and quotation marks, and no ground for a guess
_DEFAULT = "cp1252"
_HIGH_LETTER = re.compile(rb"[\xc0-\xff]")
_ASCII_LETTER = re.compile(rb"[A-Za-z]")
_MOST_ACCENTS = 0.5
_MARKUP = re.compile(rb"<[^<>]*>|[\x00-\x1f]+")


def charset_of(headers: Mapping[str, str]) -> str | None:
    """The charset that a Content-Type header declares; header names are in lower case."""
    declared = _CHARSET.search(headers.get("content-type", ""))
    return declared[1] if declared else None


def decode(body: bytes, charset: str | None = None) -> str:
    """The characters of `body`; unreadable bytes become U+FFFD. `charset` is what the HTTP header declares."""
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    for pattern, codec in _PATTERNS:
        if pattern.match(body):
            return body.decode(codec, "replace")
    if b"\x1b" not in body:  # ISO-2022-JP is ASCII with escapes
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return _decode_other(body, _declared(body, charset))


def _declared(body: bytes, charset: str | None) -> list[str]:
    """Python's names of the encodings that the header and the document itself name, unknown ones left out."""
    inside = (declaration.search(body, 0, _HEAD_BYTES) for declaration in (_XML_DECLARATION, _META))
    found = []
    for label in (charset or "", *(match[1].decode("latin-1") for match in inside if match)):
        encoding = webencodings.lookup(label)
        if encoding is not None and encoding.name != "replacement":
            found.append(_REPLACED.get(encoding.name, encoding.codec_info.name))
    # Servers add the first of all encodings to whatever they send: what the document says of itself is better.
    return sorted(found, key=lambda codec: codec == _DEFAULT)


def _decode_other(body: bytes, declared: list[str]) -> str:
    if _DEFAULT in declared and _is_of_another_script(body):
        declared = [codec for codec in declared if codec != _DEFAULT]
    for codec in declared:
        try:
            return body.decode(codec)
        except UnicodeDecodeError:
            continue
    mostly_utf8 = _join_surrogates(body).decode("utf-8", "replace")
    broken = mostly_utf8.count("\ufffd")
    readable = sum(map(len, re.findall(r"[^\x00-\x7f\ufffd]+", mostly_utf8)))
    if broken <= readable:  # cut in the middle of a character, or put together from several sources
        return mostly_utf8
    for codec in declared:
        text = body.decode(codec, "replace")
        if codec != "utf-8" and text.count("\ufffd") * 100 <= len(text):
            return text
    return body.decode(_guess(body), "replace")


def _is_of_another_script(body: bytes) -> bool:
    """Whether so many letters are beyond ASCII as no language in Latin script has."""
    words = b" ".join(_MARKUP.split(body[:_GUESS_BYTES]))
    high = len(_HIGH_LETTER.findall(words))
    return high > _FEWEST_HIGH and high > _MOST_ACCENTS * (high + len(_ASCII_LETTER.findall(words)))


def _join_surrogates(body: bytes) -> bytes:
    if not _SURROGATE.search(body):
        return body
    try:
        text = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return body
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _guess(body: bytes) -> str:
    """The most likely encoding of text that is not UTF-8: by the language that the document names, or its
    words.
    """
    named = _LANGUAGE.search(body, 0, _HEAD_BYTES)
    for codec in _USUAL.get(named[1].decode().lower(), ()) if named else ():
        try:
            body.decode(codec)
        except UnicodeDecodeError:
            continue
        return codec
    words = b" ".join(run for run in _MARKUP.split(body[:_GUESS_BYTES]) if not run.isascii())
    if len(_HIGH.findall(words)) < _FEWEST_HIGH:
        return "cp1252"
    best = from_bytes(words, cp_isolation=_GUESSABLE).best()
    return best.encoding if best is not None else "cp1252"
