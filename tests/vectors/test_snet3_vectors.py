#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Checks tests/data/snet3.json with an implementation that shares nothing with the C code.

Exits 77 where the module `cryptography` is missing. SNET3_PLAYER, if it is set, is the command of
the program snet3_player: then the file must also be what that makes now.
"""

import copy
import json
import os
import sys
import unittest
from typing import Any

try:
    import cryptography  # noqa: F401  # pylint: disable=unused-import
except ImportError:
    print("skipped: the Python module cryptography is missing")
    sys.exit(77)

import make_snet3_vectors
import snet3_values
from snet3_observer import observe

FILE = json.loads(make_snet3_vectors.OUTPUT.read_text(encoding="ascii"))
DIALOGUES = FILE["dialogues"]
INPUTS = (
    "server_secret", "client_secret", "psk", "service", "client_ephemerals", "server_ephemerals",
    "server_cid_randoms",
)  # fmt: skip


def changed(text: str, at: int) -> str:
    """Return hexadecimal text with one bit of a digit flipped; X25519 ignores some others."""
    return text[:at] + f"{int(text[at], 16) ^ 4:x}" + text[at + 1 :]


class Values(unittest.TestCase):
    """Single values."""

    def test_key_schedules_follow_from_ck_and_h(self) -> None:
        """All keys, nonces and sealed records are those of the document's formulas."""
        self.assertEqual(FILE["key_schedules"], snet3_values.all_schedules())

    def test_names_follow_from_the_root_key(self) -> None:
        """So are cids, tokens, proofs, psk_ids and mac1."""
        self.assertEqual(FILE["names"], snet3_values.all_names())


class Dialogues(unittest.TestCase):
    """Whole conversations."""

    def test_all_patterns_and_suites_are_there(self) -> None:
        """Each pattern resumes with each suite, and each has early data."""
        found = {(case["name"].split("-")[0], case["pattern"], case["suite"]) for case in DIALOGUES}
        for pattern in (1, 2, 3):
            self.assertTrue({("resumes", pattern, suite) for suite in (1, 2)} <= found)
            self.assertTrue({("early", pattern, suite) for suite in (1, 2)} & found)

    def test_every_message_and_record_is_what_the_document_says(self) -> None:
        """Everything opens with the private inputs, says what it may, and was taken down so."""
        for case in DIALOGUES:
            with self.subTest(case["name"]):
                self.assertEqual(observe(case), case["opened"])

    def test_a_changed_private_input_is_noticed(self) -> None:
        """Each input matters."""
        for case in DIALOGUES:
            for name in filter(case.get, INPUTS):
                other: dict[str, Any] = copy.deepcopy(case)
                if name == "service":
                    other[name] = "other"
                elif isinstance(other[name], str):
                    other[name] = changed(other[name], 30)
                else:
                    other[name][-1] = changed(other[name][-1], 20)
                with self.subTest(f"{case['name']} {name}"), self.assertRaises(AssertionError):
                    observe(other)

    def test_a_changed_byte_on_the_wire_is_noticed(self) -> None:
        """In each flight one digit is changed, at another place each time."""
        for case in DIALOGUES[:4] + DIALOGUES[-8:]:
            for index, step in enumerate(case["steps"]):
                field = "bytes" if step.get("bytes") else "lost"
                if step["do"] == "flight" and step.get(field):
                    other = copy.deepcopy(case)
                    text = step[field]
                    other["steps"][index][field] = changed(text, index * 37 % len(text))
                    with self.subTest(f"{case['name']} {index}"), self.assertRaises(AssertionError):
                        observe(other)


class Maker(unittest.TestCase):
    """The file and its maker."""

    @unittest.skipUnless(os.environ.get("SNET3_PLAYER"), "no SNET3_PLAYER")
    def test_the_file_is_what_its_maker_makes(self) -> None:
        """Nobody has edited it, and the core's choices are still those."""
        made = make_snet3_vectors.file_text(os.environ["SNET3_PLAYER"])
        same = make_snet3_vectors.OUTPUT.read_text(encoding="ascii") == made
        self.assertTrue(same, "run make_snet3_vectors.py, and look at what changed")


if __name__ == "__main__":
    unittest.main()
