"""A pending entry becomes a saved article.

pending entries | known already? | fetch page | extract | one article or two? | match topics | save
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collector.batching import GroupCommit, InHand, OneAtATime, each, work_off
from collector.copies import same_text
from collector.current import Current
from collector.decoding import charset_of
from collector.draft import from_feed, from_page, has_full_text, urn
from collector.errors import AddressTaken, ExtractError, StoreError, WorkerError
from collector.fetch import Fetcher
from collector.model import (
    ArticleDraft,
    Collected,
    EntryOutcome,
    Extraction,
    Failure,
    Fetched,
    FetchFailed,
    FetchRequest,
    KnownArticle,
    PendingEntry,
    TextSource,
)
from collector.robots import Robots
from collector.store import Store
from collector.urls import canonical_url, is_front_page
from collector.workers import Workers

# A page that could not be had is tried again after these waits; then the feed's text stays.
RETRIES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
# Asking again would bring the same answer.
_FINAL = {
    Failure.BAD_ADDRESS,
    Failure.FORBIDDEN_ADDRESS,
    Failure.TOO_LARGE,
    Failure.ROBOTS,
    Failure.WRONG_TYPE,
    Failure.GONE,
    Failure.UNAUTHORIZED,
}
_TRIES = 5
_AHEAD = 4  # entries in hand for each that may be fetched at the same time: most wait for their host's turn
_ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A page that was had: where it was in the end, and what it holds."""

    url: str
    extraction: Extraction


@dataclass(frozen=True, slots=True, kw_only=True)
class _NoPage:
    """Why there is no page, and when it is to be tried again. `was_asked`: it was tried, and counts as such."""

    reason: str
    retry_at: datetime | None = None
    was_asked: bool = True


class ArticleCollector:
    """Collects entries. `observe` is told of each one that ended, `fault` of one that could not be
    saved, or, without a feed, of a database that takes nothing.
    """

    def __init__(
        self,
        *,
        store: Store,
        fetcher: Fetcher,
        robots: Robots,
        workers: Workers,
        current: Current,
        now: Callable[[], datetime],
        observe: Callable[[PendingEntry, Collected], None],
        fault: Callable[[str | None, Exception], None],
    ) -> None:
        self._store, self._fetcher, self._robots, self._workers = store, fetcher, robots, workers
        self._current, self._now, self._observe, self._fault = current, now, observe, fault
        self._saves: GroupCommit[Collected, object] = GroupCommit(store.save_collected)
        self._addresses = OneAtATime()
        self.in_hand = InHand()

    async def collect_due(self, stop: asyncio.Event | None = None) -> None:
        """Collects until no entry is due, or, once `stop` is set, until those in hand have ended.

        With a `stop`, a database at fault is waited for until then.
        """
        if stop is not None:
            self._saves.wait_out(stop, lambda exc: self._fault(None, exc))
        await work_off(
            self.in_hand,
            lambda room, busy: self._store.due_entries(self._now(), room, busy),
            lambda: _AHEAD * self._current.config.settings.fetch.concurrency,
            self.collect_entries,
            stop or asyncio.Event(),
        )

    async def collect_entries(self, ids: Sequence[int]) -> None:
        """Collects these entries. No entry's trouble stops another."""
        ids = self.in_hand.take(ids)
        try:
            pending = await asyncio.to_thread(self._store.pending_entries, ids)
            self.in_hand.give_back(set(ids) - {entry.id for entry in pending})
            await each(pending, len(pending), self._collect_and_save)
        except BaseException:
            self.in_hand.give_back(ids)
            raise

    async def drain(self) -> None:
        """Returns when everything collected so far is saved."""
        await self._saves.drain()

    async def _collect_and_save(self, pending: PendingEntry) -> None:
        try:
            # Several feeds may carry one address: its page is fetched for the first of them alone.
            async with self._addresses(pending.canonical_url or urn(pending)):
                collected = await self._collect(pending)
        except Exception as exc:  # a full disk, or a mistake of ours: it must not stop the others
            self.in_hand.set_aside(pending.id)
            self._fault(pending.feed_key, exc)
        else:
            self.in_hand.done(pending.id)
            self._observe(pending, collected)

    async def _collect(self, pending: PendingEntry) -> Collected:
        known = (await self._find(pending.canonical_url)).get(pending.canonical_url)
        if known and known.id != pending.article_id and _is_at(known, pending):
            sighting = self._sighting(pending, known.id, "its address is known")
            await self._saves.add(sighting)
            return sighting
        page = await self._page(pending)
        for _ in range(_TRIES):
            collected = await self._decide(pending, page, known)
            try:
                await self._saves.add(collected)
            except AddressTaken:  # an entry that was collected at the same time claims it too
                continue
            return collected
        raise StoreError(f"{pending.canonical_url}: its addresses are claimed faster than they can be read")

    async def _decide(self, pending: PendingEntry, page: _Page | _NoPage, known: KnownArticle | None) -> Collected:
        """What the entry is: a new article, a new text of its article, or a sighting of one that is known."""
        if isinstance(page, _Page):
            landed, claim = canonical_url(page.url), page.extraction.canonical_url
            address, same, contested = await self._identity(pending, (claim, landed), page.extraction.text)
            if same:
                return self._sighting(pending, same, "its text is known", landed)
            draft = from_page(pending, page.extraction, address, page.url, self._now())
            return self._article(pending, draft, addresses=(landed,), contested=contested)
        if known and known.id == pending.article_id and known.text_source == TextSource.PAGE:
            return self._unchanged(pending, known, page)
        draft = from_feed(pending, self._now())
        address, same, contested = await self._identity(pending, (), draft.text)
        if same:
            return self._sighting(pending, same, "its text is known")
        return self._article(pending, replace(draft, canonical_url=address), page, contested=contested)

    async def _page(self, pending: PendingEntry) -> _Page | _NoPage:
        """The entry's page, or why it is not had or not needed."""
        url, settings = pending.entry.url, self._current.config.settings.fetch
        feed = self._current.feeds.get(pending.feed_key)
        if url is None or pending.canonical_url is None or is_front_page(url):
            return _NoPage(reason="it has no page of its own; the text is the feed's")
        if has_full_text(pending, feed.full_text if feed else None):
            return _NoPage(reason="the feed has the full text")
        request = FetchRequest(
            url=url, accept=_ACCEPT, max_bytes=settings.max_page_size, cut=True, refuse_media=True,
            spacing=settings.host_delay, proxy=feed.proxy if feed else None,
        )  # fmt: skip
        answer = await self._fetcher.fetch(request, admit=self._robots.admit)
        if isinstance(answer, FetchFailed):
            if answer.failure is Failure.RATE_LIMITED and answer.status is None:
                return self._postponed(answer)
            return self._failed(pending, answer.reason, answer.failure in _FINAL, answer.retry_after)
        assert isinstance(answer, Fetched)  # no validator was sent
        if is_front_page(answer.final_url):
            return self._failed(pending, "its page leads to the site's front page")
        try:
            page = await self._workers.extract(answer.body, answer.final_url, charset_of(answer.headers))
        except ExtractError as exc:
            return self._failed(pending, f"its page has no article: {exc}")
        except WorkerError as exc:
            # Once more, in case it was our machine and not the page.
            return self._failed(pending, f"its page could not be read: {exc}", is_final=pending.attempts > 0)
        return _Page(url=answer.final_url, extraction=page)

    async def _identity(
        self, pending: PendingEntry, better: tuple[str | None, ...], text: str
    ) -> tuple[str, int | None, tuple[str, ...]]:
        """The address that names this article; or the id of the article that it is; and addresses that two texts claim.

        What the page claims comes before where it was found, and that before the entry's link. An address that belongs
        to an article with another text names neither of them.
        """
        addresses = list(dict.fromkeys(a for a in (*better, pending.canonical_url) if a))
        held, contested = await self._find(*addresses), []
        for address in addresses:
            article, is_own = held.get(address), address == pending.canonical_url
            if article is None and address in held and not is_own:
                continue
            if article is None or article.id == pending.article_id:
                return address, None, tuple(contested)
            if same_text(await asyncio.to_thread(self._store.article_text, article.id), text):
                return address, article.id, ()
            contested.append(address)
            if is_own and not _is_at(article, pending):
                return address, None, tuple(contested)
        return urn(pending), None, tuple(contested)

    async def _find(self, *addresses: str | None) -> dict[str | None, KnownArticle | None]:
        wanted = [address for address in addresses if address]
        return await asyncio.to_thread(self._store.find_articles, wanted) if wanted else {}

    def _failed(
        self, pending: PendingEntry, reason: str, is_final: bool = False, wait: float | None = None
    ) -> _NoPage:
        if is_final or pending.attempts >= len(RETRIES):
            return _NoPage(reason=f"{reason}; the text is the feed's")
        again = self._now() + max(RETRIES[pending.attempts], timedelta(seconds=wait or 0))
        return _NoPage(reason=f"{reason}; the text is the feed's for now", retry_at=again)

    def _postponed(self, answer: FetchFailed) -> _NoPage:
        """Nothing was asked, because the host wants to be left alone: that is no try."""
        again = self._now() + timedelta(seconds=math.ceil(answer.retry_after or 0))
        return _NoPage(reason=f"{answer.reason}; the text is the feed's for now", retry_at=again, was_asked=False)

    def _article(
        self,
        pending: PendingEntry,
        draft: ArticleDraft,
        no_page: _NoPage | None = None,
        *,
        addresses: tuple[str | None, ...] = (),
        contested: tuple[str, ...] = (),
    ) -> Collected:
        matches = self._current.matcher.match(draft.title, draft.text, draft.language)
        return Collected(
            entry_id=pending.id,
            feed_id=pending.feed_id,
            article_id=pending.article_id,
            article=draft,
            addresses=tuple(a for a in (pending.canonical_url, *addresses) if a and a not in contested),
            contested=contested,
            matches=matches,
            outcome=EntryOutcome.KEPT if matches else EntryOutcome.UNMATCHED,
            reason=no_page.reason if no_page else "the text is the page's",
            collected_at=self._now(),
            changes=pending.changes,
            retry_at=no_page.retry_at if no_page else None,
            is_try=no_page.was_asked if no_page else True,
        )

    def _sighting(self, pending: PendingEntry, article_id: int, reason: str, *addresses: str | None) -> Collected:
        return Collected(
            entry_id=pending.id,
            feed_id=pending.feed_id,
            article_id=article_id,
            article=None,
            addresses=tuple(a for a in (pending.canonical_url, *addresses) if a),
            outcome=EntryOutcome.DUPLICATE,
            reason=reason,
            collected_at=self._now(),
            changes=pending.changes,
        )

    def _unchanged(self, pending: PendingEntry, known: KnownArticle, page: _NoPage) -> Collected:
        """A text from the page is never replaced by less from the feed."""
        return Collected(
            entry_id=pending.id,
            feed_id=pending.feed_id,
            article_id=known.id,
            article=None,
            outcome=EntryOutcome.KEPT if known.is_kept else EntryOutcome.UNMATCHED,
            reason=f"{page.reason}; the page's earlier text stays",
            collected_at=self._now(),
            changes=pending.changes,
            retry_at=page.retry_at,
            is_try=page.was_asked,
        )


def _is_at(known: KnownArticle, pending: PendingEntry) -> bool:
    """Whether the entry's link is where the article really is, and not only an address that its page claims."""
    return known.url is None or canonical_url(known.url) == pending.canonical_url
