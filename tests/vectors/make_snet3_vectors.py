#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Writes tests/data/snet3.json, vectors of our own for snet/3.

The bytes on the wire come from our core, by way of the program snet3_player; everything else is
worked out by the Python modules of this folder, which share nothing with it. The output depends on
nothing but the plans and the core. With --check it compares instead of writing.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import snet3_values
from snet3_observer import observe
from snet3_plans import plans
from snet3_play import Play

OUTPUT = Path(__file__).resolve().parent.parent / "data" / "snet3.json"


def dialogue(player: str, plan: Any) -> dict[str, Any]:
    """Play a dialogue and return it, with what was inside."""
    play = Play(player, plan.setup)
    plan.play(play)
    case = play.finish()
    case["opened"] = observe(case)
    return case


def layout(value: Any, depth: int = 0) -> str:
    """Return JSON in which a step, a record and all else that is small have a line each."""
    flat = json.dumps(value)
    if not isinstance(value, (dict, list)) or len(flat) < 96 or "do" in value or depth > 6:
        return flat
    pad = " " * (depth + 1)
    if isinstance(value, dict):
        parts = [f'{pad}"{key}": {layout(part, depth + 1)}' for key, part in value.items()]
        return "{\n" + ",\n".join(parts) + "\n" + " " * depth + "}"
    parts = [pad + layout(part, depth + 1) for part in value]
    return "[\n" + ",\n".join(parts) + "\n" + " " * depth + "]"


def file_text(player: str) -> str:
    """Return what the file contains."""
    content = {
        "origin": "own",
        "key_schedules": snet3_values.all_schedules(),
        "names": snet3_values.all_names(),
        "dialogues": [dialogue(player, plan) for plan in plans()],
    }
    return layout(content) + "\n"


def main() -> int:
    """Write the file, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("player", help="the command of the program snet3_player")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args()
    text = file_text(options.player)
    if not options.check:
        OUTPUT.write_text(text, encoding="ascii")
        return 0
    if OUTPUT.read_text(encoding="ascii") == text:
        return 0
    print(f"{OUTPUT.name} is not what {Path(__file__).name} makes", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
