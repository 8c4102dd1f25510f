"""A pending entry becomes a saved article.

pending entries | known already? | fetch page | extract | one article or two? | match topics | save
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from collector import hostlines
from collector.addresses.urls import canonical_url, host_key
from collector.batching import GroupCommit, InHand, Turns, each, work_off
from collector.copies import same_text
from collector.current import Current
from collector.draft import from_feed, from_page, urn
from collector.errors import AddressTaken, StoreError
from collector.model import (
    ArticleDraft,
    Collected,
    EntryOutcome,
    KnownArticle,
    PendingEntry,
    TextSource,
)
from collector.pages import NoPage, Page, Pages
from collector.revisions.visits import next_visit
from collector.store import Store

_TRIES = 5
# Seconds: articles come one by one, and ten saved together cost a third of ten saved alone (tests/bench/pipeline.py).
_GATHER = 1.0
_AHEAD = 4  # entries in hand for each that may be fetched at the same time: most wait for their host's turn

# What is known at addresses: an article, or None where different texts claim one.
Held = dict[str | None, KnownArticle | None]


class ArticleCollector:
    """Collects entries. `observe` is told of each one that ended, `fault` of one that could not be saved, or, without
    a feed, of a database that takes nothing.
    """

    def __init__(
        self,
        *,
        store: Store,
        pages: Pages,
        current: Current,
        now: Callable[[], datetime],
        observe: Callable[[PendingEntry, Collected], None],
        fault: Callable[[str | None, Exception], None],
    ) -> None:
        self._store, self._pages, self._current = store, pages, current
        self._now, self._observe, self._fault = now, observe, fault
        self._addresses = Turns()
        self.in_hand = InHand()
        self._saves = GroupCommit[Collected, object](store.save_collected, _GATHER, lambda: self.in_hand.busy)

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
            held = await self._find(*(entry.canonical_url for entry in pending))
            await each(pending, len(pending), lambda entry: self._collect_and_save(entry, held))
        except BaseException:
            self.in_hand.give_back(ids)
            raise

    async def drain(self) -> None:
        """Returns when everything collected so far is saved."""
        await self._saves.drain()

    async def _collect_and_save(self, pending: PendingEntry, held: Held) -> None:
        try:
            # Several feeds may carry one address: its page is fetched for the first of them alone.
            async with self._addresses(pending.canonical_url or urn(pending)) as had_others:
                if had_others:
                    held = await self._find(pending.canonical_url)
                collected = await self._collect(pending, held)
        except Exception as exc:  # a full disk, or a mistake of ours: it must not stop the others
            self.in_hand.set_aside(pending.id)
            self._fault(pending.feed_key, exc)
        else:
            self.in_hand.done(pending.id)
            self._observe(pending, collected)

    async def _collect(self, pending: PendingEntry, held: Held) -> Collected:
        known = held.get(pending.canonical_url)
        if known and known.id != pending.article_id and _is_at(known, pending):
            sighting = self._sighting(pending, known.id, "its address is known")
            await self._saves.add(sighting)
            return sighting
        page = await self._without_host_lines(await self._pages.read(pending))
        is_fresh = pending.article_id is None and pending.canonical_url not in held
        for _ in range(_TRIES):
            collected = await self._decide(pending, page, known, is_fresh)
            try:
                await self._saves.add(collected)
            except AddressTaken:  # an entry that was collected at the same time claims it too
                is_fresh = False
                continue
            return collected
        raise StoreError(f"{pending.canonical_url}: its addresses are claimed faster than they can be read")

    async def _without_host_lines(self, page: Page | NoPage) -> Page | NoPage:
        """The page without the lines that other articles of its host show, too."""
        if isinstance(page, NoPage):
            return page
        found = page.extraction
        shown = hostlines.shown(host_key(page.url), found.title, found.text)
        repeated = await asyncio.to_thread(self._store.host_lines, shown.host, shown.keys)
        cleaned = hostlines.without(found.text, found.html, repeated)
        return replace(page, extraction=replace(found, text=cleaned.text, html=cleaned.html), lines=shown)

    async def _decide(
        self, pending: PendingEntry, page: Page | NoPage, known: KnownArticle | None, is_fresh: bool
    ) -> Collected:
        """What the entry is: a new article, a new text of its article, or a sighting of one that is known."""
        if isinstance(page, Page):
            landed, claim = canonical_url(page.url), page.extraction.canonical_url
            address, same, contested = await self._identity(pending, (claim, landed), page.extraction.text, is_fresh)
            if same:
                return self._sighting(pending, same, "its text is known", landed, merged=_stand_in(pending, known))
            draft = from_page(pending, page.extraction, address, page.url, self._now())
            return self._article(pending, draft, page, addresses=(landed,), contested=contested)
        if known and known.id == pending.article_id and known.text_source == TextSource.PAGE:
            return self._unchanged(pending, known, page)
        draft = from_feed(pending, self._now())
        address, same, contested = await self._identity(pending, (), draft.text, is_fresh)
        if same:
            return self._sighting(pending, same, "its text is known")
        return self._article(pending, replace(draft, canonical_url=address), page, contested=contested)

    async def _identity(
        self, pending: PendingEntry, better: tuple[str | None, ...], text: str, is_fresh: bool
    ) -> tuple[str, int | None, tuple[str, ...]]:
        """The address that names this article; or the id of the article that it is; and addresses that two texts claim.

        What the page claims comes before where it was found, and that before the entry's link. An address that belongs
        to an article with another text names neither of them. `is_fresh`: the link was unknown a moment ago; where
        nothing else is claimed, nobody need be asked again, because saving finds out.
        """
        addresses = list(dict.fromkeys(a for a in (*better, pending.canonical_url) if a))
        if is_fresh and addresses == [pending.canonical_url]:
            return addresses[0], None, ()
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

    async def _find(self, *addresses: str | None) -> Held:
        wanted = [address for address in addresses if address]
        return await asyncio.to_thread(self._store.find_articles, wanted) if wanted else {}

    def _article(
        self,
        pending: PendingEntry,
        draft: ArticleDraft,
        page: Page | NoPage,
        *,
        addresses: tuple[str | None, ...] = (),
        contested: tuple[str, ...] = (),
    ) -> Collected:
        judge = self._current.judge
        no_page, now = page if isinstance(page, NoPage) else None, self._now()
        judgement = judge.judge(draft.title, draft.text, draft.language, (pending.feed_key,))
        return Collected(
            entry_id=pending.id,
            feed_id=pending.feed_id,
            article_id=pending.article_id,
            article=draft,
            addresses=tuple(a for a in (pending.canonical_url, *addresses) if a and a not in contested),
            contested=contested,
            matches=judgement.matches,
            similarity=judgement.similarity,
            similar_to=judgement.similar_to,
            rules=judge.rules,
            rejudge=judge.needs_feeds,
            outcome=EntryOutcome.KEPT if judgement.matches else EntryOutcome.UNMATCHED,
            reason=no_page.reason if no_page else "the text is the page's",
            collected_at=now,
            changes=pending.changes,
            retry_at=no_page.retry_at if no_page else None,
            is_try=no_page.was_asked if no_page else True,
            visit_at=next_visit(now, now, pending.id) if isinstance(page, Page) else None,
            page_etag=page.etag if isinstance(page, Page) else None,
            page_modified=page.modified if isinstance(page, Page) else None,
            lines=page.lines if isinstance(page, Page) else None,
        )

    def _sighting(
        self, pending: PendingEntry, article_id: int, reason: str, *addresses: str | None, merged: int | None = None
    ) -> Collected:
        return Collected(
            entry_id=pending.id,
            feed_id=pending.feed_id,
            article_id=article_id,
            article=None,
            addresses=tuple(a for a in (pending.canonical_url, *addresses) if a),
            merged_id=merged,
            rejudge=self._current.judge.needs_feeds,
            outcome=EntryOutcome.DUPLICATE,
            reason=reason,
            collected_at=self._now(),
            changes=pending.changes,
        )

    def _unchanged(self, pending: PendingEntry, known: KnownArticle, page: NoPage) -> Collected:
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


def _stand_in(pending: PendingEntry, known: KnownArticle | None) -> int | None:
    """The article made of the feed's text alone while the page behind the entry's link could not be had."""
    is_own = known is not None and known.id == pending.article_id
    return known.id if is_own and known.text_source == TextSource.FEED else None


def _is_at(known: KnownArticle, pending: PendingEntry) -> bool:
    """Whether the entry's link is where the article really is, and not only an address that its page claims."""
    return known.url is None or canonical_url(known.url) == pending.canonical_url
