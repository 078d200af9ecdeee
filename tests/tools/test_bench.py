#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The arithmetic, the tables and the document of the benchmark, with invented figures.

Nothing is measured here: no time that a machine takes decides a test.
"""

import contextlib
import io
import re
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import figures  # noqa: E402
import load  # noqa: E402
import machine  # noqa: E402
import peers  # noqa: E402
import plots  # noqa: E402
import report  # noqa: E402
import rows  # noqa: E402
import run  # noqa: E402
from figures import Goal  # noqa: E402

PROGRAMS = load.Programs("snet", "snet-bench")

SETTINGS = {"rounds": 3, "seconds": 2.0, "quick": False}


def samples(*values: float | str | None, figure: str = "mib_per_s") -> list[dict]:
    """A sample for each round: a figure, why there is none, or no round at all."""
    made = []
    for at, value in enumerate(values):
        if isinstance(value, str):
            made.append({"round": at, "failed": value})
        elif value is not None:
            made.append({"round": at, "figures": {figure: value, "pin": "none",
                                                  "congestion": "cubic"}})
    return made


def row_named(name: str) -> rows.Row:
    """One of the rows of the benchmark."""
    return next(row for row in rows.ROWS if row.name == name)


class Arithmetic(unittest.TestCase):
    """Medians, spreads, and what is compared with what."""

    def test_nothing_has_no_median(self) -> None:
        self.assertIsNone(figures.spread([]))
        self.assertIsNone(figures.of_case(samples("died", "died"), "mib_per_s"))

    def test_what_is_no_number_is_no_figure(self) -> None:
        odd = [{"round": 0, "figures": {"x": True}}, {"round": 1, "figures": {"x": "7"}},
               {"round": 2, "figures": {"x": None}}, {"round": 3, "figures": {"y": 1}}]
        self.assertIsNone(figures.of_case(odd, "x"))

    def test_a_spread_is_median_least_and_largest(self) -> None:
        self.assertEqual(figures.spread([9.0, 1.0, 5.0]), (5.0, 1.0, 9.0, 3))
        self.assertEqual(figures.spread([4.0, 2.0]), (3.0, 2.0, 4.0, 2))

    def test_a_ratio_is_the_median_of_pairs_and_not_of_medians(self) -> None:
        row = {"a": samples(10.0, 20.0, 90.0), "b": samples(10.0, 40.0, 30.0)}
        self.assertEqual(figures.ratio(row, "a", "b", "mib_per_s"), (1.0, 0.5, 3.0, 3))

    def test_a_round_in_which_one_side_failed_is_no_pair(self) -> None:
        row = {"a": samples(10.0, "died", 90.0), "b": samples("died", 40.0, 30.0)}
        self.assertEqual(figures.ratio(row, "a", "b", "mib_per_s"), (3.0, 3.0, 3.0, 1))
        self.assertIsNone(figures.ratio(row, "a", "nobody", "mib_per_s"))

    def test_nothing_is_divided_by_zero(self) -> None:
        row = {"a": samples(10.0), "b": samples(0.0)}
        self.assertIsNone(figures.ratio(row, "a", "b", "mib_per_s"))
        goal = Goal("", "a", "mib_per_s", 1.0, True, "of_max", ("b",))
        self.assertIsNone(figures.judge(goal, row).spread)

    def test_a_reason_is_said_once(self) -> None:
        self.assertEqual(figures.failures(samples("died", "late", "died")), ["died", "late"])

    def test_numbers_have_three_digits_that_mean_something(self) -> None:
        for value, text in ((0.0, "0"), (1.0, "1"), (0.001, "0.00"), (0.625, "0.62"),
                            (1.25, "1.25"), (12.34, "12.3"), (123.4, "123"), (1234.5, "1,234"),
                            (17346.0, "17,350"), (1234567.0, "1,235,000"), (-12.34, "-12.3")):
            self.assertEqual(figures.text(value), text)

    def test_a_spread_of_one_is_not_written(self) -> None:
        self.assertEqual(figures.spread_text(None), "")
        self.assertEqual(figures.spread_text(figures.spread([5.0])), "5")
        self.assertEqual(figures.spread_text(figures.spread([5.21, 5.212])), "5.21")
        self.assertEqual(figures.spread_text(figures.spread([4.0, 5.5, 7.0])), "5.50 (4 to 7)")


class Goals(unittest.TestCase):
    """Whether what was to be reached was."""

    def judged(self, goal: Goal, **row: list[dict]) -> tuple[float | None, bool]:
        outcome = figures.judge(goal, row)
        return outcome.spread.median if outcome.spread else None, outcome.reached

    def test_what_was_not_measured_is_not_reached(self) -> None:
        for goal in (Goal("", "a", "mib_per_s", 1.0, True),
                     Goal("", "a", "mib_per_s", 1.0, False, "of_max", ("b",))):
            self.assertEqual(self.judged(goal), (None, False))
            self.assertEqual(self.judged(goal, a=samples("died")), (None, False))

    def test_a_bound_itself_is_reached_in_both_directions(self) -> None:
        for at_least in (True, False):
            goal = Goal("", "a", "mib_per_s", 2.0, at_least)
            self.assertEqual(self.judged(goal, a=samples(2.0)), (2.0, True))
            self.assertEqual(self.judged(goal, a=samples(1.0))[1], not at_least)
            self.assertEqual(self.judged(goal, a=samples(3.0))[1], at_least)

    def test_the_best_peer_is_found_in_each_round(self) -> None:
        goal = Goal("", "a", "mib_per_s", 1.0, True, "of_max", ("b", "c"))
        row = {"a": samples(8.0, 8.0), "b": samples(4.0, 2.0), "c": samples(2.0, 16.0)}
        self.assertEqual(self.judged(goal, **row), (1.25, True))
        goal = goal._replace(how="of_min")
        self.assertEqual(self.judged(goal, **row), (4.0, True))

    def test_the_best_peer_is_one_of_those_that_live(self) -> None:
        goal = Goal("", "a", "mib_per_s", 1.0, True, "of_max", ("b", "c"))
        self.assertEqual(self.judged(goal, a=samples(8.0), b=samples("died"), c=samples(2.0)),
                         (4.0, True))

    def test_a_floor_that_lacks_a_part_is_no_floor(self) -> None:
        goal = Goal("", "a", "mib_per_s", 1.25, False, "of_sum", ("b", "c"))
        self.assertEqual(self.judged(goal, a=samples(8.0, 6.0), b=samples(4.0, "died"),
                                     c=samples(4.0, 1.0)), (1.0, True))
        self.assertEqual(self.judged(goal, a=samples(6.0), b=samples(4.0)), (None, False))

    def test_a_difference_may_be_to_nothing(self) -> None:
        goal = Goal("", "a", "mib_per_s", 10.0, False, "minus", ("b",))
        self.assertEqual(self.judged(goal, a=samples(30.0), b=samples(25.0)), (5.0, True))
        self.assertEqual(self.judged(goal, a=samples(30.0), b=samples(0.0)), (30.0, False))
        goal = goal._replace(factor=3.0)
        self.assertEqual(self.judged(goal, a=samples(30.0), b=samples(7.0)), (9.0, True))


class Rows(unittest.TestCase):
    """The rows hold together."""

    def test_names_are_told_apart(self) -> None:
        names = [row.name for row in rows.ROWS]
        self.assertEqual(len(names), len(set(names)))
        for row in rows.ROWS:
            cases = [case.name for case in row.cases]
            self.assertEqual(len(cases), len(set(cases)), row.name)

    def test_bases_and_goals_speak_of_cases_that_exist(self) -> None:
        for row in rows.ROWS:
            cases = {case.name for case in row.cases}
            wanted = {row.base} - {""}
            for goal in row.goals:
                wanted |= {goal.case, *goal.against}
                self.assertIn(goal.how, {"value", *figures.COMBINE})
            self.assertLessEqual(wanted, cases, row.name)

    def test_rows_in_round_trips_run_over_a_path_that_has_one(self) -> None:
        for row in rows.ROWS:
            if "round_trips" in row.figures:
                self.assertTrue(all(peers.PEERS[case.peer].trip_ms for case in row.cases))

    def test_figures_have_labels_and_tunnels_exist(self) -> None:
        for row in rows.ROWS:
            self.assertLessEqual(set(row.figures), set(rows.FIGURES), row.name)
            for case in row.cases:
                self.assertTrue(not case.peer or case.peer in peers.PEERS, case.name)
                self.assertTrue(case.label or case.peer, case.name)

    def test_a_quick_run_needs_no_case_that_it_leaves_out(self) -> None:
        for row in run.choose("*", True, []):
            cases = {case.name for case in row.cases}
            self.assertTrue(not row.base or row.base in cases, row.name)

    def test_what_takes_minutes_runs_in_the_first_round_only(self) -> None:
        case = rows.Case("x", "x", "cipher", ("no-such-cipher", "1"), once=True)
        row = row_named("ping")._replace(cases=(case, case._replace(name="y", once=False)))
        results = {"rows": {}}
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
            run.run([row], run.Settings(PROGRAMS, 2, 0.1, 1, {}), results, Path(folder))
        counts = {name: len(got) for name, got in results["rows"]["ping"].items()}
        self.assertEqual(counts, {"x": 1, "y": 2})

    def test_patterns_choose_rows_and_groups(self) -> None:
        self.assertEqual(run.choose("nothing-like-it", False, []), [])
        self.assertEqual([row.name for row in run.choose("ping,open", False, [])],
                         ["ping", "open"])
        self.assertTrue(all(row.group == rows.TUNNEL for row in run.choose("tunnel", False, [])))

    def test_a_peer_that_is_brought_joins_the_tunnels_only(self) -> None:
        mine = peers.custom("mine=true")
        for row in run.choose("*", True, [mine]):
            self.assertEqual("mine" in {case.name for case in row.cases}, row.peers, row.name)


class Tables(unittest.TestCase):
    """What is written."""

    def results(self, **row: list[dict]) -> dict:
        return {"machine": {"machine": "a | b"}, "settings": SETTINGS,
                "rows": {"stream-64k": row}}

    def test_a_cell_cannot_end_its_table(self) -> None:
        self.assertEqual(report.table(["a", "b"], [["x|y", "1\n2"]]),
                         "| a | b |\n|---|---|\n| x\\|y | 1 2 |\n")

    def test_a_failing_peer_is_one_row_that_says_why(self) -> None:
        row = {"tcp": samples(100.0, 100.0, 100.0), "3": samples("died", "died", "died"),
               "1": samples(50.0, "late", 70.0)}
        text = report.row_table(row_named("stream-64k"), row, SETTINGS)
        lines = [line for line in text.splitlines() if line.startswith("|")]
        self.assertEqual(len(lines), 2 + 3)
        self.assertIn("failed: died", lines[3])
        self.assertIn("60 (50 to 70) | 0.60 (0.50 to 0.70)", lines[4])
        self.assertIn("failed in 1 of 3 rounds: late", lines[4])

    def test_a_table_without_failures_has_no_column_for_them(self) -> None:
        text = report.row_table(row_named("stream-64k"), {"tcp": samples(1.0)}, SETTINGS)
        self.assertNotIn("why not", text)

    def test_each_row_states_congestion_control_and_pinning(self) -> None:
        row = {"tcp": samples(1.0)}
        row["tcp"][0]["figures"].update(pin="apart", congestion="bbr")
        text = report.row_table(row_named("stream-64k"), row, SETTINGS)
        self.assertIn("congestion control bbr, pinning apart", text)

    def test_a_row_without_sockets_says_so(self) -> None:
        row = {"3": [{"round": 0, "figures": {"opens_ratio": 1.8}}]}
        self.assertEqual(report.conditions(row_named("threads"), row, SETTINGS),
                         "no sockets, 1 round.")

    def test_a_row_with_a_number_of_bytes_states_no_time(self) -> None:
        text = report.conditions(row_named("long-up"), {"tcp": samples(1.0)}, SETTINGS)
        self.assertEqual(text, "congestion control cubic, pinning none, 1 round.")

    def test_two_congestion_controls_are_both_said(self) -> None:
        row = {"tcp": samples(1.0, 2.0)}
        row["tcp"][1]["figures"]["congestion"] = "bbr"
        self.assertIn("bbr and cubic", report.conditions(row_named("ping"), row, SETTINGS))

    def test_a_case_that_was_brought_comes_last_under_its_own_name(self) -> None:
        row = {"mine": samples(1.0), "tcp": samples(2.0)}
        self.assertEqual(report.order(row_named("tunnel-64k"), row), ["tcp", "mine"])
        self.assertEqual(report.label(row_named("tunnel-64k"), "mine"), "mine")

    def test_goals_are_reached_missed_or_not_measured(self) -> None:
        text = report.goals_table(self.results(**{
            "tcp": samples(100.0), "3": samples(61.0), "1": samples(84.0),
            "2": samples("died"), "rc4": samples(100.0)}))
        lines = text.splitlines()[2:]
        self.assertEqual(len(lines), 3)
        self.assertIn("| 0.61 | reached |", lines[0])
        self.assertIn("| 0.84 | **missed** |", lines[1])
        self.assertIn("not measured", lines[2])


    def test_goals_of_cases_that_were_left_out_are_not_listed(self) -> None:
        for cases, count in ((("tcp",), 0), (("3",), 0), (("3", "tcp"), 1), (("1", "rc4"), 1),
                             (("1", "tcp"), 0)):
            text = report.goals_table(self.results(**{case: samples(61.0) for case in cases}))
            self.assertEqual(len(text.splitlines()[2:]), count, cases)
        results = self.results()
        for cases, count in ((("snet-3", "spiped", "socat"), 1), (("snet-3", "socat", "aes"), 1)):
            results["rows"] = {"tunnel-64k": {case: samples(1.0) for case in cases}}
            text = report.goals_table(results)
            self.assertEqual(len(text.splitlines()[2:]), count, cases)


class Document(unittest.TestCase):
    """What people wrote stays."""

    TEXT = "before\n<!-- begin a -->\nold\n<!-- end a -->\nbetween\n" \
           "<!-- begin b-c -->\n<!-- end b-c -->\nafter\n"

    def test_a_part_without_a_place_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "markers for d"):
            report.fill(self.TEXT, {"a": "new", "d": "lost"})

    def test_only_what_is_between_markers_changes(self) -> None:
        self.assertEqual(
            report.fill(self.TEXT, {"a": "new \\1", "b-c": "more"}),
            "before\n<!-- begin a -->\n\nnew \\1\n<!-- end a -->\nbetween\n"
            "<!-- begin b-c -->\n\nmore\n<!-- end b-c -->\nafter\n")

    def test_a_part_that_was_not_run_keeps_its_text(self) -> None:
        self.assertIn("old", report.fill(self.TEXT, {"b-c": "more"}))

    def test_filling_twice_is_filling_once(self) -> None:
        once = report.fill(self.TEXT, {"a": "new", "b-c": "more"})
        self.assertEqual(report.fill(once, {"a": "new", "b-c": "more"}), once)

    def test_the_document_has_a_place_for_everything(self) -> None:
        text = (ROOT / "docs" / report.DOCUMENT).read_text(encoding="utf-8")
        groups = {row.group.partition(":")[0].lower() for row in rows.ROWS}
        report.fill(text, dict.fromkeys({"machine", "goals", *groups}, ""))

    def test_its_plots_exist(self) -> None:
        text = (ROOT / "docs" / report.DOCUMENT).read_text(encoding="utf-8")
        for target in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text):
            self.assertTrue((ROOT / "docs" / target).is_file(), target)


class Plots(unittest.TestCase):
    """What gnuplot is told."""

    def test_one_bar_is_no_plot(self) -> None:
        row = {"tcp": samples(1.0), "3": samples("died")}
        self.assertIsNone(plots.script(row_named("stream-64k"), row,
                                       {"tcp": "TCP", "3": "snet"}, "", Path("x.svg")))

    def test_labels_are_no_commands(self) -> None:
        row = {"tcp": samples(1.0), "3": samples(2.0)}
        text = plots.script(row_named("stream-64k"), row,
                            {"tcp": 'a_b"\n', "3": "**c**"}, "", Path("x.svg"))
        self.assertIn('"a\\\\_b\' " 0, "c" 1)', text)

    def test_ticks_are_few_and_round(self) -> None:
        for most in (0.013, 0.9, 1.0, 7.0, 99.0, 1234.0, 180000.0):
            self.assertTrue(3 <= most / plots.tick_step(most) <= 7, most)


class Loads(unittest.TestCase):
    """What comes from outside, good and bad."""

    def test_a_load_that_writes_no_figures_has_failed(self) -> None:
        for output in ("", "\n", "[1]\n", "{\n", "words\n"):
            with self.assertRaises(peers.Failed):
                load.read_line(output)
        self.assertEqual(load.read_line('noise\n{"per_s": 3}\n'), {"per_s": 3})

    def test_a_cipher_without_a_speed_has_failed(self) -> None:
        for output in ("", "+F:25:AES-256-GCM:0.00\n", "+R:1:RC4:1.0\n"):
            with self.assertRaises(peers.Failed):
                load.read_speed(output)
        self.assertEqual(load.read_speed("+H:16384\n+F:25:AES-256-GCM:4843126784.00\n"),
                         4843126784.0)

    def test_cpu_of_a_tunnel_is_divided_by_all_that_it_carried(self) -> None:
        for figures_, name, value in (
            ({"mib_per_s": 512.0, "bytes": 2**31}, "tunnel_cpu_s_per_gib", 0.75),
            # 1,500 round trips, of which 1,000 were measured.
            ({"trips": 1000, "size": 64, "bytes": 96000, "wall_s": 1.0}, "tunnel_cpu_us_per_op",
             1000.0),
            ({"opened": 1000, "wall_s": 0.6, "per_s": 1667.0}, "tunnel_cpu_us_per_op", 1000.0),
        ):
            load.add_cpu(figures_, 1.5)
            self.assertAlmostEqual(figures_[name], value, msg=name)

    def test_of_scenes_at_once_the_worst_time_counts_and_losses_add_up(self) -> None:
        runs = [{"scene": "storm", "lost_bytes": 1, "back_p99_us": 5.0, "early": False},
                {"scene": "storm", "lost_bytes": 2, "back_p99_us": 7.0, "early": False}]
        self.assertEqual(load.merged(runs), {"scene": "storm", "lost_bytes": 3,
                                             "back_p99_us": 7.0, "early": False})

    def test_a_storm_is_held_against_its_cpu_time_on_all_processors(self) -> None:
        one = {"back_p99_us": 3e6, "client_cpu_s": 2.5, "server_cpu_s": 1.5, "processors": 2}
        load.add_shares(one)
        self.assertEqual((one["cpu_share_us"], one["back_p99_to_cpu"]), (2e6, 1.5))
        three = load.merged([one, one, one])
        self.assertEqual((three["cpu_share_us"], three["back_p99_to_cpu"]), (6e6, 0.5))

    def test_a_floor_is_made_of_its_own_round(self) -> None:
        def of(at: int, mib: float, cpu: float) -> dict:
            return {"round": at, "figures": {"mib_per_s": mib, "cpu_s_per_gib": cpu}}

        case = next(c for c in row_named("stream-64k").cases if c.kind == "floor")
        settings = run.Settings(PROGRAMS, 1, 0.1, 1, peers.PEERS)
        samples = {"tcp": [of(0, 9000, 9), of(1, 4000, 0.3)],
                   "aead": [{"round": 0, "failed": "why"}, of(1, 9000, 0.26)]}
        floor = run.sample(case, settings, 1, samples)["figures"]
        self.assertEqual({key: round(value, 9) for key, value in floor.items()},
                         {"mib_per_s": 2000, "cpu_s_per_gib": 0.6})
        for at in (0, 2):
            self.assertIn("not measured", run.sample(case, settings, at, samples)["failed"])

    def test_without_sockets_there_is_no_congestion_control(self) -> None:
        figures_ = {"congestion": "bbr", "pin": "none", "resident_bytes": 2**29, "x": 1}
        self.assertEqual(load.without_sockets(figures_),
                         {"resident_bytes": 2**29, "resident_gib": 0.5, "x": 1})

    def test_a_command_that_is_not_there_is_a_failed_sample(self) -> None:
        absent = load.Programs("snet", "/nonexistent/snet-bench")
        settings = run.Settings(absent, 1, 0.1, 1, peers.PEERS)
        got = run.sample(row_named("ping").cases[0], settings, 0, {})
        self.assertIn("No such file", got["failed"])

    def test_a_peer_has_a_name_and_a_command(self) -> None:
        for text in ("", "name", "=command", "name="):
            with self.assertRaises(ValueError):
                peers.custom(text)

    def test_a_peer_that_dies_is_a_failed_sample(self) -> None:
        mine = peers.custom("mine=echo no luck >&2; exit 3")
        case = row_named("tunnel-64k").cases[0]._replace(name="mine", peer="mine")
        settings = run.Settings(PROGRAMS, 1, 0.1, 1, {"mine": mine})
        self.assertIn("no luck", run.sample(case, settings, 0, {})["failed"])

    def test_a_peer_that_is_not_installed_is_a_failed_sample(self) -> None:
        absent = peers.PEERS["socat"]._replace(name="mine", needs=("no-such-program",))
        case = row_named("tunnel-64k").cases[0]._replace(name="mine", peer="mine")
        settings = run.Settings(PROGRAMS, 1, 0.1, 1, {"mine": absent})
        self.assertEqual(run.sample(case, settings, 0, {})["failed"],
                         "not installed: no-such-program")


class Processes(unittest.TestCase):
    """The processes of a tunnel are counted and ended, those below them too."""

    def test_children_are_found_counted_and_ended(self) -> None:
        line = "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; sleep 300 & echo up; wait"
        parent = subprocess.Popen(["bash", "-c", line], stdout=subprocess.PIPE, text=True,
                                  start_new_session=True)
        try:
            self.assertEqual(parent.stdout.readline(), "up\n")
            family = machine.family([parent.pid])
            self.assertEqual(len(family), 2)
            self.assertGreater(machine.cpu_seconds([parent.pid]), 0.0)
            self.assertGreater(machine.memory_bytes([parent.pid]), 4096)
        finally:
            peers.end([parent])
            parent.stdout.close()
        for pid in family:
            # Init takes its time to wait for an orphan; one that only waits for that has ended.
            with contextlib.suppress(OSError):
                self.assertEqual(machine._stat(pid)[0], "Z")

    def test_a_port_that_is_listened_on_is_seen_without_a_connection(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            self.assertTrue(machine.listens(port))
        self.assertFalse(machine.listens(port))


class Command(unittest.TestCase):
    """The command line."""

    def test_nonsense_is_refused_before_anything_runs(self) -> None:
        for arguments in (["--peer", "x"], ["--rounds", "many"], ["--nothing"],
                          ["--publish", "--quick"], ["--publish", "--rows", "ping"]):
            with self.assertRaises(SystemExit) as left, \
                    contextlib.redirect_stderr(io.StringIO()):
                run.parse(arguments)
            self.assertEqual(left.exception.code, 2)

    def test_kept_figures_become_tables_without_measuring(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder, "kept.json")
            results = {"machine": {"machine": "invented"}, "settings": SETTINGS,
                       "rows": {"ping": {"tcp": samples(20.0, figure="p50_us"),
                                         "3": samples(22.0, figure="p50_us")}}}
            run.write(results, Path(folder))
            Path(folder, run.RESULTS).rename(kept)
            command = [sys.executable, "-B", str(ROOT / "bench" / "run.py"), "--from", str(kept),
                       "--out", folder]
            ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
            self.assertIn("| 22 | 1.10 |", ran.stdout)
            self.assertIn("reached", ran.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
