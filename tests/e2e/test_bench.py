#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""`snet-bench`: each scene ends, counts its bytes, and prints one line of JSON.

No time that is measured here decides anything.
"""

import json
import os
import re
import resource
import socket
import unittest
from pathlib import Path

from e2e_support import LOOPBACK, chaos, main, run

BENCH = os.environ.get("SNET_BENCH_BIN", "snet-bench")
DOCUMENT = Path(__file__).resolve().parents[2] / "docs/benchmarks.md"
SCREEN_LINES, SCREEN_COLUMNS = 24, 80
SCENE = re.compile(r"^  ([a-z]+) {2,}", re.MULTILINE)
OPTION = re.compile(r"^  (?:-\w, )?(--[a-z-]+) ([A-Z]+)? ", re.MULTILINE)
VALUES = {"--over": "1", "--pin": "none", "--part": "ping", "--direction": "up",
          "--listen": ":1", "--via": ":1", "--history": "4k"}
"""Sensible ones; of all other options that take one, a number."""
USAGE, SOFTWARE = 64, 70
SHORT = "0.2"
BUSY = "1"
"""Long enough for a session to open and end within it on a machine that has much else to do."""
LIMIT_SECONDS = 120
OVERS = ("tcp", "1", "1-plain", "1-padded", "2", "2-plain", "3", "3-chacha")
BYTES = 64
MESSAGE = 8
"""Of the scene `loss`."""
SPARE = 200
"""Descriptors that a scene leaves for everything but its sessions."""
WRONG = (
    (),
    ("dance",),
    ("--over", "tcp"),
    ("stream", "more"),
    ("stream", "--over", "4"),
    ("stream", "--over", "3-plain"),
    ("stream", "--seconds", "0"),
    ("stream", "--seconds", "3600"),
    ("stream", "--write", "0"),
    ("stream", "--write", "1T"),
    ("stream", "--bytes", "0"),
    ("stream", "--early-data"),
    ("stream", "--pin", "down"),
    ("stream", "--size", "64"),
    ("stream", "--history", "63"),
    ("stream", "--via", "here"),
    ("stream", "--listen", "unix:/tmp/here"),
    ("stream", "--dance"),
    ("ping", "--sessions", "0"),
    ("ping", "--nodelay"),
    ("loss", "--direction", "left"),
    ("loss", "--early"),
    ("idle", "--heartbeat", "0.5"),
    ("storm", "--over", "tcp"),
    ("core", "--part", "everything"),
)


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.create_server((LOOPBACK, 0)) as server:
        return server.getsockname()[1]


class Bench(unittest.TestCase):
    """One scene in each test."""

    def measure(self, scene: str, *arguments: str, over: str, during: str = SHORT,
                **options: object) -> dict:
        """Run a scene that must succeed and return what it printed."""
        done = run(BENCH, scene, "--over", over, *arguments, "--seconds", during,
                   seconds=LIMIT_SECONDS, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("\n"), 1)
        figures = json.loads(done.stdout)
        self.assertEqual((figures["scene"], figures["over"]), (scene, over))
        self.assertRegex(figures["version"], r"^\d+\.\d+\.\d+$")
        self.assertTrue(figures["congestion"])
        for name in ("wall_s", "client_cpu_s", "server_cpu_s"):
            self.assertGreaterEqual(figures[name], 0)
        self.log = done.stderr
        return figures

    def each(self, *overs: str):
        """One subtest for each of what carries the bytes."""
        for over in overs or OVERS:
            with self.subTest(over=over):
                yield over


class Help(unittest.TestCase):
    """What somebody sees who asks."""

    def help(self, *scene: str) -> str:
        """The help, which fits a screen."""
        done = run(BENCH, *scene, "--help", seconds=10)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertLess(len(lines), SCREEN_LINES)
        self.assertLessEqual(max(map(len, lines)), SCREEN_COLUMNS)
        return done.stdout

    def test_the_document_has_the_scenes_of_the_help(self) -> None:
        scenes = SCENE.findall(self.help())
        self.assertIn("storm", scenes)
        self.assertEqual(re.findall(r"^\| `([a-z]+)` \|", DOCUMENT.read_text(), re.MULTILINE),
                         scenes)

    def test_a_scene_takes_the_options_in_its_help_and_no_other(self) -> None:
        listed = {scene: dict(OPTION.findall(self.help(scene)))
                  for scene in SCENE.findall(self.help())}
        takes_value = {name: value for options in listed.values()
                       for name, value in options.items()}
        for scene, options in listed.items():
            for name, value in takes_value.items():
                given = (name, VALUES.get(name, "2")) if value else (name,)
                with self.subTest(scene=scene, option=name):
                    done = run(BENCH, scene, *given, "--help", seconds=10)
                    self.assertEqual(done.returncode, 0 if name in options else USAGE, done.stderr)

    def test_version_is_one_line(self) -> None:
        done = run(BENCH, "--version", seconds=10)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^snet-bench \d+\.\d+\.\d+\n$")


class Refusals(Bench):
    """What is wrong is told, and no figures come from it."""

    def test_wrong_arguments_are_told_in_one_line(self) -> None:
        for arguments in WRONG:
            with self.subTest(arguments=arguments):
                done = run(BENCH, *arguments, seconds=10)
                self.assertEqual((done.returncode, done.stdout), (USAGE, ""))
                self.assertTrue(done.stderr.startswith("snet-bench: "), done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_stream_that_breaks_has_no_figures(self) -> None:
        address = f"{LOOPBACK}:{free_port()}"
        with chaos(address, "--cut-every", "100k") as network:
            done = run(BENCH, "stream", "--over", "tcp", "--listen", address,
                       "--via", network.address, "--seconds", "5", seconds=LIMIT_SECONDS)
        self.assertEqual((done.returncode, done.stdout), (SOFTWARE, ""))
        self.assertIn("snet-bench: ", done.stderr)

    def test_dial_to_nobody_has_no_figures(self) -> None:
        done = run(BENCH, "ping", "--over", "tcp", "--via", f"{LOOPBACK}:{free_port()}",
                   seconds=LIMIT_SECONDS)
        self.assertEqual((done.returncode, done.stdout), (SOFTWARE, ""))


class Scenes(Bench):
    """What each scene counts adds up."""

    def test_stream_tells_what_has_arrived(self) -> None:
        for over in self.each():
            figures = self.measure("stream", "--write", "1000", over=over)
            self.assertGreater(figures["bytes"], 1)
            self.assertEqual(figures["bytes"] % 1000, 1)
            self.assertEqual(figures["write"], 1000)
            self.assertGreater(figures["mib_per_s"], 0)

    def test_stream_carries_as_many_bytes_as_it_is_told_in_either_direction(self) -> None:
        for over in self.each():
            for direction in ("up", "down"):
                for count in (1, 100_001):
                    figures = self.measure("stream", "--bytes", str(count), "--direction",
                                           direction, over=over)
                    self.assertEqual((figures["bytes"], figures["direction"]), (count, direction))

    def test_stream_of_a_given_length_survives_cuts_in_either_direction(self) -> None:
        address = f"{LOOPBACK}:{free_port()}"
        with chaos(address, "--cut-every", "100k") as network:
            for over in self.each("1", "2", "3"):
                for direction in ("up", "down"):
                    figures = self.measure("stream", "--bytes", "1M", "--direction", direction,
                                           "--history", "1M", "--listen", address, "--via",
                                           network.address, over=over)
                    self.assertEqual(figures["bytes"], 1 << 20)

    def test_stream_survives_a_hostile_network_over_a_wire(self) -> None:
        address = f"{LOOPBACK}:{free_port()}"
        with chaos(address, "--cut-every", "2M") as network:
            figures = self.measure("stream", "--listen", address, "--via", network.address,
                                   over="3")
            self.assertGreater(figures["bytes"], 1)
            self.assertFalse(figures["direct"])

    def test_ping_counts_its_round_trips(self) -> None:
        for over in self.each():
            figures = self.measure("ping", "--sessions", "3", "--size", str(BYTES), over=over)
            self.assertEqual(figures["sessions"], 3)
            self.assertGreater(figures["trips"], 0)
            self.assertGreaterEqual(figures["bytes"], figures["trips"] * BYTES)
            self.assertLessEqual(figures["p50_us"], figures["p99_us"])
            self.assertLessEqual(figures["p99_us"], figures["p999_us"])

    def test_open_counts_its_sessions(self) -> None:
        for over in self.each():
            figures = self.measure("open", "--sessions", "2", over=over, during=BUSY)
            self.assertGreater(figures["opened"], 0)

    def test_resume_counts_its_messages(self) -> None:
        for over in self.each():
            figures = self.measure("resume", "--sessions", "10", "--size", str(BYTES), over=over)
            self.assertGreater(figures["resumes"], 0)
            self.assertGreaterEqual(figures["bytes"], figures["resumes"] * BYTES)

    def test_loss_counts_both_directions(self) -> None:
        for over in self.each():
            for arguments in (("--direction", "up"), ("--direction", "down"), ("--early-data",)):
                figures = self.measure("loss", *arguments, over=over)
                self.assertEqual(figures["bytes"], figures["losses"] * 2 * MESSAGE)
                self.assertEqual(figures["early_data"], "--early-data" in arguments)

    def test_loss_is_seen_through_a_delay(self) -> None:
        address = f"{LOOPBACK}:{free_port()}"
        with chaos(address, "--delay", "20ms") as network:
            for over in self.each("tcp", "1", "2", "3"):
                for direction in ("up", "down"):
                    figures = self.measure("loss", "--listen", address, "--via", network.address,
                                           "--direction", direction, over=over)
                    self.assertGreater(figures["p50_us"], 20_000)

    def test_idle_sessions_take_memory(self) -> None:
        for over in self.each("tcp", "1-plain", "3"):
            figures = self.measure("idle", "--sessions", "50", over=over)
            self.assertEqual(figures["sessions"], 50)
            self.assertGreater(figures["busy_p50_us"], 0)
            if over != "tcp":
                self.assertGreater(figures["client_heap_bytes_per_session"], 0)
                self.assertGreater(figures["server_heap_bytes_per_session"], 0)

    def test_storm_loses_nothing(self) -> None:
        for over in self.each("1", "2", "3"):
            figures = self.measure("storm", "--sessions", "50", over=over)
            self.assertEqual((figures["cut"], figures["lost_bytes"]), (50, 0))
            self.assertEqual(figures["newcomers_failed"], 0)
            self.assertGreater(figures["bytes"], 0)
            self.assertGreater(figures["processors"], 0)
            self.assertGreater(figures["server_cpu_us_per_op"], 0)


class Machine(Bench):
    """What the machine allows, and what is said of it."""

    def test_storm_takes_as_many_sessions_as_there_are_descriptors(self) -> None:
        limit = SPARE + 2 * 20
        figures = self.measure(
            "storm", "--sessions", "100", over="3",
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))
        self.assertEqual((figures["sessions"], figures["cut"]), (20, 20))
        self.assertIn(f"{limit} descriptors are allowed: 20 sessions", self.log)

    def test_both_ends_share_a_processor(self) -> None:
        figures = self.measure("ping", "--pin", "together", over="tcp")
        self.assertEqual(figures["pin"], "together")


if __name__ == "__main__":
    main()
