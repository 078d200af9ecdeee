#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Breaks the code in one place at a time, and sees whether the test that guards it notices.

  tools/mutants.py [NAME...]     all mutants of tests/mutants/mutants.txt, or those named
  tools/mutants.py --check       only whether each still has its place in the code

Works on a copy below build/mutants, so the checkout stays as it is. A mutant that survives is a
rule that no test holds, or one that is not needed: exit code 1.
"""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "mutants" / "mutants.txt"
COPY = ROOT / "build" / "mutants"
BUILD_SECONDS = 600
TEST_SECONDS = 120
_HEAD = re.compile(r"(\S+) (\S+\.[ch]) (\S+)")


class Mutant(NamedTuple):
    """One change, and the test that must fail by it."""

    name: str
    file: str
    test: str
    before: str
    after: str


class Wrong(Exception):
    """The list, or the build of a copy that is as it should be."""


def read_list() -> list[Mutant]:
    """Return all mutants, in the order of the list."""
    text = re.sub(r"(?m)^#.*\n", "", LIST.read_text(encoding="utf-8"))
    mutants = []
    for block in re.split(r"\n{2,}", text.strip("\n")):
        lines = block.split("\n")
        head = _HEAD.fullmatch(lines[0])
        if head is None or len(lines) != 3 or lines[1][:2] != "- " or lines[2][:2] != "+ ":
            raise Wrong(f"{LIST.name}: not a mutant:\n{block}")
        mutants.append(Mutant(*head.groups(), lines[1][2:], lines[2][2:]))
    return mutants


def run(*command: str | Path, seconds: int) -> tuple[bool, str]:
    """Run a program to its end, or to the end of its time, which is a failure."""
    try:
        done = subprocess.run([str(word) for word in command], text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return False, f"not over after {seconds} s"
    return done.returncode == 0, done.stdout


def copy_tree() -> None:
    """Copy what is checked in or would be; files that have not changed keep their times."""
    names = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
        stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
    for name in filter(None, names):
        source, target = ROOT / name, COPY / "tree" / name
        if not source.is_file():
            continue
        if not target.is_file() or source.read_bytes() != target.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            shutil.copymode(source, target)


def build(test: str) -> tuple[bool, str]:
    """Build one test of the copy."""
    return run("cmake", "--build", COPY / "out", "--target", test, seconds=BUILD_SECONDS)


def holds(test: str) -> tuple[bool, str]:
    """Run one test of the copy."""
    return run(COPY / "out" / "tests" / test, seconds=TEST_SECONDS)


def try_mutant(mutant: Mutant) -> str:
    """Say what became of it; empty when its test has noticed."""
    path = COPY / "tree" / mutant.file
    if not path.is_file():
        return f"there is no {mutant.file}"
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.before) != 1:
        return f"{mutant.file} has its text {text.count(mutant.before)} times"
    path.write_text(text.replace(mutant.before, mutant.after), encoding="utf-8")
    try:
        built, said = build(mutant.test)
        if not built:
            return f"does not build: {said[-1500:]}"
        return f"survives {mutant.test}" if holds(mutant.test)[0] else ""
    finally:
        path.write_text(text, encoding="utf-8")


def check(mutants: list[Mutant]) -> int:
    """Whether each mutant's text occurs once, and its test is there."""
    faults = []
    for mutant in mutants:
        path = ROOT / mutant.file
        count = path.read_text(encoding="utf-8").count(mutant.before) if path.is_file() else 0
        if count != 1:
            faults.append(f"{mutant.name}: {mutant.file} has its text {count} times")
        source = ROOT / "tests" / (mutant.test.replace(".", "/") + "_test.c")
        if not source.is_file():
            faults.append(f"{mutant.name}: there is no {mutant.test}")
    if len({mutant.name for mutant in mutants}) != len(mutants):
        faults.append("two mutants have one name")
    print("\n".join(faults) or f"{len(mutants)} mutants are in their places")
    return 1 if faults else 0


def prepare(tests: list[str]) -> None:
    """Build the copy as it is: its tests pass, or nothing that they say of mutants counts."""
    copy_tree()
    good, said = run("cmake", "--preset", "dev", "-S", COPY / "tree", "-B", COPY / "out",
                     "-DSNET_EXAMPLES=OFF", "-DSNET_INSTALL=OFF", "-DSNET_WERROR=OFF",
                     seconds=BUILD_SECONDS)
    if not good:
        raise Wrong(said[-3000:])
    for test in tests:
        for step in (build, holds):
            good, said = step(test)
            if not good:
                raise Wrong(f"{test}, without any mutant: {said[-3000:]}")


def main(names: list[str]) -> int:
    """Try the mutants that are named, or all; the number of survivors decides."""
    mutants = read_list()
    if names == ["--check"]:
        return check(mutants)
    unknown = set(names) - {mutant.name for mutant in mutants}
    if unknown:
        raise Wrong(f"{LIST.name} has no {', '.join(sorted(unknown))}")
    chosen = [mutant for mutant in mutants if not names or mutant.name in names]
    print(f"building {len({mutant.test for mutant in chosen})} tests", flush=True)
    prepare(sorted({mutant.test for mutant in chosen}))
    failed = 0
    for number, mutant in enumerate(chosen, 1):
        begun = time.monotonic()
        fault = try_mutant(mutant)
        failed += 1 if fault else 0
        print(f"{number:3}/{len(chosen)} {mutant.name:48.48} {time.monotonic() - begun:5.1f} s  "
              f"{'noticed' if not fault else 'NOT NOTICED'}", flush=True)
        if fault:
            print(f"    {fault}", flush=True)
    print(f"{len(chosen) - failed} of {len(chosen)} mutants were noticed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Wrong as wrong:
        print(f"mutants: {wrong}", file=sys.stderr)
        sys.exit(2)
