"""What an element's name, classes and role say: that it is a page's furniture, and no part of an article."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.html import HtmlElement

_TAGS = frozenset({"nav", "footer", "form", "figcaption", "figure", "dialog", "menu", "search", "caption"})
_ROLES = frozenset(
    {"navigation", "search", "contentinfo", "banner", "complementary", "dialog", "alertdialog", "menu", "tablist"}
)
_PARTS = re.compile(r"[^A-Za-z0-9]+")
_MADE_UP = re.compile(r"\d[A-Za-z]|[A-Za-z]\d[A-Za-z0-9]{3}|(?:[a-z][A-Z]+){3}")
_BOXES = frozenset({"div", "section", "aside", "ul", "ol", "table", "header"})
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

# Words of class names and ids, alone or in pairs.
_NAMES = re.compile(
    r"""\b(?:
    (?:img|image|photo|pic|media|video|gallery)\ ?(?:captions?|credits?|description|copyright|info|box[a-z]?|
    widget|title)|
    captions?|figcaption|credits?|copyright|infotext|
    bylines?|authors?|bio|textauthor|
    newsletters?(?!\ (?:cms|content))|subscri(?:be|ption)s?|signup|access\ wall|whatsapp(?:\ group)?|telegram|
    related|recommend(?:ed|ations?)?|(?<!article\ )teasers?(?!\ content)|trending|popular|most\ ?read|
    read\ ?(?:more|next|also)|(?<!pb\ )promo(?:tion)?s?|outbrain|taboola|
    (?:fact|info)\ ?box|metro\ factbox|infobox|
    twitter\ tweet|instagram\ media|tiktok\ embed|fb\ post|
    shar(?:e|ing)|social|follow|comments?|disqus|feedback|
    breadcrumbs?|tags|tag\ ?list|label\ items|menu|navbar|navigation|(?<!has\ )(?<!with\ )sidebar(?!\ (?:grid|
    container|content|layout))|footer|footnotes?|
    advert(?:isement|ising|s)?|advtext|ads?|sponsor(?:ed)?|banner|cookies?|consent|gdpr|modal|popup|
    toc|poll|quiz|carousel|player|timestamp|
    disclaimer|screenreader|sr\ only|visually\ hidden|visuallyhidden
    )\b""",
    re.VERBOSE,
)


_STANDFIRST = re.compile(
    r"""\b(?:
    lead|intro|introtext|leadin|lead\ in|vorspann|einleitung|anrei(?:ss|ß)er|summary|excerpt|standfirst|dek|
    deck|strapline|abstract|
    (?:article|post|page|story|voc|entry|tertiary)\ (?:subtitle|sub\ ?title|description|summary|title)|
    subtitle|sub\ ?head(?:line|ing)?|sub\ ?hed|
    ingress|chapo|chapeau|entradilla|bajada|copete|sumario|sommario|occhiello|spot|manchet|perex|lide?|анонс|
    speakable\ summary
    )\b""",
    re.VERBOSE,
)


def says_standfirst(element: HtmlElement) -> bool:
    """Whether the classes call the element what sums an article up before its first paragraph."""
    return (name := element.get("class")) is not None and _STANDFIRST.search(_spelled(name)) is not None


def is_furniture(element: HtmlElement) -> bool:
    """Whether the element says that what it holds is no part of an article's text."""
    tag = element.tag
    if tag in _TAGS or element.get("role", "") in _ROLES or "hidden" in element.attrib:
        return True
    if tag in ("body", "html", "main", "article"):
        return False
    if (name := element.get("class")) and _says(name):
        return True
    # Marks for jumps are ids of headings and paragraphs.
    return tag in _BOXES and (name := element.get("id")) is not None and _says(name)


@lru_cache(maxsize=20_000)
def _says(name: str) -> bool:
    return _NAMES.search(_spelled(name)) is not None


def _spelled(name: str) -> str:
    """The words of a class or id, without those that a program made up (css-1fqf0pv)."""
    names = (part for part in _PARTS.split(name) if not _MADE_UP.search(part))
    return " ".join(word.lower() for part in names for word in _WORDS.findall(part))
