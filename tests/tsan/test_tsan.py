#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Sockets, descriptors and files under ThreadSanitizer: no two threads without an order.

The library and the unit tests that have threads are built once more, below the build that
SNET_BUILD names. What this machine cannot do is skipped: a compiler without ThreadSanitizer, or a
kernel that puts memory where it cannot be watched, and does not take that back either.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
THREADS = HERE.parent / "e2e" / "test_threads.py"
"""Gateways with several loops, between other programs."""
SUPPRESSIONS = HERE / "suppressions.txt"
BUILD = Path(os.environ.get("SNET_BUILD", ROOT / "build" / "dev")) / "tsan"
CC = shlex.split(os.environ.get("CC", "cc"))
PROGRAMS = ("uv.team_threads", "uv.team", "uv.queue", "base.stock",
            "sock.threads", "uv.conn_inline", "uv.conn_unlocked", "uv.conn_coalesce",
            "sock.bridge", "sock.fd", "sock.socket", "sock.file", "sock.notify", "sock.failing",
            "sock.racing", "sock.hook", "sock.background", "sock.update", "sock.added",
            "sock.semantics", "sock.semantics_end", "sock.semantics_loss", "sock.semantics_file")
AT_ONCE = 2
BUILD_SECONDS = 120
PROGRAM_SECONDS = 60
GATEWAY_SECONDS = 150
SKIPPED = 77
REPORT = "WARNING: ThreadSanitizer: "
FIXED = ("setarch", "-R")
"""Runs a program where addresses are not random."""
RACE = """
#include <pthread.h>
static int shared;
static void *count(void *arg)
{
    shared++;
    return arg;
}
int main(void)
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        pthread_create(&threads[i], 0, count, 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], 0);
    }
    return 0;
}
"""


def run(*command: str | Path, seconds: int) -> tuple[int, str]:
    """Run a program: its status, -1 if it takes too long, and all that it said."""
    options = f"suppressions={SUPPRESSIONS} second_deadlock_stack=1"
    environment = {**os.environ, "TSAN_OPTIONS": options}
    try:
        done = subprocess.run([str(word) for word in command], text=True, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds,
                              stdin=subprocess.DEVNULL, errors="replace", check=False)
    except subprocess.TimeoutExpired as late:
        return -1, (late.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout


def way_to_run() -> tuple[str, ...]:
    """What goes before a program so that a race in it is found; leaves the test without one."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "race.c"), Path(folder, "race")
        source.write_text(RACE)
        status, said = run(*CC, "-fsanitize=thread", "-g", source, "-o", program, "-pthread",
                           seconds=BUILD_SECONDS)
        if status != 0:
            print(f"skipped: {' '.join(CC)} has no ThreadSanitizer: {said[-500:]}")
            sys.exit(SKIPPED)
        for before in ((), FIXED):
            if before and shutil.which(before[0]) is None:
                continue
            status, said = run(*before, program, seconds=PROGRAM_SECONDS)
            if f"{REPORT}data race" in said:
                return before
    print(f"skipped: ThreadSanitizer finds no race here, and says: {said[-500:]}")
    sys.exit(SKIPPED)


class Sockets(unittest.TestCase):
    """Programs with threads."""

    before: tuple[str, ...] = ()

    def test_no_program_with_threads_has_a_race(self) -> None:
        self.build()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            results = {name: pool.submit(run, *self.before, BUILD / "tests" / f"unit.{name}",
                                         seconds=PROGRAM_SECONDS) for name in PROGRAMS}
        for name, result in results.items():
            status, said = result.result()
            with self.subTest(program=name):
                self.assertNotIn(REPORT, said, said[:8000])
                self.assertEqual(status, 0, said[-4000:])

    def test_no_gateway_with_several_loops_has_a_race(self) -> None:
        self.build()
        with tempfile.TemporaryDirectory() as folder:
            command = Path(folder, "snet")
            command.write_text(f'#!/bin/sh\nexec {" ".join(self.before)} "{BUILD / "snet"}" "$@"\n')
            command.chmod(0o755)
            status, said = run("env", f"SNET_BIN={command}", sys.executable, "-B", THREADS,
                               seconds=GATEWAY_SECONDS)
        self.assertEqual(status, 0, said[-8000:])

    def test_ctest_runs_every_test_of_such_a_build_with_the_suppressions(self) -> None:
        self.configure()
        status, said = run("ctest", "--test-dir", BUILD, "--show-only=json-v1",
                           seconds=PROGRAM_SECONDS)
        self.assertEqual(status, 0, said)
        tests = json.loads(said[said.index("{"):])["tests"]
        self.assertIn("unit.sock.threads", [test["name"] for test in tests])
        for test in tests:
            properties = {item["name"]: item["value"] for item in test["properties"]}
            self.assertIn(f"TSAN_OPTIONS=path_list_append:suppressions={SUPPRESSIONS}",
                          properties.get("ENVIRONMENT_MODIFICATION", ()), test["name"])

    def configure(self) -> None:
        """Make the build folder."""
        status, said = run("cmake", "--preset", "tsan", "-S", ROOT, "-B", BUILD,
                           "-DSNET_EXAMPLES=OFF", "-DSNET_INSTALL=OFF",
                           f"-DCMAKE_C_COMPILER={CC[0]}", seconds=BUILD_SECONDS)
        self.assertEqual(status, 0, said[-4000:])

    def build(self) -> None:
        """Builds the programs, and what they need."""
        self.configure()
        status, said = run("cmake", "--build", BUILD, "--target", "snet",
                           *(f"unit.{name}" for name in PROGRAMS), seconds=BUILD_SECONDS)
        self.assertEqual(status, 0, said[-4000:])


if __name__ == "__main__":
    Sockets.before = way_to_run()
    unittest.main()
