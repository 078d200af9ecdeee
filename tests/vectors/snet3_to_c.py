#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Writes vectors of snet/3 (JSON) as C tables: snet3_to_c.py FILE dialogues|values > FILE.inc

A dialogue becomes two lists of steps, one for each end, with what must come of them.
"""

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

ENDS = ("client", "server")
TEXT_MAX = 4000
"""C promises no longer literals; longer ones are joined from parts all the same."""


class Line(NamedTuple):
    """A step of one end, and what comes of it."""

    op: str
    connection: int = 0
    number: int = 0
    hexed: str = ""
    text: str = ""
    out: str = ""
    err: str = "OK"
    told: str = ""


def quoted(text: str) -> str:
    """Return a C literal."""
    assert '"' not in text and "\\" not in text
    return " ".join(f'"{text[at : at + TEXT_MAX]}"' for at in range(0, len(text), TEXT_MAX)) or '""'


def flight_line(step: dict[str, Any], end: str) -> Line:
    """Return what a flight is to one of its ends."""
    told = step.get("told", {}).get(end, "")
    if end == step["from"]:
        sent = step["bytes"] + step.get("lost", "")
        return Line("SEND", step["connection"], out=sent, told=told)
    return Line("RECEIVE", step["connection"], hexed=step["bytes"], told=told)


def close_line(step: dict[str, Any], end: str) -> Line:
    """Return what closing a connection is to one of its ends."""
    told = step.get("told", {}).get(end, "")
    op = "CLOSE" if end == step["end"] else "EOF" if step["how"] == "FIN" else "RESET"
    return Line(op, step["connection"], told=told)


def lines(steps: list[dict[str, Any]], end: str) -> list[Line]:
    """Return the steps of one end."""
    found = []
    for step in steps:
        do = step["do"]
        if do == "flight":
            found.append(flight_line(step, end))
        elif do == "close":
            found.append(close_line(step, end))
        elif step.get("end", end) == end:
            found.append(Line(
                do.upper(),
                step.get("connection", 0),
                step.get("ms", step.get("code", step.get("deadline_ms", 0))),
                step["bytes"] if do == "write" else "",
                step.get("text", step.get("address", "")),
                step["bytes"] if do == "read" else "",
                step.get("then", "OK"),
                step.get("told", {}).get(end, ""),
            ))  # fmt: skip
    return found


def line_to_c(line: Line) -> str:
    """Return the initializer of one struct snet3_line."""
    return (
        f"    {{{{SNET3_{line.op}, {line.connection}, {line.number}, {quoted(line.hexed)}, "
        f"{quoted(line.text)}}},\n     {quoted(line.out)}, {quoted(line.err)}, "
        f"{quoted(line.told)}}},"
    )


def dialogue_to_c(index: int, case: dict[str, Any]) -> tuple[str, str]:
    """Return the lists of steps of both ends, and the initializer of one struct snet3_dialogue."""
    lists, names = [], []
    for end in ENDS:
        name = f"snet3_{end}_{index}"
        body = "\n".join(line_to_c(line) for line in lines(case["steps"], end))
        lists.append(f"static const struct snet3_line {name}[] = {{\n{body}\n}};")
        names.append(f"{{{name}, sizeof {name} / sizeof {name}[0]}}")
    keys = [[case[f"{end}_ephemerals"] for end in ENDS], [[], case["server_cid_randoms"]]]
    draws = [
        ", ".join("{" + ", ".join([*map(quoted, values), "NULL"]) + "}" for values in kind)
        for kind in keys
    ]
    texts = {
        name: quoted(case[name])
        for name in ("server_secret", "client_secret", "psk", "authorized", "service")
    }
    fields = ", ".join(f".{name} = {text}" for name, text in texts.items())
    return "\n".join(lists), (
        f"    {{.name = {quoted(case['name'])},\n     .setup = {{{fields}, "
        f".suite = {case['suite']}, .pad_bytes = {case['pad_bytes']}, "
        f".early = {str(case['early']).lower()}}},\n"
        f"     .keys = {{{draws[0]}}},\n     .cids = {{{draws[1]}}},\n"
        f"     .steps = {{{', '.join(names)}}}}},"
    )


def record_to_c(record: dict[str, Any]) -> str:
    """Return the initializer of one struct snet3_record."""
    texts = ", ".join(quoted(record[name]) for name in ("plain", "sealed"))
    return f"{{UINT64_C({record['seq']}), {texts}}}"


def value_to_c(value: Any) -> str:
    """Return the initializer of a field."""
    if isinstance(value, int):
        return f"{value}u"
    if isinstance(value, str):
        return quoted(value)
    return "{" + ", ".join(record_to_c(part) for part in value) + "}"


def struct_to_c(case: dict[str, Any]) -> str:
    """Return the initializer of a struct with the fields of a JSON object."""
    fields = (f".{name} = {value_to_c(value)}" for name, value in case.items()
              if name != "generations_c2s")  # fmt: skip
    return "    {" + ",\n     ".join(fields) + "},"


def table(kind: str, name: str, rows: list[str]) -> str:
    """Return a C table."""
    return f"static const struct {kind} {name}[] = {{\n" + "\n".join(rows) + "\n};"


def main() -> None:
    """Print the tables."""
    content = json.loads(Path(sys.argv[1]).read_text(encoding="ascii"))
    dialogues = [dialogue_to_c(*pair) for pair in enumerate(content["dialogues"])]
    print("/* Generated from recorded dialogues and values of snet/3. */")
    if sys.argv[2] == "dialogues":
        print("\n".join(steps for steps, _ in dialogues))
        print(table("snet3_dialogue", "dialogues", [row for _, row in dialogues]))
    else:
        schedules = [struct_to_c(case) for case in content["key_schedules"]]
        print(table("snet3_schedule", "schedules", schedules))
        print(table("snet3_names", "names", [struct_to_c(case) for case in content["names"]]))


main()
