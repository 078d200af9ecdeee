# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Rules for every text: length, width, white space, license, comments."""

import re

from tidy.rule import file_rule

ALL = ("c", "python", "script")
FILE_LINES_MAX = 600
LINE_COLUMNS_MAX = 100

SPDX = ("SPDX-FileCopyrightText: 2026 The snet authors", "SPDX-License-Identifier: MIT")
_C_SPDX = "".join(f"/* {line} */\n" for line in SPDX)
_PY_SPDX = "".join(f"# {line}\n" for line in SPDX)


@file_rule(
    "file-lines",
    f"a file has at most {FILE_LINES_MAX} lines (STYLE 2)",
    bad=[("src/core/a.c", "int a;\n" * (FILE_LINES_MAX + 1))],
    good=[("src/core/a.c", "int a;\n" * FILE_LINES_MAX)],
    kinds=ALL,
)
def file_lines(source):
    count = len(source.lines)
    if count > FILE_LINES_MAX:
        yield 1, f"{count} lines, {FILE_LINES_MAX} at most: these are two modules"


@file_rule(
    "line-columns",
    f"a line has at most {LINE_COLUMNS_MAX} columns (STYLE 2)",
    bad=[("tests/a.py", "#" * (LINE_COLUMNS_MAX + 1))],
    good=[("tests/a.py", "#" * LINE_COLUMNS_MAX), ("src/base/a.c", '"' + "ä" * 98 + '"')],
    kinds=ALL,
)
def line_columns(source):
    for number, line in enumerate(source.lines, 1):
        if len(line) > LINE_COLUMNS_MAX:
            yield number, f"{len(line)} columns, {LINE_COLUMNS_MAX} at most"


@file_rule(
    "whitespace",
    "no white space at the end of a line, no tab, and a newline at the end of the file",
    bad=[("a.py", "a \n"), ("src/base/a.c", "\tint a;\n"), ("src/base/a.c", "int a;")],
    good=[("a.py", "a\n\nb\n"), ("Makefile", "all:\n\ttrue\n"), ("src/base/empty.h", "")],
    kinds=ALL,
)
def whitespace(source):
    for number, line in enumerate(source.lines, 1):
        if line != line.rstrip():
            yield number, "white space at the end of the line"
        if "\t" in line and not source.path.endswith("Makefile"):
            yield number, "a tab: indent with spaces"
    if source.text and not source.text.endswith("\n"):
        yield len(source.lines), "no newline at the end of the file"


@file_rule(
    "spdx",
    "a source begins with the two SPDX lines (STYLE 28)",
    bad=[
        ("src/base/a.c", "/* A file. */\n"),
        ("tools/a.py", "#!/usr/bin/env python3\nprint()\n"),
        ("src/base/a.c", _C_SPDX.replace("MIT", "BSD")),
    ],
    good=[
        ("src/base/a.c", _C_SPDX),
        ("tools/a.py", "#!/usr/bin/env python3\n" + _PY_SPDX),
        ("CMakeLists.txt", _PY_SPDX + "project(a)\n"),
    ],
    kinds=ALL,
)
def spdx(source):
    first = 1 if source.text.startswith("#!") else 0
    for index, text in enumerate(SPDX, first):
        want = f"/* {text} */" if source.kind == "c" else f"# {text}"
        if index >= len(source.lines) or source.lines[index] != want:
            yield index + 1, f"expected: {want}"
            return


def _comment_lines(source):
    """All lines of all comments, with their numbers."""
    for comment in source.comments:
        for index, text in enumerate(comment.text.split("\n")):
            yield source.line_of(comment.start) + index, text


@file_rule(
    "todo",
    "a TODO names its issue as #n (STYLE 28)",
    bad=[("src/base/a.c", "/* TODO: later */\n"), ("a.sh", "# TODO think\n")],
    good=[("src/base/a.c", "/* TODO #12: later */\n"), ("a.py", 'x = "TODO"\n')],
    kinds=ALL,
)
def todo(source):
    for number, text in _comment_lines(source):
        if re.search(r"\bTODO\b", text) and not re.search(r"\bTODO\b.*#\d", text):
            yield number, "TODO without the number of its issue"


@file_rule(
    "xxx",
    "no XXX, FIXME or HACK (STYLE 28)",
    bad=[("src/base/a.c", "/* XXX */\n"), ("a.py", "a = 1  # FIXME\n")],
    good=[("src/base/a.c", "/* XXXL is a size. */\n"), ("a.py", 'a = "XXX"\n')],
    kinds=ALL,
)
def xxx(source):
    for number, text in _comment_lines(source):
        word = re.search(r"\b(XXX|FIXME|HACK)\b", text)
        if word is not None:
            yield number, f"{word.group()} does not say what to do: write an issue"


@file_rule(
    "line-comment",
    "C comments are /* */ only (STYLE 28)",
    bad=[("src/base/a.c", "int a; // the a\n")],
    good=[("src/base/a.c", '/* see http://a */\nchar *a = "http://a";\n')],
)
def line_comment(source):
    for comment in source.comments:
        if comment.text.startswith("//"):
            yield source.line_of(comment.start), "write /* */"


_DEAD = re.compile(
    r"""^[\s/*]*(
      [\w.>\[\]*-]+\s[-+|&^]?=\s.*;        # assignment
    | ([\w\s*]+\s)?\w+\([^()]*(\([^()]*\)[^()]*)*\);   # call or declaration
    | (return|goto)\b[^.]*;
    | (break|continue);
    | (if|for|while|switch)\s\(.*\)\s\{
    | \}(\selse\s\{)?
    | \#\s*(if|ifdef|ifndef|include|define|endif)\b.*
    )[\s*/]*$""",
    re.VERBOSE,
)


@file_rule(
    "dead-code",
    "no commented-out code (STYLE 28)",
    bad=[
        ("src/base/a.c", "/* a->b = c; */\n"),
        ("src/base/a.c", "/*\n * if (a == b) {\n *     call(a, b);\n * }\n */\n"),
        ("src/base/a.c", "#if 0\nint a;\n#endif\n"),
        ("src/base/a.c", "/* int snet_old(int a); */\n"),
    ],
    good=[
        ("src/base/a.c", "/* The list ends here (see below);\n * it returns nothing; a = b. */\n"),
        ("src/base/a.h", "/*\n * Use it like this: a(b); or not.\n */\n"),
    ],
)
def dead_code(source):
    for number, text in _comment_lines(source):
        if _DEAD.match(text):
            yield number, "commented-out code: the history keeps what is deleted"
    for match in re.finditer(r"^[ \t]*#[ \t]*if[ \t]+0\b", source.code, re.MULTILINE):
        yield source.line_of(match.start()), "#if 0: the history keeps what is deleted"
