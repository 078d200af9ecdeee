#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Writes recorded conversations (JSON) as a C table: vectors_to_c.py FILE... > vectors.inc"""

import json
import sys
from pathlib import Path

WIRES = {"snet/1": "SNET_WIRE_1", "snet/1 padded": "SNET_WIRE_1_PADDED", "snet/2": "SNET_WIRE_2"}
DIRECTIONS = ("client_to_server", "server_to_client")


def link_to_c(link: dict) -> str:
    """Return the initializer of one struct vector_link."""
    sent = ", ".join(f'"{link[way]}"' for way in DIRECTIONS)
    lost = ", ".join(f'"{link["lost_" + way]}"' for way in DIRECTIONS)
    return f"        {{.sent = {{{sent}}}, .lost = {{{lost}}}}},"


def case_to_c(file: Path, case: dict) -> str:
    """Return the initializer of one struct vector."""
    links = "\n".join(link_to_c(link) for link in case["links"])
    app = ", ".join(f'"{case["app_" + way]}"' for way in DIRECTIONS)
    private = ", ".join(f"UINT64_C(0x{case[end + '_private']})" for end in ("client", "server"))
    return f"""    {{
        .name = "{file.stem}/{case['wire']}/{case['name']}",
        .wire = {WIRES[case['wire']]},
        .plain = {'false' if case['encrypt'] else 'true'},
        .history_bytes = {case['history_bytes']},
        .private_keys = {{{private}}},
        .conn_id = UINT64_C({case['conn_id']}),
        .app = {{{app}}},
        .link_count = {len(case['links'])},
        .links = {{
{links}
        }},
    }},"""


def main() -> None:
    """Print the table."""
    cases = [case_to_c(Path(name), case)
             for name in sys.argv[1:]
             for case in json.loads(Path(name).read_text(encoding="ascii"))]
    print("/* Generated from recorded conversations. */")
    print("static const struct vector vectors[] = {")
    print("\n".join(cases))
    print("};")


main()
