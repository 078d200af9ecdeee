# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What the tests of an installation share: running programs, and looking at what was built."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from check_abi import tier_of

ROOT = Path(__file__).resolve().parent.parent.parent
CONSUMER = ROOT / "tests" / "abi" / "consumer"
ABI_HEADERS = ROOT / "include" / "snet"
BUILD = Path(os.environ.get("SNET_BUILD", ROOT / "build" / "dev"))
CC = shlex.split(os.environ.get("CC", "cc"))
FLAGS = ("-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
LINE = "still here\n"
"""What the consumer prints when all is well."""
SECONDS_MAX = 240
SKIPPED = 77
"""Exit code by which a test tells ctest that the machine lacks what it needs."""


def need(*programs):
    """Leave the test, skipped, if a program is missing."""
    for program in programs:
        if shutil.which(program) is None:
            print(f"skipped: {program} is not installed; tools/bootstrap installs it")
            sys.exit(SKIPPED)


def run(*command, fails=False, **environment):
    """Run a program, which must succeed or fail as told; what it printed."""
    done = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=SECONDS_MAX,
                          check=False, env={**os.environ, "LC_ALL": "C", **environment})
    if (done.returncode != 0) != fails:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout[-4000:]}")
    return done.stdout


def stable_headers(folder):
    """The headers of a folder that belong to the stable ABI."""
    return [path for path in sorted(folder.glob("*.h"))
            if tier_of(path.read_text(encoding="utf-8")) == ["stable"]]


def libraries(program):
    """The shared libraries that a program names itself."""
    return re.findall(r"NEEDED +(\S+)", run("objdump", "-p", program))


def files_below(folder):
    """Names of all files below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")
                  if path.is_symlink() or not path.is_dir())
