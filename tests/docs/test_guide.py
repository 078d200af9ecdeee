#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""docs/guide.md, followed to the letter: programs compiled, commands run, output compared.

A block of C goes into the file that the line before it names. Blocks of sh are one script, in
order; a block of text behind one is all that it prints. Only the ports are others than written.
"""

import re
import tempfile
import unittest
from pathlib import Path

from docs_support import Block, blocks, free_port, installed, shell

GUIDE = "docs/guide.md"
PORTS = ("7000", "7001")
MARK = "==== block {} ===="


def as_script(found: list[Block]) -> str:
    """The blocks of sh with a mark before each, and with ports that are free."""
    text = ""
    for index, block in enumerate(found):
        if block.language == "sh":
            text += f"echo '{MARK.format(index)}'\n{block.text}"
    for port in PORTS:
        text = re.sub(rf":{port}\b", f":{free_port()}", text)
    return text


def printed(output: str) -> dict[int, str]:
    """What each block printed."""
    parts = re.split(r"^==== block (\d+) ====\n", output, flags=re.MULTILINE)
    return {int(index): text for index, text in zip(parts[1::2], parts[2::2])}


class Guide(unittest.TestCase):
    """The guide, by somebody who types what it says."""

    def test_each_command_works_and_prints_what_the_guide_says(self) -> None:
        found = blocks(GUIDE)
        self.assertEqual({block.file for block in found if block.language == "c"},
                         {"server.c", "client.c"})
        with installed() as environment, tempfile.TemporaryDirectory() as folder:
            for block in found:
                if block.file is not None:
                    Path(folder, block.file).write_text(block.text)
            status, output = shell(as_script(found), folder, environment)
        self.assertEqual(status, 0, output)
        said = printed(output)
        for index, block in enumerate(found):
            if block.language == "text":
                self.assertEqual(said[index - 1], block.text, output)


if __name__ == "__main__":
    unittest.main()
