#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Checks what object files define and need: the linker's word for the rules of the house.

--core    base/, codec/ and core/ together need nothing but what tools/core-symbols.allow names,
          abort is called by base/assert.c only, and no object in them can change (release objects)
--prefix  each linkable name begins with snet_<file>_, or is in tools/symbol-exceptions.txt; those
          of bench/scenes begin with snet_bench_<file>_, those of a wing of the core may begin
          with snet_v3_<file>_ or snet_legacy_<file>_

Objects are told apart by the end of their path, <folder>/<file>.c.o, as CMake lays them out. With
--build they are all of src/ and bench/, built for release in a folder that is kept for the next
time.
"""

import argparse
import fnmatch
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

TOOLS = Path(__file__).resolve().parent
CORE_FOLDERS = ("base", "codec", "core", "core/snet3", "core/legacy")
# Folders whose names have a word of the folder before that of the file: the wings of the core where
# names of files repeat.
FOLDER_WORDS = {"scenes": "bench_", "core/snet3": "(v3_)?", "core/legacy": "(legacy_)?"}
# Sections of objects that can change; .data.rel.ro is constant once the program has started.
STATE_SECTION = re.compile(r"(\*COM\*|\.t?(data|bss)(?!\.rel\.ro)\b.*)")
_OBJECT = re.compile(r"(?:^|/)((?:core/)?[\w-]+)/([\w-]+)\.c\.(?:o|obj)$")


class Symbol(NamedTuple):
    """One line of nm for an object: `kind` is nm's letter."""

    module: str
    name: str
    kind: str
    section: str

    @property
    def folder(self):
        return self.module.rsplit("/", 1)[0]


def parse_nm(text, module):
    """The symbols in the output of `nm -f sysv` for one object."""
    for line in text.splitlines():
        fields = [field.strip() for field in line.split("|")]
        if len(fields) == 7:
            yield Symbol(module, fields[0], fields[2], fields[6])


def read_objects(paths):
    """The symbols of all object files."""
    symbols = []
    for path in paths:
        match = _OBJECT.search(path)
        if match is None:
            raise SystemExit(f"check_symbols: {path} does not end in FOLDER/FILE.c.o")
        command = ["nm", "-f", "sysv", path]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise SystemExit(f"check_symbols: {run.stderr.strip() or path}")
        symbols += parse_nm(run.stdout, f"{match.group(1)}/{match.group(2)}.c")
    return symbols


def build_objects(folder):
    """Builds the project for release in `folder` and returns the paths of its objects."""
    configure = ["cmake", "-S", TOOLS.parent, "-B", folder, "-G", "Ninja"]
    configure += ["-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_C_FLAGS_RELEASE=-O2 -g"]
    configure += ["-DSNET_TESTS=OFF"]
    for command in (configure, ["cmake", "--build", folder, "--target", "all", "snet-bench"]):
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise SystemExit(f"check_symbols: no build:\n{run.stdout}{run.stderr}")
    units = json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))
    commands = [shlex.split(unit["command"]) for unit in units]
    return [str(folder / words[words.index("-o") + 1]) for words in commands]


def parse_list(text, columns):
    """The rows of a list; each has `columns` words and a reason after #."""
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        words, _, reason = line.partition("#")
        row = words.split()
        if row and (len(row) != columns or not reason.strip()):
            raise SystemExit(f"check_symbols: line {number}: {columns} words and # why: {line}")
        if row:
            rows.append(row)
    return rows


def check_core(symbols, allow_rows):
    """What the core needs and may not have, and what it keeps and may not keep."""
    patterns = [row[0] for row in allow_rows]
    core = [symbol for symbol in symbols if symbol.folder in CORE_FOLDERS]
    for folder in CORE_FOLDERS:
        if not any(symbol.folder == folder for symbol in core):
            yield f"{folder}/: none of its objects was given, so nothing is proved"
    defined = {symbol.name for symbol in core if symbol.kind not in "Uwv"}
    for symbol in core:
        if symbol.kind not in "Uwv":
            if STATE_SECTION.fullmatch(symbol.section) and not symbol.name.startswith("."):
                yield f"{symbol.module}: {symbol.name} can change (it is in {symbol.section})"
        elif symbol.name not in defined:
            if not any(fnmatch.fnmatchcase(symbol.name, pattern) for pattern in patterns):
                yield f"{symbol.module}: needs {symbol.name}, which is not in core-symbols.allow"
            elif symbol.name == "abort" and symbol.module != "base/assert.c":
                yield f"{symbol.module}: calls abort: that is for base/assert.c"


def _prefix(module):
    """How the linkable names of a module begin, as a pattern; snet3 in a file's name is v3."""
    folder, _, file = module.removesuffix(".c").rpartition("/")
    stem = file.replace("-", "_").replace("snet3", "v3")
    return f"snet_{FOLDER_WORDS.get(folder, '')}{re.escape(stem)}"


def check_prefix(symbols, exception_rows):
    """Linkable names that do not tell their module, and exceptions that nothing needs."""
    needed = set()
    given = {symbol.module for symbol in symbols}
    for symbol in symbols:
        linkable = symbol.kind.isupper() and symbol.kind not in "UN"
        if not linkable or re.fullmatch(_prefix(symbol.module) + r"(_\w+)?", symbol.name):
            continue
        rows = [
            (module, pattern)
            for module, pattern in exception_rows
            if module == symbol.module and fnmatch.fnmatchcase(symbol.name, pattern)
        ]
        needed.update(rows)
        if not rows:
            yield f"{symbol.module}: {symbol.name} does not begin with {_prefix(symbol.module)}_"
    for module, pattern in exception_rows:
        if module in given and (module, pattern) not in needed:
            yield f"{module}: symbol-exceptions.txt has {pattern}, which nothing needs"


def _symbol(module, name, kind, section=".text"):
    return Symbol(module, name, kind, section)


def _core_cases():
    """(symbols beside a clean core, the text that a finding must have or None)."""
    return [
        ([], None),
        ([_symbol("core/a.c", "memcpy", "U")], None),
        ([_symbol("core/a.c", "snet_crypto_new", "U")], None),
        ([_symbol("core/a.c", "snet_pool_take", "U")], None),
        ([_symbol("uv/a.c", "malloc", "U"), _symbol("crypto/a.c", "EVP_x", "U")], None),
        ([_symbol("core/a.c", "table.0", "d", ".data.rel.ro")], None),
        ([_symbol("base/assert.c", "abort", "U")], None),
        ([_symbol("core/a.c", "abort", "U")], "calls abort"),
        ([_symbol("core/a.c", "malloc", "U")], "needs malloc"),
        ([_symbol("codec/a.c", "clock_gettime", "w")], "needs clock_gettime"),
        ([_symbol("core/a.c", "count.0", "b", ".bss")], "can change"),
        ([_symbol("core/a.c", "count", "D", ".data.rel.local")], "can change"),
        ([_symbol("core/a.c", "snet_a", "C", "*COM*")], "can change"),
    ]


def _prefix_cases():
    """(symbols, the text that a finding must have or None)."""
    return [
        ([_symbol("core/a.c", "snet_a_new", "T"), _symbol("core/a.c", "snet_a", "T")], None),
        ([_symbol("core/a.c", "helper", "t"), _symbol("core/a.c", "malloc", "U")], None),
        ([_symbol("base/error.c", "snet_err_name", "T")], None),
        ([_symbol("scenes/a.c", "snet_bench_a_run", "T")], None),
        ([_symbol("scenes/a.c", "snet_a_run", "T")], "snet_bench_a_"),
        ([_symbol("core/snet3/a.c", "snet_v3_a_new", "T")], None),
        ([_symbol("core/snet3/a.c", "snet_a_new", "T")], None),
        ([_symbol("codec/snet3_a.c", "snet_v3_a_new", "T")], None),
        ([_symbol("core/legacy/a.c", "snet_v3_a_new", "T")], "snet_v3_a_new"),
        ([_symbol("core/snet3/a.c", "snet_v3_new", "T")], "snet_v3_new"),
        ([_symbol("core/a.c", "snet_b_new", "T")], "snet_b_new"),
        ([_symbol("core/a.c", "snet_able", "D")], "snet_able"),
        ([_symbol("core/a.c", "snet_err_name", "T")], "snet_err_name"),
        ([_symbol("base/error.c", "snet_error_name", "T")], "nothing needs"),
    ]


def self_test():
    """Both checks find what is wrong and nothing else; the parser reads what nm prints."""
    clean = [_symbol(f"{folder}/b.c", "snet_b_x", "T") for folder in CORE_FOLDERS]
    clean += [_symbol("base/b.c", "snet_pool_take", "T")]
    allow = parse_list("memcpy # a\nabort # b\nsnet_crypto_* # c\n", 1)
    exceptions = [tuple(row) for row in parse_list("base/error.c snet_err_* # why\n", 2)]
    results = []
    for extra, want in _core_cases():
        results.append((list(check_core(clean + extra, allow)), want))
    for symbols, want in _prefix_cases():
        results.append((list(check_prefix(symbols, exceptions)), want))
    results.append((list(check_core([], allow)), "none of its objects"))
    nm_line = "\n\nSymbols from x:\n\nsnet_a  |0000|   T  |  FUNC|0009|   |.text\n"
    parsed = list(parse_nm(nm_line, "core/a.c"))
    results.append(([] if parsed == [_symbol("core/a.c", "snet_a", "T")] else parsed, None))
    failed = 0
    for found, want in results:
        if bool(found) != (want is not None) or (want and not any(want in item for item in found)):
            failed += 1
            print(f"self-test: wanted {want}, found {found}")
    print(f"{len(results) - failed} passed, {failed} failed")
    return failed == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("objects", nargs="*", metavar="OBJ")
    parser.add_argument("--build", type=Path, metavar="DIR", help="build the objects there first")
    parser.add_argument("--core", action="store_true", help="what the core needs and keeps")
    parser.add_argument("--prefix", action="store_true", help="the names of what links")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return 0 if self_test() else 1
    built = build_objects(options.build.resolve()) if options.build is not None else []
    if not options.objects + built or not (options.core or options.prefix):
        parser.error("objects or --build, and --core or --prefix; or --self-test")
    symbols = read_objects(options.objects + built)
    findings = []
    if options.core:
        rows = parse_list((TOOLS / "core-symbols.allow").read_text(encoding="utf-8"), 1)
        findings += check_core(symbols, rows)
    if options.prefix:
        text = (TOOLS / "symbol-exceptions.txt").read_text(encoding="utf-8")
        findings += check_prefix(symbols, [tuple(row) for row in parse_list(text, 2)])
    for finding in sorted(set(findings)):
        print(f"check_symbols: {finding}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
