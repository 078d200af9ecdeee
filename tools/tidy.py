#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Checks the rules of the house style that compiler, clang-format and clang-tidy do not.

Prints `path:line: rule: message` for each finding and exits 1 if there is any. An exception is a
comment on the line or the line before it, and it is a finding itself when nothing needs it:

    /* tidy: allow RULE because REASON */
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tidy import rules_clause, rules_code, rules_include, rules_shape, rules_text
from tidy.rule import RULES
from tidy.source import Tree

FOLDERS = ("src", "include", "tests", "bench", "examples", "tools", "cmake", ".ci")
FILES = ("CMakeLists.txt", "Makefile", rules_include.LAYERS, *rules_clause.PROTOCOLS)
SKIP = ("tests/data/", "tests/fuzz/corpus/", "tests/abi/first/")
TEXT_SUFFIXES = (".c", ".h", ".py", ".sh", ".cmake", ".txt", ".md", "")
WAIVER = "waiver"
WAIVER_SAYS = "an exception names a rule and a reason, and is needed"


def list_paths(root):
    """The files of the project: those git knows and new ones that it does not ignore."""
    wanted = [*FOLDERS, *FILES]
    command = ["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard", "--"]
    try:
        run = subprocess.run(command + wanted, capture_output=True, check=True)
        return sorted(set(os.fsdecode(run.stdout).split("\0")) - {""})
    except (OSError, subprocess.CalledProcessError):
        found = [path for folder in FOLDERS for path in (root / folder).rglob("*")]
        found += [root / name for name in FILES]
        return sorted({path.relative_to(root).as_posix() for path in found})


def read_tree(root):
    """Reads all files that rules may look at."""
    texts = {}
    for path in list_paths(root):
        if path.startswith(SKIP) or Path(path).suffix not in TEXT_SUFFIXES:
            continue
        try:
            texts[path] = (root / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # Deleted and not yet committed, a folder, or no text.
    return Tree(texts)


def _waived(source, name, line):
    for waiver in source.waivers if source is not None else []:
        if waiver.rule == name and waiver.reason and waiver.lines[0] <= line <= waiver.lines[1]:
            waiver.used = True
            return True
    return False


def _waiver_findings(tree, names):
    for source in tree.sources.values():
        for waiver in source.waivers:
            message = None
            if waiver.rule not in RULES:
                message = f"there is no rule {waiver.rule}"
            elif not waiver.reason:
                message = f"allow {waiver.rule} because of what?"
            elif waiver.rule in names and not waiver.used:
                message = f"nothing here needs an exception to {waiver.rule}"
            if message is not None:
                yield source.path, waiver.lines[0], WAIVER, message


def check(tree, names):
    """All findings of the rules named: sorted (path, line, rule, message)."""
    findings = []
    for name in names:
        for path, line, message in RULES[name].check(tree):
            if not _waived(tree.get(path), name, line):
                findings.append((path, line, name, message))
    findings += _waiver_findings(tree, names)
    return sorted(findings)


def _self_test_waivers():
    """Exceptions: (text of a Python file, the rules that find something)."""
    long = "#" * 101 + "\n"
    ask = "# tidy: allow line-columns"
    return [
        (f"{ask} because it is a table\n{long}", []),
        (f"{long}", ["line-columns"]),
        (f"{ask} because it is a table\n\n{long}", ["line-columns", WAIVER]),
        (f"{ask}\n{long}", ["line-columns", WAIVER]),
        (f"{ask} because it is a table\n", [WAIVER]),
        ("# tidy: allow nonsense because why not\n", [WAIVER]),
    ]


def self_test():
    """Every rule finds its bad samples and nothing in its good ones."""
    failed = count = 0
    for item in RULES.values():
        for wrong, samples in ((True, item.bad), (False, item.good)):
            for sample in samples:
                count += 1
                found = list(item.check(Tree(sample)))
                if bool(found) != wrong:
                    failed += 1
                    print(f"self-test: {item.name}: {'missed' if wrong else found}: {sample}")
    for text, want in _self_test_waivers():
        count += 1
        got = sorted({name for _, _, name, _ in check(Tree({"a.py": text}), ["line-columns"])})
        if got != want:
            failed += 1
            print(f"self-test: {WAIVER}: wanted {want}, got {got}: {text!r}")
    print(f"{count - failed} passed, {failed} failed")
    return failed == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("paths", nargs="*", help="report on these files or folders only")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--rule", action="append", choices=sorted(RULES), help="only this rule")
    parser.add_argument("--list-rules", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.list_rules:
        for item in RULES.values():
            print(f"{item.name:15} {item.says}")
        print(f"{WAIVER:15} {WAIVER_SAYS}")
        return 0
    if options.self_test:
        return 0 if self_test() else 1
    root = options.root.resolve()
    only = [os.path.relpath(os.path.abspath(path), root) for path in options.paths]
    findings = check(read_tree(root), options.rule or list(RULES))
    if only and "." not in only:
        folders = tuple(path + "/" for path in only)
        findings = [item for item in findings if (item[0] + "/").startswith(folders)]
    for path, line, name, message in findings:
        print(f"{path}:{line}: {name}: {message}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
