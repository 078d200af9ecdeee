# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What a rule is, and the list of all rules."""

from dataclasses import dataclass, field
from typing import Callable

RULES = {}


@dataclass
class Rule:
    """A rule with a sample or more of what it finds and of what it lets pass.

    `check` takes a Tree and yields (path, line, message). A sample is a small tree: a dict from
    path to text, made from (path, text) when it is one file.
    """

    name: str
    says: str
    check: Callable
    bad: list = field(default_factory=list)
    good: list = field(default_factory=list)


def _samples(samples):
    return [dict([sample]) if isinstance(sample, tuple) else sample for sample in samples]


def rule(name, says, bad, good):
    """Enters a rule that looks at the whole tree."""

    def enter(check):
        RULES[name] = Rule(name, says, check, _samples(bad), _samples(good))
        return check

    return enter


def file_rule(name, says, bad, good, kinds=("c",), where=None):
    """Enters a rule that looks at one file: the function takes a Source, yields (line, message).

    `kinds` are the languages it is for, `where` the folders (None: all).
    """

    def enter(check):
        def check_tree(tree):
            for source in tree.of_kind(*kinds):
                if where is None or source.inside(*where):
                    for line, message in check(source):
                        yield source.path, line, message

        RULES[name] = Rule(name, says, check_tree, _samples(bad), _samples(good))
        return check

    return enter
