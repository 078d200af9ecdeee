#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The `snet` command against an independent peer of snet/3.

Run it as a script or through unittest, with the path of the command in SNET_BIN. SNET_SEED
repeats the random places of faults that a failure printed. As a script it fails without SNET_BIN;
under unittest, where a search for tests may find it by chance, it is skipped then.
"""

import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

try:
    import dissononce  # noqa: F401
except ImportError:
    print("test_secure: skipped, this Python has no dissononce")
    sys.exit(77)

import snet3_answer_cases
import snet3_connect_cases
import snet3_move_cases
import snet3_refusal_cases
import snet3_serve_cases


class ServeStreams(snet3_serve_cases.Streams):
    """`snet serve`: streams and losses."""


class ServeCredit(snet3_serve_cases.Credit):
    """`snet serve`: acknowledgement and credit."""


class ServeEnds(snet3_serve_cases.Ends):
    """`snet serve`: ends of sessions."""


class ServeMoves(snet3_move_cases.Moves):
    """`snet serve`: resumes, credentials, early data."""


class ServeHellos(snet3_refusal_cases.Hellos):
    """`snet serve`: requests for a new session that are refused."""


class ServeResumes(snet3_refusal_cases.Resumes):
    """`snet serve`: requests to go on that are refused."""


class ServeViolations(snet3_refusal_cases.Violations):
    """`snet serve`: clients that break a rule."""


class ConnectStreams(snet3_connect_cases.Streams):
    """`snet connect`: streams and losses."""


class ConnectEnds(snet3_connect_cases.Ends):
    """`snet connect`: ends of sessions and exit codes."""


class ConnectMoves(snet3_connect_cases.Moves):
    """`snet connect`: resumes and early data."""


class ConnectHellos(snet3_answer_cases.Hellos):
    """`snet connect`: answers to HELLO."""


class ConnectResumes(snet3_answer_cases.Resumes):
    """`snet connect`: answers to RESUME."""


class ConnectViolations(snet3_answer_cases.Violations):
    """`snet connect`: servers that break a rule."""


def setUpModule() -> None:
    """Skip without a command to test."""
    if not os.environ.get("SNET_BIN"):
        raise unittest.SkipTest("SNET_BIN does not name the snet command")


if __name__ == "__main__":
    if not os.environ.get("SNET_BIN"):
        sys.exit("test_secure: set SNET_BIN to the path of the snet command")
    unittest.main()
