"""Which of a page's blocks are its article.

Where nearly all of a page's prose stands in one place, the article is there; elsewhere trafilatura says roughly where
it is. Around that, the page's own structure decides: what stands among the article's paragraphs belongs to it, what
its classes call a caption, a teaser or a newsletter does not, and where trafilatura has found one of several
containers, or another text, the paragraphs of the page outvote it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from collector.extract.blocks import Block, Kind
from collector.extract.boilerplate import is_about_author, is_at_an_end, is_boilerplate
from collector.extract.furniture import is_furniture, says_standfirst
from collector.extract.titles import comparable

_MOST_LINKED = 0.5  # of a block inside links: more is a list of teasers
_PROSE = 80  # letters from which a block may be a sentence of the article
_TELLING = 25  # letters from which a block says where the article is
_SHORT = 12  # letters below which a text is found in another one by chance
_WHOLE = 0.9  # of an article's letters that its container holds
_STANDFIRST = 40  # letters of the shortest one
_SPARED = 0.4  # of them, in an element whose classes then are about the page
_ENOUGH = 1_500  # letters of prose in one place
_CLEAR = 0.85  # of the page's prose, in one place: there is no doubt
_OUTVOTED = 1.6  # times as much prose in one place of the page as was found
_MAIN = 0.2  # of the letters of the fullest place, that a place of an article has
_LISTS = frozenset({"ul", "ol", "li", "blockquote", "dl", "dd", "dt", "tr", "td", "tbody", "thead", "table"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the page says of its article, in letters and digits alone (`comparable`): so its repetition is known."""

    title: str = ""
    authors: frozenset[str] = frozenset()
    descriptions: tuple[str, ...] = ()


def article_blocks(blocks: Sequence[Block], rough: Callable[[], str], claims: Claims) -> tuple[list[Block], str]:
    """The blocks of the article, in order, and its standfirst. `rough` gives its text as far as another finds it, a
    line a paragraph; it is asked only where the page has its prose in several places.
    """
    layout = _Layout(blocks)
    clear = layout.clear()
    seeds = layout.without_furniture(clear or layout.outvoted(layout.found(rough())))
    if not seeds:
        return [], ""
    kept, standfirst = layout.without_standfirst(layout.trimmed(layout.completed(seeds), claims), claims)
    return [blocks[index] for index in kept], blocks[standfirst].text if standfirst is not None else ""


class _Layout:
    """The blocks of one page by number, and what is known of the elements around them."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.keys = [comparable(block.text) for block in blocks]
        lines: dict[HtmlElement, list[HtmlElement]] = {}
        self.parents = [lines.setdefault(b.element, [b.element, *b.element.iterancestors()]) for b in blocks]
        self.spared: set[HtmlElement] = set()
        self._furniture: dict[HtmlElement, bool] = {}

    def found(self, rough: str) -> list[int]:
        """The blocks that are in the rough text."""
        lines, whole = {comparable(line) for line in rough.splitlines()}, comparable(rough)
        return [i for i, key in enumerate(self.keys) if key in lines or (len(key) >= _SHORT and key in whole)]

    def clear(self) -> list[int]:
        """The prose of the page's one place, where nearly all of it stands; nothing where that can be doubted."""
        prose = [index for index, block in enumerate(self.blocks) if _is_prose(block)]
        shown = [index for index in prose if not self.is_furniture(index)]
        places: dict[HtmlElement, list[int]] = defaultdict(list)
        for index in shown:
            places[self.place(index)].append(index)
        if not places:
            return []
        best = max(places.values(), key=self.letters)
        letters = self.letters(best)
        return best if letters >= _ENOUGH and letters >= _CLEAR * self.letters(prose) else []

    def outvoted(self, seeds: list[int]) -> list[int]:
        """The seeds, or the prose of the page's fullest place, where that is much more or elsewhere."""
        prose = [index for index, block in enumerate(self.blocks) if _is_prose(block)]
        shown = [index for index in prose if not self.is_furniture(index)]
        if not shown:  # a box that was never closed is around everything
            self._spare(prose)
            shown = [index for index in prose if not self.is_furniture(index)]
        places: dict[HtmlElement, list[int]] = defaultdict(list)
        for index in shown:
            for element in self.parents[index][1:4]:
                places[element].append(index)
        if not places:
            return seeds
        best = max(places.values(), key=self.letters)
        have, there = self.letters(seeds), self.letters(best)
        common = self.letters(set(best) & set(seeds))
        return best if there > _OUTVOTED * have or (there > have and common < 0.2 * there) else seeds

    def without_furniture(self, seeds: list[int]) -> list[int]:
        """The seeds outside of what the page calls its furniture."""
        self._spare(seeds)
        return [index for index in seeds if not self.is_furniture(index)] or seeds

    def completed(self, seeds: list[int]) -> list[int]:
        """The seeds of the article's places, and what stands among them there."""
        mass: Counter[HtmlElement] = Counter()
        shaped: Counter[tuple[str, str]] = Counter()
        telling = [index for index in seeds if self.blocks[index].letters >= _TELLING] or seeds
        for index in telling:
            place, letters = self.place(index), self.blocks[index].letters
            mass[place] += letters
            shaped[_shape(place)] += letters
        most, total = max(mass.values()), self.letters(telling)
        main = {
            place
            for place, letters in mass.items()
            if letters >= _MAIN * most or shaped[_shape(place)] >= _MAIN * total
        }
        shapes = {shape for place in main if (shape := _shape(place))[1]}
        homes = {home for place in main for home in _homes(place)}
        inside = self._container([index for index in seeds if self.place(index) in main])
        chosen = set()
        for index, block in enumerate(self.blocks):
            place = self.place(index)
            is_home = place in main or (_shape(place) in shapes and not homes.isdisjoint(_homes(place)))
            is_near = is_home or (place in mass and inside in self.parents[index])
            if not is_near or self.is_furniture(index):
                continue
            if block.link_share <= _MOST_LINKED or (is_home and _is_sentence(block)):
                chosen.add(index)
        return self._of_one_article(sorted(chosen))

    def _of_one_article(self, chosen: list[int]) -> list[int]:
        """Without articles that follow the first one with headlines of their own."""
        first: HtmlElement | None = None
        others: dict[HtmlElement, bool] = {}
        kept = []
        for index in chosen:
            around = next((e for e in self.parents[index] if e.tag == "article"), None)
            if first is None and self.blocks[index].letters >= _PROSE:
                first = around
            if around is not None and first is not None and around is not first and first not in self.parents[index]:
                if around not in others:
                    others[around] = next(around.iter("h1"), None) is not None and around not in first.iterancestors()
                if others[around]:
                    continue
            kept.append(index)
        return kept

    def trimmed(self, chosen: list[int], claims: Claims) -> list[int]:
        """Without boilerplate, the repeated headline, bylines at either end, and headings that nothing follows."""
        kept = [i for i in chosen if not self._is_title(i, claims.title) and not is_boilerplate(self.blocks[i])]
        prose = [n for n, i in enumerate(kept) if self.blocks[i].letters >= _PROSE]
        if not prose:
            return kept
        first, last = prose[0], prose[-1]

        def is_end(index: int) -> bool:
            block = self.blocks[index]
            return is_at_an_end(block) or is_about_author(block, claims.authors) or block.link_share > _MOST_LINKED

        kept = [i for n, i in enumerate(kept) if first < n < last or n == first or not is_end(i)]
        return self._ended(kept)

    def _is_title(self, index: int, title: str) -> bool:
        key = self.keys[index]
        if not title or not key:
            return False
        if key == title or self.blocks[index].element.tag == "h1":
            return True
        return (
            self.blocks[index].kind is Kind.HEADING
            and len(title) > 20
            and (key.endswith(title) or (title.endswith(key) and len(key) > 20))
        )

    def without_standfirst(self, kept: list[int], claims: Claims) -> tuple[list[int], int | None]:
        """The blocks, and the one before the first paragraph that sums them up."""
        prose = [i for i in kept if self.blocks[i].letters >= _STANDFIRST]
        if len(prose) < 3 or kept.index(prose[0]) > 2:
            return kept, None
        one, following = prose[0], prose[1:]
        if not self._is_standfirst(one, following, claims):
            return kept, None
        return [i for i in kept if i > one], one

    def _is_standfirst(self, one: int, following: list[int], claims: Claims) -> bool:
        block, parents = self.blocks[one], self.parents[one]
        if block.letters > 600:
            return False
        total = self.letters(following)
        if any(says_standfirst(e) for e in parents[:3] if e not in self.spared) and block.letters < 0.5 * total:
            return True
        if block.kind is Kind.HEADING:
            return self.blocks[following[0]].kind is not Kind.HEADING and block.text[-1:] != "?"
        key = self.keys[one]
        is_told = any(d and (key.startswith(d[:60]) or d.startswith(key[:60])) for d in claims.descriptions)
        return is_told and not any(self._alike(one, other) for other in following)

    def _alike(self, one: int, other: int) -> bool:
        """Whether two blocks are of one sort, and in one place."""
        a, b = self.blocks[one].element, self.blocks[other].element
        return _shape(a) == _shape(b) and (bool(a.get("class")) or self.place(one) is self.place(other))

    def _ended(self, kept: list[int]) -> list[int]:
        """Without headings at the end."""
        while kept and self.blocks[kept[-1]].kind is Kind.HEADING:
            kept.pop()
        return kept

    def is_furniture(self, index: int) -> bool:
        """Whether an element around the block, other than the spared ones, says that it is no part of an article."""
        is_set_off = self.blocks[index].kind in (Kind.QUOTE, Kind.ROW)  # figures hold quotations and tables, too
        return any(
            e not in self.spared and not (is_set_off and e.tag == "figure") and self._says_furniture(e)
            for e in self.parents[index]
        )

    def place(self, index: int) -> HtmlElement:
        """The element around the block and its siblings; of an item, around its list."""
        parents = self.parents[index]
        for depth, element in enumerate(parents[:5]):
            if element.tag == "blockquote":
                return parents[depth + 1]
        if parents[0].tag == "div":
            return parents[0] if self.blocks[index].kind is Kind.PARAGRAPH and len(parents[0]) > 3 else parents[1]
        return next((element for element in parents[1:] if element.tag not in _LISTS), parents[0])

    def letters(self, chosen: Collection[int]) -> int:
        """How long these blocks are together."""
        return sum(self.blocks[index].letters for index in chosen)

    def _spare(self, chosen: Collection[int]) -> None:
        mass, total = self._mass(chosen), self.letters(chosen)
        self.spared = {element for element, letters in mass.items() if letters > _SPARED * total}

    def _mass(self, chosen: Collection[int]) -> Counter[HtmlElement]:
        mass: Counter[HtmlElement] = Counter()
        for index in chosen:
            for element in self.parents[index]:
                mass[element] += self.blocks[index].letters
        return mass

    def _container(self, chosen: Collection[int]) -> HtmlElement:
        least = _WHOLE * self.letters(chosen)
        holding = [element for element, letters in self._mass(chosen).items() if letters >= least]
        return max(holding, key=lambda element: sum(1 for _ in element.iterancestors()))

    def _says_furniture(self, element: HtmlElement) -> bool:
        if (known := self._furniture.get(element)) is None:
            known = self._furniture[element] = is_furniture(element)
        return known


def _is_prose(block: Block) -> bool:
    """Whether the block is long enough for a sentence of the article, is no list of links, and holds a full stop."""
    is_long = block.letters >= _PROSE and block.link_share < 0.3
    return is_long and (not block.text.isascii() or any(mark in block.text for mark in ".!?"))


def _is_sentence(block: Block) -> bool:
    """Whether the block ends as a sentence does, or is a heading: links in it are the article's own."""
    return block.kind is Kind.HEADING or (
        block.letters >= _PROSE // 2 and block.text.rstrip("\"'”’»)")[-1:] in ".!?。！？…:"
    )


def _shape(element: HtmlElement) -> tuple[str, str]:
    """What elements of one sort have in common."""
    return element.tag, element.get("class") or ""


def _homes(element: HtmlElement) -> Iterator[HtmlElement]:
    """Where an element's like stand: a few levels up."""
    for parent in islice(element.iterancestors(), 4):
        if parent.tag not in ("body", "html"):
            yield parent
