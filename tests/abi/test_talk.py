#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Two programs from one source run with today's library: one that is older, and one that is newer.

The older one is compiled with the stable headers in tests/abi/first, which are those of the first
release and stay. The newer one is compiled with today's, of which each struct that carries a size
was made longer. SNET_BUILD is the build whose library is used, CC the compiler.
"""

import re
import tempfile
import unittest
from pathlib import Path

from abi_support import ABI_HEADERS, BUILD, CC, FLAGS, ROOT, need, run, stable_headers

TALK = ROOT / "tests/abi/talk.c"
FIRST = ROOT / "tests/abi/first"
LIBRARY = BUILD / "src"
SIZED = ("snet_config", "snet_info", "snet_event", "snet_totals")
FUTURE_COUNT = 8
FUTURE_BYTES = 8 * FUTURE_COUNT
NODE = re.compile(r"^ +0x\w+ 0x\w+ \d+ (\w+)$", re.MULTILINE)


def grown(text: str) -> str:
    """A header in which each struct with a size has a future."""
    for name in SIZED:
        longer = rf"\1    uint64_t future[{FUTURE_COUNT}];\n}};"
        text = re.sub(rf"^(struct {name} {{\n.*?)^}};", longer, text, count=1,
                      flags=re.MULTILINE | re.DOTALL)
    return text


class Talk(unittest.TestCase):
    """The program talk.c, by other headers than the library's."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def compile(self, headers: Path, future_bytes: int) -> Path:
        """The program by the headers of a folder alone."""
        program = self.folder / "talk"
        run(*CC, *FLAGS, f"-DTALK_FUTURE_BYTES={future_bytes}u", f"-I{headers}", TALK,
            "-o", program, f"-L{LIBRARY}", "-lsnet")
        return program

    def talk(self, program: Path) -> None:
        """The program does what it should, with the library that was built."""
        self.assertEqual(run(program, LD_LIBRARY_PATH=str(LIBRARY)), "")

    def test_older_program_runs(self) -> None:
        self.talk(self.compile(FIRST, 0))

    def test_newer_program_runs(self) -> None:
        headers = self.folder / "include"
        (headers / "snet").mkdir(parents=True)
        count = 0
        for path in stable_headers(ABI_HEADERS):
            text = grown(path.read_text(encoding="utf-8"))
            count += text.count(f"future[{FUTURE_COUNT}];")
            (headers / "snet" / path.name).write_text(text, encoding="utf-8")
        self.assertEqual(count, len(SIZED))
        self.talk(self.compile(headers, FUTURE_BYTES))

    def test_program_of_the_stable_abi_needs_its_version_alone(self) -> None:
        said = run("objdump", "-p", self.compile(FIRST, 0))
        needed = said.split("required from libsnet.so.1:\n")[1].split("required from")[0]
        self.assertEqual(NODE.findall(needed), ["SNET_1"])

    def test_first_headers_are_those_of_the_stable_abi(self) -> None:
        self.assertEqual({path.name for path in (FIRST / "snet").iterdir()},
                         {path.name for path in stable_headers(FIRST / "snet")})
        self.assertLessEqual({path.name for path in stable_headers(FIRST / "snet")},
                             {path.name for path in stable_headers(ABI_HEADERS)})


if __name__ == "__main__":
    need("objdump")
    unittest.main()
