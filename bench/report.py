# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Kept figures as tables in Markdown, as plots, and as the generated parts of docs/benchmarks.md.

The document is written by people. What stands in it between two markers is written by this module:

    <!-- begin goals -->
    <!-- end goals -->
"""

import re
import shutil
import sys
from pathlib import Path

import figures
import plots
from figures import Outcome, Samples
from peers import PEERS
from rows import FIGURES, ROWS, Row

TABLES = "tables.md"
DOCUMENT = "benchmarks.md"
PLOTS = "benchmarks"
MARKER = re.compile(r"<!-- begin (?P<name>[\w-]+) -->\n(?P<body>.*?)<!-- end (?P=name) -->",
                    re.DOTALL)


def table(head: list[str], lines: list[list[str]]) -> str:
    """A table in Markdown; nothing in a cell can end it."""
    def line(cells: list[str]) -> str:
        safe = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
        return "| " + " | ".join(safe) + " |"

    return "\n".join([line(head), "|" + "---|" * len(head), *map(line, lines)]) + "\n"


def label(row: Row, name: str) -> str:
    """What a case is called; one that the user brought has no other name than its own."""
    for case in row.cases:
        if case.name == name and case.label:
            return case.label
    return PEERS[name].label if name in PEERS else name


def order(row: Row, samples: Samples) -> list[str]:
    """The cases that were run: as the row has them, then those that were brought."""
    known = [case.name for case in row.cases if case.name in samples]
    return known + [name for name in samples if name not in known]


def _failed(samples: list[dict]) -> str:
    count = sum(1 for sample in samples if sample.get("failed"))
    if not count:
        return ""
    reasons = "; ".join(figures.failures(samples))
    return f"failed: {reasons}" if count == len(samples) \
        else f"failed in {count} of {len(samples)} rounds: {reasons}"


def _cells(row: Row, samples: Samples, name: str, has_notes: bool) -> list[str]:
    cells = [label(row, name)]
    for index, figure in enumerate(row.figures):
        cells.append(figures.spread_text(figures.of_case(samples[name], figure)))
        if index == 0 and row.base:
            cells.append(figures.spread_text(figures.ratio(samples, name, row.base, figure)))
    return [*cells, _failed(samples[name])] if has_notes else cells


def _words(samples: Samples, key: str) -> list[str]:
    """What the samples of a row say of their conditions, each word once."""
    found = (sample.get("figures", {}).get(key) for case in samples.values() for sample in case)
    return sorted({str(word) for word in found if word})


def conditions(row: Row, samples: Samples, settings: dict) -> str:
    """Under which conditions the figures of a row were measured."""
    rounds = max((len(case) for case in samples.values()), default=0)
    said = ["no sockets"]
    if _words(samples, "congestion"):
        said = [f"congestion control {' and '.join(_words(samples, 'congestion'))}",
                f"pinning {' and '.join(_words(samples, 'pin')) or 'none'}"]
        if any(case.kind != "path" for case in row.cases):
            said.append(f"{settings['seconds']:g} s each")
    said.append(f"{rounds} round{'s' if rounds > 1 else ''}")
    return ", ".join(said) + "." + (f" {row.note}" if row.note else "")


def row_table(row: Row, samples: Samples, settings: dict) -> str:
    """One row: heading, conditions, and a line for each case."""
    has_notes = any(_failed(case) for case in samples.values())
    head = [""]
    for index, figure in enumerate(row.figures):
        head.append(FIGURES[figure].label)
        if index == 0 and row.base:
            head.append(f"to {label(row, row.base)}")
    lines = [_cells(row, samples, name, has_notes) for name in order(row, samples)]
    return (f"### {row.title}\n\n{conditions(row, samples, settings)}\n\n"
            + table([*head, "why not"] if has_notes else head, lines))


def outcomes(results: dict) -> list[tuple[Row, Outcome]]:
    """All goals whose cases were run, however that ended; of several peers one is enough."""
    found = []
    for row in ROWS:
        samples = results["rows"].get(row.name, {})
        for goal in row.goals:
            there = [case in samples for case in goal.against]
            some = any(there) or not there
            if goal.case in samples and (all(there) or some and goal.how in ("of_max", "of_min")):
                found.append((row, figures.judge(goal, samples)))
    return found


def goals_table(results: dict) -> str:
    """What was to be reached, and what was."""
    lines = []
    for row, (goal, spread, reached) in outcomes(results):
        bound = f"{'>=' if goal.at_least else '<='} {figures.text(goal.bound)} {goal.unit}".strip()
        verdict = "not measured" if spread is None else "reached" if reached else "**missed**"
        lines.append([goal.what, bound, figures.spread_text(spread), verdict, row.name])
    return table(["goal", "bound", "median (least to largest)", "", "row"], lines)


def machine_table(results: dict) -> str:
    """The machine, and how the run was made."""
    settings = results["settings"]
    lines = [[key, value] for key, value in results["machine"].items()]
    took = f", {settings['took_s'] / 60:.0f} min in all" if settings.get("took_s") else ""
    lines.append(["run", f"{settings['rounds']} rounds, {settings['seconds']:g} s each"
                  + (", quick" if settings["quick"] else "") + took])
    return table(["", ""], lines)


def _group_parts(results: dict, folder: str) -> dict[str, str]:
    """The tables of each group, with a plot below each that has one."""
    parts: dict[str, list[str]] = {}
    for row in ROWS:
        if row.name not in results["rows"]:
            continue
        samples = results["rows"][row.name]
        part = row_table(row, samples, results["settings"])
        if plots.data(row, samples, order(row, samples)):
            part += f"\n![{row.title}]({folder}{row.name}.svg)\n"
        parts.setdefault(row.group.partition(":")[0].lower(), []).append(part)
    return {name: "\n".join(rows) for name, rows in parts.items()}


def parts_of(results: dict, folder: str) -> dict[str, str]:
    """Everything that is generated, by the name of its marker."""
    return {"machine": machine_table(results), "goals": goals_table(results),
            **_group_parts(results, folder)}


def fill(document: str, parts: dict[str, str]) -> str:
    """The document with new text between its markers; what was not run keeps the text it had."""
    markers = {match["name"] for match in MARKER.finditer(document)}
    lost = sorted(set(parts) - markers)
    if lost:
        raise ValueError(f"the document has no markers for {', '.join(lost)}")

    def put(match: re.Match) -> str:
        name = match["name"]
        body = f"\n{parts[name]}\n" if name in parts else match["body"]
        return f"<!-- begin {name} -->\n{body}<!-- end {name} -->"

    return MARKER.sub(put, document)


def make(results: dict, out: Path) -> None:
    """Write tables and plots beside the kept figures."""
    parts = parts_of(results, "")
    (out / TABLES).write_text("\n".join(parts.values()), encoding="utf-8")
    for row in ROWS:
        if row.name in results["rows"]:
            samples = results["rows"][row.name]
            names = order(row, samples)
            labels = {name: label(row, name) for name in names}
            plots.draw(row, samples, labels, conditions(row, samples, results["settings"]),
                       out / f"{row.name}.svg")


def publish(results: dict, out: Path, docs: Path) -> None:
    """Take tables and plots over into the document."""
    path = docs / DOCUMENT
    path.write_text(fill(path.read_text(encoding="utf-8"), parts_of(results, PLOTS + "/")),
                    encoding="utf-8")
    (docs / PLOTS).mkdir(exist_ok=True)
    for row in ROWS:
        plot = out / f"{row.name}.svg"
        if row.name in results["rows"] and plot.exists():
            shutil.copyfile(plot, docs / PLOTS / plot.name)
    print(f"bench: written: {path}", file=sys.stderr)
