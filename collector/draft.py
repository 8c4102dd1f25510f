"""What an entry and its page say together, as one article. Pure: the fetching is done, nothing is saved yet.

The page is believed before the feed, except for the dates: a feed that states a time of day is believed before a page
that states a mere day. Every field remembers who said it.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import fields, replace
from datetime import datetime, timedelta
from html import escape

from collector.model import ArticleDraft, Extraction, PendingEntry, TextSource
from collector.text.html import to_text
from collector.text.languages import detect, primary

EXCERPT = 400  # characters of text that stand in for a missing summary
_COMPLETE = 1000  # characters from which a feed's own text may be the whole article
_END = 60  # characters at the end of a text in which it may say that it goes on elsewhere
_CUT = re.compile(r"(\.\.\.|…|\[…\]|\[\.\.\.\]|read more|continue reading|weiterlesen|lire la suite|leer más|leia mais|"
                  r"читать далее|阅读全文|閱讀全文|続きを読む|더 보기|اقرأ المزيد)\W*$", re.IGNORECASE)
_FUTURE = timedelta(days=1)  # a claim further ahead than any time zone explains is no claim


def has_full_text(pending: PendingEntry, hint: bool | None) -> bool:
    """Whether the feed carries the complete text, so that no page is needed. The user's hint decides, if given."""
    content = to_text(pending.entry.content)
    if hint is True:  # some feeds have it where others have a summary
        return bool(content or to_text(pending.entry.summary))
    if hint is False or not content:
        return False
    summary = to_text(pending.entry.summary)
    return len(content) >= _COMPLETE and len(content) > 1.5 * len(summary) and not _CUT.search(content[-_END:])


def from_feed(pending: PendingEntry, now: datetime) -> ArticleDraft:
    """The article as far as its feed tells it."""
    entry, text = pending.entry, _feed_text(pending)
    language, who = _language(pending, None, f"{entry.title}\n{text}")
    return ArticleDraft(
        canonical_url=pending.canonical_url or urn(pending),
        url=entry.url,
        title=entry.title or excerpt(text, 120),
        authors=entry.authors,
        published_at=_published(pending, now),
        updated_at=_claim(entry.updated_at, now),
        first_seen_at=pending.first_seen_at,
        language=language,
        site=pending.feed_title,
        image=entry.image,
        summary=excerpt(to_text(entry.summary) or text),
        text=text,
        text_source=TextSource.FEED,
        enclosures=entry.enclosures,
        sources=_told_by_feed(pending, now) | {"text": "feed", "language": who},
    )


def from_page(pending: PendingEntry, page: Extraction, address: str, url: str, now: datetime) -> ArticleDraft:
    """The article as its page tells it, the feed filling in. `address` is its identity, `url` what a reader opens."""
    entry, told = pending.entry, _published(pending, now)
    sources = _told_by_feed(pending, now) | {"text": "page"} | page.sources
    published, is_day = _claim(page.published_at, now), page.published_is_day
    if told and (published is None or is_day):
        published, is_day, sources["published"] = told, False, "feed"
    language, sources["language"] = _language(pending, page.language, page.text)
    return ArticleDraft(
        canonical_url=address,
        url=url,
        title=page.title or entry.title or excerpt(_feed_text(pending), 120),
        authors=page.authors or entry.authors,
        published_at=published,
        published_is_day=is_day,
        updated_at=_claim(page.updated_at, now) or _claim(entry.updated_at, now),
        first_seen_at=pending.first_seen_at,
        language=language,
        site=page.site or pending.feed_title,
        image=page.image or entry.image,
        section=page.section,
        flags=page.flags,
        summary=excerpt(to_text(entry.summary) or page.summary or page.text),
        text=page.text,
        html=page.html,
        text_source=TextSource.PAGE,
        enclosures=entry.enclosures,
        sources=sources,
    )


def with_standfirst(page: Extraction) -> Extraction:
    """The page with its standfirst in front of the text, where topics are looked for and readers read on."""
    if not page.summary:
        return page
    standfirst = f"<p>{escape(page.summary, quote=False)}</p>\n" if page.html else ""
    return replace(page, text=f"{page.summary}\n{page.text}", html=standfirst + page.html)


def revised(draft: ArticleDraft, page: Extraction, now: datetime) -> ArticleDraft:
    """The article as its page tells it now. Its address, and when it was published first, stay as they were told; so
    does what the page does not tell any more.
    """
    told = {name: value for name in _EDITED if (value := getattr(page, name))} | {"html": page.html}
    is_own_summary = excerpt(draft.text).startswith(draft.summary.removesuffix("…"))
    return replace(
        draft,
        **told,
        updated_at=_claim(page.updated_at, now) or draft.updated_at,
        language=detect(page.text) or draft.language,
        summary=excerpt(page.summary or page.text) if is_own_summary else draft.summary,
        sources=draft.sources | {name: who for name, who in page.sources.items() if name in told},
    )


# What page and article both have, without what stays.
_EDITED = {one.name for one in fields(ArticleDraft)} & {one.name for one in fields(Extraction)} - {
    "canonical_url", "published_at", "published_is_day", "updated_at", "language", "site", "sources", "summary", "html",
}  # fmt: skip


def _feed_text(pending: PendingEntry) -> str:
    return max(to_text(pending.entry.content), to_text(pending.entry.summary), key=len)


def _told_by_feed(pending: PendingEntry, now: datetime) -> dict[str, str]:
    """The fields that the feed can fill, as sources."""
    entry = pending.entry
    told = (("authors", entry.authors), ("published", _published(pending, now)), ("image", entry.image))
    return {"title": "feed"} | {name: "feed" for name, value in told if value}


def urn(pending: PendingEntry) -> str:
    """The identity of an article that has no address: stable for its feed and entry (RFC 9562, section 5.5)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{pending.feed_key} {pending.key}").urn


def excerpt(text: str, length: int = EXCERPT) -> str:
    """The beginning of a text on one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    head, _, _ = line[: length + 1].rpartition(" ")
    # Scripts without spaces, and one endless word, are cut where the length ends.
    return (head if len(head) > length // 2 else line[:length]).rstrip(" ,;:–-") + "…"


def _published(pending: PendingEntry, now: datetime) -> datetime | None:
    return _claim(pending.entry.published_at or pending.entry.updated_at, now)


def _claim(when: datetime | None, now: datetime) -> datetime | None:
    return when if when is not None and when <= now + _FUTURE else None


def _language(pending: PendingEntry, page_language: str | None, text: str) -> tuple[str | None, str]:
    """The language of the text itself; if it is too short to tell, what page, entry or feed claim, in this order."""
    found = detect(text)
    if found:
        return found, "text"
    claims = ((page_language, "page"), (pending.entry.language, "entry"), (pending.feed_language, "feed"))
    return next(((primary(claim), who) for claim, who in claims if claim), (None, "unknown"))
