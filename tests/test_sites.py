"""Help for single sites: selectors of the user and of the shipped table, tried before everything else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import collector.extract
from collector.config import read
from collector.config.sites import SiteConfig
from collector.errors import ConfigError
from collector.extract import extract
from collector.extract.sites import hits, shipped
from collector.model import SiteRules, nearest

PARAGRAPH = "The harbour council voted to reopen the eastern ferry line after years of waiting, said the mayor. "
PAGE = f"""<!doctype html><html lang="en"><head><title>Ferry to sail</title></head><body>
<div class="blurb"><p>{PARAGRAPH * 6}</p></div>
<div class="story"><h2>What was said</h2><p>{"A bridge would have cost more than the ferry, an engineer told the council. " * 4}</p>
<p class="ad-slot">Buy a boat. It is cheaper than you think, and the sea is large enough for everybody.</p></div>
<b class="who">By Mira Solheim</b><span class="when" title="2026-11-17T21:05:30+02:00">Tuesday</span>
</body></html>""".encode()
RULES = SiteRules(host="amber.example", body=(".story",), remove=(".ad-slot",), date=(".when",), author=(".who",))
URL = "https://www.amber.example/2026/ferry"


def test_a_sites_rules_come_first():
    """Body, date and author are where the rules say, and what they remove is gone."""
    found = extract(PAGE, URL, None, RULES)

    assert found.text.startswith("What was said\nA bridge")
    assert "Buy a boat" not in found.text
    assert "harbour council" not in found.text
    assert found.authors == ("Mira Solheim",)
    assert found.published_at.isoformat() == "2026-11-17T21:05:30+02:00"
    assert {found.sources[name] for name in ("text", "authors", "published_at")} == {"site"}


def test_rules_that_select_nothing_leave_the_page_to_the_rest():
    """A site that was rebuilt is read as all others are."""
    rules = SiteRules(host="amber.example", body=(".gone",), author=(".gone",), date=(".gone",))

    assert "harbour council" in extract(PAGE, URL, None, rules).text


def test_hits_tell_what_each_selector_selects():
    """What `check --online` reports."""
    assert hits(PAGE, URL, None, RULES) == {".story": 1, ".ad-slot": 1, ".when": 1, ".who": 1}


@pytest.mark.parametrize(
    ("host", "of"),
    [("amber.example", 0), ("www.amber.example", 0), ("sport.amber.example", 1), ("a.sport.amber.example", 1),
     ("notamber.example", None), ("example", None)],
)  # fmt: skip
def test_the_nearest_host_decides(host, of):
    """Rules hold for the hosts below theirs, and the nearest are taken."""
    sites = [SiteRules(host="amber.example"), SiteRules(host="sport.amber.example")]

    assert nearest(sites, host) == (None if of is None else sites[of])


def test_the_shipped_table_has_the_form_of_the_users():
    """Every row would be accepted in feeds.yaml, too; hosts are there once."""
    rows = yaml.safe_load((Path(collector.extract.__file__).parent / "sites.yaml").read_text("utf-8"))
    hosts = [SiteConfig.model_validate(row).host for row in rows]

    assert len(hosts) == len(set(hosts))
    assert all(shipped(f"https://{host}/some/page").host == host for host in hosts)


def test_mistakes_in_sites_are_told_with_their_place():
    """A selector that is none, a host given twice, a property that there is not."""
    text = """\
sites:
  - host: amber.example
    body: "div["
  - host: amber.example
    remove: [".ad", "p::before"]
  - host: other.example
    bodi: .x
  - host: bare.example
"""
    with pytest.raises(ConfigError) as wrong:
        read(text.encode(), "feeds.yaml", {})

    told = [str(problem) for problem in wrong.value.problems]
    assert any(line.startswith("feeds.yaml:3:") and "no CSS selector" in line for line in told)
    assert any(line.startswith("feeds.yaml:4:") and "given twice" in line for line in told)
    assert any(line.startswith("feeds.yaml:5:") and "part of one" in line for line in told)
    assert any(line.startswith("feeds.yaml:7:") and "bodi" in line for line in told)
    assert any(line.startswith("feeds.yaml:8:") and "needs body" in line for line in told)
