#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Manual pages are clean mdoc, and say of commands and functions what is there.

SNET_BIN names the command and SNET_LIBRARY the shared library. What needs mandoc is skipped without
it, and so is what needs a library that this Python cannot load, as one with a sanitizer inside.
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from man_options import in_page, load, sentences, table

ROOT = Path(__file__).resolve().parents[2]
MAN = ROOT / "man"
PAGES = sorted(MAN.glob("*.[1-8]"))
SNET = os.environ.get("SNET_BIN", "snet")
HELP = {"h", "help", "help-all"}
"""Said once for all commands."""
OPTION = re.compile(r"(?<![\w-])--?([a-z][a-z-]*)")
COMMAND = re.compile(r"^  snet ([a-z]+)", re.MULTILINE)
DECLARED = re.compile(r"^SNET_API[^;{]*?\b(snet_\w+)\(([^;]*)\);", re.MULTILINE)
VARIABLE = re.compile(r"^(?:extern SNET_API|\.Vt extern) [\w ]*?\b(snet_\w+) ?;", re.MULTILINE)
FUNCTION = re.compile(r"^\.Fn (\w+)(.*)$", re.MULTILINE)
ARGUMENT = re.compile(r'"([^"]*)"|(\S+)')
TYPE = "_fn"
"""How the names of types of functions end."""
EXPORTED = [ROOT / f"tests/abi/{tier}.symbols" for tier in ("stable", "source")]


def snet(*arguments: str) -> str:
    """What the command says."""
    run = subprocess.run([SNET, *arguments], capture_output=True, text=True, timeout=20, check=True)
    return run.stdout


def part(text: str, start: str, ends: tuple[str, ...]) -> str:
    """From the line `start` to the next one that begins with one of `ends`."""
    found = []
    inside = False
    for line in text.split("\n"):
        inside = line == start or (inside and not line.startswith(ends))
        if inside:
            found.append(line)
    return "\n".join(found)


def helped(command: str) -> set[str]:
    """The options that a command's help lists, in its first lines or in lines of their own."""
    names: set[str] = set()
    whole = "--help-all" if command in ("serve", "connect") else "--help"
    for line in snet(command, whole).split("\n"):
        if line.startswith(("  -", f"  snet {command}")):
            names.update(OPTION.findall(re.split(r"\s{2,}", line.strip())[0]))
    return names - HELP


def listed(command: str) -> set[str]:
    """The options that the manual page lists for a command."""
    section = part((MAN / "snet.1").read_text(), f".Ss snet {command}", (".Ss", ".Sh"))
    lines = [line for line in section.split("\n") if line.startswith(".It Fl")]
    return {name for line in lines for name in re.findall(r"Fl -?([a-z][a-z-]*)", line)}


def words(text: str) -> str:
    """A declaration without the line ends in it, and as every header and page could have it."""
    text = re.sub(r"\[\w*\]", "", re.sub(r"\b(\w+)(?=\[)", r"*\1", text))
    return re.sub(r"\s*\*\s*", " *", " ".join(text.split()))


def declared(header: str) -> dict[str, list[str]]:
    """The functions and variables that a public header exports, with the arguments of functions."""
    text = (ROOT / "include/snet" / header).read_text()
    found = {name: [words(part) for part in arguments.split(",")]
             for name, arguments in DECLARED.findall(text)}
    return found | {name: [] for name in VARIABLE.findall(text)}


def all_declared() -> dict[str, list[str]]:
    """The same of all public headers."""
    found = {}
    for header in sorted((ROOT / "include/snet").glob("*.h")):
        found |= declared(header.name)
    return found


def prototypes(page: Path) -> dict[str, list[str]]:
    """What the synopsis of a page says of functions and variables; types of functions are none."""
    text = part(page.read_text(), ".Sh SYNOPSIS", (".Sh",))
    found = {name: [words(one or other) for one, other in ARGUMENT.findall(arguments)]
             for name, arguments in FUNCTION.findall(text) if not name.endswith(TYPE)}
    return found | {name: [] for name in VARIABLE.findall(text)}


def synopsis(page: Path) -> set[str]:
    """The names in the synopsis of a page."""
    return set(prototypes(page))


class Tables(unittest.TestCase):
    """What is made of the tables of options."""

    def test_options_of_serve_and_connect_are_those_of_the_tables(self) -> None:
        made = subprocess.run([ROOT / "tools/man_options.py", "--check"], capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual((made.returncode, made.stdout), (0, ""))


class Mdoc(unittest.TestCase):
    """The pages by themselves."""

    def setUp(self) -> None:
        if shutil.which("mandoc") is None:
            self.skipTest("mandoc is not installed; tools/bootstrap installs it")

    def test_pages_have_nothing_that_mandoc_warns_of(self) -> None:
        for page in PAGES:
            run = subprocess.run(["mandoc", "-Tlint", "-Wwarning", str(page)],
                                 capture_output=True, text=True, timeout=20, check=False)
            self.assertEqual((run.returncode, run.stdout), (0, ""), page.name)


class Page(unittest.TestCase):
    """What holds for each page."""

    def test_own_references_lead_to_a_name_of_a_page(self) -> None:
        names = set()
        for page in PAGES:
            text = part(page.read_text(), ".Sh NAME", (".Sh",))
            names |= {(name, page.suffix[1:]) for name in re.findall(r"^\.Nm (\w+)", text, re.M)}
        for page in PAGES:
            for found in re.findall(r"^\.Xr ((?:lib)?snet\w*) (\d)", page.read_text(), re.M):
                self.assertIn(found, names, f"{page.name} refers to it")

    def test_functions_of_a_synopsis_are_the_names_of_the_page(self) -> None:
        for page in MAN.glob("snet_*.3"):
            text = part(page.read_text(), ".Sh NAME", (".Sh",))
            self.assertEqual(set(re.findall(r"^\.Nm (\w+)", text, re.M)), synopsis(page), page.name)


class Installed(unittest.TestCase):
    """What `make install` puts where man looks."""

    def test_each_name_of_a_page_leads_to_it(self) -> None:
        build = os.environ.get("SNET_BUILD")
        if build is None:
            self.skipTest("SNET_BUILD does not say where the build is")
        with tempfile.TemporaryDirectory() as prefix:
            command = ["cmake", "--install", build, "--component", "man", "--prefix", prefix]
            subprocess.run(command, capture_output=True, timeout=60, check=True)
            for page in PAGES:
                folder = Path(prefix) / "share/man" / f"man{page.suffix[1:]}"
                self.assertEqual((folder / page.name).read_text(), page.read_text())
                for name in synopsis(page) - {page.stem} if page.stem != "libsnet" else ():
                    text = (folder / f"{name}{page.suffix}").read_text()
                    self.assertEqual(text, f".so {folder.name}/{page.name}\n")


class Command(unittest.TestCase):
    """snet.1 and the help of the command."""

    def test_commands_are_those_of_the_help(self) -> None:
        page = (MAN / "snet.1").read_text()
        self.assertEqual(re.findall(r"^\.Ss snet (\w+)$", page, re.MULTILINE),
                         COMMAND.findall(snet("--help")))

    def test_options_of_each_command_are_those_of_its_help(self) -> None:
        for command in COMMAND.findall(snet("--help")):
            self.assertNotEqual(helped(command), set(), command)
            self.assertEqual(listed(command), helped(command), f"snet {command}")

    def test_exit_codes_are_those_of_the_source(self) -> None:
        header = (ROOT / "src/app/exit_code.h").read_text()
        codes = re.findall(r"#define SNET_EXIT_\w+ (\d+)", header)
        page = part((MAN / "snet.1").read_text(), ".Sh EXIT STATUS", (".Sh",))
        found = re.findall(r"^\.It (\d+)$", page, re.MULTILINE)
        self.assertEqual(found, sorted(codes, key=int))


class Library(unittest.TestCase):
    """Section 3 and the headers."""

    def test_each_exported_name_has_a_page(self) -> None:
        documented = set().union(*(synopsis(page) for page in MAN.glob("*.3")))
        lines = [line for path in EXPORTED for line in path.read_text().split("\n")]
        exported = {line for line in lines if line and not line.startswith("#")}
        self.assertEqual(exported, set(all_declared()), "what is exported is in a header")
        self.assertEqual(exported - documented, set(), "without a page")

    def test_each_name_with_a_page_exists_and_takes_what_the_page_says(self) -> None:
        known = all_declared()
        for page in MAN.glob("*.3"):
            self.assertEqual(synopsis(page) - set(known), set(), f"in no header, of {page.name}")
            for name, arguments in prototypes(page).items():
                self.assertEqual(arguments, known[name], f"{name} of {page.name}")


class Options(unittest.TestCase):
    """The list of options of snet_config_new.3, and the table of the library."""

    def setUp(self) -> None:
        try:
            self.rows = load(os.environ.get("SNET_LIBRARY", ""))
        except (OSError, AttributeError) as error:
            self.skipTest(f"SNET_LIBRARY cannot be loaded here: {error}")

    def test_list_is_the_table(self) -> None:
        self.assertGreater(len(self.rows), 1)
        self.assertEqual(in_page(), table(self.rows), "run tests/docs/man_options.py --update")

    def test_each_field_of_the_struct_is_an_option_or_listed_beside_them(self) -> None:
        header = (ROOT / "include/snet/config.h").read_text()
        text = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
        fields = set(re.findall(r"(\w+);", part(text, "struct snet_config {", ("};",))))
        names = {row.name.replace("-", "_") for row in self.rows}
        page = (MAN / "snet_config_new.3").read_text()
        units = r"_(?:(?:timeout_)?ns|bytes|max)$"
        for field in fields - {"size"}:
            known = {field, re.sub(units, "", field), re.sub(r"s$|_count$|_ns$", "", field)}
            said = re.search(rf"^\.It Va .*\b{field}\b", page, re.MULTILINE)
            self.assertTrue(known & names or said, f"{field} is neither")

    def test_sentences_say_bounds_words_and_defaults(self) -> None:
        said = {row.name: " ".join(sentences(row)) for row in self.rows}
        self.assertIn("From 1s to 10m. Default: 15s; with preset=phone 270s.", said["heartbeat"])
        self.assertIn("Some of 1, 1-padded, 2 and 3. Default: 3.", said["wire"])
        self.assertIn("For dialing and listening, in programs alone.", said["nonblocking"])


if __name__ == "__main__":
    unittest.main()
