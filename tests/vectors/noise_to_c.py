#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Writes Noise test vectors (JSON) as a C table: noise_to_c.py FILE > noise_vectors.inc"""

import json
import sys
from pathlib import Path

PATTERNS = {"NK": "SNET_NOISE_NK", "XK": "SNET_NOISE_XK", "NNpsk0": "SNET_NOISE_NNPSK0"}
HANDSHAKE_MESSAGES = {"NK": 2, "XK": 3, "NNpsk0": 2}
SUITES = {"AESGCM": "&snet_suites_aes_256_gcm", "ChaChaPoly": "&snet_suites_chacha20_poly1305"}
ROLES = ("init", "resp")


def hex_to_c(text: str | None) -> str:
    """Return a string literal, or NULL for what a pattern does not have."""
    return "NULL" if text is None else f'"{text}"'


def common(vector: dict, field: str) -> str:
    """Return what both ends have in common."""
    values = [vector[f"{role}_{field}"] for role in ROLES]
    if values[0] != values[1]:
        raise ValueError(f"{vector['protocol_name']}: the ends have different {field}")
    return values[0]


def vector_to_c(vector: dict) -> str:
    """Return the initializer of one struct noise_vector."""
    _, pattern, group, cipher, digest = vector["protocol_name"].split("_")
    if (group, digest) != ("25519", "SHA256"):
        raise ValueError(f"{vector['protocol_name']} is none of snet's")
    psk = common(vector, "psks")[0] if "init_psks" in vector else None
    statics = ", ".join(hex_to_c(vector.get(f"{role}_static")) for role in ROLES)
    ephemerals = ", ".join(hex_to_c(vector[f"{role}_ephemeral"]) for role in ROLES)
    messages = "\n".join(f'            {{"{message["payload"]}",\n'
                         f'             "{message["ciphertext"]}"}},'
                         for message in vector["messages"])
    return f"""    {{
        .name = "{pattern} {cipher}",
        .pattern = {PATTERNS[pattern]},
        .suite = {SUITES[cipher]},
        .prologue = "{common(vector, 'prologue')}",
        .psk = {hex_to_c(psk)},
        .statics = {{{statics}}},
        .ephemerals = {{{ephemerals}}},
        .responder_public = {hex_to_c(vector.get("init_remote_static"))},
        .hash = "{vector['handshake_hash']}",
        .handshake_count = {HANDSHAKE_MESSAGES[pattern]},
        .message_count = {len(vector['messages'])},
        .messages = {{
{messages}
        }},
    }},"""


def main() -> None:
    """Print the table."""
    vectors = json.loads(Path(sys.argv[1]).read_text(encoding="ascii"))["vectors"]
    print("/* Generated from published test vectors. */")
    print("static const struct noise_vector noise_vectors[] = {")
    print("\n".join(vector_to_c(vector) for vector in vectors))
    print("};")


main()
