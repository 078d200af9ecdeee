# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The rule that ties code and tests to the clauses of the documents of the wires."""

import re

from tidy.rule import rule

PROTOCOLS = ("docs/legacy-wires.md", "docs/snet3.md")
"""Where the clauses are. A number is that of one clause in all of them together."""

_TAG = re.compile(r"\[PROTO\b([^\]\n]*)\]?")
_NUMBERS = re.compile(r" \d+(\.\d+)*(, \d+(\.\d+)*)*")
_HEADING = re.compile(r"^(#+) (\d+(?:\.\d+)*)\.? ")


def parse_clauses(text):
    """The numbered headings: number -> (line, whether something must prove it)."""
    clauses, fenced, informative = {}, False, False
    for line, content in enumerate(text.splitlines(), 1):
        if content.startswith("```"):
            fenced = not fenced
        match = None if fenced else _HEADING.match(content)
        if match is None:
            continue
        number, level = match.group(2), len(match.group(1))
        if level <= 2:
            informative = content.rstrip().endswith("(informative)")
        normative = level == 3 and number.count(".") == 1 and not informative
        clauses.setdefault(number, (line, normative))
    return clauses


def _tags(tree):
    """Every tag in a comment: (source, line, number); the number is None for a malformed one."""
    for source in tree.of_kind("c", "python", "script"):
        if not source.inside("src", "include", "tests"):
            continue
        for comment in source.comments:
            for match in _TAG.finditer(comment.text):
                line = source.line_of(comment.start + match.start())
                whole = match.group().endswith("]") and _NUMBERS.fullmatch(match.group(1))
                for number in match.group(1).split(",") if whole else [None]:
                    yield source, line, number and number.strip()


def _covers(tag, number):
    """A tag of a clause also counts for the section that the clause is in."""
    return tag == number or tag.startswith(number + ".")


def _clauses(tree):
    """All clauses, number -> (path, line, normative), and findings for those that come twice."""
    clauses, twice = {}, []
    for path in PROTOCOLS:
        document = tree.get(path)
        found = {} if document is None else parse_clauses(document.text)
        for number, (line, normative) in found.items():
            if number in clauses:
                twice.append((path, line, f"clause {number} is in {clauses[number][0]}, too"))
            clauses.setdefault(number, (path, line, normative))
    return clauses, twice


_LEGACY, _SNET3 = PROTOCOLS
_DOC = "# Legacy\n\n## 4. Start\n\n### 4.1 Hello\n\n### 4.2 Resume\n"
_DOC3 = "# snet/3\n\n## 15 snet/3: resuming\n\n### 15.1 Credentials\n"
_CODE = {"src/core/a.c": "/* [PROTO 4.1] */\n"}
_TEST = {"tests/unit/a_test.c": "/* [PROTO 4.1, 4.2] */\n"}


@rule(
    "clause",
    "tags like [PROTO 4.2] name clauses of the wires, and each clause has a test (STYLE 26)",
    bad=[
        {_LEGACY: _DOC, **_CODE},
        {_LEGACY: _DOC, **_TEST, "src/core/a.c": "/* [PROTO 9.9] */\n"},
        {_LEGACY: "## 4 Why (informative)\n### 4.1 So\n## 5 More\n### 5.1 Must\n"},
        {_LEGACY: _DOC, **_TEST, "src/core/a.c": "/* [PROTO\n * 4.1] */\n"},
        {_LEGACY: _DOC, **_CODE, "tests/unit/a_test.c": "/* [PROTO 4.1] */\n"},
        {_LEGACY: _DOC, _SNET3: _DOC3, **_TEST},
        {_LEGACY: _DOC, _SNET3: _DOC, **_TEST},
        _CODE,
    ],
    good=[
        {_LEGACY: _DOC, **_CODE, **_TEST},
        {_LEGACY: _DOC, **_TEST, "src/core/a.h": "/* All of [PROTO 4]. */\n"},
        {_LEGACY: _DOC, **_CODE, "tests/interop/a.py": "# [PROTO 4.1]\n# [PROTO 4.2]\n"},
        {_LEGACY: "```\n### 7.7 Example\n```\n"},
        {_LEGACY: "## 4 Why (informative)\n### 4.1 So\n## 5 More\n"},
        {_SNET3: _DOC3, "tests/unit/a_test.c": "/* [PROTO 15.1] */\n"},
    ],
)
def clause(tree):
    clauses, twice = _clauses(tree)
    yield from twice
    coded, tested = {}, set()
    for source, line, number in _tags(tree):
        if number is None:
            yield source.path, line, "a malformed tag: write [PROTO 4.2] on one line"
        elif number not in clauses:
            yield source.path, line, f"no clause {number} in {' or '.join(PROTOCOLS)}"
        elif source.inside("tests"):
            tested.add(number)
        else:
            coded.setdefault(number, (source.path, line))
    for number, (path, line) in sorted(coded.items()):
        if not any(_covers(tag, number) for tag in tested):
            yield path, line, f"no test is tagged [PROTO {number}]"
    for number, (path, line, normative) in clauses.items():
        if normative and number not in tested and number not in coded:
            yield path, line, f"neither code nor a test is tagged [PROTO {number}]"
