# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Rules about what C code says: names it may not call, and forms it may not use."""

import re

from tidy.rule import file_rule

# Folders that run without I/O, clock and allocation; base/assert.c may call abort.
PURE = ("src/base", "src/crypto", "src/codec", "src/core")


def _calls(*names):
    """Matches the call of one of the names, but not of a member of that name."""
    return re.compile(r"(?<![\w.])(?<!->)(" + "|".join(names) + r")\s*\(")


_BYTES = _calls(
    "memcpy", "memmove", "mempcpy", "bcopy", "swab",
    "hton(?:s|l|ll)", "ntoh(?:s|l|ll)", r"hto[bl]e\d+", r"[bl]e\d+toh",
    r"__builtin_bswap\d+", r"bswap_\d+",
)  # fmt: skip


@file_rule(
    "bytes",
    "bytes are moved and swapped in base/ only: elsewhere snet_reader and snet_writer (STYLE 22)",
    bad=[
        ("src/core/a.c", "int f(void)\n{\nmemcpy(a, b, c);\n}\n"),
        ("src/codec/a.c", "#define A(x) htobe32(x)\n"),
        ("src/uv/a.c", "int a = ntohs (b);\n"),
        ("bench/scenes/a.c", "int f(void)\n{\nmemcpy(a, b, c);\n}\n"),
        ("src/codec/a.c", "int a = be64toh(b);\n"),
    ],
    good=[
        ("src/base/a.c", "int f(void)\n{\nmemcpy(a, b, c);\n}\n"),
        ("src/core/a.c", "/* memcpy(a) */ int a = snet_memcpy(b) + memset(c) + d->memcpy(e);\n"),
        ("tests/unit/a.c", "int f(void)\n{\nmemcpy(a, b, c);\n}\n"),
    ],
    where=("src", "bench"),
)
def bytes_rule(source):
    if not source.inside("src/base"):
        for match in _BYTES.finditer(source.code):
            yield source.line_of(match.start()), f"{match.group(1)} outside base/"


_IMPURE = _calls(
    r"v?(?:f|s|d|sn|as)?printf", "perror", "f?puts", "f?putc", "putchar", "fopen", "fclose",
    "fread", "fwrite", "fflush", "f?getc", "fgets", "fscanf", "scanf", "getenv", "setenv", "syslog",
    "malloc", "calloc", "realloc", "reallocarray", "free", "aligned_alloc", "posix_memalign",
    "strn?dup", "abort", "exit", "_exit", "atexit", "rand", "random", "getrandom", "getentropy",
    "open", "close", "read", "write", "ioctl", "fcntl", "socket", "bind", "listen", "connect",
    "accept4?", "send(?:to|msg)?", "recv(?:from|msg)?", "poll", "select", r"epoll_\w+",
    r"pthread_\w+", r"mtx_\w+", r"thrd_\w+", "signal", "sigaction", "raise", r"uv_\w+",
)  # fmt: skip


@file_rule(
    "impure",
    "no I/O, no stdio and no malloc in base, crypto, wire and core (STYLE 20, 21)",
    bad=[
        ("src/core/a.c", "int f(void)\n{\nint *a = malloc(b);\n}\n"),
        ("src/base/a.c", 'int f(void)\n{\nfprintf(stderr, "a");\n}\n'),
        ("src/codec/a.c", "#define SEND(a) sendto(a)\n"),
    ],
    good=[
        ("src/core/a.c", "int f(void)\n{\ncore->env.free(core->env.ctx, a);\n}\n"),
        ("src/core/a.h", "struct a {\nvoid (*free)(void *a);\nint open;\nbool read, write;\n};\n"),
        ("src/app/a.c", 'int f(void)\n{\nprintf("a");\n}\n'),
        ("src/base/assert.c", "void f(void)\n{\nabort();\n}\n"),
    ],
    where=PURE,
)
def impure(source):
    if source.path == "src/base/assert.c":
        return
    for match in _IMPURE.finditer(source.code):
        yield source.line_of(match.start()), f"{match.group(1)} in a folder without I/O"


_CLOCK = _calls(
    "clock_gettime", "gettimeofday", "time", "clock", "timespec_get", "localtime(?:_r)?",
    "gmtime(?:_r)?", "nanosleep", "clock_nanosleep", "usleep", "sleep", "alarm", "setitimer",
    "uv_now", "uv_hrtime", "uv_update_time", "uv_sleep", "uv_clock_gettime", "uv_gettimeofday",
)  # fmt: skip


@file_rule(
    "clock",
    "no clock outside uv, sock and app; a test never sleeps (STYLE 20, 32)",
    bad=[
        ("src/core/a.c", "int f(void)\n{\nreturn time(NULL);\n}\n"),
        ("tests/unit/a_test.c", "int f(void)\n{\nusleep(10);\n}\n"),
    ],
    good=[
        ("src/uv/a.c", "int f(void)\n{\nreturn uv_now(a);\n}\n"),
        ("src/core/a.c", "int f(void)\n{\nint time = a->clock(1) + snet_time(2);\n}\n"),
    ],
    where=PURE + ("include", "tests/unit", "tests/sim", "tests/fuzz", "tests/support"),
)
def clock(source):
    for match in _CLOCK.finditer(source.code):
        yield source.line_of(match.start()), f"{match.group(1)}: time is an argument here"


@file_rule(
    "alloca",
    "no alloca (STYLE 5)",
    bad=[("tests/unit/a.c", "int f(void)\n{\nchar *a = alloca(b);\n}\n")],
    good=[("src/base/a.c", "/* alloca(a) */ int a = my_alloca(b);\n")],
)
def alloca(source):
    for match in re.finditer(r"\b(?:__builtin_)?alloca\s*\(", source.code):
        yield source.line_of(match.start()), "a stack that the peer can choose the size of"


@file_rule(
    "t-suffix",
    "no type name ends in _t: POSIX owns it (STYLE 6)",
    bad=[
        ("src/base/a.h", "typedef struct a a_t;\n"),
        ("src/base/a.h", "struct a_t {\nint b;\n};\n"),
        ("src/base/a.h", "typedef int (*a_t)(int b);\n"),
        ("src/base/a.h", "typedef void a_t(uv_loop_t *b);\n"),
    ],
    good=[
        ("src/base/a.h", "typedef uint8_t a[4];\ntypedef void a_fn(uv_loop_t *b);\nsize_t c;\n"),
        ("src/base/a.h", "struct a {\nuint8_t b;\n};\nstruct uv_loop_s;\n"),
    ],
)
def t_suffix(source):
    for match in re.finditer(r"\b(?:struct|union|enum)\s+(\w+_t)\s*[{;]", source.plain):
        yield source.line_of(match.start(1)), f"{match.group(1)}: POSIX owns names in _t"
    for start, text in source.declarations:
        if text.startswith("typedef"):
            declarator = re.sub(r"\{.*\}", "", text, flags=re.DOTALL)
            pointer = re.search(r"\(\s*\*\s*(\w+_t)\s*\)", declarator)
            name = pointer or re.search(r"(\w+_t)\s*(?:\[[^]]*\]|\([^()]*\))*$", declarator)
            if name is not None:
                yield source.line_of(start), f"{name.group(1)}: POSIX owns names in _t"


@file_rule(
    "ifdef-in-func",
    "no conditional compilation inside a function: pick a file or a macro (STYLE 30)",
    bad=[("src/base/a.c", "int f(void)\n{\n#ifdef A\nreturn 1;\n#endif\n}\n")],
    good=[("src/base/a.c", "#ifdef A\nint f(void)\n{\n}\n#else\nint g(void)\n{\n}\n#endif\n")],
)
def ifdef_in_func(source):
    for function in source.functions:
        body = source.code[function.body_start : function.end]
        for match in re.finditer(r"^[ \t]*#[ \t]*(if\w*|elif|else)\b", body, re.MULTILINE):
            line = source.line_of(function.body_start + match.start(1))
            yield line, f"#{match.group(1)} inside {function.name}"


def _condition(code, start):
    """The text between the parenthesis at `start` and its end, without lists in braces."""
    depth = 0
    for index in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[index], 0)
        if depth == 0:
            return re.sub(r"\{[^{}]*\}", "", code[start + 1 : index])
    return ""


@file_rule(
    "assign-in-cond",
    "no assignment inside a condition (STYLE 30)",
    bad=[
        ("src/base/a.c", "int f(void)\n{\nif ((a = b) != NULL) {\n}\n}\n"),
        ("src/base/a.c", "int f(void)\n{\nwhile (a += b) {\n}\n}\n"),
    ],
    good=[
        ("src/base/a.c", "int f(void)\n{\nif (a == b && c <= d && e != f) {\ng = h;\n}\n}\n"),
        ("src/base/a.c", "int f(void)\n{\nif (g((struct s){.a = 1})) {\n}\n}\n"),
    ],
)
def assign_in_cond(source):
    for match in re.finditer(r"\b(?:if|while|switch)\s*(?=\()", source.plain):
        if re.search(r"(?<![=!<>])=(?!=)|<<=|>>=", _condition(source.plain, match.end())):
            yield source.line_of(match.start()), "an assignment inside the condition"


@file_rule(
    "switch-default",
    "a switch in wire/ and core/ lists every enumerator and has no default (STYLE 19)",
    bad=[("src/core/a.c", "int f(void)\n{\nswitch (a) {\ndefault:\nbreak;\n}\n}\n")],
    good=[("src/base/a.c", "int f(void)\n{\nswitch (a) {\ndefault:\nbreak;\n}\n}\n")],
    where=("src/core", "src/codec"),
)
def switch_default(source):
    for match in re.finditer(r"\bdefault\s*:", source.plain):
        yield source.line_of(match.start()), "default hides the enumerators that come later"
