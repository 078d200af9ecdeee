#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Joins the library into snet.c and snet.h, for projects that would rather drop in two files.

snet.h is the public headers with their guards and comments, snet.c all sources with the private
headers where they are first needed. What belongs to one source alone stays apart: its macros end
with it, and where two sources have a name for something of their own, the later one's gets the name
of its source behind it. The same sources yield the same two files.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("base", "crypto", "codec", "core", "core/snet3", "core/legacy", "schema", "uv",
           "sock")

_INCLUDE = re.compile(r'#include (?:"(?P<own>[^"]+)"|<(?P<system>[^>]+)>)\s*')
_CONDITION = re.compile(r"#(if|ifdef|ifndef|endif)\b")
_MACRO = re.compile(r"^#define (\w+)", re.MULTILINE)
_UNDEF = re.compile(r"^#undef (\w+)", re.MULTILINE)
_SPDX = re.compile(r"\A(?:/\* SPDX-[^\n]*\n)+")
_LITERAL_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/', re.DOTALL)

# What a source has for itself, as the house lays it out: definitions begin at the margin.
_OWN_NAMES = (
    re.compile(r"^static\b[^;={(]*?\b(\w+)\(", re.MULTILINE),
    re.compile(r"^static\b[^;={(]*?\b(\w+)(?:\[[^\]]*\])*(?: =|;)", re.MULTILINE),
    re.compile(r"^(?:struct|enum|union) (\w+) \{", re.MULTILINE),
    re.compile(r"^typedef\b[^;{(]*?\b(\w+)(?:\(|;)", re.MULTILINE),
    re.compile(r"^\} (\w+);", re.MULTILINE),
)
_ENUM = re.compile(r"^(?:typedef )?enum\b[^;{]*\{(.*?)^\}", re.MULTILINE | re.DOTALL)
_ENUMERATOR = re.compile(r"\b([A-Z]\w*)\b(?=\s*(?:,|=|\Z))")


def version_of(root):
    """The version of the project, which CMakeLists.txt has."""
    text = (root / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(snet VERSION ([\d.]+)", text)[1]


def own_names(text):
    """The names that a source gives to functions, objects, types and enumerators of its own.

    Those that begin with snet_ mean the same in every source.
    """
    plain = _LITERAL_OR_COMMENT.sub("", text)
    names = {name for pattern in _OWN_NAMES for name in pattern.findall(plain)}
    for body in _ENUM.findall(plain):
        names.update(_ENUMERATOR.findall(body))
    return {name for name in names if not name.startswith(("snet_", "SNET_"))}


def rename(text, names, suffix):
    """The text with `suffix` behind each of `names`, but not in literals nor as a member."""
    if not names:
        return text
    word = re.compile(r"(?<![\w.])(?<!->)(" + "|".join(sorted(names)) + r")\b")
    parts = re.split(f"({_LITERAL_OR_COMMENT.pattern})", text, flags=re.DOTALL)
    for index in range(0, len(parts), 2):
        parts[index] = word.sub(rf"\1_{suffix}", parts[index])
    return "".join(parts)


class Joiner:
    """One file that is being joined from many."""

    def __init__(self, root):
        self.root = root
        self.lines = []
        self.joined = set()  # project files that are in, or not to be put in
        self.system = set()  # system headers that are in whatever the conditions are
        self.taken = set()  # names that sources before have for something of their own

    def add(self, path, text=None):
        """Appends a file, after what it includes and what is not in yet."""
        self.joined.add(path)
        if text is None:
            text = (self.root / path).read_text(encoding="utf-8")
        self.lines += ["", f"/* --- {path} --- */", ""]
        depth = -1 if path.endswith(".h") else 0  # a header is within its guard
        for line in _SPDX.sub("", text).rstrip("\n").split("\n"):
            condition = _CONDITION.match(line)
            if condition:
                depth += -1 if condition[1] == "endif" else 1
            include = _INCLUDE.fullmatch(line)
            if include is None:
                self.lines.append(line)
            else:
                self._include(include, line, depth, path)

    def add_source(self, path):
        """Appends a source with its names told apart from those before, and ends its macros."""
        text = (self.root / path).read_text(encoding="utf-8")
        names = own_names(text)
        module = re.sub(r"\W", "_", path.removeprefix("src/").removesuffix(".c"))
        self.add(path, rename(text, names & self.taken, module))
        self.taken |= names
        macros = dict.fromkeys(_MACRO.findall(text))
        gone = set(_UNDEF.findall(text))
        self.lines += [f"#undef {name}" for name in macros if name not in gone]

    def _include(self, include, line, depth, origin):
        if include["own"] is not None:
            path = f"src/{include['own']}"
        elif include["system"].startswith("snet/"):
            path = f"include/{include['system']}"
        else:
            if include["system"] not in self.system:
                self.lines.append(line)
            if depth == 0:
                self.system.add(include["system"])
            return
        if path not in self.joined:
            self.add(path)
            self.lines += ["", f"/* --- {origin}, continued --- */"]

    def text(self):
        """The whole, without runs of empty lines."""
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines) + "\n")


def banner(version, what):
    """The head of a generated file."""
    return [
        "/* SPDX-FileCopyrightText: 2026 The snet authors */",
        "/* SPDX-License-Identifier: MIT */",
        "/*",
        f" * snet {version}: {what}",
        " *",
        " * Generated by tools/amalgamate.py from the sources of that version. Do not change it:",
        " * change those, and run `make amalgamation`.",
        " */",
    ]


def needing(root, paths, header):
    """Those of the public headers that include `header`, by themselves or through others."""
    names = {header}
    needers = []
    while True:
        more = [
            path
            for path in paths
            if path not in needers
            and any(f"#include <{name}>" in (root / path).read_text("utf-8") for name in names)
        ]
        if not more:
            return needers
        needers += more
        names.update(path.removeprefix("include/") for path in more)


def join_header(root, version):
    """The public headers as one, those about libuv last and under a condition."""
    joiner = Joiner(root)
    joiner.lines += banner(version, "all public headers in one. With SNET_NO_UV defined, it is "
                                    "without\n * those that are about libuv, and does not include "
                                    "<uv.h>.")
    found = sorted((root / "include/snet").glob("*.h"))
    paths = [path.relative_to(root).as_posix() for path in found]
    about_uv = needing(root, paths, "uv.h")
    for path in paths:
        if path not in joiner.joined and path not in about_uv:
            joiner.add(path)
    joiner.lines += ["", "#ifndef SNET_NO_UV"]
    for path in about_uv:
        if path not in joiner.joined:
            joiner.add(path)
    joiner.lines += ["#endif"]
    return joiner.text()


def join_source(root, version):
    """The sources and the private headers as one."""
    joiner = Joiner(root)
    joiner.lines += banner(version, "the library in one file. Link it with libcrypto and libuv. "
                                    "With\n * SNET_WITH_IPSEC_MB defined, for x86-64, also with "
                                    "libIPSec_MB: a faster AES.")
    joiner.lines += ["#ifndef _GNU_SOURCE", "#define _GNU_SOURCE", "#endif", "",
                     '#include "snet.h"']
    public = sorted((root / "include/snet").glob("*.h"))
    joiner.joined.update(path.relative_to(root).as_posix() for path in public)
    headers = sorted((root / "src").rglob("*.h"))
    # A source that has a name which a header has, too, gives way to the header.
    for path in [*public, *headers]:
        joiner.taken |= own_names(path.read_text(encoding="utf-8"))
    for folder in FOLDERS:
        for path in sorted((root / "src" / folder).glob("*.c")):
            joiner.add_source(path.relative_to(root).as_posix())
    return joiner.text()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build/amalgamation", metavar="DIR")
    arguments = parser.parse_args()
    version = version_of(ROOT)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, text in (("snet.h", join_header(ROOT, version)),
                       ("snet.c", join_source(ROOT, version))):
        (arguments.out / name).write_text(text, encoding="utf-8")
        print(f"{arguments.out / name}: {text.count(chr(10))} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
