# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Rules about includes, and so about the arrows between folders (tools/layers.txt)."""

import re

from tidy.rule import file_rule, rule

LAYERS = "tools/layers.txt"
CIRCLES = "tools/circles.txt"

_STD = set(
    "assert.h float.h inttypes.h iso646.h limits.h stdalign.h stdarg.h stdatomic.h stdbool.h "
    "stddef.h stdint.h stdnoreturn.h string.h".split()
)


def parse_layers(text):
    """The rows of the layer table: folder -> the words it may include."""
    rows = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        folder, colon, allowed = line.partition(":")
        if not colon or folder in rows:
            raise ValueError(f"{LAYERS}:{number}: not a row, or the second one for {folder}")
        rows[folder] = allowed.split()
    return rows


def _row(rows, path):
    """The longest folder of the table that `path` is in, or None."""
    fits = [folder for folder in rows if path == folder or path.startswith(folder + "/")]
    return max(fits, key=len, default=None)


def _class_of(name):
    """The word in angle brackets that allows a header of the system."""
    if name == "uv.h" or name.startswith("uv/"):
        return "<uv>"
    if name.startswith("openssl/"):
        return "<openssl>"
    if name == "cmocka.h":
        return "<cmocka>"
    return "<std>" if name in _STD else "<os>"


def _lets_in(rows, folder, word):
    """Whether the allowed `word` lets in `folder`: itself, or one below it.

    A word that has a row of its own does not let in folders below it that have theirs.
    """
    if folder == word or not folder.startswith(word + "/"):
        return folder == word
    return word not in rows or _row(rows, folder) == word


def _included(tree, name):
    """The path of the file of the project that an include names, or None."""
    bare = name[1:-1]
    paths = ["include/" + bare] if name[0] == "<" else [bare, "src/" + bare]
    return next((path for path in paths if tree.get(path) is not None), None)


def _refusal(tree, source, rows, name):
    """Why `source` may not include `name`; None when it may."""
    allowed = rows[_row(rows, source.path)]
    bare = name[1:-1]
    if name[0] == "<":
        if bare.startswith("snet/"):
            known = tree.get("include/" + bare) is not None
            return None if known else f"{name}: there is no such public header"
        word = _class_of(bare)
        return None if word in allowed else f"{name} is of {word}, which is not for this folder"
    if bare.startswith("snet/"):
        return f"{name}: public headers are included as <{bare}>"
    path = _included(tree, name)
    if path is None:
        return f"{name} is neither a path from src/ nor from the root"
    folder = path.rsplit("/", 1)[0]
    if folder == source.path.rsplit("/", 1)[0]:
        return None
    if any(_lets_in(rows, folder, word) for word in allowed):
        return None
    return f"{name}: this folder may not include {folder}/"


_TABLE = (
    "src/base: <std>\nsrc/core: src/base\nsrc/core/left: src/core\nsrc/core/right: src/core\n"
    "src/app:\ntests/unit: src <std>\n"
)
_HEADERS = {
    LAYERS: _TABLE,
    "src/base/b.h": "",
    "src/core/c.h": "",
    "src/core/left/l.h": "",
    "src/app/a.h": "",
    "include/snet/p.h": "",
}


def _including(path, *names):
    return {**_HEADERS, path: "".join(f"#include {name}\n" for name in names)}


@rule(
    "layer",
    "includes are written from src/ and follow tools/layers.txt (STYLE 3)",
    bad=[
        _including("src/base/x.c", '"core/c.h"'),
        _including("src/app/x.c", '"base/b.h"'),
        _including("src/core/x.c", '"c.h"'),
        _including("src/core/x.c", '"snet/p.h"'),
        _including("src/core/x.c", '"core/left/l.h"'),
        _including("src/core/right/x.c", '"core/left/l.h"'),
        _including("src/core/x.c", "<stdio.h>"),
        _including("src/new/x.c", '"base/b.h"'),
        _including("include/snet/x.h", '"base/b.h"'),
    ],
    good=[
        _including("src/core/x.c", '"core/c.h"', '"base/b.h"', "<snet/p.h>"),
        _including("src/app/x.c", "<snet/p.h>", '"app/a.h"'),
        _including("tests/unit/x_test.c", '"core/c.h"', '"core/left/l.h"', "<stdint.h>"),
        _including("src/core/left/x.c", '"core/c.h"', '"core/left/l.h"'),
    ],
)
def layer(tree):
    table = tree.get(LAYERS)
    if table is None:
        return
    try:
        rows = parse_layers(table.text)
    except ValueError as error:
        yield LAYERS, 1, str(error)
        return
    for source in tree.of_kind("c"):
        folder = _row(rows, source.path)
        for offset, name in source.includes:
            message = f"there is no row for this folder in {LAYERS}"
            if folder is not None:
                message = _refusal(tree, source, rows, name)
            if message is not None:
                yield source.path, source.line_of(offset), message


def parse_circles(text):
    """The rows of the list of circles: (line, set of modules, why)."""
    rows, modules = [], set()
    for number, line in enumerate(text.splitlines(), 1):
        words, hash_mark, why = line.partition("#")
        modules |= set(words.split())
        if modules and hash_mark:
            rows.append((number, modules, why.strip()))
            modules = set()
    return rows if not modules else [*rows, (number, modules, "")]


def _module(path):
    return path.rsplit(".", 1)[0]


def _reached(graph, start):
    """The modules that `start` includes, directly or through others."""
    found, todo = set(), [start]
    while todo:
        for module in graph[todo.pop()] - found:
            found.add(module)
            todo.append(module)
    return found


def _find_circles(tree):
    """The circles: the largest sets of modules that all reach each other, sorted."""
    graph = {_module(source.path): set() for source in tree.of_kind("c")}
    for source in tree.of_kind("c"):
        own = _module(source.path)
        paths = [_included(tree, name) for _, name in source.includes]
        graph[own] |= {_module(path) for path in paths if path is not None} - {own}
    reached = {module: _reached(graph, module) for module in graph}
    circles = []
    for module in sorted(graph):
        if module in reached[module] and not any(module in circle for circle in circles):
            circles.append({other for other in reached[module] if module in reached[other]})
    return circles


def _ring(*words, rows=None):
    """A tree of modules in src/: "a>b" makes a.c include b.h."""
    files = {} if rows is None else {CIRCLES: rows}
    for word in words:
        first, _, second = word.partition(">")
        files.setdefault(f"src/{first}.h", "")
        files.setdefault(f"src/{second}.h", "")
        files[f"src/{first}.c"] = files.get(f"src/{first}.c", "") + f'#include "{second}.h"\n'
    return files


@rule(
    "circle",
    f"no circle of includes but those in {CIRCLES} (STYLE 3)",
    bad=[
        _ring("a>b", "b>a"),
        _ring("a>b", "b>c", "c>a", rows="src/a src/b  # two of three\n"),
        _ring("a>b", "b>a", rows="src/a src/b\n"),
        _ring("a>b", rows="src/a src/b  # a row that nothing needs\n"),
        _ring("a>b", "b>a", rows="src/a src/b src/c  # one is not in it\n"),
        {**_ring("a>b"), "src/b.h": '#include "a.h"\n'},
    ],
    good=[
        _ring("a>b", "b>c", "a>c"),
        _ring("a>b", "b>a", rows="# Two.\nsrc/a src/b  # they are one thing\n"),
        _ring("a>b", "b>a", rows="src/a\nsrc/b  # they are one thing\n"),
    ],
)
def circle(tree):
    table = tree.get(CIRCLES)
    rows = parse_circles(table.text) if table is not None else []
    circles = _find_circles(tree)
    for line, modules, why in rows:
        if not why:
            yield CIRCLES, line, "a circle needs a reason: # why"
        elif modules not in circles:
            yield CIRCLES, line, "there is no such circle any more: drop the row"
    for ring in circles:
        if not any(ring == modules for _, modules, _ in rows):
            modules = " ".join(sorted(ring))
            yield f"{min(ring)}.h", 1, f"these include each other in a circle: {modules}"


@rule(
    "own-header",
    "a module includes its own header first (STYLE 3)",
    bad=[
        {"src/core/a.c": '#include "core/b.h"\n#include "core/a.h"\n', "src/core/a.h": ""},
        {"src/core/a.c": "int a;\n", "src/core/a.h": ""},
        {"bench/a.c": '#include "bench/b.h"\n', "bench/a.h": ""},
        {"src/base/a.c": '#include "base/b.h"\n#include <snet/a.h>\n', "include/snet/a.h": ""},
    ],
    good=[
        {"src/core/a.c": '#include "core/a.h"\n#include "core/b.h"\n', "src/core/a.h": ""},
        {"src/base/a.c": '#include <snet/a.h>\n#include "base/b.h"\n', "include/snet/a.h": ""},
        {"src/app/main.c": "#include <snet/a.h>\n"},
        {"bench/a.c": '#include "bench/a.h"\n\n#include "app/b.h"\n', "bench/a.h": ""},
    ],
)
def own_header(tree):
    for source in tree.of_kind("c"):
        if not source.path.endswith(".c") or not source.inside("src", "bench"):
            continue
        stem = source.path.removeprefix("src/").removesuffix(".c")
        public = f"snet/{stem.rsplit('/', 1)[-1]}.h"
        names = [name for _, name in source.includes]
        own = None
        if tree.get(source.path.removesuffix(".c") + ".h") is not None:
            own = f'"{stem}.h"'
        elif tree.get(f"include/{public}") is not None and f"<{public}>" in names:
            own = f"<{public}>"
        if own is not None and (not names or names[0] != own):
            line = source.line_of(source.includes[0][0]) if names else 1
            yield source.path, line, f"its own header {own} comes first"


def _rank(name):
    """The group of an include: those of clang-format, see .clang-format."""
    if name.startswith("<snet/"):
        return 1
    if name.startswith('"'):
        return 2
    if name == "<cmocka.h>":
        return 5
    if re.match(r"<([a-z0-9_]+\.h|(arpa|linux|net|netinet|sys)/.*)>", name):
        return 4
    return 3


@file_rule(
    "include-order",
    "own header, public, src/, libraries, system; sorted, an empty line between (STYLE 3)",
    bad=[
        ("src/core/b.c", '#include "core/b.h"\n\n#include <stddef.h>\n\n#include "base/a.h"\n'),
        ("src/core/b.c", '#include "core/b.h"\n\n#include <stdint.h>\n#include <stddef.h>\n'),
        ("src/core/b.c", '#include "core/b.h"\n#include <stddef.h>\n'),
    ],
    good=[
        (
            "src/core/b.c",
            '#include "core/b.h"\n\n#include <snet/core.h>\n\n#include "base/a.h"\n'
            '#include "base/b.h"\n\n#include <openssl/evp.h>\n\n#include <stddef.h>\n'
            "#include <sys/socket.h>\n#include <uv.h>\n",
        ),
        ("src/core/b.c", '#include <stddef.h>\n\nstruct a {\n};\n\n#include "base/a.h"\n'),
    ],
)
def include_order(source):
    stem = source.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    stem = stem[: -len("_test")] if stem.endswith("_test") else stem
    before = None
    for index, (offset, name) in enumerate(source.includes):
        line = source.line_of(offset)
        own = index == 0 and name.startswith('"') and name.endswith(f'/{stem}.h"')
        key = (0 if own and source.path.endswith(".c") else _rank(name), name)
        if before is not None:
            between = source.plain[before[1] : offset]
            apart = source.text[before[1] : offset].count("\n") > 1
            if between.strip():
                pass  # A new block of includes after code: an X-macro list, for one.
            elif key < before[0]:
                yield line, f"{name} belongs before {before[0][1]}"
            elif apart == (key[0] == before[0][0]):
                same = "an empty line within a group of includes"
                yield line, same if apart else "no empty line between two groups of includes"
        before = (key, offset + len(name))


@file_rule(
    "guard",
    "a header is guarded by SNET_<FOLDER>_<FILE>_H",
    bad=[
        ("src/base/a.h", "#pragma once\n"),
        ("src/base/a.h", "#ifndef A_H\n#define A_H\n#endif\n"),
        ("src/base/a.h", "#ifndef SNET_BASE_A_H\n#define SNET_BASE_B_H\n#endif\n"),
    ],
    good=[
        ("src/base/a.h", "/* A. */\n#ifndef SNET_BASE_A_H\n#define SNET_BASE_A_H\n#endif\n"),
        ("include/snet/a.h", "#ifndef SNET_A_H\n#define SNET_A_H\n#endif\n"),
        ("tests/support/a.h", "#ifndef SNET_TESTS_SUPPORT_A_H\n#define SNET_TESTS_SUPPORT_A_H\n"),
    ],
)
def guard(source):
    if not source.path.endswith(".h"):
        return
    path = re.sub(r"^(src|include/snet)/", "", source.path)
    want = "SNET_" + re.sub(r"\W", "_", path).upper()
    directives = re.findall(r"^[ \t]*#[ \t]*(.*)$", source.code, re.MULTILINE)
    if [line.strip() for line in directives[:2]] != [f"ifndef {want}", f"define {want}"]:
        yield 1, f"begin with #ifndef {want} and #define {want}"
