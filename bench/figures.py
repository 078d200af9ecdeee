# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Arithmetic of a run: medians and spreads over rounds, comparisons of pairs, goals.

A sample is what one case of one row gave in one round: {"round": n, "figures": {...}} or
{"round": n, "failed": "why"}. What is compared was measured in the same round, one after the other,
on the same machine in the same mood: the median is taken of the ratios, not of each side.
"""

import statistics
from collections.abc import Iterable
from typing import NamedTuple

Samples = dict[str, list[dict]]
"""The samples of one row, by case."""


class Spread(NamedTuple):
    """A median, and the least and the largest of what it is the median of."""

    median: float
    least: float
    largest: float
    count: int


class Goal(NamedTuple):
    """What is to be reached: `figure` of `case`, alone or held `against` others of its row.

    `how`: `value` as it is; `minus` `factor` times the other; `of_max`, `of_min`, `of_sum`, a ratio
    to the largest, to the least or to the sum of the others.
    """

    what: str
    case: str
    figure: str
    bound: float
    at_least: bool
    how: str = "value"
    against: tuple[str, ...] = ()
    unit: str = ""
    factor: float = 1.0


class Outcome(NamedTuple):
    """How a goal ended. Without a spread it could not be measured."""

    goal: Goal
    spread: Spread | None
    reached: bool


def spread(values: Iterable[float]) -> Spread | None:
    """Median and spread, or None of nothing."""
    found = sorted(values)
    if not found:
        return None
    return Spread(statistics.median(found), found[0], found[-1], len(found))


def by_round(samples: list[dict], figure: str) -> dict[int, float]:
    """One figure of a case in each round that has it."""
    found = {}
    for sample in samples:
        value = sample.get("figures", {}).get(figure)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[sample["round"]] = float(value)
    return found


def of_case(samples: list[dict], figure: str) -> Spread | None:
    """One figure of a case over all rounds."""
    return spread(by_round(samples, figure).values())


def ratio(row: Samples, case: str, base: str, figure: str) -> Spread | None:
    """How a case stands to another, round by round; a round that lacks one of them is left out."""
    ours, theirs = by_round(row.get(case, []), figure), by_round(row.get(base, []), figure)
    return spread(ours[at] / theirs[at] for at in ours if theirs.get(at))


def failures(samples: list[dict]) -> list[str]:
    """Why a case failed, each reason once."""
    return list(dict.fromkeys(sample["failed"] for sample in samples if sample.get("failed")))


COMBINE = {"of_max": max, "of_min": min, "of_sum": sum, "minus": sum}


def _held_against(goal: Goal, row: Samples) -> dict[int, float]:
    """What the goal is held against, in each round. A maximum takes who is there; a sum all."""
    others = [by_round(row.get(case, []), goal.figure) for case in goal.against]
    found = {}
    for at in sorted(set().union(*others)):
        values = [other[at] for other in others if at in other]
        if goal.how in ("of_max", "of_min") or len(values) == len(others):
            found[at] = COMBINE[goal.how](values)
    return found


def judge(goal: Goal, row: Samples) -> Outcome:
    """Whether a goal was reached, by the median over the rounds."""
    values = by_round(row.get(goal.case, []), goal.figure)
    if goal.how != "value":
        others = _held_against(goal, row)
        values = {
            at: value - goal.factor * others[at] if goal.how == "minus" else value / others[at]
            for at, value in values.items()
            if at in others and (goal.how == "minus" or others[at] != 0)
        }
    found = spread(values.values())
    if found is None:
        return Outcome(goal, None, False)
    median = found.median
    return Outcome(goal, found, median >= goal.bound if goal.at_least else median <= goal.bound)


def text(value: float) -> str:
    """A number with three digits that mean something."""
    if value == int(value) and abs(value) < 1000:
        return str(int(value))
    size = abs(value)
    if size >= 1000:
        digits = 10 ** max(0, len(str(int(size))) - 4)
        return f"{round(value / digits) * digits:,}"
    if size >= 100:
        return f"{value:.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


def spread_text(found: Spread | None) -> str:
    """A median with its spread behind it."""
    if found is None:
        return ""
    if found.count == 1 or text(found.least) == text(found.largest):
        return text(found.median)
    return f"{text(found.median)} ({text(found.least)} to {text(found.largest)})"
