"""The whole pipeline with pages, beside trafilatura alone on the same pages, in one run.

    python tests/bench/pipeline.py [--feeds 60]

Prints: pages for each CPU second of the whole pipeline (`collector once` and `collector publish`: started, polled,
fetched, extracted, matched, compared with the corpus, stored, grouped, published) and of trafilatura alone with the same
options; the CPU milliseconds that an article costs outside extraction, all that starts included, and how much of that the
two commands take when they are given again and find nothing new; wall time on two cores and on one; the largest worker.
The CPU figures are those of one core, where processes do not slow each other down, for the pipeline as for the
yardsticks. The modules of the program are compiled, as they are after its first start. Needs the shared test data.
"""

from __future__ import annotations

import argparse
import compileall
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEWSWEB = ROOT.parent / "shared" / "newsweb" / "newsweb.py"
COLLECTOR = Path(sys.executable).with_name("collector")
SETTINGS = """
topics: [{{key: all, keywords: ["*"]}}]
settings:
  fetch: {{allow_private: [127.0.0.0/8], host_delay: 0s, workers: {workers}}}
"""
# How a page is worked on by each yardstick. The options are those of collector/extract/text.py; it asks for no
# metadata there because it reads them itself, so whoever does the same work asks for them. The text alone is printed
# beside.
PRECISE = "favor_precision=True, include_comments=False"
ALONE = {
    "trafilatura, same options": f"trafilatura.bare_extraction(page, url=URL, with_metadata=True, {PRECISE})",
    "trafilatura, text alone": f"trafilatura.bare_extraction(page, url=URL, with_metadata=False, {PRECISE})",
    "our extraction": "extract(page, URL)",
}
# Prints the CPU seconds that it takes over the pages of a folder, imports and first uses left out.
TIMED = """
import os, pathlib, sys, time
os.sched_setaffinity(0, {{0}})
import trafilatura
from collector.extract import extract
URL = "http://127.0.0.1/2026/11/page.html"
def work(page):
    try: {work}
    except Exception as exc: print(repr(exc), file=sys.stderr)
pages = [path.read_bytes() for path in sorted(pathlib.Path(sys.argv[1]).iterdir())]
for page in pages[:20]: work(page)
start = time.process_time()
for page in pages: work(page)
print(time.process_time() - start)
"""


def main() -> None:
    """Runs everything on a pretend web of its own and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=60)
    parser.add_argument("--port", type=int, default=8631)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        command = [sys.executable, NEWSWEB, "--feeds", str(args.feeds), "--port", str(args.port), "--write-lists", work]
        web = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
        try:
            assert web.stdout
            web.stdout.readline()
            measure(work)
        finally:
            web.terminate()
            web.wait()


def measure(work: Path) -> None:
    """Both runs of the pipeline, then the yardsticks on the pages that it collected."""
    one, two = (pipeline(work, str(count), workers=count, cores=set(range(count))) for count in (1, 2))
    pages = work / "pages"
    save_pages(one["database"], pages)
    count = one["pages"]
    alone = {name: float(python(TIMED.format(work=work_on), pages)) for name, work_on in ALONE.items()}
    outside = (one["cpu"] - alone["our extraction"]) / one["articles"] * 1000
    print(f"articles, with a page of their own   {one['articles']}, {count}")
    print(f"whole pipeline                       {count / one['cpu']:7.1f} pages/CPU-s")
    for name, cpu in alone.items():
        print(f"{name:36} {count / cpu:7.1f} pages/CPU-s")
    print(f"pipeline / trafilatura, same options {alone['trafilatura, same options'] / one['cpu']:7.2f}")
    print(f"outside extraction                   {outside:7.2f} ms of CPU an article, starts included")
    again = one["again"] / one["articles"] * 1000
    print(f"  both commands again, nothing new   {again:7.2f} ms of that ({one['again']:.2f} s)")
    print(f"  each further article               {outside - again:7.2f} ms")
    print(
        f"two cores / one                      {one['wall'] / two['wall']:7.2f}   ({two['wall']:.1f} s, {one['wall']:.1f} s)"
    )
    print(f"largest worker                       {two['worker']:7.0f} MiB")


def pipeline(work: Path, name: str, workers: int, cores: set[int]) -> dict:
    """One run over everything: polls, collects, publishes. CPU seconds of the whole process tree."""
    folder = work / name
    folder.mkdir()
    (folder / "feeds.yaml").write_text((work / "feeds.yaml").read_text() + SETTINGS.format(workers=workers))
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    compileall.compile_dir(ROOT / "collector", quiet=1)
    once, publish = "collector once --json >once.log 2>&1", "collector publish --out site >publish.log 2>&1"
    before, start = cpu_of_children(), time.monotonic()
    process = start_of(folder, cores, f"{once} && {publish}")
    largest = watch(process)
    if process.wait():
        sys.exit((folder / "once.log").read_text()[-2000:])
    wall, cpu = time.monotonic() - start, cpu_of_children() - before
    before = cpu_of_children()
    start_of(folder, cores, f"{once} && {publish}").wait()
    again = cpu_of_children() - before
    database = folder / "db/data/collector.sqlite3"
    with sqlite3.connect(database) as connection:
        query = "select count(*), sum(text_source = 'page') from article where corpus_file is null"
        articles, pages = connection.execute(query).fetchone()
    return {
        "cpu": cpu,
        "again": again,
        "wall": wall,
        "articles": articles,
        "pages": pages,
        "database": database,
        "worker": largest(),
    }


def start_of(folder: Path, cores: set[int], command: str) -> subprocess.Popen:
    """A shell that does `command` in the folder, on these cores."""
    path = f"{COLLECTOR.parent}:{os.environ['PATH']}"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {"PATH": path}
    pin = partial(os.sched_setaffinity, 0, cores)
    return subprocess.Popen(["bash", "-c", command], cwd=folder, env=env, preexec_fn=pin)


def watch(process: subprocess.Popen):
    """Samples the memory of the largest worker (a grandchild or deeper, by PSS) while `process` runs."""
    peak = [0.0]

    def sample() -> None:
        while process.poll() is None:
            for status in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    line = status.read_bytes()
                    if b"collector" in line and (b"spawn" in line or b"forkserver" in line or b"worker" in line):
                        text = (status.parent / "smaps_rollup").read_text()
                        peak[0] = max(peak[0], int(text.split("Pss:")[1].split()[0]) / 1024)
                except (OSError, IndexError):
                    continue
            time.sleep(0.25)

    thread = threading.Thread(target=sample)
    thread.start()

    def largest() -> float:
        thread.join()
        return peak[0]

    return largest


def save_pages(database: Path, folder: Path) -> None:
    """The pages behind the collected articles, as the server sends them."""
    folder.mkdir()
    with sqlite3.connect(database) as connection:
        rows = connection.execute("select id, url from article where text_source = 'page' and corpus_file is null").fetchall()
    for number, url in rows:
        (folder / f"{number:06}.html").write_bytes(urllib.request.urlopen(url).read())


def python(code: str, *args: Path) -> str:
    """What a Python process of its own prints."""
    return subprocess.run(
        [sys.executable, "-c", code, *args], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout


def cpu_of_children() -> float:
    """User and system seconds of every child that has ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
