"""How single values of feeds.yaml are written: durations, sizes, addresses, networks, `${NAME}` for what is
secret.
Every function takes the value as it stands in the file and returns it as the program uses it, or raises
ValueError with what was expected. Messages never repeat a value that may be secret.
"""

from __future__ import annotations

import difflib
import ipaddress
import math
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, PlainValidator, ValidationInfo, WithJsonSchema

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?) ?([kKMG]?B)")
_BYTES = {"B": 1, "kB": 1000, "KB": 1000, "MB": 1000**2, "GB": 1000**3}
_MOST_BYTES = 1000**4
_LONGEST_DURATION = 100 * 365 * 86400
_LONGEST_ADDRESS = 4096
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f<>\"\\^`{|}]")


def shorten(text: str, limit: int = 60) -> str:
    """`text` in double quotes on one line, cut to `limit` characters: for messages."""
    line = "".join(c for c in " ".join(text[: 4 * limit].split()) if c.isprintable())
    return f'"{line}"' if len(line) <= limit else f'"{line[: limit - 1]}…"'


def near_miss(word: str, known: Iterable[str]) -> str:
    """`: did you mean "…"?` when one of `known` is close to `word`, "" otherwise."""
    close = difflib.get_close_matches(word[:100], list(known), n=1)
    return f': did you mean "{close[0]}"?' if close else ""


def in_words(value: object) -> str:
    """A value in words. Text is not repeated: it may be secret."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return "text"
        case dict():
            return "a mapping"
        case _:
            return "a list"


def is_number(value: object) -> bool:
    """A whole or broken number; `true` is none, though Python counts it as one."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def duration(value: object) -> float:
    """Seconds, from `45s`, `30m`, `2h`, `1d` or a number of seconds."""
    expected = 'expected a duration such as "45s", "30m", "2h" or "1d", or a number of seconds'
    if is_number(value):
        seconds = float(value)
    elif isinstance(value, str) and (found := _DURATION.fullmatch(value)):
        seconds = float(found[1]) * _SECONDS[found[2]]
    else:
        raise ValueError(expected + _instead(value))
    if not 0 <= seconds <= _LONGEST_DURATION or math.isnan(seconds):
        raise ValueError(f"{expected}, not negative and at most 100 years")
    return seconds


def size(value: object) -> int:
    """Bytes, from `500kB`, `15MB`, `1GB` or a whole number of bytes. A kB is 1,000 bytes."""
    expected = 'expected a size such as "500kB" or "15MB", or a whole number of bytes'
    if isinstance(value, int) and not isinstance(value, bool):
        count = value
    elif isinstance(value, str) and (found := _SIZE.fullmatch(value)):
        count = int(float(found[1]) * _BYTES[found[2]])
    else:
        raise ValueError(expected + _instead(value))
    if not 1 <= count <= _MOST_BYTES:
        raise ValueError(f"{expected}, at least 1 and at most 1000GB")
    return count


def _instead(value: object) -> str:
    return f", found {shorten(value)}" if isinstance(value, str) else ""


def split_address(address: str, *, secret: bool = False) -> SplitResult:
    """An http(s) address in its parts, or ValueError. The message leaves a `secret` address out."""
    shown = "" if secret or "@" in address else f", found {shorten(address)}"
    expected = f"expected an address that starts with http:// or https://{shown}"
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:  # an impossible port or IPv6 address
        raise ValueError(expected) from None
    if parts.scheme not in ("http", "https"):
        guess = "https://" + re.sub(r"^(feed:)?/*", "", address)
        hint = f': did you mean "{guess}"?' if shown and re.match(r"https://[\w-]+(\.[\w-]+)+", guess) else ""
        raise ValueError(expected + hint)
    if not usable or len(address) > _LONGEST_ADDRESS:
        raise ValueError(expected)
    return parts


def feed_address(value: str) -> str:
    """The http(s) address of a feed, unchanged, without credentials and characters that RFC 3986 forbids."""
    parts = split_address(value)
    if "@" in parts.netloc:
        raise ValueError("user and password do not belong in an address: use credentials: ${NAME}")
    if wrong := _NOT_IN_ADDRESS.search(value):
        raise ValueError(f"an address cannot contain {wrong[0]!a}: write %{ord(wrong[0]):02X}")
    return value


def base_address(value: str) -> str:
    """The address that links start with, without the slash at its end."""
    parts = split_address(value)
    if parts.query or parts.fragment or "@" in parts.netloc or _NOT_IN_ADDRESS.search(value):
        raise ValueError(
            "expected an address without user, query or fragment, such as https://news.example.org"
        )
    return value.rstrip("/")


def network(value: object) -> Network:
    """An IP network such as 127.0.0.0/8 or fd00::/8, or a single address."""
    if isinstance(value, Network):
        return value
    expected = 'expected a network such as "10.0.0.0/8" or "fd00::/8"'
    if not isinstance(value, str):
        raise ValueError(expected)
    try:
        return ipaddress.ip_network(value)
    except ValueError:
        pass
    try:
        guess = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise ValueError(expected + _instead(value)) from None
    raise ValueError(f'{expected}, found {shorten(value)}: did you mean "{guess}"?')


def expand(text: str, info: ValidationInfo) -> str:
    """`text` with each `${NAME}` replaced by the environment variable. One that is not set is an error.

    Without an environment in the validation's context the references stay as they are.
    """
    environ: Mapping[str, str] | None = (info.context or {}).get("environ")
    names = _REFERENCE.findall(text)
    if environ is not None and (missing := [name for name in names if name not in environ]):
        raise ValueError(f"the environment variable {missing[0]} is not set")
    if "${" in _REFERENCE.sub("", text):
        raise ValueError("expected ${NAME}, with a name of letters, digits and underscores")
    return _REFERENCE.sub(lambda found: environ[found[1]], text) if environ is not None else text


def is_reference(text: str) -> bool:
    """True for `${NAME}` and nothing else."""
    return _REFERENCE.fullmatch(text) is not None


def has_reference(text: str) -> bool:
    return _REFERENCE.search(text) is not None


def _proxy(value: str, info: ValidationInfo) -> str:
    credentials = value.rpartition("@")[0]
    if credentials and not has_reference(credentials.rpartition(":")[2]):
        raise ValueError(
            "a password does not belong in this file: write http://${USER}:${PASSWORD}@host:port"
        )
    address = expand(value, info)
    if not has_reference(address) and split_address(address, secret=True).path not in ("", "/"):
        raise ValueError("expected a proxy such as http://proxy.example.org:3128")
    return address


def _positive(seconds: float) -> float:
    if seconds <= 0:
        raise ValueError("expected a duration longer than nothing")
    return seconds


def _schema(number: dict[str, Any], written: re.Pattern[str], *examples: str) -> WithJsonSchema:
    """JSON Schema of a value that is a number, or a text of the given form."""
    text = {"type": "string", "pattern": f"^{written.pattern}$"}
    return WithJsonSchema({"anyOf": [number, text], "examples": list(examples)})


_HTTP = {"type": "string", "pattern": "^https?://[^/]"}

_DURATIONS = ("45s", "30m", "2h", "1d")

Duration = Annotated[
    float, BeforeValidator(duration), _schema({"type": "number", "minimum": 0}, _DURATION, *_DURATIONS)
]
PositiveDuration = Annotated[
    float,
    BeforeValidator(duration),
    AfterValidator(_positive),
    _schema({"type": "number", "exclusiveMinimum": 0}, _DURATION, *_DURATIONS),
]
Size = Annotated[
    int, BeforeValidator(size), _schema({"type": "integer", "minimum": 1}, _SIZE, "500kB", "15MB")
]
FeedAddress = Annotated[str, AfterValidator(feed_address), WithJsonSchema(_HTTP)]
BaseAddress = Annotated[str, AfterValidator(base_address), WithJsonSchema(_HTTP)]
Proxy = Annotated[str, AfterValidator(_proxy)]
Expanded = Annotated[str, AfterValidator(expand)]
NetworkText = Annotated[
    Network, PlainValidator(network), WithJsonSchema({"type": "string", "examples": ["10.0.0.0/8"]})
]
