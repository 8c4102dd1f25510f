"""What one poll's entries amount to: new, changed, unchanged or duplicate.

An entry makes four claims to be itself: its guid, its link, its headline (the title, or the text's first
words where there is none), and its whole text with its date. Feeds break every one of them, so no single
claim decides:

- the same link is the same entry; a front page is no link, nor is one that a document gives to different
  entries;
- the same guid is the same entry, unless link and headline both differ: then it is a list position, reused;
- the same title, text and date is the same entry, whatever became of guid and link;
- an entry without guid and link is its title and text.

White space in a guid is nothing, case is something (video ids differ by case alone). Dates, markup and white
space are no change. An entry may change ten times at once, afterwards once a day: a counter in its text is
no news. An archive that a known feed opens is collected slowly.

The key is made of the best claim that is free ("guid:", "link:", "text:"), and the claim that a key was made
of is never rewritten: whoever holds a key is found by looking that claim up.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from collector.addresses.redirectors import is_redirector, unwrapped
from collector.addresses.urls import canonical_url
from collector.model import EntryToSave, Ingested, KnownEntry, ParsedEntry, ParsedFeed

FREE_CHANGES = 10
CHANGE_EVERY = timedelta(days=1)
HEAD_START = timedelta(days=1)
ARCHIVED = timedelta(days=2)  # claimed longer ago, and shown only now
ARCHIVED_AT_ONCE = 20
ARCHIVED_EVERY = timedelta(seconds=5)
LONGEST_GUID = 200  # characters; a longer one keeps its beginning and a hash of the rest
LONGEST_LINK = 1_000  # bytes: what an index takes on every database; a longer one is no identity
HEADLINE = 100  # characters of text that stand for a missing title

_MARKUP = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Face:
    """An entry with its claims. A claim that it does not make, or that identifies nothing, is None."""

    entry: ParsedEntry
    position: int
    guid: str | None
    url: str | None
    title_hash: bytes | None
    content_hash: bytes
    identity_hash: bytes | None
    size: int  # characters that a reader sees

    @property
    def is_told_by_text(self) -> bool:
        """Whether the same text is enough to be the same entry: "Weather", undated, is not."""
        return self.claimed_at is not None or (self.guid is None and self.url is None)

    @property
    def claimed_at(self) -> datetime | None:
        return self.entry.published_at or self.entry.updated_at

    @property
    def keys(self) -> Iterable[str]:
        """The keys it could have, best first."""
        if self.guid is not None:
            yield f"guid:{self.guid}"
        if self.url is not None:
            yield f"link:{self.url}"
        if self.identity_hash is not None:
            yield f"text:{self.identity_hash.hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The entries of a document, each once, and what the store must be asked of them: who has one of these claims?"""

    faces: tuple[_Face, ...]
    duplicate: int

    @property
    def guids(self) -> list[str]:
        return sorted({face.guid for face in self.faces if face.guid is not None})

    @property
    def urls(self) -> list[str]:
        return sorted({face.url for face in self.faces if face.url is not None})

    @property
    def identity_hashes(self) -> list[bytes]:
        return sorted({face.identity_hash for face in self.faces if face.identity_hash is not None})


def survey(feed: ParsedFeed) -> Survey:
    """Who is in the document: what `ingest` decides about, once the store has been asked who is known."""
    faces, duplicate = _faces(feed)
    return Survey(faces=tuple(faces), duplicate=duplicate)


def ingest(shown: Survey, known: Sequence[KnownEntry], had_entries: bool, now: datetime) -> Ingested:
    """Tell new, changed, unchanged and duplicate entries apart. `known` has whom the store knows by a claim of `shown`.

    What is to be saved stands oldest first, by claimed date, so that an archive pins nothing to the top. The
    document's order decides nothing else. An entry that shows no title, text, link or file is none.
    """
    faces, duplicate = shown.faces, shown.duplicate
    pairs = _pair(faces, known)
    taken = {entry.key for entry in known}
    to_save: list[tuple[_Face, EntryToSave]] = []
    changed = 0
    for index, face in enumerate(faces):
        if (same := pairs.get(index)) is not None:
            if _is_worth_saving(face, same, now):
                to_save.append((face, _changed(face, same, now)))
                changed += 1
        elif (key := next((key for key in face.keys if key not in taken), None)) is not None:
            taken.add(key)
            to_save.append((face, _new(face, key, now)))
        else:  # its every claim belongs to another: the same text again
            duplicate += 1
    to_save.sort(key=lambda pair: (min(pair[0].claimed_at or now, now), -pair[0].position))
    new = len(to_save) - changed
    return Ingested(
        to_save=_slowly(to_save, now) if had_entries else tuple(save for _, save in to_save),
        seen_ids=tuple(sorted(entry.id for entry in pairs.values())),
        new=new,
        changed=changed,
        unchanged=len(pairs) - changed,
        duplicate=duplicate,
        gap=had_entries and new > 0 and not pairs,
    )


# --- what is known ------------------------------------------------------------------------------------------


def _pair(faces: Sequence[_Face], known: Sequence[KnownEntry]) -> dict[int, KnownEntry]:
    """Which known entry each face is, by index: the pairs that agree most first, so that no order decides."""
    by_claim: dict[tuple[str, str | bytes], list[KnownEntry]] = defaultdict(list)
    for entry in known:
        for claim in _claims(entry.guid, entry.url, entry.identity_hash):
            by_claim[claim].append(entry)
    scores: list[tuple[int, int, int, KnownEntry]] = []
    for index, face in enumerate(faces):
        claims = _claims(face.guid, face.url, face.identity_hash)
        candidates = {entry.id: entry for claim in claims for entry in by_claim.get(claim, ())}
        scores += (
            (-score, index, entry.id, entry)
            for entry in candidates.values()
            if (score := _agreement(face, entry))
        )
    pairs: dict[int, KnownEntry] = {}
    used: set[int] = set()
    for _, index, id_, entry in sorted(scores, key=lambda score: score[:3]):
        if index not in pairs and id_ not in used:
            pairs[index] = entry
            used.add(id_)
    return pairs


def _claims(guid: str | None, url: str | None, text: bytes | None) -> set[tuple[str, str | bytes]]:
    """What is claimed, as something that can be looked up."""
    named = (("guid", guid), ("link", url), ("text", text))
    return {(name, claim) for name, claim in named if claim is not None}


def _agreement(face: _Face, known: KnownEntry) -> int:
    """How many claims the two share; 0 when they are different entries."""
    guid = _agree(face.guid, known.guid)
    link = _agree(face.url, known.url)
    title = _agree(face.title_hash, known.title_hash or None)
    text = _agree(face.identity_hash, known.identity_hash)
    is_same = link or (guid and not (link is False and title is False)) or (text and face.is_told_by_text)
    return sum(claim is True for claim in (guid, link, title, text)) if is_same else 0


def _agree(a: str | bytes | None, b: str | bytes | None) -> bool | None:
    """None when one of them says nothing."""
    return None if a is None or b is None else a == b


def _is_worth_saving(face: _Face, known: KnownEntry, now: datetime) -> bool:
    if face.content_hash == known.content_hash:
        return False
    return known.changes < FREE_CHANGES or now - known.changed_at >= CHANGE_EVERY


def _changed(face: _Face, known: KnownEntry, now: datetime) -> EntryToSave:
    kind = known.key.partition(":")[0]
    return EntryToSave(
        known_id=known.id,
        key=known.key,
        guid=known.guid if kind == "guid" else face.guid or known.guid,
        canonical_url=known.url if kind == "link" else face.url or known.url,
        title_hash=face.title_hash or b"",
        content_hash=face.content_hash,
        identity_hash=known.identity_hash if kind == "text" else face.identity_hash,
        entry=face.entry,
        due_at=now,
    )


def _new(face: _Face, key: str, now: datetime) -> EntryToSave:
    """Fresh news gets a head start that shrinks with its age, so that it is collected before an archive,
    and the archive, being due, still before the news of tomorrow.
    """
    age = max(timedelta(0), now - (face.claimed_at or now))
    return EntryToSave(
        known_id=None,
        key=key,
        guid=face.guid,
        canonical_url=face.url,
        title_hash=face.title_hash or b"",
        content_hash=face.content_hash,
        identity_hash=face.identity_hash,
        entry=face.entry,
        due_at=now - HEAD_START * (HEAD_START / (HEAD_START + age)),
    )


def _slowly(to_save: Sequence[tuple[_Face, EntryToSave]], now: datetime) -> tuple[EntryToSave, ...]:
    """The same, oldest first still, but most of an archive is due later, newest first: its pages are not all asked for
    in a row.
    """
    due: list[EntryToSave] = []
    archived = -ARCHIVED_AT_ONCE
    for face, save in reversed(to_save):
        if save.known_id is None and face.claimed_at is not None and now - face.claimed_at > ARCHIVED:
            archived += 1
            save = replace(save, due_at=now + archived * ARCHIVED_EVERY) if archived > 0 else save
        due.append(save)
    return tuple(reversed(due))


# --- what the document shows --------------------------------------------------------------------------------


def _faces(feed: ParsedFeed) -> tuple[list[_Face], int]:
    """The document's entries, each once, in an order of our own; and how many repeat another."""
    read = [_face(entry, position) for position, entry in enumerate(feed.entries)]
    faces = _without_empty_claims([face for face in read if face is not None])
    faces.sort(key=_rank)
    once: list[_Face] = []
    seen: set[tuple[str, str | bytes]] = set()
    for face in faces:
        # Text tells apart what has nothing else. One document may show one headline at two links.
        is_bare = face.guid is None and face.url is None
        claims = _claims(face.guid, face.url, face.identity_hash if is_bare else None)
        if seen.isdisjoint(claims):
            once.append(face)
        seen |= claims
    return once, len(faces) - len(once)


def _rank(face: _Face) -> tuple[object, ...]:
    """Of two faces of one entry the later edited stands for it, then the longer."""
    edited_at = face.entry.updated_at or face.entry.published_at or datetime.min.replace(tzinfo=UTC)
    claims = (face.guid or "", face.url or "", face.identity_hash or b"")
    return (-edited_at.timestamp(), -face.size, face.content_hash, *claims)


def _without_empty_claims(faces: list[_Face]) -> list[_Face]:
    """Take away the guids and links that stand for different entries in this one document."""
    guids = _shared(faces, lambda face: face.guid, lambda face: face.url)
    links = _shared(faces, lambda face: face.url, lambda face: face.guid)
    return [
        replace(
            face,
            guid=None if face.guid in guids else face.guid,
            url=None if face.url in links else face.url,
        )
        if face.guid in guids or face.url in links
        else face
        for face in faces
    ]


def _shared(
    faces: list[_Face], claim: Callable[[_Face], str | None], other: Callable[[_Face], str | None]
) -> set[str | None]:
    """The values of a claim whose bearers differ both in their headline and in their other claim."""
    bearers: dict[str | None, list[_Face]] = defaultdict(list)
    for face in faces:
        if claim(face) is not None:
            bearers[claim(face)].append(face)
    return {
        value
        for value, group in bearers.items()
        if len({face.title_hash for face in group}) > 1
        and (len(others := {other(face) for face in group}) > 1 or others == {None})
    }


def _face(entry: ParsedEntry, position: int) -> _Face | None:
    """The entry with its claims, or None when it shows nothing at all."""
    if (link := unwrapped(entry.url)) != entry.url:
        entry = replace(entry, url=link)
    title, text = _squeeze(entry.title), _text(entry)
    files = "\n".join(sorted(enclosure.url.partition("?")[0] for enclosure in entry.enclosures))
    url = _link(entry.url)
    seen = f"{title}\n{text}\n{files}"
    if url is None and seen.isspace():
        return None
    headline = (title or text[:HEADLINE]).casefold()
    claimed_at = entry.published_at or entry.updated_at
    return _Face(
        entry=entry,
        position=position,
        guid=_guid(entry.guid),
        url=url,
        title_hash=_hash(headline) if headline else None,
        content_hash=_hash(seen),
        identity_hash=None if seen.isspace() else _hash(f"{seen}\n{claimed_at or ''}"),
        size=len(seen),
    )


def _guid(claim: str | None) -> str | None:
    guid = " ".join((claim or "").split())
    if len(guid) > LONGEST_GUID:
        guid = f"{guid[: LONGEST_GUID // 2]}#{_hash(guid).hex()}"
    return guid or None


def _link(claim: str | None) -> str | None:
    """The canonical link, where it can tell one entry from another: a front page cannot, nor a redirector's."""
    url = canonical_url(claim) if claim else None
    if url is None or len(url.encode()) > LONGEST_LINK or is_redirector(url):
        return None
    parts = urlsplit(url)
    return url if parts.path.strip("/") or parts.query else None


def _text(entry: ParsedEntry) -> str:
    """What a reader sees of summary and content, the one not repeated when the other holds it."""
    summary, content = _visible(entry.summary), _visible(entry.content)
    return content if summary in content else summary + content


def _visible(markup: str) -> str:
    """Text without markup and white space: where a feed breaks its lines is no part of what it says."""
    return _squeeze(html.unescape(_MARKUP.sub("", markup)))


def _squeeze(text: str) -> str:
    return "".join(text.replace(" ", "").split())  # in half the time of a split at each space


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()
