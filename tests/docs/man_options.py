#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The list of options in man/snet_config_new.3, made from the library's own table.

Rows come from snet_option_at of a shared library, which SNET_LIBRARY names. Run as a program with
--update, this writes the list into the page; else it prints the list. docs.man compares both.
"""

import argparse
import ctypes
import os
import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).resolve().parents[2] / "man/snet_config_new.3"
BEGIN = '.\\" options: begin\n'
END = '.\\" options: end\n'
TYPES = ("", "TEXT", "LIST", "KEY", "FILE", "FILE", "FILE", "FLAG", "CHOICE", "SET", "COUNT",
         "BYTES", "TIME", "RATE")
"""By enum snet_option_type: what stands behind a name."""
NUMBERS = ("COUNT", "BYTES", "TIME", "RATE")
USES = ((1, "dialing"), (2, "listening"), (4, "the library"))
URL = 8
PROGRAM = 16
UPDATE = 32
TEXT_BYTES = 64
WIDTH = 80


class Option(ctypes.Structure):
    """struct snet_option."""

    _fields_ = [(name, ctypes.c_char_p) for name in
                ("name", "values", "default_text", "phone_text", "sentence")]
    _fields_ += [("min", ctypes.c_uint64), ("max", ctypes.c_uint64), ("type", ctypes.c_uint32),
                 ("uses", ctypes.c_uint32), ("unit", ctypes.c_char_p)]


class Row(NamedTuple):
    """An option in the words of the page."""

    name: str
    type: str
    values: str
    default: str
    phone: str
    sentence: str
    bounds: tuple[str, str]
    uses: int


def load(library: str) -> list[Row]:
    """The rows of a library's table; OSError when it cannot be loaded."""
    snet = ctypes.CDLL(library)
    snet.snet_option_at.restype = ctypes.POINTER(Option)
    snet.snet_option_at.argtypes = [ctypes.c_size_t]
    snet.snet_schema_format.restype = None
    snet.snet_schema_format.argtypes = [ctypes.POINTER(Option), ctypes.c_uint64, ctypes.c_char_p,
                                        ctypes.c_size_t]

    def text(option: Option, value: int) -> str:
        buffer = ctypes.create_string_buffer(TEXT_BYTES)
        snet.snet_schema_format(ctypes.byref(option), value, buffer, len(buffer))
        return buffer.value.decode()

    rows = []
    while True:
        found = snet.snet_option_at(len(rows))
        if not found:
            return rows
        one = found.contents
        words = [getattr(one, name).decode() for name in
                 ("name", "values", "default_text", "phone_text", "sentence")]
        kind = TYPES[one.type]
        bounds = (text(one, one.min), text(one, one.max)) if kind in NUMBERS else ("", "")
        rows.append(Row(words[0], kind, words[1], words[2], words[3], words[4], bounds, one.uses))


def listed(words: list[str], last: str) -> str:
    """Words as a list: one, two and three."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def sentences(row: Row) -> list[str]:
    """What the page says of an option."""
    found = [f"{row.sentence}."]
    if row.type in ("CHOICE", "SET"):
        found.append(f"{'One' if row.type == 'CHOICE' else 'Some'} of "
                     f"{listed(row.values.split('|'), 'and')}.")
    elif row.bounds[0]:
        end = ", or never" if row.values else ""
        found.append(f"From {row.bounds[0]} to {row.bounds[1]}{end}.")
    if row.default:
        phone = f"; with preset=phone {row.phone}" if row.phone else ""
        found.append(f"Default: {row.default}{phone}.")
    uses = listed([word for bit, word in USES if row.uses & bit], "and")
    where = ", also in URLs" if row.uses & URL else ""
    where += ", in programs alone" if row.uses & PROGRAM else ""
    found.append(f"For {uses}{where}.")
    if row.uses & UPDATE:
        found.append("Can change while a listener serves.")
    return found


def wrapped(sentence: str) -> str:
    """A sentence in lines of the page's width."""
    lines = [""]
    for word in sentence.split():
        if len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "".join(f"{line}\n" for line in lines)


def table(rows: list[Row]) -> str:
    """The list, in the language of manual pages."""
    text = ".Bl -tag -width Ds\n"
    for row in rows:
        text += f".It Cm {row.name} Ar {row.type}\n"
        text += "".join(wrapped(sentence) for sentence in sentences(row))
    return text + ".El\n"


def in_page() -> str:
    """The list that the page has now."""
    return PAGE.read_text().split(BEGIN)[1].split(END)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--library", default=os.environ.get("SNET_LIBRARY", ""), metavar="FILE")
    parser.add_argument("--update", action="store_true", help="write the list into the page")
    options = parser.parse_args()
    text = table(load(options.library))
    if options.update:
        page = re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: BEGIN + text + END,
                      PAGE.read_text(), flags=re.DOTALL)
        PAGE.write_text(page)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
