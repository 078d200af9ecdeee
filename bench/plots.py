# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Plots of rows, by gnuplot, as SVG: a bar for each case, its median, and a line from least to
largest. Without gnuplot there are none, and the tables say the same."""

import math
import shutil
import subprocess
import sys
from pathlib import Path

import figures
from figures import Samples
from rows import FIGURES, Row

OURS, OTHERS = "#1f6f8b", "#a8b3b8"
WIDTH, BAR_HEIGHT, FRAME_HEIGHT = 760, 30, 130
LABEL_CHARACTERS = 0.85
SCRIPT = """set terminal svg size {width},{height} font "sans-serif,13" background "#ffffff"
set output "{path}"
set title "{title}\\n{{/*0.8 {conditions}}}"
set xlabel "{xlabel}"
set xrange [0:{most}]
set yrange [{count}-0.4:-0.6]
set lmargin {margin}
set rmargin 8
set border 3
set tics nomirror out
set ytics ({tics})
set xtics {step}
set grid xtics lc rgb "#dddddd"
unset key
$bars << EOD
{bars}
EOD
plot $bars using (0):1:(0):2:($1-0.36):($1+0.36):3 with boxxyerror fill solid 1 noborder \\
        lc rgb variable, \\
     $bars using 2:1:4:5 with xerrorbars pt 0 lw 1.5 lc rgb "#333333", \\
     $bars using 5:1:6 with labels left offset 0.8,0 font ",11"
"""


def data(row: Row, samples: Samples, names: list[str]) -> list[tuple[str, figures.Spread]]:
    """What a plot shows: the first figure of each case that has one. One bar alone is no plot."""
    found = [(name, figures.of_case(samples[name], row.figures[0])) for name in names]
    shown = [(name, spread) for name, spread in found if spread is not None]
    return shown if len(shown) > 1 else []


def _plain(text: str) -> str:
    """Text for gnuplot: without Markdown, and without what it would take for a command."""
    for character in "*`\\":
        text = text.replace(character, "")
    for character in "_^@&~{}":
        text = text.replace(character, "\\\\" + character)
    return text.replace('"', "'").replace("\n", " ")


def tick_step(most: float) -> float:
    """A round distance between ticks, so that there are three to seven of them."""
    power = 10.0 ** math.floor(math.log10(most)) if most > 0 else 1.0
    return next(step * power for step in (0.2, 0.5, 1.0, 2.0) if most / (step * power) <= 7)


def script(row: Row, samples: Samples, labels: dict[str, str], conditions: str,
           path: Path) -> str | None:
    """What gnuplot is told, or None when there is nothing to show."""
    shown = data(row, samples, list(labels))
    if not shown:
        return None
    bars, tics = [], []
    for at, (name, spread) in enumerate(shown):
        colour = OURS if labels[name].startswith("**") else OTHERS
        bars.append(f'{at} {spread.median:g} {int(colour[1:], 16)} {spread.least:g} '
                    f'{spread.largest:g} "{figures.text(spread.median)}"')
        tics.append(f'"{_plain(labels[name])}" {at}')
    figure = FIGURES[row.figures[0]]
    most = 1.12 * max(spread.largest for _, spread in shown) or 1.0
    return SCRIPT.format(
        width=WIDTH, height=FRAME_HEIGHT + BAR_HEIGHT * len(shown), path=path,
        title=_plain(row.title), conditions=_plain(conditions),
        xlabel=_plain(figure.label), most=f"{most:g}", step=f"{tick_step(most):g}",
        margin=int(max(len(labels[name]) for name, _ in shown) * LABEL_CHARACTERS) + 4,
        count=len(shown), tics=", ".join(tics), bars="\n".join(bars))


def draw(row: Row, samples: Samples, labels: dict[str, str], conditions: str, path: Path) -> None:
    """Draw one row; say why when that fails, and go on."""
    text = script(row, samples, labels, conditions, path)
    if text is None:
        return
    if shutil.which("gnuplot") is None:
        print("bench: no plots without gnuplot", file=sys.stderr)
        return
    try:
        ran = subprocess.run(["gnuplot"], input=text, capture_output=True, text=True, timeout=30,
                             check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"bench: gnuplot: {error}", file=sys.stderr)
        return
    if ran.returncode != 0:
        print(f"bench: gnuplot: {ran.stderr.strip()[:300]}", file=sys.stderr)
