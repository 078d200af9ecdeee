#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Counts the instructions of the core in `snet-bench core`, and compares them with the record.

    check_instructions.py --build FOLDER            compares; fails when one of the counts is worse
    check_instructions.py --build FOLDER --update   writes the record anew
    check_instructions.py --build FOLDER --profile 3 open [--all]
                                                    where they go, function by function
    check_instructions.py --self-test

The scene does the same, call for call, in every run, and what is counted begins after set-up and
half of the work. So counts differ between runs by nothing, however busy the machine is, and between
machines by next to nothing. Only instructions of base, crypto, codec and core count, with both of
its wings, inlined ones too: those of libcrypto and the C library depend on versions and processors,
and --all shows them. The objects are those that tools/check_symbols.py makes, for release. Another
compiler counts otherwise: then there is nothing to compare, and the exit code is 77.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "tests" / "data" / "instructions.json"
sys.path.insert(0, str(ROOT / "tools"))
import check_symbols  # noqa: E402

# What is run: (over, part, count).
RUNS = [
    ("1", "open", 50),
    ("1", "resume", 50),
    ("1", "stream", 4 << 20),
    ("1", "ping", 500),
    ("1-plain", "stream", 4 << 20),
    ("1-plain", "ping", 500),
    ("2", "open", 50),
    ("2", "resume", 50),
    ("3", "open", 20),
    ("3", "resume", 20),
    ("3", "stream", 4 << 20),
    ("3", "ping", 500),
]
TOLERANCE = 0.05
COUNTED = "core_counted"
OURS = re.compile(r"(?:^|/)src/(base|crypto|codec|core|core/\w+)/[\w-]+\.[ch]$")
SKIP = 77
RUN_TIMEOUT_S = 60
# Wherever it is counted, libcrypto computes the suites: the way to another provider is as long, but
# which one there is depends on the processor.
ENV = {**os.environ, "SNET_AEAD": "openssl"}

_NAME = re.compile(r"(\w+)=(?:\((\d+)\))?\s*(.*)")
_COST = re.compile(r"(?:[+-]?\d+|\*)(?: (\d+))?$")
# The tables of names that share numbers.
_TABLES = {"fl": "file", "fi": "file", "fe": "file", "fn": "fn", "ob": "ob"}


def parse_callgrind(lines):
    """Instructions by (file, function), without those of the functions they call."""
    names = {"file": {}, "fn": {}, "ob": {}}
    now = {"file": "", "fn": "", "ob": ""}
    counts = Counter()
    inclusive = False
    for line in lines:
        match = _NAME.match(line)
        if match is not None and match[1] in _TABLES:
            table = _TABLES[match[1]]
            name = match[3]
            if match[2] is not None:
                name = names[table].setdefault(match[2], match[3])
            now[table] = name
        elif match is not None and match[1] in ("cfi", "cfl", "cfn", "cob"):
            table = {"cfn": "fn", "cob": "ob"}.get(match[1], "file")
            if match[2] is not None:
                names[table].setdefault(match[2], match[3])
        elif line.startswith("calls="):
            inclusive = True
        else:
            cost = _COST.match(line.rstrip())
            if cost is not None:
                if not inclusive:
                    where = now["file"] if now["file"] not in ("", "???") else now["ob"]
                    counts[where, now["fn"]] += int(cost[1] or 0)
                inclusive = False
    return counts


def ours(counts):
    return sum(count for (path, _), count in counts.items() if OURS.search(path))


def count_run(bench, run):
    """Runs one part below valgrind."""
    over, part, count = run
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
        command += [f"--toggle-collect={COUNTED}", bench, "core"]
        command += ["--over", over, "--part", part, "--count", str(count)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=RUN_TIMEOUT_S, env=ENV
        )
        if done.returncode != 0:
            raise SystemExit(f"check_instructions: {over} {part}:\n{done.stdout}{done.stderr}")
        with out.open(encoding="utf-8", errors="replace") as lines:
            return parse_callgrind(lines)


def name_of(run):
    over, part, count = run
    return f"{over} {part} {count}"


def compiler_of(folder):
    """Name and major version of the compiler that made the objects, and the machine."""
    for path in sorted(folder.glob("CMakeFiles/*/CMakeCCompiler.cmake")):
        text = path.read_text(encoding="utf-8")
        name = re.search(r'CMAKE_C_COMPILER_ID "(.*)"', text)
        version = re.search(r'CMAKE_C_COMPILER_VERSION "(\d+)', text)
        if name is not None and version is not None:
            return f"{name[1]} {version[1]} {platform.machine()}"
    raise SystemExit(f"check_instructions: no compiler is known to {folder}")


def compare(record, counts):
    """What is wrong, a line each, and what is better than the record."""
    worse = []
    better = []
    for name in sorted(set(record) | set(counts)):
        if name not in counts or name not in record:
            worse.append(f"{name}: {'not counted' if name in record else 'not in the record'}")
            continue
        change = counts[name] / record[name] - 1 if record[name] > 0 else float("inf")
        line = f"{name}: {counts[name]} instructions, {record[name]} on record ({change:+.1%})"
        if counts[name] == 0:
            worse.append(f"{name}: nothing was counted")
        elif change > TOLERANCE:
            worse.append(line)
        elif change < -TOLERANCE:
            better.append(line)
    return worse, better


def why_not():
    """Why nothing can be counted here, or None."""
    if shutil.which("valgrind") is None:
        return "valgrind is not here"
    if os.environ.get("SNET_EMULATED"):
        return "this is another machine's build"
    return None


def check(folder, update):
    bench = folder / "snet-bench"
    compiler = compiler_of(folder)
    record = {"compiler": None, "instructions": {}}
    if RECORD.exists():
        record = json.loads(RECORD.read_text(encoding="utf-8"))
    if not update and record["compiler"] != compiler:
        print(f"skipped: the record is of {record['compiler']}, this is {compiler}")
        return SKIP
    counts = {name_of(run): ours(count_run(bench, run)) for run in RUNS}
    if update:
        fresh = {"compiler": compiler, "instructions": counts}
        RECORD.write_text(json.dumps(fresh, indent=2) + "\n", encoding="utf-8")
        for name, count in counts.items():
            print(f"{name}: {count} instructions, before: {record['instructions'].get(name)}")
        return 0
    worse, better = compare(record["instructions"], counts)
    for line in better:
        print(f"better: {line}")
    for line in worse:
        print(f"worse: {line}")
    if worse:
        print("if that is meant, --update writes the record anew")
    elif better:
        print("--update keeps what was gained")
    return 1 if worse else 0


def profile(folder, over, part, everything):
    """Prints where the instructions of one part go."""
    run = next((run for run in RUNS if run[:2] == (over, part)), None)
    if run is None:
        raise SystemExit(f"check_instructions: no run of {over} {part}")
    counts = count_run(folder / "snet-bench", run)
    total = sum(counts.values())
    own = ours(counts)
    print(f"{name_of(run)}: {total} instructions, {own} of them ours")
    shown = {key: n for key, n in counts.items() if everything or OURS.search(key[0])}
    base = total if everything else own
    for (path, function), count in Counter(shown).most_common(40):
        print(f"{count:12} {count / base:6.1%}  {function}  {'/'.join(path.split('/')[-2:])}")
    return 0


SAMPLE = """\
events: Ir
ob=(1) /x/snet-bench
fl=(1) /x/src/core/link.c
fn=(1) snet_link_recv
16 10
+1 5
fi=(2) /x/src/base/list.h
3 2
fe=(1)
+2 1
cob=(2) /usr/lib/libcrypto.so.3
cfi=(3) ???
cfn=(2) EVP_Cipher
calls=3 0
+1 700
* 4
ob=(2)
fl=(3)
fn=(2)
0 700
fl=(5) /x/src/core/snet3/in.c
fn=(4) snet_v3_in_feed
7 6
fl=(6) /x/src/codec/sniff.c
fn=(5) snet_sniff
7 3
fl=(4) /x/bench/scenes/core.c
fn=(3) core_open
9 50
"""


def self_test():
    """Whether counts are read as they are written, and a worse one is found."""
    counts = parse_callgrind(SAMPLE.splitlines())
    steady = {"1 open 50": 1000, "3 open 20": 2000}
    cases = [
        ("ours", ours(counts), 31),
        ("all", sum(counts.values()), 781),
        ("libcrypto", counts["/usr/lib/libcrypto.so.3", "EVP_Cipher"], 700),
        ("same", compare(steady, steady), ([], [])),
        ("noise", compare(steady, {**steady, "1 open 50": 1049}), ([], [])),
    ]
    failed = [f"{name}: {got}, not {want}" for name, got, want in cases if got != want]
    wrong = [
        {**steady, "3 open 20": 2102},
        {**steady, "3 open 20": 0},
        {"1 open 50": 1000},
        {**steady, "3 ping 500": 1},
    ]
    failed += [f"not found: {bad}" for bad in wrong if len(compare(steady, bad)[0]) != 1]
    worse, better = compare(steady, {**steady, "3 open 20": 1800})
    if worse or len(better) != 1:
        failed.append("a better count is not told")
    for line in failed:
        print(line)
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", type=Path, metavar="FOLDER")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--profile", nargs=2, metavar=("OVER", "PART"))
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    if arguments.build is None:
        parser.error("--build is needed")
    reason = why_not()
    if reason is not None:
        print(f"skipped: {reason}")
        return SKIP
    check_symbols.build_objects(arguments.build)
    if arguments.profile is not None:
        return profile(arguments.build, *arguments.profile, arguments.all)
    return check(arguments.build, arguments.update)


if __name__ == "__main__":
    sys.exit(main())
