"""The names of countries in every language, out of Unicode's CLDR as Babel ships it.

    python -m tests.cldr        writes collector/match/cldr.tsv anew, after Babel has moved to another CLDR
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from babel import localedata

TABLE = Path(__file__).resolve().parent.parent / "collector" / "match" / "cldr.tsv"
HEAD = """\
# Countries and territories in every language: Unicode CLDR (license: https://www.unicode.org/license.txt).
# Written by `python -m tests.cldr`; what is to be mended goes into countries.tsv.
# code	name	languages
"""
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


def rows() -> list[tuple[str, str, str]]:
    """Code, name and the languages (primary subtags) that call the territory so; sorted."""
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    for locale in localedata.locale_identifiers():
        language = {"nb": "no", "nn": "no", "root": ""}.get(locale.split("_")[0], locale.split("_")[0])
        for code, name in localedata.load(locale).get("territories", {}).items():
            if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES and name != code and language:
                names[code, name].add(language)
    return sorted((code, name, " ".join(sorted(languages))) for (code, name), languages in names.items())


def table() -> str:
    """The file as it has to be."""
    return HEAD + "".join("\t".join(row) + "\n" for row in rows())


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
