"""What every format must know before an item can be written: fit characters, addresses, titles, excerpts.

Values come from strangers. Here they become what XML, JSON and their validators accept, or nothing.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable
from html import escape
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from collector.addresses.urls import web_url
from collector.model import Change, ChannelItem, Difference, Enclosure, Op, Runs
from collector.text.clean import cut

EXCERPT = 1000  # characters, at most
HEADLINE = 100  # characters of the excerpt that stand in for a missing title

# XML 1.0 §2.2, without the C1 controls that it discourages and that validators warn of.
_UNFIT = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# RFC 3986, without the brackets that belong into IPv6 hosts only.
_PLAIN_ADDRESS = re.compile(
    r"https?://[0-9A-Za-z.-]+(:\d+)?(?:[/?#](?:[0-9A-Za-z;/?:@&=+$.\-_!~*'(),#]|%[0-9A-Fa-f]{2})*)?"
)
_FRAGMENT_SAFE = "%!$&'()*+,;=~/?:@-._"
_LANGUAGE = re.compile("[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
_TERMS = 12  # of an item, at most, in formats that show them as tags
# What only we say of an item, as categories of schemes of our own: validators warn of every namespace they do not know.
TERM, SIMILARITY, SECTION, FLAG, STORY = (
    f"urn:x-collector:{name}" for name in ("term", "similarity", "section", "flag", "story")
)
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


def clean(text: str) -> str:
    """`text` without the characters that no format can carry."""
    return text if text.isprintable() else _UNFIT.sub("", text)


def one_line(text: str) -> str:
    """`text` cleaned, with every run of white space as one blank."""
    if text.isprintable() and "  " not in text:  # nearly always, and much cheaper
        return text.strip()
    return " ".join(clean(text).split())


def address(url: str | None) -> str | None:
    """`url` in the characters of RFC 3986, None when it is no http(s) address that can be requested."""
    if not url or _PLAIN_ADDRESS.fullmatch(url):
        return url or None
    resource, mark, fragment = url.partition("#")
    requested = web_url(resource)
    if requested is None:
        return None
    path = requested.index("/", len("https://"))
    escaped = requested[path:].replace("[", "%5B").replace("]", "%5D")
    return f"{requested[:path]}{escaped}{mark}{quote(clean(fragment), safe=_FRAGMENT_SAFE)}"


def language(tag: str | None) -> str | None:
    """`tag` when it has the form of a language tag (BCP 47), otherwise None."""
    return tag if tag and _LANGUAGE.fullmatch(tag) else None


def common_language(items: Iterable[ChannelItem]) -> str | None:
    """The language in which all items are written, None when they differ or one is unknown."""
    tags = {language(item.language) for item in items}
    return tags.pop() if len(tags) == 1 else None


def headline(item: ChannelItem) -> str:
    """The item's title on one line; never empty, because Atom and validators ask for one."""
    beginning = shorten(one_line(item.summary) or one_line(item.text), HEADLINE)
    title = one_line(item.title) or beginning or one_line(item.source) or "Untitled"
    return f"{_CHANGES[item.change].title}: {title}" if item.change else title


def excerpt(item: ChannelItem) -> str:
    """The beginning of the item, a paragraph a line, or what changed; never empty."""
    if item.change:
        return what_changed(item.change, item.difference)
    return shorten(clean(item.summary).strip() or clean(item.text).strip(), EXCERPT) or headline(item)


def full_text(item: ChannelItem) -> str:
    """The whole item, a paragraph a line; never empty."""
    return clean(item.text).strip() or excerpt(item)


class _Words(NamedTuple):
    title: str
    text: str


_CHANGES = {
    Change.REVISED: _Words("Changed", "It was changed."),
    Change.GONE: _Words("Gone", "Its page is not there any more. The text as it was read stays."),
    Change.BACK: _Words("Back", "Its page is there again."),
}
_TAGS = {Op.KEPT: "{}", Op.REMOVED: "<del>{}</del>", Op.ADDED: "<ins>{}</ins>"}


def what_changed(change: Change, difference: Difference | None) -> str:
    """What became of an article, in a sentence."""
    if difference is None:
        return _CHANGES[change].text
    count = sum(any(run.op is not Op.KEPT for run in runs) for runs in difference.text)
    text = f"{count} paragraph{'' if count == 1 else 's'} of the text" if count else ""
    parts = [part for part in ("the title" if difference.title else "", text) if part]
    return f"Changed: {' and '.join(parts)}." if parts else _CHANGES[change].text


def changes_html(item: ChannelItem) -> str:
    """What became of an article: removed words in `del`, added ones in `ins`, an ellipsis for what stayed."""
    assert item.change is not None
    told = [f"<p>{escape(what_changed(item.change, item.difference), quote=False)}</p>"]
    if item.difference and item.difference.title:
        told.append(f"<p><strong>{_marked(item.difference.title)}</strong></p>")
    if item.difference:
        told += [f"<p>{_marked(runs) or '…'}</p>" for runs in item.difference.text]
    return "\n".join(told)


def _marked(runs: Runs) -> str:
    return "".join(_TAGS[run.op].format(escape(clean(run.text), quote=False)) for run in runs)


def full_html(item: ChannelItem) -> str:
    """The whole item as HTML: as it was kept, or made of its text."""
    return clean(item.html).strip() or paragraphs(full_text(item))


def findings(item: ChannelItem) -> list[tuple[str, str]]:
    """What was found of the item, as (scheme, term) of categories: words that matched, similarity (0 to 1), its
    section, what its page says of it, its story.
    """
    terms = list(dict.fromkeys(line for line in map(one_line, item.terms) if line))[:_TERMS]
    similar = [(SIMILARITY, f"{item.similarity:.2f}")] if item.similarity >= 0.005 else []
    section = [(SECTION, name)] if (name := one_line(item.section)) else []
    flags = [(FLAG, one_line(flag)) for flag in item.flags]
    story = [(STORY, item.story.key)] if item.story else []
    return [(TERM, term) for term in terms] + similar + section + flags + story


def shorten(text: str, limit: int) -> str:
    """`text` with at most `limit` characters: cut between words where there are blanks, and marked so."""
    if len(text) <= limit:
        return text
    words = "".join(text[: limit - 1].rsplit(None, 1)[:1])
    return f"{words}…" if len(words) > limit * 4 // 5 else cut(text, limit)


def paragraphs(text: str) -> str:
    """`text` as HTML: a paragraph a line, nothing in it taken for markup."""
    lines = filter(None, map(str.strip, text.splitlines()))
    return "\n".join(f"<p>{escape(line, quote=False)}</p>" for line in lines)


def media_type(enclosure: Enclosure) -> str:
    """The claimed type when it has the form of one, otherwise what the address suggests."""
    claimed = (enclosure.media_type or "").partition(";")[0].strip()
    if _MEDIA_TYPE.fullmatch(claimed):
        return claimed
    return mimetypes.guess_type(urlsplit(enclosure.url).path)[0] or "application/octet-stream"
