"""Small news to be grouped: events in words of their own, each told by several papers, and the same text elsewhere."""

from __future__ import annotations

import random

# Each event with its reports: (title, text).
EVENTS: dict[str, list[tuple[str, str]]] = {
    "ferry": [
        (
            "Ferry Arirang sinks off Wonsan, 41 rescued",
            "The ferry Arirang sank in a storm off the port of Wonsan on Monday. Fishermen pulled 41 passengers out of the "
            "water, the harbour master Ri Chol Su said. Nine people are missing. The ship had left Wonsan at dawn for "
            "Chongjin with a cargo of timber.",
        ),
        (
            "Storm sinks ferry near Wonsan; nine missing",
            "Nine people are missing after the ferry Arirang went down in a storm near Wonsan. The harbour master, Ri Chol "
            "Su, told reporters that 41 passengers were rescued by fishermen. The ferry was on its way to Chongjin with "
            "timber on board.",
        ),
        (
            "41 rescued as ferry Arirang goes down",
            "Fishermen rescued 41 people from the ferry Arirang, which sank on Monday in heavy seas off Wonsan. Ri Chol Su, "
            "the harbour master, said nine passengers were still missing. The Arirang carried timber to Chongjin.",
        ),
    ],
    "bridge": [
        (
            "Minister Orlov opens Tumen bridge",
            "Transport minister Pavel Orlov opened a road bridge over the Tumen river on Wednesday. The bridge is 850 metres "
            "long and cost 9 billion roubles. Lorries will cross it from March, Orlov said at the ceremony in Khasan.",
        ),
        (
            "Road bridge over the Tumen river opened in Khasan",
            "In Khasan the transport minister Pavel Orlov has opened the new road bridge over the Tumen. It is 850 metres "
            "long; 9 billion roubles were spent on it. From March on it will carry lorries, according to Orlov.",
        ),
    ],
    "chess": [
        (
            "Teenager Nadia Petrova wins chess title in Brasilia",
            "Nadia Petrova, 16, won the women's chess championship in Brasilia after beating Ana Souza in a rook endgame. She "
            "scored nine points out of eleven and takes home 60,000 dollars.",
        ),
        (
            "Chess: Petrova, 16, is champion",
            "The women's chess championship in Brasilia was won by the 16-year-old Nadia Petrova. In the last round she beat "
            "Ana Souza in a rook endgame to finish with nine points out of eleven. The prize is 60,000 dollars.",
        ),
    ],
}  # fmt: skip

BOILERPLATE = "Copyright by the agency. All rights reserved. Subscribe to our newsletter for more."


def copied(report: tuple[str, str], title: str = "Breaking") -> tuple[str, str]:
    """The same text under another headline, as other papers print what an agency sends."""
    return title, f"{report[1]} {BOILERPLATE}"


def reports() -> list[tuple[str, str, str]]:
    """All reports in the order of a day, the events mixed: (event, title, text)."""
    longest = max(map(len, EVENTS.values()))
    return [(event, *told[n]) for n in range(longest) for event, told in EVENTS.items() if n < len(told)]


def many(number: int) -> list[tuple[str, str, str]]:
    """Reports of so many events, mixed: (event, title, text). Each event has names and words that no other has."""
    chance = random.Random(number)
    told = []
    for n in range(number):
        event = f"{n:03}"
        names = {name: _word(chance).title() for name in ("Arirang", "Wonsan", "Chongjin", "Ri Chol Su")}
        words = {word: _word(chance) for word in ("ferry", "storm", "harbour", "fishermen", "passengers", "timber", "sank")}
        versions = [_replaced(report, names | words | {"41": str(chance.randrange(50, 9999))}) for report in EVENTS["ferry"]]
        versions.append(copied(versions[0]))
        told += [(chance.random(), event, *version) for version in versions[: chance.randrange(1, 5)]]
    return [(event, title, text) for _, event, title, text in sorted(told)]


def _word(chance: random.Random) -> str:
    return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(4))


def _replaced(report: tuple[str, str], words: dict[str, str]) -> tuple[str, str]:
    title, text = report
    for old, new in words.items():
        title, text = title.replace(old, new), text.replace(old, new)
    return title, text
