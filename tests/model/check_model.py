#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Lets spin search the models of the session rules, all of them, and the mutants of each.

The true model must keep every claim in every case, and the search must be complete. Each mutant
leaves one rule out and must break the claim that the rule protects, or the model proves nothing.
The tables of claims, cases and mutants are in the models themselves.

    check_model.py                  everything, one line per run
    check_model.py stream/UP        the runs whose names begin like this
    check_model.py --trail NAME     what happens in the one run that is called so, step by step

Exits with 77 when spin or gcc is not installed.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
MODELS = ("credentials", "stream", "legacy", "handover")
# The claim that is no assertion: pan looks for cycles instead, in some cases, as that takes longer.
NO_CYCLE = "no_endless_run"
EXIT_SKIP = 77
JOBS = 2
RUN_MAX_S = 500
DEPTH_MAX = 10000
MEMORY_MAX_MB = 1500
INCOMPLETE = ("Search not completed", "max search depth too small", "out of memory", "error: ")

_CLAIM = re.compile(r"^bool (\w+) = \(WATCH & (\d+)\) != 0; +/\* ", re.MULTILINE)
_CASE = re.compile(r"^#define (\w+) \d+ +/\* case: ", re.MULTILINE)
_CYCLES = re.compile(r"/\* claim " + NO_CYCLE + r" \((.*?)\): ")
_MUTANT = re.compile(r"^#define (\w+) \d+ +/\* (?:([A-Z]+) )?(\w+): (.*) \*/$", re.MULTILINE)


class Run(NamedTuple):
    """One search: `claim` is what a mutant must break; the true model has no `mutant`."""

    model: str
    case: str
    mutant: str
    claim: str
    why: str
    watch: int
    cycles: bool

    @property
    def name(self) -> str:
        """What the run is called on the command line."""
        return "/".join(part for part in (self.model, self.case, self.mutant) if part)

    @property
    def defines(self) -> list:
        """Options that make spin read this variant of the model."""
        words = [f"-DCASE={self.case}"] if self.case else []
        return words + ([f"-DMUTANT={self.mutant}", f"-DWATCH={self.watch}"] if self.mutant else [])


class Result(NamedTuple):
    """What a search has come to; `trail` is what spin can replay."""

    output: str
    seconds: float
    states: int
    trail: str


def read_model(model: str, text: str) -> list:
    """The runs that the tables of a model ask for."""
    bits = {name: int(bit) for name, bit in _CLAIM.findall(text)}
    endless = _CYCLES.search(text)
    if endless:
        bits[NO_CYCLE] = 0
    cases = _CASE.findall(text)
    in_cycles = endless[1].split(", ") if endless else []
    runs = [Run(model, case, "", "", "", 0, case in in_cycles) for case in cases or [""]]
    for mutant, case, claim, why in _MUTANT.findall(text):
        if claim == "case":
            continue
        if claim not in bits or (case or cases) and case not in cases:
            raise SystemExit(f"check_model: {model}.pml: {mutant} names no claim, or no case")
        runs.append(Run(model, case, mutant, claim, why, bits[claim], claim == NO_CYCLE))
    unbroken = set(bits) - {run.claim for run in runs}
    if unbroken or not bits:
        raise SystemExit(f"check_model: {model}.pml: no mutant breaks {sorted(unbroken) or 'it'}")
    return runs


def call(command: list, folder: str) -> str:
    """The output of a command, which must not take for ever."""
    run = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True, timeout=RUN_MAX_S, check=False)
    return run.stdout


def search(run: Run, shortest: bool = False) -> Result:
    """Makes the verifier of one variant and runs it, in a folder of its own."""
    started = time.monotonic()
    model = HERE / f"{run.model}.pml"
    with tempfile.TemporaryDirectory(prefix="snet-model-") as folder:
        said = call(["spin", "-a", *run.defines, str(model)], folder)
        if said:
            return Result(said, time.monotonic() - started, 0, "")
        kind = ["-DNP"] if run.cycles else ["-DSAFETY"]
        kind += ["-DREACH"] if shortest and not run.cycles else []
        output = call(["gcc", "-w", "-O0" if run.mutant else "-O2", *kind, "-DVECTORSZ=256",
                       f"-DMEMLIM={MEMORY_MAX_MB}", "-o", "pan", "pan.c"], folder)
        if not (Path(folder) / "pan").exists():
            return Result(output, time.monotonic() - started, 0, "")
        # Deadlock is an assertion of the models; which states may be the last is not in their code.
        options = ["-E", f"-m{DEPTH_MAX}", "-w22", *(["-l"] if run.cycles else [])]
        options += ["-i"] if shortest and not run.cycles else []
        output += call(["./pan", *options], folder)
        trails = sorted(Path(folder).glob("*.trail"))
        trail = ""
        if shortest and trails:
            trail = call(["spin", "-p", "-g", "-t", "-k", trails[-1].name, *run.defines,
                          str(model)], folder)
        states = re.search(r"^ *(\d+) states, stored", output, re.MULTILINE)
        return Result(output, time.monotonic() - started, int(states[1]) if states else 0, trail)


def broken(output: str) -> str:
    """The claim that a search has found broken; empty when there is none."""
    if "non-progress cycle (at depth" in output:
        return NO_CYCLE
    found = re.search(r"assertion violated \(? *!\((\w+)\)", output)
    return found[1] if found else ""


def complaint(run: Run, result: Result) -> str:
    """What is wrong with the outcome of a run; empty when it is as it must be."""
    claim = broken(result.output)
    last = " | ".join([line for line in result.output.splitlines() if line.strip()][-3:])
    if result.states == 0:
        return "there was no search: " + last
    if run.mutant:
        if claim == run.claim:
            return ""
        return f"breaks {claim or 'nothing'}, but must break {run.claim}"
    if claim:
        return f"{claim} does not hold"
    if "errors: 0" not in result.output or any(word in result.output for word in INCOMPLETE):
        return "the search is not complete: " + last
    return ""


def report(run: Run, result: Result) -> bool:
    """Prints the line of a run, and returns whether all is well."""
    wrong = complaint(run, result)
    good = f"breaks {run.claim}: {run.why}" if run.mutant else "keeps every claim"
    print(f"{'FAILED' if wrong else 'ok':6} {run.name}: {wrong or good}"
          f" ({result.states} states, {result.seconds:.1f} s)", flush=True)
    if wrong:
        print(f"       repeat with: tests/model/check_model.py --trail {run.name}", flush=True)
    return not wrong


def check(runs: list) -> int:
    """Runs everything, the long searches first, and sums up."""
    runs = sorted(runs, key=lambda run: bool(run.mutant))
    with ThreadPoolExecutor(JOBS) as pool:
        good = [report(run, result) for run, result in zip(runs, pool.map(search, runs))]
    true_count = sum(not run.mutant for run in runs)
    print(f"{true_count} true models and {len(runs) - true_count} mutants:"
          f" {good.count(False) or 'none'} failed")
    return 0 if all(good) else 1


def show(run: Run) -> int:
    """Prints the shortest way to the fault of a run."""
    result = search(run, shortest=True)
    print(result.trail or result.output, end="")
    report(run, result)
    return 0 if result.trail else 1


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trail", action="store_true", help="show the steps to the fault of a run")
    parser.add_argument("name", nargs="*", help="a run, or the beginning of the names of some")
    options = parser.parse_args()
    for tool in ("spin", "gcc"):
        if shutil.which(tool) is None:
            print(f"skipped: {tool} is not installed")
            return EXIT_SKIP
    runs = []
    for model in MODELS:
        runs += read_model(model, (HERE / f"{model}.pml").read_text(encoding="utf-8"))
    if options.name and not options.trail:
        runs = [run for run in runs if run.name.startswith(tuple(options.name))]
    if options.trail:
        runs = [run for run in runs if run.name in options.name]
    if not runs or options.trail and len(runs) != 1:
        parser.error("no such run")
    return show(runs[0]) if options.trail else check(runs)


if __name__ == "__main__":
    sys.exit(main())
