#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The scenes of `snet-bench` that need no sockets: that they do what they say. Not how fast."""

import json
import os
import subprocess
import unittest

BENCH = os.environ.get("SNET_BENCH_BIN", "build/dev/snet-bench")
OVERS = ("1", "1-plain", "1-padded", "2", "2-plain", "3", "3-chacha")
PARTS = {"open": 5, "resume": 5, "stream": 4 << 20, "ping": 50}


def bench(*arguments):
    return subprocess.run(
        [BENCH, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


class Scenes(unittest.TestCase):
    def figures(self, *arguments):
        done = bench(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_a_part_that_does_not_exist_is_refused(self):
        done = bench("core", "--part", "everything")
        self.assertEqual((done.returncode, done.stdout), (64, ""))

    def test_there_is_nothing_to_do_for_bare_connections(self):
        for scene in ("core", "detached", "threads", "seal"):
            self.assertEqual(bench(scene, "--over", "tcp").returncode, 64)

    def test_each_part_does_its_work_over_each_wire(self):
        for over in OVERS:
            for part, count in PARTS.items():
                with self.subTest(over=over, part=part):
                    figures = self.figures(
                        "core", "--over", over, "--part", part, "--count", str(count)
                    )
                    self.assertEqual(figures["count"], count)
                    self.assertEqual((figures["over"], figures["part"]), (over, part))

    def test_records_are_sealed_and_opened_by_who_serves_here(self):
        for over in ("3", "3-chacha"):
            figures = self.figures("seal", "--over", over, "--count", "1000000")
            self.assertEqual(figures["bytes"], 62 * 16384)
            self.assertIn(figures["provider"], ("openssl", "ipsec-mb"))
        self.assertNotEqual(bench("seal", "--over", "1").returncode, 0)

    def test_sessions_without_a_link_are_smaller_and_all_of_those_asked_resume(self):
        for over in ("1", "3"):
            with self.subTest(over=over):
                given = ("detached", "--over", over, "--sessions", "500", "--resumes", "50")
                detached = self.figures(*given)
                attached = self.figures(*given, "--attached")
                self.assertEqual(detached["resumes"], 50)
                self.assertGreater(detached["malloc_bytes_per_session"], 256)
                self.assertLess(
                    detached["malloc_bytes_per_session"], attached["malloc_bytes_per_session"]
                )

    def test_servers_in_threads_do_again_what_was_recorded(self):
        for over in ("1", "2", "3"):
            with self.subTest(over=over):
                figures = self.figures(
                    "threads", "--over", over, "--sessions", "20", "--threads", "3"
                )
                self.assertEqual(figures["threads"], 3)
                self.assertGreater(figures["opens_per_s"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
