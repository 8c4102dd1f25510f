"""CPU seconds of polling, beside other pollers on the same pretend web, in one run.

    python tests/bench/polling.py --setup                      # once: installs the peers
    python tests/bench/polling.py                              # 1,000 feeds, 50 ms, beside lemon24/reader
    python tests/bench/polling.py --feeds 5000 --latency-ms 10 --peers floor-fetch

Prints for each phase (cold: all new; warm: nothing changed; delta: 5 % of the feeds changed) the CPU seconds of the
whole process tree, the peak memory, and our ratio to each peer. `stored` must be what was offered. Needs the shared
test data.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEWSWEB = ROOT.parent / "shared" / "newsweb"
PEERS = Path(tempfile.gettempdir()) / "collector-bench-peers"
COLLECTOR = Path(sys.executable).with_name("collector")

OURS = """
[ours]
setup = "{{ cat $FEEDS_YAML; printf '%s\\n' 'topics: [{{key: all, keywords: [\\"*\\"]}}]' 'settings: {{fetch: {{allow_private: [127.0.0.0/8]}}}}'; }} > feeds.yaml && {collector} migrate"
poll = "{collector} once --all --no-pages --json 2>/dev/null"
db = ["db/data/collector.sqlite3*"]
count = "sqlite3 db/data/collector.sqlite3 'select count(*) from entry'"
"""


def main() -> None:
    """Runs the contestants and prints the table."""
    args = _arguments()
    if args.setup:
        subprocess.run(["sh", NEWSWEB / "setup_peers.sh", args.peers_folder], check=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "ours.toml").write_text(OURS.format(collector=COLLECTOR))
        names = [*args.peers.split(","), "ours"]
        command = [
            sys.executable, NEWSWEB / "bench.py", "run", "-c", ",".join(names), "--config", work / "ours.toml",
            "--feeds", str(args.feeds), "--latency-ms", str(args.latency_ms), "--scenario", args.scenario,
            "--peers", args.peers_folder, "--server-python", args.peers_folder / "venv-limits/bin/python",
            "--work", work / "run", "--out", work / "results.json", "--port", str(args.port),
        ]  # fmt: skip
        subprocess.run(command, check=True)
        _print(json.loads((work / "results.json").read_text()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--latency-ms", type=float, default=50)
    parser.add_argument("--scenario", default="clean")
    parser.add_argument("--peers", default="floor-fetch,reader", help="contestants beside ours, by comma")
    parser.add_argument("--peers-folder", type=Path, default=PEERS)
    parser.add_argument("--port", type=int, default=8600)
    parser.add_argument("--setup", action="store_true", help="install the peers and stop")
    return parser.parse_args()


def _print(results: list[dict]) -> None:
    ours = next(result for result in results if result["name"] == "ours")
    print(f"\n{ours['feeds']} feeds, {ours['latency_ms']:g} ms, {ours['scenario']}: CPU seconds (peak MiB), ours / peer")
    for phase, mine in ours["phases"].items():
        cells = [f"ours {mine['cpu']:.2f} ({mine['peak_mib']:.0f}), stored {mine.get('stored')}"]
        for peer in results:
            if peer is not ours and phase in peer["phases"]:
                theirs = peer["phases"][phase]
                cells.append(f"{peer['name']} {theirs['cpu']:.2f} ({theirs['peak_mib']:.0f}) = {mine['cpu'] / theirs['cpu']:.2f}x")
        print(f"  {phase:6} " + "; ".join(cells))


if __name__ == "__main__":
    main()
