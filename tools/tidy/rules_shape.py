# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Rules about functions and what stands at file scope."""

import ast
import re

from tidy.rule import file_rule, rule

FUNCTION_LINES_MAX = 70
PARAMS_MAX = 5
NESTING_MAX = 4


def _c_function(lines):
    return "int f(void)\n{\n" + "    g();\n" * (lines - 3) + "}\n"


def _functions_of(source):
    """(name, first line, last line) of each function in C or Python."""
    if source.kind == "c":
        for function in source.functions:
            yield function.name, source.line_of(function.start), source.line_of(function.end)
        return
    try:
        tree = ast.parse(source.text)
    except SyntaxError:
        return  # Python itself says it better.
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno


@file_rule(
    "func-lines",
    f"a function has at most {FUNCTION_LINES_MAX} lines (STYLE 2)",
    bad=[
        ("src/base/a.c", _c_function(FUNCTION_LINES_MAX + 1)),
        ("a.py", "def f():\n" + "    g()\n" * FUNCTION_LINES_MAX),
    ],
    good=[
        ("src/base/a.c", _c_function(FUNCTION_LINES_MAX) * 2),
        ("src/base/a.c", "static const int a[] = {\n" + "    1,\n" * 100 + "};\n"),
        ("a.py", "def f():\n" + "    g()\n" * (FUNCTION_LINES_MAX - 1)),
    ],
    kinds=("c", "python"),
)
def func_lines(source):
    for name, first, last in _functions_of(source):
        if last - first + 1 > FUNCTION_LINES_MAX:
            count = last - first + 1
            yield first, f"{name} has {count} lines, {FUNCTION_LINES_MAX} at most"


@file_rule(
    "func-params",
    f"a function takes at most {PARAMS_MAX} parameters (STYLE 2)",
    bad=[
        ("src/base/a.c", "int f(int a, int b, int c, int d, int e, int g)\n{\n}\n"),
        ("src/base/a.h", "MUST int f(int a, int b,\n int c, int d, int e, int g);\n"),
        ("src/base/a.h", "typedef void f(int a, int b, int c, int d, int e, int g);\n"),
    ],
    good=[
        ("src/base/a.c", "int f(int a, int b, int (*c)(int, int), int d, int e)\n{\n}\n"),
        ("src/base/a.h", "MUST int f(void);\n"),
    ],
)
def func_params(source):
    for function in source.functions + source.prototypes:
        if function.params > PARAMS_MAX:
            line = source.line_of(function.start)
            yield line, f"{function.name} takes {function.params}, {PARAMS_MAX} at most: a struct"


def _opens_block(body, offset, parent_is_block):
    """Whether the brace at `offset` opens statements and not a list of values."""
    before = body[:offset].rstrip()
    if not before or before.endswith((";", ":", "}")) or re.search(r"\b(else|do)$", before):
        return parent_is_block
    if before.endswith("{"):
        return parent_is_block
    if not before.endswith(")"):
        return False
    depth = 0
    for index in range(len(before) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(before[index], 0)
        if depth == 0:
            word = re.search(r"([A-Za-z_]\w*)\s*$", before[:index])
            return word is not None and word.group(1) not in ("return", "sizeof", "_Alignof")
    return False


def _deepest(body):
    """The greatest depth of blocks in a body, and the offset where it is reached first."""
    stack, deepest, where = [], 0, 0
    for match in re.finditer(r"[{}]", body):
        if match.group() == "}":
            stack.pop()
            continue
        stack.append(_opens_block(body, match.start(), not stack or stack[-1]))
        depth = sum(stack) - 1
        if depth > deepest:
            deepest, where = depth, match.start()
    return deepest, where


def _nested(depth):
    inner = "{ int a[] = {{1}}; g((struct s){{2}}); }"
    return "int f(void)\n{\n" + "if (a(b)) { " * depth + inner + " }" * depth + "}\n"


@file_rule(
    "nesting",
    f"at most {NESTING_MAX} levels of blocks in a function (STYLE 2)",
    bad=[
        ("src/base/a.c", _nested(NESTING_MAX)),
        ("src/base/a.c", "int f(void)\n{\nif (a) { for (;;) { EACH(a) { do { while (b) { c();"
         "}}}}}}\n"),
    ],
    good=[("src/base/a.c", _nested(NESTING_MAX - 1))],
)
def nesting(source):
    for function in source.functions:
        depth, where = _deepest(function.body)
        if depth > NESTING_MAX:
            line = source.line_of(function.body_start + where)
            yield line, f"{depth} levels in {function.name}, {NESTING_MAX} at most"


_CALL = re.compile(r"(?<![\w.])(?<!->)([A-Za-z_]\w*)\s*\(")


def _call_graph(tree):
    """Who calls whom by name: static functions and main are known within their file only."""
    spots, local = {}, {}
    for source in tree.of_kind("c"):
        for function in source.functions:
            private = re.search(r"\bstatic\b", function.head) or function.name == "main"
            key = (source.path if private else "", function.name)
            spots.setdefault(key, (source, function))
            local.setdefault(source.path, {})[function.name] = key
    calls = {}
    for key, (source, function) in spots.items():
        names = {match.group(1) for match in _CALL.finditer(function.body)}
        targets = {local[source.path].get(name, ("", name)) for name in names}
        calls[key] = sorted(targets & spots.keys())
    return spots, calls


def _cycle(calls, start):
    """The names on a shortest way from `start` back to it; empty without one."""
    ways = {start: []}
    queue = [start]
    for key in queue:
        for target in calls[key]:
            if target == start:
                return [start[1]] + ways[key] + [start[1]]
            if target not in ways:
                ways[target] = ways[key] + [target[1]]
                queue.append(target)
    return []


@rule(
    "recursion",
    "no recursion, direct or through others (STYLE 5)",
    bad=[
        ("src/base/a.c", "static int f(int a)\n{\nreturn f(a);\n}\n"),
        {
            "src/base/a.c": "int f(void)\n{\nreturn g();\n}\n",
            "src/base/b.c": "int g(void)\n{\nreturn f();\n}\n",
        },
    ],
    good=[
        ("src/base/a.c", "int f(void)\n{\nreturn a->f() + b.f();\n}\nint g(void)\n{\nf();\n}\n"),
        {
            "src/base/a.c": "static int f(void)\n{\nreturn g();\n}\n",
            "src/base/b.c": "int g(void)\n{\nreturn f();\n}\nstatic int f(void)\n{\n}\n",
        },
    ],
)
def recursion(tree):
    spots, calls = _call_graph(tree)
    reported = set()
    for key in sorted(calls):
        way = [] if key[1] in reported else _cycle(calls, key)
        if way:
            reported.update(way)
            source, function = spots[key]
            yield source.path, source.line_of(function.start), " calls ".join(way)


_NO_OBJECT = re.compile(
    r"(__extension__\s+)?(typedef|extern|_Static_assert)\b"
    r"|(struct|union|enum)\s+\w+$"
    r"|(struct|union|enum)\s*\w*\s*\{.*\}$"
    r"|$",
    re.DOTALL,
)


def _mutable(text):
    """Whether a declaration defines an object that can change."""
    if _NO_OBJECT.match(text):
        return False
    declarator = re.sub(r"\{.*\}", "", text, flags=re.DOTALL).split("=")[0]
    pointer = re.match(r"[^(]*\(\s*\*\s*(const\b)?", declarator)
    if pointer is not None:
        return pointer.group(1) is None
    if "(" in declarator:
        return False
    return not re.search(r"\bconst\b", declarator.split("[")[0].rsplit("*", 1)[-1])


@rule(
    "file-state",
    "no object at file scope, and no static one in a function, that can change (STYLE 5)",
    bad=[
        ("src/core/a.c", "static int count;\n"),
        ("bench/scenes/a.c", "static int count;\n"),
        ("src/core/a.c", 'static const char *name = "a";\n'),
        ("src/core/a.c", "struct a table[] = {{1}};\n"),
        ("src/core/a.c", "static int (*hook)(void);\n"),
        ("src/core/a.c", "int f(void)\n{\nstatic int calls = 0;\nreturn calls++;\n}\n"),
    ],
    good=[
        ("src/sock/a.c", "static int count;\n"),
        ("src/core/a.c", "static const struct a table[] = {{1, f}, {2, g}};\nstruct a;\n"),
        ("src/core/a.c", 'static const char *const name = "a";\ntypedef int (*hook)(void);\n'),
        ("src/core/a.h", "struct a {\nint b;\n};\nenum c { D = 1 };\nint f(int a[1], b) MUST;\n"),
        ("src/core/a.c", "int f(void)\n{\nstatic const int a = 0;\nreturn a;\n}\n"),
        {"src/core/a.h": "typedef int act(int a);\n", "src/core/b.h": "act snet_a;\n"},
        ("src/core/a.c", 'struct a *f(const struct a *b);\n_Static_assert(A == B, "c");\n'),
    ],
)
def file_state(tree):
    sources = [source for source in tree.of_kind("c") if source.inside("src", "include", "bench")]
    # A function can be declared by the name of its type, and then looks like an object.
    types = {
        function.name
        for source in sources
        for function in source.prototypes
        if function.head.startswith("typedef")
    }
    for source in sources:
        if source.inside("src/sock"):
            continue
        for start, text in source.declarations:
            if _mutable(text) and text.split()[0] not in types:
                line = source.line_of(start)
                yield source.path, line, "an object at file scope that can change"
        for function in source.functions:
            for match in re.finditer(r"\bstatic\s[^;]*", function.body):
                if _mutable(match.group()):
                    line = source.line_of(function.body_start + match.start())
                    yield source.path, line, "a static object that can change"
