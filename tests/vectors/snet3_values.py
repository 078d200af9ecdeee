# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The single values of tests/data/snet3.json: key schedules and names, from fixed inputs."""

import struct
from typing import Any

import snet3_crypto as crypto
from snet3_play import drawn


def schedule(suite_number: int, max_record: int) -> dict[str, Any]:
    """Return what follows from the end of a handshake, with records across two rekeys."""
    suite = crypto.SUITES[suite_number]
    label = f"schedule {suite_number} {max_record}"
    keys = crypto.epoch_keys(drawn(f"{label} ck", 32), drawn(f"{label} h", 32))
    direction = crypto.Direction(suite, keys.k_c2s, max_record)
    rekey = direction.rekey_records
    records = []
    for index, seq in enumerate((0, 1, rekey - 1, rekey, 2 * rekey - 1, 2 * rekey)):
        plain = bytes([0x02]) + drawn(f"{label} plain {seq}", 1 + 7 * index)
        records.append({
            "seq": seq,
            "nonce": direction.nonce(seq).hex(),
            "plain": plain.hex(),
            "sealed": direction.seal(seq, plain).hex(),
        })  # fmt: skip
    generations = [
        {name: value.hex() for name, value in direction.generation(number)._asdict().items()}
        for number in range(3)
    ]
    return {
        "suite": suite_number,
        "receiver_max_record": max_record,
        "rekey_records": rekey,
        **{name: value.hex() for name, value in keys._asdict().items()},
        "generations_c2s": generations,
        "records_c2s": records,
    }


def worked_example() -> dict[str, Any]:
    """Return the inputs of appendix A.8 of docs/snet3.md."""
    return {
        "root": bytes(range(0x10, 0x30)),
        "node_id": 0,
        "random": bytes([0x0A, *range(0xE0, 0xEC)]),
        "code": 16,
        "retry_after": 0,
        "psk": bytes(range(0xD0, 0xF0)),
        "ephemeral": crypto.public_key(bytes(range(0x90, 0xB0))),
        "hello": bytes.fromhex(
            "c301030101005400 392d174a38b3b1be afaf1fe824870841 c5fa531bc6eafdb6 402c124664488c1c"
            "8ce51cb5b206bb09 5e973e2fde169c92 59a7b25f87085d25 4feeab7a1f6d50b4 d591ae8c"
        ),
    }


def drawn_example() -> dict[str, Any]:
    """Return inputs that look random: another node, and a refusal that asks to wait."""
    return {
        "root": drawn("names root", 32),
        "node_id": 0xA1B2C3D4,
        "random": drawn("names random", 13),
        "code": 1,
        "retry_after": 50,
        "psk": drawn("names psk", 32),
        "ephemeral": crypto.public_key(drawn("names ephemeral", 32)),
        "hello": struct.pack("<BBBBBBH", 0xC3, 1, 3, 2, 2, 0, 76) + drawn("names hello", 60),
    }


def names(given: dict[str, Any]) -> dict[str, Any]:
    """Return all names that follow from some inputs."""
    made = crypto.Names(given["root"], given["node_id"])
    cid = made.cid(given["random"])
    token = made.token(cid)
    header = struct.pack("<BBBBBBH", 0xC3, 0x83, 3, 3, 1, 0, 20)
    refusal = (token, header, given["code"], given["retry_after"], given["ephemeral"])
    server_public = crypto.public_key(given["root"])
    values = {
        "root": given["root"],
        "node_id": given["node_id"],
        "cid_key": made.cid_key,
        "reset_key": made.reset_key,
        "cid_random": given["random"],
        "cid": cid,
        "token": token,
        "reject_header": header,
        "reject_code": given["code"],
        "reject_retry_after": given["retry_after"],
        "resume_e": given["ephemeral"],
        "proof": crypto.proof(*refusal),
        "psk": given["psk"],
        "psk_id": crypto.psk_id(given["psk"]),
        "server_public": server_public,
        "hello_before_mac1": given["hello"],
        "mac1": crypto.mac1(server_public, given["hello"]),
    }
    return {
        name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()
    }


def all_schedules() -> list[dict[str, Any]]:
    """Return those of both suites, with records of the usual size and larger ones."""
    return [schedule(suite, max_record) for suite in (1, 2) for max_record in (16384, 65518)]


def all_names() -> list[dict[str, Any]]:
    """Return both examples."""
    return [names(worked_example()), names(drawn_example())]
