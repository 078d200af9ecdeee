#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The options of the subcommands in man/snet.1, from the tables that the command has.

--check says whether the page has what the help of a command lists; --update takes it over.
SNET_BIN names the command.
"""

import argparse
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "man/snet.1"
SNET = os.environ.get("SNET_BIN", "snet")
COMMANDS = {"keygen": "--help", "serve": "--help-all", "connect": "--help-all",
            "chaos": "--help", "demo": "--help"}
"""Each with what lists all of its options."""
FIRST = re.compile(r"^  (?:-(\w), )?--([a-z-]+)(?: ([A-Z]+))?(?:\s+(.*))?$")
MORE = re.compile(r"^ {20,}(\S.*)$")
ALWAYS = [".It Fl v , Fl -verbose", "Logs events of level debug too; see",
          ".Sx LOG ."]


def entries(command):
    """The options of a subcommand: (short, name, kind, text)."""
    run = subprocess.run([SNET, command, COMMANDS[command]], capture_output=True, text=True,
                         timeout=20, check=True)
    found = []
    for line in run.stdout.splitlines():
        first, more = FIRST.match(line), MORE.match(line)
        if first:
            found.append([first[1], first[2], first[3], first[4] or ""])
        elif more and found:
            found[-1][3] = f"{found[-1][3]} {more[1]}".strip()
    return [entry for entry in found if entry[1] not in ("help-all", "verbose")]


def block(command):
    """The list of a subcommand as mdoc: a sentence begins a line."""
    lines = [".Bl -tag -width Ds"]
    for short, name, kind, text in entries(command):
        head = f"Fl {short} , Fl -{name}" if short else f"Fl -{name}"
        lines.append(f".It {head}" + (f" Ar {kind.lower()}" if kind else ""))
        for sentence in re.split(r"(?<=\w)\. (?=[A-Z])", text.rstrip(".")):
            lines += textwrap.wrap(f"{sentence}.", 78, break_on_hyphens=False)
    always = ALWAYS if COMMANDS[command] == "--help-all" else []
    return "\n".join([*lines, *always, ".El"])


def updated(text):
    """The page with the lists of now."""
    for command in COMMANDS:
        start = text.index(f".Ss snet {command}\n")
        begin = text.index(".Bl -tag", start)
        end = text.index(".El", begin) + len(".El")
        text = text[:begin] + block(command) + text[end:]
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true")
    action.add_argument("--update", action="store_true")
    options = parser.parse_args()
    text = PAGE.read_text(encoding="utf-8")
    wanted = updated(text)
    if options.update:
        PAGE.write_text(wanted, encoding="utf-8")
    elif text != wanted:
        print("man/snet.1 lists other options than the command: tools/man_options.py --update")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
