#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Says how many lines of each folder the tests run, from what gcovr found, and keeps that so.

  gcovr ... --json-summary FILE; tools/coverage.py FILE            a table; 1 if a floor is missed
                                 tools/coverage.py FILE --update   floors as they are now

A floor, in tests/coverage.txt, is a whole percentage; a folder below its floor has lost tests.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

FLOORS = Path(__file__).resolve().parents[1] / "tests" / "coverage.txt"
SLACK = 1
"""Percent: some lines are only run when a machine is slow."""
HEAD = "# The share of lines that tests run at least, in percent: see tools/coverage.py.\n"


def read_floors() -> dict[str, int]:
    """Return the floor of each folder."""
    if not FLOORS.is_file():
        return {}
    lines = FLOORS.read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines if line and not line.startswith("#"))
    return {folder: int(percent) for folder, percent in pairs}


def by_folder(summary: dict) -> dict[str, tuple[int, int]]:
    """Add up the lines of each folder: all, and those that were run."""
    folders = defaultdict(lambda: (0, 0))
    for file in summary["files"]:
        folder = str(Path(file["filename"]).parent)
        total, run = folders[folder]
        folders[folder] = (total + file["line_total"], run + file["line_covered"])
    return dict(sorted(folders.items()))


def main(arguments: list[str]) -> int:
    """Print the table; the floors that are missed decide."""
    if len(arguments) not in (1, 2) or arguments[1:] not in ([], ["--update"]):
        print(__doc__, file=sys.stderr)
        return 64
    folders = by_folder(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
    shares = {folder: 100.0 * run / max(1, total) for folder, (total, run) in folders.items()}
    if arguments[1:]:
        lines = (f"{folder} {int(share) - SLACK}\n" for folder, share in shares.items())
        FLOORS.write_text(HEAD + "".join(lines), encoding="utf-8")
    floors = read_floors()
    missed = 0
    print(f"{'folder':24} {'lines':>6} {'run':>6} {'share':>7} {'floor':>6}")
    for folder, (total, run) in folders.items():
        below = shares[folder] < floors.get(folder, 0)
        missed += 1 if below else 0
        print(f"{folder:24} {total:6} {run:6} {shares[folder]:6.1f}% {floors.get(folder, 0):5}%"
              f"{'  BELOW' if below else ''}")
    gone = sorted(set(floors) - set(folders))
    if gone:
        print(f"no lines of {', '.join(gone)}: were its tests run?")
    return 1 if missed or gone else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
