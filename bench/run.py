#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Measures snet beside what one would pick instead, in one run.

    bench/run.py [--quick] [--rows PATTERN] [--rounds N] [--peer 'NAME=COMMAND'] [--out DIR]

Every round runs every row, and within it every case one after the other, so that what is compared
has met the same machine in the same mood. The figures are kept as JSON in DIR, after each row, with
the tables and plots made from them. --publish writes these into docs/benchmarks.md, too.

A peer of your own is a line of bash that runs both ends of a tunnel in the foreground, in which
{front}, {middle} and {back} are ports of 127.0.0.1, and {folder} is a temporary folder:

    --peer 'mine=mytunnel server :{middle} :{back} & mytunnel client :{front} :{middle}; wait'
"""

import argparse
import fnmatch
import json
import signal
import sys
import time
from pathlib import Path
from typing import NamedTuple

import load
import machine
import peers
import report
from rows import ROWS, Case, Row

ROOT = Path(__file__).resolve().parent.parent
RESULTS = "results.json"


class Settings(NamedTuple):
    """How a run is made."""

    programs: load.Programs
    rounds: int
    seconds: float
    idle: int
    peers: dict[str, peers.Peer]


def measure(case: Case, settings: Settings) -> dict:
    """The figures of one case, once."""
    if case.kind == "cipher":
        cipher, ends = case.arguments
        return load.cipher_pass(cipher, ends=int(ends))
    if case.kind == "core":
        return load.scene(settings.programs.bench, list(case.arguments), None)
    if case.kind == "three":
        return load.at_once(settings.programs.bench, list(case.arguments), settings.seconds, 3)
    if case.kind == "scene":
        return load.scene(settings.programs.bench, list(case.arguments), settings.seconds)
    peer = settings.peers[case.peer]
    if case.kind == "hold":
        return load.hold(peer, settings.programs.snet, settings.idle)
    if case.kind == "cuts":
        return load.cut_again(peer, settings.programs.snet, settings.idle)
    grace = load.OVERRUN_SECONDS if case.kind == "path" else load.GRACE_SECONDS
    return load.through(peer, settings.programs, list(case.arguments), settings.seconds, grace)


def added(case: Case, samples: dict, at: int) -> dict:
    """The figures of a case that is made of others of its round."""
    parts = []
    for name in case.arguments:
        found = [sample for sample in samples.get(name, []) if sample["round"] == at]
        parts.append(found[0].get("figures", {}) if found else {})
    return load.floor(*parts)


def sample(case: Case, settings: Settings, at: int, samples: dict) -> dict:
    """What one case gives in one round, after `samples` of others of its row; a failure is a
    result, and never the end of a run."""
    begun = time.monotonic()
    try:
        figures = added(case, samples, at) if case.kind == "floor" else measure(case, settings)
        result = {"round": at, "figures": figures}
    except peers.Failed as error:
        result = {"round": at, "failed": str(error)}
    except Exception as error:  # A fault of one case must not lose all the others.
        result = {"round": at, "failed": f"{type(error).__name__}: {error}"}
    result["took_s"] = round(time.monotonic() - begun, 2)
    return result


class Progress:
    """Says what runs and how much is left: one line that changes on a terminal, else one a row."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0
        self.begun = time.monotonic()
        self.terminal = sys.stderr.isatty()
        self.row = ""

    def show(self, at: int, rounds: int, row: Row, case: str) -> None:
        """Tell what begins now."""
        left = "unknown"
        if self.done:
            each = (time.monotonic() - self.begun) / self.done
            seconds = each * (self.total - self.done)
            left = f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
        head = f"bench: round {at + 1} of {rounds}, {row.name}"
        if self.terminal:
            print(f"\r\033[K{head}: {case}; {left} left", end="", file=sys.stderr, flush=True)
        elif head != self.row:
            print(f"{head}; {left} left", file=sys.stderr, flush=True)
        self.row = head

    def failed(self, row: Row, case: str, why: str) -> None:
        """Tell what could not be measured."""
        start = "\r\033[K" if self.terminal else ""
        print(f"{start}bench: {row.name}: {case}: {why}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Leave the terminal clean."""
        if self.terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def choose(pattern: str, quick: bool, extra: list[peers.Peer]) -> list[Row]:
    """The rows to run: those that match, in a quick run without what takes long, with new peers."""
    chosen = []
    for row in ROWS:
        names = (row.name, row.group.partition(":")[0].lower())
        if not any(fnmatch.fnmatch(name, part) for part in pattern.split(",") for name in names):
            continue
        if quick and not row.quick:
            continue
        cases = list(row.cases)
        if row.peers:
            model = next(case for case in cases if case.peer)
            cases += [model._replace(name=peer.name, peer=peer.name, quick=True) for peer in extra]
        chosen.append(row._replace(cases=tuple(c for c in cases if c.quick or not quick)))
    return chosen


def run(rows: list[Row], settings: Settings, results: dict, out: Path) -> None:
    """All rounds of all rows; what there is is kept after each row."""
    progress = Progress(sum(1 if case.once else settings.rounds
                            for row in rows for case in row.cases))
    for at in range(settings.rounds):
        for row in rows:
            samples = results["rows"].setdefault(row.name, {})
            for case in row.cases:
                if case.once and at > 0:
                    continue
                progress.show(at, settings.rounds, row, case.name)
                got = sample(case, settings, at, samples)
                samples.setdefault(case.name, []).append(got)
                progress.done += 1
                if "failed" in got:
                    progress.failed(row, case.name, got["failed"])
            write(results, out)
    progress.close()


def write(results: dict, out: Path) -> None:
    """Keep the figures, whole or not at all."""
    new = out / (RESULTS + ".new")
    new.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    new.replace(out / RESULTS)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter,
                                     description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, in two minutes")
    parser.add_argument("--rows", default="*", metavar="PATTERN",
                        help="rows or groups like 'tunnel-*,ping' or 'library'; default all")
    parser.add_argument("--rounds", type=int, metavar="N", help="default 5, quick 1")
    parser.add_argument("--seconds", type=float, metavar="S", help="per load, default 2, quick 0.4")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench", metavar="DIR")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release", metavar="DIR",
                        help="where snet and snet-bench are, built for release")
    parser.add_argument("--publish", action="store_true", help="write docs/benchmarks.md, too")
    parser.add_argument("--from", dest="kept", type=Path, metavar="FILE",
                        help="measure nothing: make tables and plots of kept figures")
    parser.add_argument("--list", action="store_true", help="print the names of all rows")
    options = parser.parse_args(arguments)
    if options.publish and options.kept is None and (options.quick or options.rows != "*"):
        parser.error("only a whole run is published: without --quick and --rows")
    try:
        options.peer = [peers.custom(text) for text in options.peer]
    except ValueError as error:
        parser.error(str(error))
    return options


def measured(options: argparse.Namespace) -> dict | None:
    """Measure what was asked for; None if there is nothing to measure."""
    rows = choose(options.rows, options.quick, options.peer)
    if not rows:
        print(f"bench: no row is like {options.rows!r}; --list shows them", file=sys.stderr)
        return None
    programs = load.Programs(str(options.build / "snet"), str(options.build / "snet-bench"))
    for path in programs.missing():
        print(f"bench: there is no {path}: `make bench` builds it", file=sys.stderr)
        return None
    settings = Settings(
        programs, options.rounds or (1 if options.quick else 5),
        options.seconds or (0.4 if options.quick else 2.0), 100 if options.quick else 500,
        {**peers.PEERS, **{peer.name: peer for peer in options.peer}})
    results = {
        "machine": machine.describe(programs.snet),
        "settings": {"rounds": settings.rounds, "seconds": settings.seconds,
                     "quick": options.quick},
        "rows": {},
    }
    begun = time.monotonic()
    try:
        run(rows, settings, results, options.out)
    except KeyboardInterrupt:
        print("\nbench: stopped; what was measured so far is kept", file=sys.stderr)
    results["settings"]["took_s"] = round(time.monotonic() - begun)
    write(results, options.out)
    return results


def main() -> int:
    """Measure, keep, and show."""
    options = parse(sys.argv[1:])
    if options.list:
        for row in ROWS:
            print(f"{row.name:22} {row.group.partition(':')[0].lower():8} {row.title}")
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    if options.kept is not None:
        results = json.loads(options.kept.read_text(encoding="utf-8"))
    else:
        machine.enter_namespace()
        machine.prepare_network()
        machine.raise_limits()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        results = measured(options)
        if results is None:
            return 64
    report.make(results, options.out)
    print((options.out / report.TABLES).read_text(encoding="utf-8"))
    if options.publish:
        report.publish(results, options.out, ROOT / "docs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
