#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Programs in C++17, Python, LuaJIT and C# use the shared library as it is: they dial a URL, read
and write through a network that cuts them off, pull events, and end.

SNET_BUILD is the folder of the build, SNET_BIN the command. A language that the machine lacks is
skipped.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from e2e_support import Process, chaos, cuts_of, main, run  # noqa: E402

BUILD = Path(os.environ.get("SNET_BUILD", "build/dev")).resolve()
LIBRARIES = BUILD / "src"
CXX = os.environ.get("CXX", "c++")
SYSTEM_PYTHON = "/usr/bin/python3"
BYTES = 1 << 20
CUT_EVERY = "150k"
SECONDS = 100
LINES_MAX = 60


def line_counts() -> dict[str, int]:
    """How long the programs are: the face is right when they are short."""
    return {path.name: path.read_text(encoding="utf-8").count("\n")
            for path in HERE.glob("[eE]cho.*")}


class Languages(unittest.TestCase):
    """One program each."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def need(self, *programs: str) -> None:
        """Skip the test without a program."""
        for program in programs:
            if shutil.which(program) is None:
                self.skipTest(f"{program} is not installed; tools/bootstrap installs it")

    def echo(self, *command: str | Path) -> None:
        """Run a program against an echo server behind a hostile network."""
        environment = {**os.environ, "LD_LIBRARY_PATH": str(LIBRARIES),
                       "LIBSNET": str(LIBRARIES / "libsnet.so")}
        with Process(str(BUILD / "examples/echo_server"), stdout=subprocess.PIPE) as server:
            _, address, key = server.process.stdout.readline().decode().split()
            with chaos(address, "--cut-every", CUT_EVERY) as network:
                url = f"snet://{key}@{network.address}"
                ended = run(*map(str, command), url, str(BYTES), seconds=SECONDS, env=environment)
                self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
                count, resumes = map(int, re.findall(r"\d+", ended.stdout))
                self.assertEqual(count, BYTES)
                self.assertGreater(resumes, 0)
                self.assertGreater(cuts_of(network), 0)
            server.process.stdout.close()
        refused = run(*map(str, command), f"snet://{key}@127.0.0.1:1", "1", seconds=SECONDS,
                      env=environment)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("refused", refused.stderr)

    def test_programs_are_short(self) -> None:
        for name, lines in line_counts().items():
            self.assertLess(lines, LINES_MAX, name)

    def test_cxx17(self) -> None:
        self.need(CXX)
        program = self.folder / "echo"
        made = run(CXX, "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror",
                   "-I", str(HERE.parents[1] / "include"), str(HERE / "echo.cpp"), "-o",
                   str(program), "-L", str(LIBRARIES), "-lsnet", seconds=SECONDS)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.echo(program)

    def test_python(self) -> None:
        self.need(SYSTEM_PYTHON)
        self.echo(SYSTEM_PYTHON, HERE / "echo.py")

    def test_luajit(self) -> None:
        self.need("luajit")
        self.echo("luajit", HERE / "echo.lua")

    def test_mono(self) -> None:
        self.need("mcs", "mono")
        program = self.folder / "Echo.exe"
        made = run("mcs", "-unsafe", "-warnaserror", "-out:" + str(program), str(HERE / "Echo.cs"),
                   seconds=SECONDS)
        self.assertEqual(made.returncode, 0, made.stdout + made.stderr)
        self.echo("mono", program)


if __name__ == "__main__":
    main()
