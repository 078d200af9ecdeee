#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Where the fields of structs are that cross the ABI: as layout.txt says, and without padding.

layout.txt holds each field's offset and size on machines of 64 bits, as a small program prints
them. Without padding, and in this order, they follow for 32 bits as well: there the compiler checks
that, by assertions, with integers of 8 bytes aligned to 4 bytes, as on i386, and to 8, as on ARM.

A line may be added, at the end of its struct; none goes or changes. `--update` adds what is new,
and refuses the rest. CC is the compiler.
"""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from abi_support import ABI_HEADERS, CC, ROOT, need, run

GOLDEN = ROOT / "tests/abi/layout.txt"
HEAD = "# struct.field offset size, on 64 bits; made by tests/abi/test_layout.py --update.\n"
STRUCTS = {"config.h": ("snet_config", "snet_option"), "error.h": ("snet_error",),
           "key.h": ("snet_key",),
           "socket.h": ("snet_info", "snet_event", "snet_totals", "snet_pollfd")}
FINAL = ("snet_error", "snet_key", "snet_pollfd")
"""They never grow."""
STATIC = ("snet_option",)
"""The library's own, read by pointer: 4 bytes of padding on ARM of 32 bits harm nobody."""
SMALL = {"i386": (), "ARM": ("-malign-double",)}
"""How gcc -m32 aligns integers of 8 bytes."""
SYSTEM = {"sys/types.h": "typedef int ssize_t;\n",
          "sys/uio.h": "struct iovec {\n    void *iov_base;\n    __SIZE_TYPE__ iov_len;\n};\n"}
"""What the headers take from the C library, which need not be there for 32 bits."""
FIELD = re.compile(r"(\w+)(?:\[\w+\])?$")


def fields(text: str, struct: str) -> list[str]:
    """The names of a struct's fields, in order."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    [body] = re.findall(rf"^struct {struct} {{(.*?)^}};", text, re.MULTILINE | re.DOTALL)
    found = []
    for one in body.split(";")[:-1]:
        match = FIELD.search(one.strip())
        if match is None or "," in one:
            raise AssertionError(f"struct {struct}: not one field: {one.strip()}")
        found.append(match[1])
    return found


def all_fields() -> dict[str, list[str]]:
    """The fields of each struct that crosses."""
    return {struct: fields((ABI_HEADERS / header).read_text(encoding="utf-8"), struct)
            for header, structs in STRUCTS.items() for struct in structs}


def includes() -> str:
    """The lines that take the headers in."""
    return "".join(f"#include <snet/{header}>\n" for header in STRUCTS)


def printing(known: dict[str, list[str]]) -> str:
    """A program that prints offset and size of each field, and of each struct that never grows."""
    lines = []
    for struct, names in known.items():
        for name in names:
            place = f"offsetof(struct {struct}, {name}), sizeof(((struct {struct} *)0)->{name})"
            lines.append(f'    printf("{struct}.{name} %zu %zu\\n", {place});')
        if struct in FINAL:
            lines.append(f'    printf("{struct} 0 %zu\\n", sizeof(struct {struct}));')
    body = "\n".join(lines)
    return f"{includes()}#include <stdio.h>\nint main(void)\n{{\n{body}\n}}\n"


def asserting(known: dict[str, list[str]]) -> str:
    """A program that does not compile where a struct has padding."""
    text = f"{includes()}#define OF(s, f) sizeof(((struct s *)0)->f)\n"
    for struct, names in known.items():
        end = "0"
        for name in names:
            text += f'_Static_assert(offsetof(struct {struct}, {name}) == {end}, "{name}");\n'
            end = f"offsetof(struct {struct}, {name}) + OF({struct}, {name})"
        text += f'_Static_assert(sizeof(struct {struct}) == {end}, "end of {struct}");\n'
    return text


def layout() -> list[str]:
    """The lines of layout.txt, as the headers are."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "layout.c"
        source.write_text(printing(all_fields()), encoding="utf-8")
        run(*CC, "-std=c11", f"-I{ABI_HEADERS.parent}", source, "-o", source.with_suffix(""))
        return run(source.with_suffix("")).splitlines()


def golden() -> list[str]:
    """The lines of layout.txt, as they were promised."""
    return [line for line in GOLDEN.read_text(encoding="utf-8").splitlines()
            if not line.startswith("#")]


def update() -> int:
    """Adds what is new."""
    found = layout()
    gone = [line for line in golden() if line not in found] if GOLDEN.exists() else []
    for line in gone:
        print(f"test_layout: {line}: this was promised, and is not so any more")
    if not gone:
        GOLDEN.write_text(HEAD + "".join(f"{line}\n" for line in found), encoding="utf-8")
    return 1 if gone else 0


class Layout(unittest.TestCase):
    """The structs of the headers."""

    def compiles(self, text: str, *flags: str, compiler: tuple[str, ...] = tuple(CC)) -> str:
        """Nothing when a program compiles, else what the compiler says."""
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "assert.c"
            source.write_text(text, encoding="utf-8")
            for name, content in SYSTEM.items():
                path = Path(folder) / "system" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
            flags = tuple(flag.replace("SYSTEM", f"{folder}/system") for flag in flags)
            command = [*compiler, "-std=c11", "-fsyntax-only", f"-I{ABI_HEADERS.parent}", *flags]
            done = subprocess.run([*command, source], capture_output=True, text=True, timeout=60,
                                  check=False)
        return done.stderr if done.returncode != 0 else ""

    def test_offsets_and_sizes_are_those_that_were_promised(self) -> None:
        if sys.maxsize < 1 << 32:
            self.skipTest("layout.txt is of 64 bits")
        found = layout()
        self.assertEqual([line for line in golden() if line not in found], [], "promised, not so")
        self.assertEqual(found, golden(), "new: tests/abi/test_layout.py --update")

    def test_nothing_crosses_that_has_padding(self) -> None:
        self.assertEqual(self.compiles(asserting(all_fields())), "")

    def test_nothing_crosses_that_has_padding_on_32_bits(self) -> None:
        small = ("-m32", "-ffreestanding", "-isystem", "SYSTEM")
        if self.compiles("int x;\n", *small, compiler=("gcc",)):
            self.skipTest("there is no gcc -m32")
        for machine, flags in SMALL.items():
            known = {struct: names for struct, names in all_fields().items()
                     if machine == "i386" or struct not in STATIC}
            said = self.compiles(asserting(known), *small, *flags, compiler=("gcc",))
            self.assertEqual(said, "", machine)

    def test_padding_is_seen(self) -> None:
        inside = "struct a {\n    char b;\n    long c;\n};\n"
        behind = "struct a {\n    long b;\n    char c[3];\n};\n"
        for text in (inside, behind):
            known = {"a": fields(text, "a")}
            self.assertEqual(known, {"a": ["b", "c"]})
            program = asserting(known).replace("#define OF", f"{text}#define OF")
            self.assertIn("static assertion failed", self.compiles(program))

    def test_two_fields_in_one_declaration_are_refused(self) -> None:
        with self.assertRaises(AssertionError):
            fields("struct a {\n    int b, c;\n};\n", "a")


if __name__ == "__main__":
    need(CC[0])
    if sys.argv[1:] == ["--update"]:
        sys.exit(update())
    unittest.main()
