#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Compiles every header alone: those in src/ and bench/ as C17, the public ones as C11, C17, C++17.

With --root an installation is tried: its headers must need none that were not installed. A header
is included twice, to try its guard. The compilers are those in CC and CXX, or the first
one there is. Prints what the compiler says and exits 1 if a header does not compile.
"""

import argparse
import concurrent.futures
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]
PACKAGES = ("libuv", "libcrypto")


def find_compiler(variable, names):
    """The compiler in an environment variable, or the first of `names` there is."""
    if os.environ.get(variable):
        return shlex.split(os.environ[variable])
    for name in names:
        if shutil.which(name):
            return [name]
    raise SystemExit(f"check_headers: none of {', '.join(names)} is here: set {variable}")


def package_flags():
    """Where pkg-config says the headers of the libraries are, as system headers."""
    command = ["pkg-config", "--cflags", *PACKAGES]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"check_headers: {run.stderr.strip()}")
    flags = []
    for flag in shlex.split(run.stdout):
        flags += ["-isystem", flag[2:]] if flag.startswith("-I") else [flag]
    return flags


def jobs(root):
    """(name to include, language, standard) for each compilation."""
    found = []
    for path in sorted((root / "include").rglob("*.h")):
        name = f"<{path.relative_to(root / 'include').as_posix()}>"
        found += [(name, "c", "c11"), (name, "c", "c17"), (name, "c++", "c++17")]
    for base, folder in ((root / "src", root / "src"), (root, root / "bench")):
        for path in sorted(folder.rglob("*.h")):
            found.append((f'"{path.relative_to(base).as_posix()}"', "c", "c17"))
    return found


def uses_libuv(root, name):
    """Whether a public header includes <uv.h>, itself or through others."""
    queue = [name]
    for item in queue:
        path = root / "include" / item[1:-1]
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        names = re.findall(r"^[ \t]*#[ \t]*include[ \t]*(<[^>]+>)", text, re.MULTILINE)
        queue += [other for other in names if other not in queue]
    return "<uv.h>" in queue


def compile_one(root, compilers, flags, job):
    """What the compiler says about one header; empty when it is content."""
    name, language, standard = job
    own = ["-D_GNU_SOURCE", "-I", str(root / "src"), "-I", str(root)]
    if name.startswith("<"):
        # Users define nothing, except what libuv's own header wants with a strict -std.
        own = ["-D_POSIX_C_SOURCE=200809L"] if uses_libuv(root, name) else []
    command = [*compilers[language], "-x", language, f"-std={standard}", *WARNINGS, *own]
    command += ["-I", str(root / "include"), *flags, "-"]
    text = f"#include {name}\n#include {name}\nextern int check_headers;\n"
    run = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return ""
    return f"check_headers: {name} as {standard} does not compile alone:\n{run.stderr}"


def check(root, compilers, flags):
    """What is wrong with the headers below `root`, and how many compilations there were."""
    todo = jobs(root)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda job: compile_one(root, compilers, flags, job), todo))
    return [result for result in results if result], len(todo)


def self_test(compilers):
    """A good tree passes, and each kind of bad header is found."""
    guarded = "#ifndef A_H\n#define A_H\n%s\n#endif\n"
    cases = [
        ({"include/snet/a.h": guarded % "int snet_a(int b);"}, 0),
        ({"src/core/a.h": guarded % "#include <snet/p.h>", "include/snet/p.h": ""}, 0),
        ({"bench/a.h": guarded % '#include "bench/b.h"\n#include "core/c.h"', "bench/b.h": "",
          "src/core/c.h": ""}, 0),
        ({"src/core/a.h": guarded % "int snet_a(size_t b);"}, 1),
        ({"bench/a.h": guarded % "int snet_a(size_t b);"}, 1),
        ({"src/core/a.h": "struct a {\n    int b;\n};\n"}, 1),
        ({"include/snet/a.h": guarded % "int snet_a(int class);"}, 1),
        ({"include/snet/a.h": guarded % '#include "core/b.h"', "src/core/b.h": ""}, 3),
    ]
    failed = 0
    for files, want in cases:
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(folder) / path).write_text(text, encoding="utf-8")
            found, _ = check(Path(folder), compilers, [])
        if len(found) != want:
            failed += 1
            print(f"self-test: wanted {want}, found {found}: {files}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return failed == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--root", type=Path, default=ROOT, metavar="DIR", help="has include/")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    compilers = {
        "c": find_compiler("CC", ("cc", "gcc", "clang")),
        "c++": find_compiler("CXX", ("c++", "g++", "clang++")),
    }
    if options.self_test:
        return 0 if self_test(compilers) else 1
    found, count = check(options.root, compilers, package_flags())
    print("".join(found), end="")
    if count == 0:
        print("check_headers: there are no headers")
    return 1 if found or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
