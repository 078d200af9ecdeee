#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Sizes of objects, as docs/internals/memory.md has them, are those of the library that was built.

They are read from its debug information: SNET_LIBRARY names it. `--update` writes them into the
page. Skipped where the sizes are not those of x86-64, or the build has no debug information.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

from docs_support import ROOT, SKIPPED

PAGE = ROOT / "docs/internals/memory.md"
MARKS = "<!-- {}: made by tests/docs/test_sizes.py --update -->\n"
END = "<!-- end -->\n"
ENTRY = re.compile(r" <\d+><[0-9a-f]+>: Abbrev Number: \d+(?: \((\w+)\))?")
MACHINE = ("EM_X86_64", "X86-64")
SUITE_ALIGN = 16
"""Contexts of a link's suite begin at multiples of this: EPOCH_ALIGN."""
PLACE = 64
"""What is kept for secrets at a time: SNET_SECRETS_PLACE_BYTES."""
BUCKET = 16
"""What a registry keeps for an entry, at most."""
COLUMN = 29
TOTAL_COLUMN = 83


def readelf(*options: str) -> str:
    """What readelf says of the library."""
    command = ["readelf", *options, os.environ.get("SNET_LIBRARY", "")]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False).stdout


def structs() -> dict[str, int]:
    """The size of each struct with a name."""
    sizes: dict[str, int] = {}
    tag, name = None, None
    for line in readelf("--debug-dump=info").split("\n"):
        entry = ENTRY.match(line)
        if entry:
            tag, name = entry[1], None
        elif tag == "DW_TAG_structure_type" and "DW_AT_name" in line:
            name = line.rsplit(": ", 1)[1].strip()
        elif name is not None and "DW_AT_byte_size" in line:
            sizes[name] = int(line.rsplit(":", 1)[1], 0)
    return sizes


def objects(size: dict[str, int]) -> dict[str, int]:
    """The parts that sums are made of, under the words that stand for them."""
    context = -(-size["suites_ctx"] // SUITE_ALIGN) * SUITE_ALIGN
    return {
        "session": size["snet_session"],
        "legacy": size["snet_legacy_session"],
        "plain": size["snet_legacy_session"] - 2 * size["snet_legacy_keystream"],
        "snet3": size["snet_v3_session"],
        "link": size["snet_link"],
        "legacy link": size["snet_legacy_link"],
        "snet3 link": size["snet_v3_link"],
        "keys": 2 * context,
        "handshake": size["snet_v3_handshake"],
        "conn": size["snet_conn"],
        "stream": max(size["uv_tcp_s"], size["uv_pipe_s"]),
        "dialer": size["snet_dialer"],
        "bucket": BUCKET,
        "secrets": PLACE,
        "tombstone": size["tombstone"],
    }


def table(size: dict[str, int]) -> str:
    """A row for each object."""
    part = objects(size)
    rows = [
        ("session", part["session"], ""),
        ("state of a legacy wire behind it", part["legacy"],
         f", of which {2 * size['snet_legacy_keystream']} are two cipher states; "
         f"plain {part['plain']}"),
        ("state of snet/3 behind it", part["snet3"],
         f", of which {size['snet_credentials']} are the credentials"),
        ("link", part["link"], ""),
        ("state of a legacy wire beside it", part["legacy link"], ""),
        ("state of snet/3 beside it", part["snet3 link"], ""),
        ("keys of a link of snet/3: two contexts of its suite", part["keys"], ""),
        ("handshake of snet/3, while it runs", part["handshake"], ""),
        ("a client's keys and wishes for snet/3, until the session is open",
         size["snet_v3_wishes"], ""),
        ("place for long-lived secrets", PLACE,
         ", 63 of them in a page of their own"),
        ("identity of a client, if it has a key or asks for a service", size["snet_identity"], ""),
        ("conn (driver)", part["conn"], ""),
        ("stream handle of libuv (driver)", part["stream"], ""),
        ("dialer (driver, for each session of a client)", part["dialer"], ""),
        ("relay (command)", size["snet_relay"], ""),
        ("tombstone", part["tombstone"], ", and its place in a registry"),
        ("core", size["snet_core"], ", most of it for the record that is opened"),
        ("cryptographic context of a core", size["snet_crypto"],
         ", and at most 64 contexts of libcrypto of some 1,150"),
        ("server", size["snet_server"], ", and a registry of at least 64 places of 8"),
        ("what a server keeps for snet/3", size["snet_v3_store"],
         f", its keys {size['snet_keyring']:,}, and two such registries"),
        ("driver", size["snet_uv"], ", most of it two buffers that all reads share"),
    ]
    return "| object | bytes |\n|---|---|\n" + "".join(
        f"| {name} | {count:,}{rest} |\n" for name, count, rest in rows)


SERVER3 = "session snet3 secrets bucket link snet3-link keys conn stream"
PENDING3 = "link snet3-link secrets keys conn stream"
UNREAD3 = "session snet3 secrets link snet3-link handshake conn stream"
SUMS = {
    "legacy wires": {
        "server, with a link": "session legacy bucket link legacy-link conn stream",
        "server, without a link": "session legacy bucket",
        "the same, plain": "session plain bucket",
        "client, with a link": "session legacy link legacy-link conn stream dialer",
        "link in its handshake": "link legacy-link conn stream",
    },
    "snet/3": {
        "server, with a link": SERVER3,
        "server, without a link": "session snet3 secrets bucket",
        "client, with a link": "session snet3 secrets link snet3-link keys conn stream dialer",
        "link in its handshake": "link snet3-link secrets conn stream",
        "unconfirmed, with its link": SERVER3,
        "the same, XK before AUTH": UNREAD3,
        "pending link of a session": PENDING3,
    },
}


def total(part: dict[str, int], names: str) -> int:
    """The sum of the parts."""
    return sum(part[name.replace("-", " ")] for name in names.split())


def sums(size: dict[str, int]) -> str:
    """What sessions cost, as sums of their parts."""
    part, lines = objects(size), []
    for wire, rows in SUMS.items():
        lines += ["", wire] if lines else [wire]
        for what, names in rows.items():
            terms = " + ".join(f"{part[name.replace('-', ' ')]:,}" for name in names.split())
            line = f"{what:{COLUMN}}{terms}"
            lines.append(f"{line:{TOTAL_COLUMN}} = {total(part, names):>6,}")
    return "```\n" + "\n".join(lines) + "\n```\n"


def bound(size: dict[str, int]) -> str:
    """What all of a core is bounded by."""
    part = objects(size)
    legacy = total(part, SUMS["legacy wires"]["server, with a link"])
    shaking = total(part, SUMS["legacy wires"]["link in its handshake"])
    shaking3 = total(part, SUMS["snet/3"]["link in its handshake"])
    record, message, outbox = 2 + 16384 + 16, 8 + 6144, 4 * (2 + 16384 + 16)
    busy = f"{total(part, SERVER3):,} + {total(part, PENDING3):,} + 2 * ({record:,} + {outbox:,})"
    return f"""```
legacy   sessions_max * {legacy:,} + handshakes_max * {shaking:,} + send budget + recv budget
snet/3   sessions_max * ({busy})
         + handshakes_max * ({shaking3:,} + {message:,}) + handshakes_max * {total(part, UNREAD3):,}
         + 65,536 * {part["tombstone"] + BUCKET} + send budget + recv budget
```
"""


def made(text: str, size: dict[str, int]) -> str:
    """The page with its figures as they are."""
    for name, make in (("sizes", table), ("sums", sums), ("bound", bound)):
        mark = MARKS.format(name)
        before, rest = text.split(mark)
        text = before + mark + "\n" + make(size) + "\n" + END + rest.split(END, 1)[1]
    return text


def differences(text: str, other: str) -> Iterator[str]:
    """Lines that are in the page and should not be, or should be and are not."""
    old, new = text.split("\n"), other.split("\n")
    yield from (f"- {line}" for line in old if line not in new)
    yield from (f"+ {line}" for line in new if line not in old)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--update", action="store_true", help="write the sizes into the page")
    update = parser.parse_args().update
    if shutil.which("readelf") is None or not any(name in readelf("-h") for name in MACHINE):
        print("skipped: no readelf, or not a library for x86-64")
        return SKIPPED
    size = structs()
    if "snet_session" not in size:
        print("skipped: the library has no debug information")
        return SKIPPED
    text = PAGE.read_text()
    wanted = made(text, size)
    if update:
        PAGE.write_text(wanted)
    elif text != wanted:
        print("\n".join(differences(text, wanted)))
        print("take them over: SNET_LIBRARY=... tests/docs/test_sizes.py --update")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
