#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Compares what the shared library exports with symbols.txt, the public headers and debian/.

Exits 1 and says what differs. --update takes over what is exported: look at the difference in git
before committing it. A name that goes, or changes what it means, breaks programs that are installed
already: it wants another SOVERSION in src/CMakeLists.txt, and another name of the Debian package.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
GOLDEN = ROOT / "tests" / "abi" / "symbols.txt"
DEBIAN = ROOT / "debian"
HEAD = "# What libsnet.so exports, one name a line; made by tests/abi/check_abi.py --update.\n"


def output(*command):
    """What a program prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def exported(library):
    """The names that programs can link with."""
    lines = output("nm", "--dynamic", "--defined-only", "--format=posix", library).splitlines()
    return {line.split()[0] for line in lines}


def declared(text):
    """The names that a public header marks with SNET_API."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    text = re.sub(r"^[ \t]*#(.*\\\n)*.*$", "", text, flags=re.MULTILINE)
    return {re.findall(r"\w+", head)[-1] for head in re.findall(r"\bSNET_API\b([^;(\[]+)", text)}


def golden_names(text):
    """The names in symbols.txt."""
    return {line for line in text.splitlines() if line and not line.startswith("#")}


def debian_names(text):
    """The names in debian/*.symbols, each with the version that brought it."""
    rows = re.findall(r"^ (\S+)@Base (\S+)$", text, re.MULTILINE)
    return {name: version for name, version in rows}


def project_version():
    """The version in CMakeLists.txt."""
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(snet VERSION (\S+)", text)[1]


def differences(found, wanted, where):
    """One line for each name that is in one of two sets."""
    for name in sorted(found - wanted):
        yield f"{name} is exported, and not in {where}"
    for name in sorted(wanted - found):
        yield f"{name} is in {where}, and not exported"


def check_names(found, golden, headers, debian):
    """What is wrong with a set of exported names."""
    for name in sorted(found):
        if not name.startswith("snet_"):
            yield f"{name} is exported, and does not begin with snet_"
    if not found:
        yield "nothing is exported"
    yield from differences(found, golden, "tests/abi/symbols.txt")
    yield from differences(found, headers, "a public header with SNET_API")
    yield from differences(found, debian, "debian/libsnet*.symbols")


def check_library(library, package):
    """What is wrong with the soname, and with what the library needs itself."""
    entries = re.findall(r"^ +(SONAME|NEEDED) +(\S+)$", output("objdump", "-p", library), re.M)
    sonames = [name for kind, name in entries if kind == "SONAME"]
    want = package.replace("libsnet", "libsnet.so.")
    if sonames != [want]:
        yield f"the soname is {sonames}, and {want} after debian/{package}.symbols"
    for kind, name in entries:
        if kind == "NEEDED" and name.startswith(("libstdc++", "libc++")):
            yield f"it needs {name}: a C library wants no C++"


def check_version(changelog):
    """Whether debian/changelog speaks of this version."""
    newest = re.match(r"snet \(([^)]+)\)", changelog)
    if newest is None or newest[1] != project_version():
        yield f"debian/changelog does not begin with {project_version()}, as CMakeLists.txt"


def update(found, package):
    """Takes over what is exported."""
    GOLDEN.write_text(HEAD + "".join(f"{name}\n" for name in sorted(found)), encoding="utf-8")
    path = DEBIAN / f"{package}.symbols"
    known = debian_names(path.read_text(encoding="utf-8"))
    text = f"{package.replace('libsnet', 'libsnet.so.')} {package} #MINVER#\n"
    for name in sorted(found):
        text += f" {name}@Base {known.get(name, project_version())}\n"
    path.write_text(text, encoding="utf-8")


def self_test():
    """Each kind of difference is found, and nothing else."""
    one = {"snet_a"}
    cases = [
        (one, one, one, one, None),
        (set(), set(), set(), set(), "nothing is exported"),
        ({"a"}, {"a"}, {"a"}, {"a"}, "does not begin"),
        (one, set(), one, one, "not in tests/abi"),
        (set(), one, set(), set(), "not exported"),
        (one, one, set(), one, "not in a public header"),
        (one, one, one | {"snet_b"}, one, "snet_b is in a public header"),
        (one, one, one, set(), "not in debian"),
    ]
    failed = 0
    for found, golden, headers, debian, want in cases:
        lines = list(check_names(found, golden, headers, debian))
        if bool(lines) != (want is not None) or (want and not any(want in x for x in lines)):
            failed += 1
            print(f"self-test: wanted {want}, found {lines}")
    header = "#define SNET_API \\\n    x(y)\n/* SNET_API int snet_c(void); */\nint snet_d(void);\n"
    header += "SNET_API SNET_MUST_USE snet_err\nsnet_a(int b);\nSNET_API extern const int snet_b;\n"
    if declared(header) != {"snet_a", "snet_b"}:
        failed += 1
        print(f"self-test: found {declared(header)} in a header")
    print(f"{len(cases) + 1 - failed} passed, {failed} failed")
    return failed == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--library", metavar="FILE", help="libsnet.so")
    parser.add_argument("--update", action="store_true", help="take over what is exported")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return 0 if self_test() else 1
    if options.library is None:
        parser.error("--library or --self-test")
    found = exported(options.library)
    [symbols] = DEBIAN.glob("libsnet*.symbols")
    if options.update:
        update(found, symbols.stem)
    headers = set()
    for path in (ROOT / "include").rglob("*.h"):
        headers |= declared(path.read_text(encoding="utf-8"))
    golden = golden_names(GOLDEN.read_text(encoding="utf-8"))
    debian = set(debian_names(symbols.read_text(encoding="utf-8")))
    findings = list(check_names(found, golden, headers, debian))
    findings += check_library(options.library, symbols.stem)
    findings += check_version((DEBIAN / "changelog").read_text(encoding="utf-8"))
    for finding in findings:
        print(f"check_abi: {finding}")
    if findings:
        print(f"when this is meant: tests/abi/check_abi.py --library {options.library} --update")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
