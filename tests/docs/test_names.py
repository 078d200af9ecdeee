#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What documents name exists: modules, files, links, functions, constants, targets and options.

A name is what stands in backticks and looks like one of these. Walks through the code name static
functions and fields, too; all of them must be words of the sources.
"""

import functools
import re
import subprocess
import unittest
from collections.abc import Callable, Iterable
from pathlib import Path

from docs_support import ROOT

DOCUMENTS = sorted({ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "tests/README.md",
                    ROOT / "README.md", *(ROOT / "docs").rglob("*.md"),
                    *(ROOT / "tests").rglob("README.md"), *(ROOT / "examples").rglob("*.md")})
SOURCES = ("src", "include", "tests", "bench", "examples", "tools")
DATA = ("tests/data/", "tests/fuzz/corpus/")
CODE = (".c", ".h", ".py", ".txt", ".json", ".pml", ".cmake")
ARCHITECTURE = ROOT / "docs/architecture.md"
LINES_MAX = 350
MAP = re.compile(r"^(src/[\w/]*?)/ +\S")
ROW = re.compile(r"^    (\S.*?)(?:  |$)")
SPAN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
PUBLISHED = re.compile(r"<!-- begin .*?<!-- end \w+ -->", re.DOTALL)
"""Tables of a run of the benchmark, which stay as they were."""
LINK = re.compile(r"\]\(([^)#:]+)(#[^)]*)?\)")
IDENTIFIER = re.compile(r"~?(\w*[a-z0-9]_\w*|[A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:\(\))?")
HEADER = re.compile(r"<snet/(\w+\.h)>")
PATH = re.compile(
    r"[\w.@-]*(?:/[\w.*<>-]+)+/?|[\w-]+\.(?:md|c|h|py|pml|json|txt|cmake)")
TARGET = re.compile(r"\bmake ([a-z][a-z-]*)")
OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]+)")
MADE = {"snet.c", "snet.h", "results.json", "tables.md"}
"""Files that tools make."""
BUILT = ("build/", "/etc/", "/usr/", "/proc", "~", "funny/", "go", "golang", "csharp", "unix:",
         "snet/")
"""Paths that are not of the sources."""
FOREIGN = ROOT / "docs/migration.md"
"""The left columns of its tables are of programs that are not here."""
WIRE_DOCUMENTS = {ROOT / "docs/legacy-wires.md", ROOT / "docs/snet3.md"}
"""Their spans are formulas and fields of messages."""
OTHERS_NAMES = {"on_data", "on_lost", "alloc_cb"}
"""Identifiers of other programs."""
OTHERS_OPTIONS = {"gc-sections", "global", "cflags", "libs", "modversion"}
"""Of programs that are not ours."""


@functools.cache
def tracked() -> list[str]:
    """The files of the project, without what git ignores."""
    command = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"]
    return [path for path in
            subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
            if path and (ROOT / path).exists()]


@functools.cache
def sources() -> str:
    """All code, tests and tools, in one piece."""
    paths = [path for path in tracked()
             if path.startswith(SOURCES) and not path.startswith(DATA)
             and (path.endswith(CODE) or "." not in Path(path).name)]
    return "\n".join((ROOT / path).read_text(errors="replace")
                     for path in (*paths, "Makefile", "CMakeLists.txt"))


def sources_of_build() -> str:
    """What CMake is told."""
    return "\n".join((ROOT / path).read_text() for path in tracked()
                     if path.endswith(("CMakeLists.txt", ".cmake")))


@functools.cache
def words() -> frozenset[str]:
    """Each identifier of the sources."""
    return frozenset(re.findall(r"\w+", sources()))


@functools.cache
def endings() -> frozenset[str]:
    """Each ending of a constant: documents say C_HELLO for SNET_V3_C_HELLO."""
    constants = [word.split("_") for word in words() if word.isupper()]
    return frozenset("_".join(parts[i:]) for parts in constants for i in range(len(parts)))


def spans(document: Path) -> list[str]:
    """What stands in backticks, in one line each."""
    return [" ".join(span.split()) for span in
            SPAN.findall(FENCE.sub("", document.read_text()))]


def known_path(path: str, document: Path) -> bool:
    """Whether such a file or folder exists: from the top, from src, or beside the document."""
    if path.startswith("/"):
        return False
    pattern = re.sub(r"<\w+>|NAME", "*", path.rstrip("/"))
    for base in ("", "src/", "tests/", f"{document.parent.relative_to(ROOT)}/"):
        if any(ROOT.glob(base + pattern)):
            return True
        if "." not in Path(pattern).name and any(ROOT.glob(f"{base}{pattern}.[ch]")):
            return True
    return path in MADE or "/" not in path and any(Path(each).name == path for each in tracked())


class Map(unittest.TestCase):
    """The list of folders and modules in docs/architecture.md."""

    def listed(self) -> dict[str, set[str]]:
        """The modules that the list has for each folder below src."""
        found: dict[str, set[str]] = {}
        folder = None
        for line in ARCHITECTURE.read_text().split("```")[1].split("\n"):
            match = MAP.match(line)
            row = ROW.match(line)
            if match:
                folder = found.setdefault(match[1], set())
            elif row and folder is not None:
                folder |= {name.strip() for name in row[1].split(",")}
            else:
                folder = None
        return found

    def test_list_has_each_module_and_no_other(self) -> None:
        there: dict[str, set[str]] = {}
        for path in map(Path, tracked()):
            if path.parts[0] == "src" and path.suffix in (".c", ".h"):
                there.setdefault(str(path.parent), set()).add(path.stem)
        listed = self.listed()
        self.assertEqual(list(listed), sorted(there, key=list(listed).index))
        for folder, modules in there.items():
            self.assertEqual(sorted(listed[folder]), sorted(modules), folder)

    def test_page_is_short(self) -> None:
        self.assertLessEqual(ARCHITECTURE.read_text().count("\n"), LINES_MAX)

    def test_each_header_begins_with_what_it_is(self) -> None:
        for path in tracked():
            if path.startswith(("src/", "include/")) and path.endswith(".h"):
                head = (ROOT / path).read_text().split("\n")[2:4]
                self.assertTrue(head[0] == "/*" and head[1].startswith(" * "), f"{path}: {head}")


def wrong(found: Callable[[Path], set[str]], but: Iterable[Path] = ()) -> dict[str, list[str]]:
    """What is wrong, of each document in which something is."""
    each = {document: found(document) for document in DOCUMENTS if document not in set(but)}
    return {str(document.relative_to(ROOT)): sorted(names)
            for document, names in each.items() if names}


class Names(unittest.TestCase):
    """Every document."""

    maxDiff = None

    def test_identifiers_are_words_of_the_sources(self) -> None:
        def found(document: Path) -> set[str]:
            names = {match[1] for span in spans(document)
                     if (match := IDENTIFIER.fullmatch(span)) and not match[1].endswith("_")}
            return names - words() - endings() - OTHERS_NAMES
        self.assertEqual(wrong(found, {*WIRE_DOCUMENTS, FOREIGN}), {})

    def test_symbols_of_the_library_exist_wherever_they_stand(self) -> None:
        def found(document: Path) -> set[str]:
            names = set(re.findall(r"\b(?:snet|SNET)_\w+\b(?![*<])", document.read_text()))
            return {name for name in names - words() if not name.endswith("_")}
        self.assertEqual(wrong(found, {FOREIGN}), {})

    def test_headers_exist(self) -> None:
        def found(document: Path) -> set[str]:
            return {name for name in HEADER.findall(document.read_text())
                    if not (ROOT / "include/snet" / name).exists()}
        self.assertEqual(wrong(found), {})

    def test_paths_exist(self) -> None:
        def found(document: Path) -> set[str]:
            return {span for span in spans(document) if PATH.fullmatch(span)
                    and not span.startswith(BUILT) and not known_path(span, document)}
        self.assertEqual(wrong(found, WIRE_DOCUMENTS), {})

    def test_links_lead_somewhere(self) -> None:
        def found(document: Path) -> set[str]:
            return {link for link, _ in LINK.findall(document.read_text())
                    if not (document.parent / link).exists()}
        self.assertEqual(wrong(found), {})

    def test_targets_of_make_exist(self) -> None:
        makefile = (ROOT / "Makefile").read_text()
        targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))

        def found(document: Path) -> set[str]:
            return {name for span in spans(document) for name in TARGET.findall(span)} - targets
        self.assertEqual(wrong(found), {})

    def test_options_exist(self) -> None:
        known = set(OPTION.findall(sources())) | OTHERS_OPTIONS
        known |= set(re.findall(r'"([a-z][a-z-]+)"', sources()))

        def found(document: Path) -> set[str]:
            return {name for span in spans(document) for name in OPTION.findall(span)} - known
        self.assertEqual(wrong(found), {})


class Tests(unittest.TestCase):
    """The pages about tests."""

    def test_page_of_worlds_has_each_part_of_tests_support(self) -> None:
        text = (ROOT / "tests/README.md").read_text()
        parts = {Path(path).stem for path in tracked() if path.startswith("tests/support/")}
        self.assertEqual({part for part in parts if f"`support/{part}`" not in text}, set())

    def test_page_of_kinds_has_each_label_of_ctest(self) -> None:
        rows = [line for line in (ROOT / "docs/testing.md").read_text().split("\n")
                if line.startswith("| `")]
        listed = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[2])}
        lists = (ROOT / "tests/CMakeLists.txt").read_text() + sources_of_build()
        self.assertEqual(set(re.findall(r"\bLABELS (\w+)", lists)) - listed, set())


class Tiers(unittest.TestCase):
    """What docs/compatibility.md promises of which headers."""

    def test_stable_headers_are_those_that_say_so_themselves(self) -> None:
        rows = (ROOT / "docs/compatibility.md").read_text().split("\n")
        row = next(row for row in rows if row.startswith("| stable ABI |"))
        stable = {path.name for path in (ROOT / "include/snet").glob("*.h")
                  if "Stable ABI" in path.read_text().split("*/")[2]}
        self.assertEqual(set(HEADER.findall(row)), stable)


class Decisions(unittest.TestCase):
    """The list of decisions."""

    def test_list_has_each_page_with_its_title(self) -> None:
        folder = ROOT / "docs/decisions"
        pages = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
        rows = [f"| [{path.name[:4]}]({path.name}) | "
                f"{path.read_text().split(chr(10))[0].split(': ', 1)[1]} |" for path in pages]
        listed = [line for line in (folder / "README.md").read_text().split("\n")
                  if line.startswith("| [")]
        self.assertEqual(listed, rows)


class Language(unittest.TestCase):
    """One name for one thing."""

    def test_prose_says_snet_3_and_not_wire_3(self) -> None:
        def found(document: Path) -> set[str]:
            prose = PUBLISHED.sub("", FENCE.sub("", document.read_text()))
            prose = re.sub(r"`[^`]*`", "", prose)
            return set(re.findall(r"\b[Ww]ires? [123]\b", prose))
        self.assertEqual(wrong(found), {})


if __name__ == "__main__":
    unittest.main()
