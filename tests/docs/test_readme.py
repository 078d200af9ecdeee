#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""README's program works, and README.zh-CN.md says the same as README.md.

Compared are headings, lists, tables, code and links: what can be compared without understanding.
"""

import re
import socketserver
import tempfile
import threading
import unittest
from pathlib import Path

from docs_support import ROOT, blocks, free_port, installed, shell

ENGLISH = "README.md"
CHINESE = "README.zh-CN.md"
LANGUAGES = {ENGLISH, CHINESE}
LINES_MAX = 15
DOCUMENT_LINES_MAX = 120
SCREEN_LINES = 40
FLAGS = "-std=c17 -Wall -Wextra -Werror"


class Echo(socketserver.StreamRequestHandler):
    """Sends back what comes."""

    def handle(self) -> None:
        while data := self.request.recv(4096):
            self.request.sendall(data)


class EchoServer(socketserver.ThreadingTCPServer):
    """Echo, one thread for each connection, none of which is waited for."""

    daemon_threads = True


class Program(unittest.TestCase):
    """The library in fifteen lines."""

    def test_program_stands_on_the_first_screen_in_fifteen_lines(self) -> None:
        for document in (ENGLISH, CHINESE):
            block = blocks(document)[0]
            lines = [line for line in block.text.split("\n") if line.strip()]
            self.assertEqual(block.language, "c")
            self.assertLessEqual(len(lines), LINES_MAX, document)
            before = (ROOT / document).read_text().split("```c")[0].count("\n")
            self.assertLess(before + block.text.count("\n"), SCREEN_LINES, document)

    def test_readme_is_short(self) -> None:
        for document in (ENGLISH, CHINESE):
            lines = (ROOT / document).read_text().count("\n")
            self.assertLessEqual(lines, DOCUMENT_LINES_MAX, document)

    def test_program_compiles_and_talks_to_the_command(self) -> None:
        for document in (ENGLISH, CHINESE):
            with (installed() as environment, tempfile.TemporaryDirectory() as folder,
                  EchoServer(("127.0.0.1", 0), Echo) as backend):
                threading.Thread(target=backend.serve_forever, daemon=True).start()
                Path(folder, "hello.c").write_text(blocks(document)[0].text)
                port, behind = free_port(), backend.server_address[1]
                script = f"""
                    cc {FLAGS} -o hello hello.c $(pkg-config --cflags --libs snet)
                    snet keygen --out key > pub
                    snet serve --key key --listen 127.0.0.1:{port} --to 127.0.0.1:{behind} 2>log &
                    until grep -qs listening log; do sleep 0.05; done
                    ./hello "snet://$(cat pub)@127.0.0.1:{port}"
                """
                result = shell(script, folder, environment)
                backend.shutdown()
            self.assertEqual(result, (0, "hello\n"), document)


def parts(document: str) -> list[str]:
    """The document from each heading to the next; `#` in code is none."""
    text = (ROOT / document).read_text()
    return re.split(r"^(?=#+ )", text, flags=re.MULTILINE)


def code(text: str) -> list[str]:
    """Lines of code, without what is said beside them."""
    lines = "".join(re.findall(r"^```[\s\S]*?```|^    \S.*\n", text, re.MULTILINE))
    return [re.sub(r"\s+(#|/\*).*", "", line) for line in lines.split("\n")]


def spans(text: str) -> list[str]:
    """Code in running text: options, commands, files."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return sorted({" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose)})


def shape(text: str) -> list[int]:
    """How many columns each row of a table has; 0 for an item of a list."""
    lines = re.findall(r"^(\|.*\||- ).*$", text, re.MULTILINE)
    return [0 if line.startswith("-") else line.count("|") for line in lines]


def links(text: str) -> list[str]:
    """Where it leads, apart from the other language."""
    return sorted(set(re.findall(r"\]\(([^)]+)\)", text)) - LANGUAGES)


class Chinese(unittest.TestCase):
    """Both languages, section by section."""

    def compare(self, what: object) -> None:
        """`what` is the same of each section."""
        english, chinese = parts(ENGLISH), parts(CHINESE)
        self.assertEqual([len(part.split(" ")[0]) for part in english],
                         [len(part.split(" ")[0]) for part in chinese], "headings")
        for one, other in zip(english, chinese):
            self.assertEqual(what(one), what(other), one.split("\n")[0])

    def test_sections_have_the_same_code(self) -> None:
        self.compare(code)

    def test_sections_name_the_same_options_and_files(self) -> None:
        self.compare(spans)

    def test_sections_have_the_same_lists_and_tables(self) -> None:
        self.compare(shape)

    def test_sections_have_the_same_links(self) -> None:
        self.compare(links)

    def test_each_language_leads_to_the_other(self) -> None:
        self.assertIn(f"]({CHINESE})", (ROOT / ENGLISH).read_text())
        self.assertIn(f"]({ENGLISH})", (ROOT / CHINESE).read_text())

    def test_links_to_files_lead_somewhere(self) -> None:
        for link in links((ROOT / ENGLISH).read_text()):
            self.assertTrue((ROOT / link).exists(), link)


if __name__ == "__main__":
    unittest.main()
