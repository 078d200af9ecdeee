#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Each row of docs/socket-semantics.md has a test, and each test of that kind has a row."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs/socket-semantics.md"
TESTS = sorted((ROOT / "tests/unit/sock").glob("semantics*_test.c"))
COLUMNS = 5


def rows() -> list[list[str]]:
    """The cells of each row with a number."""
    lines = re.findall(r"^\| (S\d+ \|.*) \|$", TABLE.read_text(), re.MULTILINE)
    return [[cell.strip() for cell in re.split(r"\s\|\s?|\s?\|\s", line)] for line in lines]


def tests() -> list[str]:
    """The numbers of the tests that are run, not only written."""
    texts = "\n".join(path.read_text() for path in TESTS)
    return [f"S{number}" for number in re.findall(r"cmocka_unit_test\(s(\d+)_\w+\)", texts)]


class Semantics(unittest.TestCase):
    """The table and its tests."""

    def test_rows_are_whole_and_counted_upwards(self) -> None:
        numbers = [int(row[0][1:]) for row in rows()]
        self.assertGreater(len(numbers), 40)
        self.assertEqual(numbers, sorted(set(numbers)))
        for row in rows():
            self.assertEqual(len(row), COLUMNS, row)
            self.assertTrue(row[1] and row[3], row)

    def test_each_row_has_one_test_and_each_test_a_row(self) -> None:
        self.assertEqual(sorted(tests()), sorted(row[0] for row in rows()))

    def test_the_page_about_tests_counts_the_rows(self) -> None:
        self.assertIn(f" {len(rows())} situations ", (ROOT / "docs/testing.md").read_text())


if __name__ == "__main__":
    unittest.main()
