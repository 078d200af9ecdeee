#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""docs/guide.md, followed to the letter: programs compiled, commands run, output compared.

A block of C goes into the file that the line before it names. Blocks of sh are one script, in
order; a block of text behind one is all that it prints. Only the ports are others than written.
"""

import tempfile
import unittest
from pathlib import Path

from docs_support import GUIDE, blocks, expect_guide, follow_guide, installed, shell


class Guide(unittest.TestCase):
    """The guide, by somebody who types what it says."""

    def test_each_command_works_and_prints_what_the_guide_says(self) -> None:
        self.assertEqual({block.file for block in blocks(GUIDE) if block.language == "c"},
                         {"server.c", "client.c"})
        with installed() as environment, tempfile.TemporaryDirectory() as folder:
            status, output = shell(follow_guide(Path(folder)), folder, environment)
        self.assertEqual(status, 0, output)
        expect_guide(output)


if __name__ == "__main__":
    unittest.main()
