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
from contextlib import ExitStack
from pathlib import Path
from statistics import mean, median
from typing import Any

from trafilatura import bare_extraction

from collector.errors import ExtractError
from collector.extract import as_json, extract

SETS = ("fundus", "wcxb", "dates")
DATA = Path(__file__).resolve().parents[3] / "shared" / "extraction"

Row = dict[str, Any]


def ours(body: bytes, url: str) -> Row:
    """What the collector extracts."""
    try:
        return as_json(extract(body, url))
    except ExtractError:
        return {}


def alone(body: bytes, url: str) -> Row:
    """What trafilatura extracts by itself."""
    found = bare_extraction(body, url=url, with_metadata=True)
    if found is None:
        return {}
    authors = [name for name in (found.author or "").split("; ") if name]
    return {"text": found.text, "title": found.title, "authors": authors, "published": found.date}


CONTESTANTS = (alone, ours)


def run(pages: list[tuple[Row, bytes]], folder: Path) -> dict[str, list[float]]:
    """Write each contestant's predictions into the folder; return their CPU seconds for each page.

    They take turns in going first: who comes second finds the library's caches filled.
    """
    seconds: dict[str, list[float]] = {contestant.__name__: [] for contestant in CONTESTANTS}
    with ExitStack() as stack:
        files = {name: stack.enter_context((folder / name).open("w", encoding="utf-8")) for name in seconds}
        for number, (gold, body) in enumerate(pages):
            for contestant in CONTESTANTS[:: -1 if number % 2 else 1]:
                start = time.process_time()
                row = contestant(body, gold["url"])
                seconds[contestant.__name__].append(time.process_time() - start)
                files[contestant.__name__].write(json.dumps({"id": gold["id"], **row}) + "\n")
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


def read_pages(name: str, every: int = 1) -> list[tuple[Row, bytes]]:
    """A set's pages, each with its truth."""
    lines = (DATA / name / "expected.jsonl").read_text(encoding="utf-8").splitlines()[::every]
    golds = [json.loads(line) for line in lines]
    return [(gold, gzip.decompress((DATA / name / "html" / f"{gold['id']}.html.gz").read_bytes())) for gold in golds]


def figures() -> dict[str, float]:
    """Our own figures on all sets, as `floors` wants them."""
    found = {}
    for name in SETS:
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            for gold, body in read_pages(name):
                file.write(json.dumps({"id": gold["id"], **ours(body, gold["url"])}) + "\n")
            file.flush()
            told = scores(name, 1, Path(file.name))
        found |= {f"extraction, {name}, {key}": value for key, value in told.items() if isinstance(value, float)}
    return found


def compare(name: str, every: int) -> None:
    """Print the figures of one set."""
    pages = read_pages(name, every)
    for gold, body in pages[::10]:  # stop lists, date patterns and models are loaded once in a process
        for contestant in CONTESTANTS:
            contestant(body, gold["url"])
    with tempfile.TemporaryDirectory() as folder:
        cpu = run(pages, Path(folder))
        told = {contestant: scores(name, every, Path(folder, contestant)) for contestant in cpu}
    print(f"{name}, {len(pages)} pages{'':16}alone      ours")
    for key, figure in told["ours"].items():
        if isinstance(figure, float):
            print(f"  {key:28}{told['alone'][key] or 0:9.4f} {figure:9.4f}")
    for label, measure in (("mean", mean), ("median", median), ("slowest", max)):
        ours_ms, alone_ms = 1e3 * measure(cpu["ours"]), 1e3 * measure(cpu["alone"])
        print(f"  {f'CPU ms a page, {label}':28}{alone_ms:9.1f} {ours_ms:9.1f}")
    print(f"  {'CPU, ratio':28}{1:9.2f} {sum(cpu['ours']) / sum(cpu['alone']):9.2f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", default=list(SETS), metavar="SET")
    parser.add_argument("--every", type=int, default=1, help="take every Nth page only")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for set_name in arguments.sets:
        compare(set_name, arguments.every)
