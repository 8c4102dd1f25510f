"""What a page calls its article: its section, and whether it is paid, opinion, live or corrected."""

from __future__ import annotations

import re

from collector.extract.jsonld import Node, is_of_type, strings
from collector.extract.page import Page
from collector.extract.titles import comparable
from collector.model import Flag
from collector.text.clean import clean
from collector.text.html import title_text

_SECTION_META = (
    "article:section",
    "og:article:section",
    "article.section",
    "section",
    "parsely-section",
    "content_category",
    "cxenseparse:section",
    "cxense-section",
    "news_section",
    "category",
    "dc.subject.section",
)
_LONGEST = 60  # letters of a section's name
_LOCKED = frozenset({"locked", "paid", "premium", "subscriber", "subscribers", "abo", "plus", "1", "true"})
_TIER_META = ("article:content_tier", "og:article:content_tier", "content_tier", "cxenseparse:recs:articlepaywall")
_OPINION_META = ("article:opinion", "og:article:opinion")
_FALSE = frozenset({"false", "no", "0", "http://schema.org/false", "https://schema.org/false"})

# What sections of opinion are called.
_OPINION = re.compile(
    r"\b(?:opinions?|op-?ed|editorials?|columnists?|commentary|leserbrief\w*|kommentare?|meinung(?:en)?|leitartikel|kolumnen?|"
    r"tribunes?|éditos?|chroniques?|opinión|editoriales|columnas?|opinião|colunas?|opinioni|editoriali|meningen|opinie|"
    r"debatt|ledare|leder|kronikk?|mielipide|opinie|komentarz\w*|felieton\w*|názory|komentáře?|vélemény|opinii|"
    r"мнения?|колонки?|думки?|yazarlar|köşe yazıları|opini|kolom|ý kiến)\b|评论|社论|評論|社論|"
    r"社説|オピニオン|사설|칼럼|오피니언|"
    r"رأي|مقالات|یادداشت|סדר היום|דעות|γνώμ|απόψεις|ความคิดเห็น|विचार|संपादकीय",
    re.IGNORECASE,
)
_OPINION_TYPES = ("opinionnewsarticle",)
_LIVE_TYPES = ("liveblogposting",)
_CORRECTION_TYPES = ("correctioncomment",)


def section(page: Page, article: Node) -> tuple[str, str] | None:
    """(where it is said, the section's name)."""
    claims = [
        *(("json-ld", text) for text in strings(article.get("articleSection"))),
        *(("meta", page.meta[name][0]) for name in _SECTION_META if name in page.meta),
        *(("microdata", text) for text in page.microdata.get("articlesection", [])),
        *(("json-ld", text) for text in _crumbs(page)),
    ]
    for source, claim in claims:
        name = clean(title_text(claim), _LONGEST + 1)
        if name and len(name) <= _LONGEST and comparable(name) and not name.startswith(("http:", "https:", "/")):
            return source, name
    return None


def flags(page: Page, article: Node, section_name: str) -> tuple[Flag, ...]:
    """What the page says of its article, in the order of `Flag`."""
    said = {
        Flag.PAID: _is_paid(page, article),
        Flag.OPINION: _is_opinion(page, article, section_name),
        Flag.LIVE: is_of_type(article, _LIVE_TYPES) or any(page.graph.of_type(*_LIVE_TYPES)),
        Flag.CORRECTION: bool(article.get("correction")) or any(page.graph.of_type(*_CORRECTION_TYPES))
        or "correction" in page.microdata,
    }  # fmt: skip
    return tuple(flag for flag in Flag if said[flag])


def _is_paid(page: Page, article: Node) -> bool:
    free = article.get("isAccessibleForFree")
    if free is not None:
        return free is False or str(free).strip().lower() in _FALSE
    if any(text.strip().lower() in _FALSE for text in page.microdata.get("isaccessibleforfree", [])):
        return True
    return page.first_meta(*_TIER_META).strip().lower() in _LOCKED


def _is_opinion(page: Page, article: Node, section_name: str) -> bool:
    if is_of_type(article, _OPINION_TYPES) or page.first_meta(*_OPINION_META).lower() == "true":
        return True
    return _OPINION.search(section_name) is not None


def _crumbs(page: Page) -> list[str]:
    """The last step of the way to the article, and not the article itself."""
    for trail in page.graph.of_type("breadcrumblist"):
        steps = trail.get("itemListElement")
        names = (
            [name for step in steps if isinstance(step, dict) for name in _name(step)]
            if isinstance(steps, list)
            else []
        )
        heads = {comparable(text) for text in (page.title, *page.headings)}
        names = [name for name in names[1:] if not any(comparable(name) in head for head in heads)]
        if names:
            return names[-1:]
    return []


def _name(step: Node) -> list[str]:
    item = step.get("item")
    return strings(step.get("name"))[:1] or (strings(item.get("name"))[:1] if isinstance(item, dict) else [])
