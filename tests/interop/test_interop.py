#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The `snet` command against an independent peer of the two published wires.

Run it as a script or through unittest, with the path of the command in SNET_BIN. SNET_SEED
repeats the random places of cuts that a failure printed. As a script it fails without SNET_BIN;
under unittest, where a search for tests may find it by chance, it is skipped then.
"""

import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import interop_connect_cases
import interop_habit_cases
import interop_refusal_cases
import interop_serve_cases


class ServeStreams(interop_serve_cases.Streams):
    """`snet serve`: streams and losses."""


class ServePadding(interop_serve_cases.Padding):
    """`snet serve`: telling the two hellos of snet/1 apart."""


class ServeEnds(interop_serve_cases.Ends):
    """`snet serve`: ends of sessions."""


class ServeRefusals(interop_refusal_cases.Refusals):
    """`snet serve`: requests that are refused."""


class ServeTakeOver(interop_refusal_cases.TakeOver):
    """`snet serve`: resumes over connections that look healthy."""


class ConnectStreams(interop_connect_cases.Streams):
    """`snet connect`: streams and losses."""


class ConnectEnds(interop_connect_cases.Ends):
    """`snet connect`: ends of sessions and exit codes."""


class Habits(interop_habit_cases.Habits):
    """Both: peers with the habits of the published programs."""


class Overruns(interop_habit_cases.Overruns):
    """Both: histories that are overrun."""


def setUpModule() -> None:
    """Skip without a command to test."""
    if not os.environ.get("SNET_BIN"):
        raise unittest.SkipTest("SNET_BIN does not name the snet command")


if __name__ == "__main__":
    if not os.environ.get("SNET_BIN"):
        sys.exit("test_interop: set SNET_BIN to the path of the snet command")
    unittest.main()
