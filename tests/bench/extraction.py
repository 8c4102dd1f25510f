"""How good and how fast extraction is on real pages, with trafilatura alone beside it, in one run.

    python tests/bench/extraction.py [--every N] [SET ...]

SET is a folder of the shared extraction data (fundus, wcxb, dates). Prints score.py's figures for our code
and for trafilatura's default mode with metadata, and the CPU time per page of both.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

from trafilatura import bare_extraction

from collector.errors import ExtractError
from collector.extract import extract

DATA = Path(__file__).resolve().parents[3] / "shared" / "extraction"

Row = dict[str, Any]


def ours(body: bytes, url: str) -> Row:
    """What the collector extracts."""
    try:
        found = extract(body, url)
    except ExtractError:
        return {}
    at = found.published_at
    published = at and (at.date() if found.published_is_day else at).isoformat()
    return {"text": found.text, "title": found.title, "authors": found.authors, "published": published}


def alone(body: bytes, url: str) -> Row:
    """What trafilatura extracts by itself."""
    found = bare_extraction(body, url=url, with_metadata=True)
    if found is None:
        return {}
    authors = [name for name in (found.author or "").split("; ") if name]
    return {"text": found.text, "title": found.title, "authors": authors, "published": found.date}


def run(contestant: Callable[[bytes, str], Row], pages: list[tuple[Row, bytes]], out: Path) -> list[float]:
    """Write one prediction a line; return the CPU seconds of each page. Runs the first page twice, to warm
    up.
    """
    contestant(pages[0][1], pages[0][0]["url"])
    seconds = []
    with out.open("w", encoding="utf-8") as file:
        for gold, body in pages:
            start = time.process_time()
            row = contestant(body, gold["url"])
            seconds.append(time.process_time() - start)
            file.write(json.dumps({"id": gold["id"], **row}) + "\n")
    return seconds


def scores(name: str, every: int, predictions: Path) -> Row:
    """score.py's figures; on a sample, the truth is sampled too."""
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder, name)
        sample.mkdir()
        Path(folder, "score.py").write_bytes((DATA / "score.py").read_bytes())
        lines = (DATA / name / "expected.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        (sample / "expected.jsonl").write_text("".join(lines[::every]), encoding="utf-8")
        command = [sys.executable, str(Path(folder, "score.py")), name, str(predictions)]
        return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def compare(name: str, every: int) -> None:
    """Print the figures of one set."""
    lines = (DATA / name / "expected.jsonl").read_text(encoding="utf-8").splitlines()[::every]
    golds = [json.loads(line) for line in lines]
    pages = [
        (gold, gzip.decompress((DATA / name / "html" / f"{gold['id']}.html.gz").read_bytes()))
        for gold in golds
    ]
    figures, cpu = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for contestant in (alone, ours):
            out = Path(folder, contestant.__name__)
            cpu[contestant] = run(contestant, pages, out)
            figures[contestant] = scores(name, every, out)
    print(f"{name}, {len(pages)} pages{'':16}alone      ours")
    for key, figure in figures[ours].items():
        if isinstance(figure, float):
            print(f"  {key:28}{figures[alone][key] or 0:9.4f} {figure:9.4f}")
    print(f"  {'CPU ms a page':28}{1e3 * mean(cpu[alone]):9.1f} {1e3 * mean(cpu[ours]):9.1f}")
    print(f"  {'CPU ms, slowest page':28}{1e3 * max(cpu[alone]):9.1f} {1e3 * max(cpu[ours]):9.1f}")
    print(f"  {'CPU, ratio':28}{1:9.2f} {sum(cpu[ours]) / sum(cpu[alone]):9.2f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", default=["fundus", "wcxb", "dates"], metavar="SET")
    parser.add_argument("--every", type=int, default=1, help="take every Nth page only")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for set_name in arguments.sets:
        compare(set_name, arguments.every)
