"""German and its neighbours write two nouns as one word: Russlandpolitik, Rysslandskriget, Raketenangriff."""

from __future__ import annotations

import re

_LANGUAGES = frozenset({"de", "nl", "sv", "no", "da"})
_SHORTEST_FIRST = 4  # letters
_SURE_FIRST = 6  # from here on any noun may follow
_SHORTEST_SECOND = 4
_LINK = "(?:s|n|en|e|es)?"
# Nouns that follow short names of countries; a stem is enough.
_SECOND = re.compile(
    _LINK + "(?:politi|krieg|krig|oorlog|konfli|kris|gesch|handel|reis|expert|besuch|besok|besog|bezoek|regier|botschaf"
    "|kenner|bezieh|strateg|sanktion|sanctie|abkomm|avtal|aftale|avtale|deal|import|export|gesprach|frag|einsatz"
    "|geheim|trupp|arme|grenz|grens|gran|bors|markt|markn|feldzug|kurs|debat|bericht|list|hilf|hulp|hjalp|kriti|freund|feind"
    "|flucht|flykt|vlucht|ruckkehr|korrespond|gipfel|virus|rebell|affar|affair|beauftrag|geschaft|vertrag|fodral|verdrag|delegation"
    "|delegatie|angriff|angrep|aanval|embargo|invest|verhandl|forhandl|onderhand|wahl|val|spiel|match|mission|forsch|forsk"
    "|problem|plan|kenn|fonds|aktie|strat|tour|urlaub|geschich|beleid|ambass|kontakt|bild|team|einmarsch|uran|atom|ol|gas)"
)
# What makes an adjective or a person of a name is no second noun; those stand in the tables.
_DERIVED = re.compile("(?:n?isch|ner|er|ier|an|ien|ia|ska|sk|ese|isk|aans|isier|ismus|ist)")


def follows(first: str, rest: str, language: str | None) -> bool:
    """Whether `rest` may be the second noun of a compound that begins with `first`; both are folded."""
    if language not in _LANGUAGES or len(first) < _SHORTEST_FIRST or len(rest) < _SHORTEST_SECOND:
        return False
    if _DERIVED.match(rest):
        return False
    return len(first) >= _SURE_FIRST or bool(_SECOND.match(rest))
