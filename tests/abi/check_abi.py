#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Compares what the shared library exports with the public headers, and with what was promised.

A header's first comment says its tier: "Stable ABI" or "Source-stable tier". Its functions have the
version node of that tier, SNET_1 or SNET_SOURCE_x_y with the minor version of the project, and are
listed in stable.symbols or source.symbols, in src/libsnet.map and in debian/libsnet*.symbols.

Exits 1 and says what differs. --update writes these lists by the headers: look at the difference in
git, build again, and check. A name that goes from stable.symbols, or changes what it means, breaks
programs that are installed already: it wants another SOVERSION in src/CMakeLists.txt, and another
name of the Debian package.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ABI = ROOT / "tests" / "abi"
MAP = ROOT / "src" / "libsnet.map"
DEBIAN = ROOT / "debian"
STABLE_NODE = "SNET_1"
TIERS = {"stable": "Stable ABI", "source": "Source-stable tier"}
"""Each tier, and the words by which the head of a header says that it belongs there."""
GOLDEN_HEAD = "# What libsnet.so exports in the {} tier; made by tests/abi/check_abi.py --update.\n"
MAP_HEAD = """/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What libsnet.so exports, by tier: made by tests/abi/check_abi.py --update. The node of the
 * source-stable tier has the release in its name, so that the loader refuses a program of another
 * one, while programs of the stable tier do not notice.
 */
"""


def output(*command):
    """What a program prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def project_version():
    """The version in CMakeLists.txt."""
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(snet VERSION (\S+)", text)[1]


def nodes(version):
    """The version node of each tier."""
    major, minor = version.split(".")[:2]
    return {"stable": STABLE_NODE, "source": f"SNET_SOURCE_{major}_{minor}"}


def exported(text):
    """The names that programs can link with, as NAME@NODE, in what nm prints of a library."""
    rows = [line.split()[:2] for line in text.splitlines()]
    # The linker also defines each node, as an absolute symbol.
    return {name.replace("@@", "@") for name, kind in rows if kind != "A"}


def tier_of(text):
    """The tiers that a header's first comment after those of the licence names."""
    comments = re.findall(r"/\*.*?\*/", text, flags=re.DOTALL)
    first = next((one for one in comments if "SPDX-" not in one), "")
    return [tier for tier, words in TIERS.items() if words in " ".join(first.split())]


def declared(text):
    """The names that a public header marks with SNET_API."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    text = re.sub(r"^[ \t]*#(.*\\\n)*.*$", "", text, flags=re.MULTILINE)
    return {re.findall(r"\w+", head)[-1] for head in re.findall(r"\bSNET_API\b([^;(\[]+)", text)}


def read_headers(texts, findings):
    """The names of each tier that headers, given by name, declare; what is wrong with the heads."""
    found = {tier: set() for tier in TIERS}
    for name, text in texts.items():
        tiers = tier_of(text)
        if len(tiers) == 1:
            found[tiers[0]] |= declared(text)
        else:
            findings.append(f"{name} does not begin with a comment that names one tier: {tiers}")
    return found


def with_nodes(names, node):
    """The names of each tier as NAME@NODE."""
    return {f"{name}@{node[tier]}" for tier in TIERS for name in names[tier]}


def golden_names(text):
    """The names in a list of symbols."""
    return {line for line in text.splitlines() if line and not line.startswith("#")}


def map_names(text):
    """The names in a linker's version script, as NAME@NODE."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    return {f"{name}@{node}" for node, body in re.findall(r"(\w+)\s*\{(.*?)\}", text, re.DOTALL)
            for name in re.findall(r"^\s*(snet_\w+);", body, re.MULTILINE)}


def debian_names(text):
    """The names in debian/*.symbols as NAME@NODE, each with the version that brought it."""
    rows = re.findall(r"^ ([a-z]\S*@\S+) (\S+)$", text, re.MULTILINE)
    return {name: version for name, version in rows}


def differences(found, wanted, where):
    """One line for each name that is in one of two sets."""
    for name in sorted(found - wanted):
        yield f"{name} is exported, and not in {where}"
    for name in sorted(wanted - found):
        yield f"{name} is in {where}, and not exported"


def check_names(found, golden, headers, script, debian):
    """What is wrong with a set of exported names, all as NAME@NODE."""
    for name in sorted(found):
        if not name.startswith("snet_"):
            yield f"{name} is exported, and does not begin with snet_"
    if not found:
        yield "nothing is exported"
    yield from differences(found, golden, "tests/abi/*.symbols")
    yield from differences(found, headers, "a public header of that tier with SNET_API")
    yield from differences(found, script, "src/libsnet.map")
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


def map_text(names, node):
    """The version script for the names of each tier."""
    text = MAP_HEAD
    for tier in TIERS:
        text += f"{node[tier]} {{\nglobal:\n"
        text += "".join(f"    {name};\n" for name in sorted(names[tier]))
        text += "local:\n    *;\n};\n" if tier == "stable" else "};\n"
    return text


def debian_text(names, node, package, known):
    """The list of the Debian package; `known` has the versions of names that were in it."""
    version = project_version()
    text = f"{package.replace('libsnet', 'libsnet.so.')} {package} #MINVER#\n"
    for one in node.values():
        text += f" {one}@{one} {version}\n"
    for name in sorted(with_nodes(names, node)):
        text += f" {name} {known.get(name, version)}\n"
    return text


def update(names, node, symbols):
    """Takes over what the headers declare."""
    for tier in TIERS:
        text = GOLDEN_HEAD.format(tier) + "".join(f"{name}\n" for name in sorted(names[tier]))
        (ABI / f"{tier}.symbols").write_text(text, encoding="utf-8")
    MAP.write_text(map_text(names, node), encoding="utf-8")
    known = debian_names(symbols.read_text(encoding="utf-8"))
    symbols.write_text(debian_text(names, node, symbols.stem, known), encoding="utf-8")


def _name_cases():
    """(exported, golden, headers, script, debian, the text that a finding must have or None)."""
    one = {"snet_a@SNET_1"}
    other = {"snet_a@SNET_SOURCE_0_1"}
    yield one, one, one, one, one, None
    yield set(), set(), set(), set(), set(), "nothing is exported"
    yield {"a@B"}, {"a@B"}, {"a@B"}, {"a@B"}, {"a@B"}, "does not begin"
    yield one, set(), one, one, one, "not in tests/abi"
    yield set(), one, set(), set(), set(), "not exported"
    yield one, one, set(), one, one, "not in a public header"
    yield one, one, one | {"snet_b@SNET_1"}, one, one, "snet_b@SNET_1 is in a public header"
    yield one, one, other, one, one, "snet_a@SNET_SOURCE_0_1 is in a public header"
    yield one, one, one, other, one, "not in src/libsnet.map"
    yield one, one, one, one, other, "not in debian"


def _text_cases():
    """(what was found in a text, what is in it)."""
    header = "#define SNET_API \\\n    x(y)\n/* SNET_API int snet_c(void); */\nint snet_d(void);\n"
    header += "SNET_API SNET_MUST_USE snet_err\nsnet_a(int b);\nSNET_API extern const int snet_b;\n"
    licence = "/* SPDX-License-Identifier: MIT */\n"
    yield declared(header), {"snet_a", "snet_b"}
    sockets = f"{licence}/*\n * Sockets. Stable\n   ABI: x. */\n/* Source-stable tier */"
    yield tier_of(sockets), ["stable"]
    yield tier_of(f"{licence}/* Source-stable tier: x. */"), ["source"]
    yield tier_of(f"{licence}/* Sockets. */\n/* Stable ABI */"), []
    wrong = []
    names = read_headers({"a.h": f"{licence}/* Stable ABI */\n{header}", "b.h": header}, wrong)
    yield names, {"stable": {"snet_a", "snet_b"}, "source": set()}
    yield len(wrong), 1
    node = nodes("2.34.5")
    yield node, {"stable": "SNET_1", "source": "SNET_SOURCE_2_34"}
    names = {"stable": {"snet_a"}, "source": {"snet_b"}}
    both = {"snet_a@SNET_1", "snet_b@SNET_SOURCE_2_34"}
    yield with_nodes(names, node), both
    yield map_names(map_text(names, node)), both
    known = debian_names(debian_text(names, node, "libsnet1", {"snet_a@SNET_1": "0.0.1"}))
    yield set(known), both
    yield known["snet_a@SNET_1"], "0.0.1"
    yield exported("snet_a@@SNET_1 T 1 2\nSNET_1@@SNET_1 A 0\n"), {"snet_a@SNET_1"}


def self_test():
    """Each kind of difference is found, and nothing else."""
    failed = count = 0
    for *sets, want in _name_cases():
        count += 1
        lines = list(check_names(*sets))
        if bool(lines) != (want is not None) or (want and not any(want in x for x in lines)):
            failed += 1
            print(f"self-test: wanted {want}, found {lines}")
    for found, want in _text_cases():
        count += 1
        if found != want:
            failed += 1
            print(f"self-test: wanted {want}, found {found}")
    print(f"{count - failed} passed, {failed} failed")
    return failed == 0


def check(library, names, node, symbols):
    """What is wrong with a library."""
    found = exported(output("nm", "--dynamic", "--defined-only", "--format=posix", library))
    golden = {tier: golden_names((ABI / f"{tier}.symbols").read_text(encoding="utf-8"))
              for tier in TIERS}
    yield from check_names(found, with_nodes(golden, node), with_nodes(names, node),
                           map_names(MAP.read_text(encoding="utf-8")),
                           set(debian_names(symbols.read_text(encoding="utf-8"))))
    yield from check_library(library, symbols.stem)
    yield from check_version((DEBIAN / "changelog").read_text(encoding="utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--library", metavar="FILE", help="libsnet.so")
    parser.add_argument("--update", action="store_true", help="write the lists by the headers")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return 0 if self_test() else 1
    if options.library is None and not options.update:
        parser.error("--library, --update or --self-test")
    findings = []
    texts = {path.name: path.read_text(encoding="utf-8")
             for path in sorted((ROOT / "include").rglob("*.h"))}
    names = read_headers(texts, findings)
    node = nodes(project_version())
    [symbols] = DEBIAN.glob("libsnet*.symbols")
    if options.update:
        update(names, node, symbols)
    if options.library is not None:
        findings += check(options.library, names, node, symbols)
    for finding in findings:
        print(f"check_abi: {finding}")
    if findings:
        print("when this is meant: tests/abi/check_abi.py --update, and build again")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
