#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""redis through a hostile network: its own benchmark, and a check of every value.

INCR shows what SET hides: a command that arrives twice counts twice.
"""

import socket
import tempfile
import unittest

from e2e_support import (LOOPBACK, WIRES, Process, cuts_of, main, need, path_through_chaos, run)

COUNTERS = 20
ROUNDS = 300


class Redis(Process):
    """A redis-server that keeps nothing, on a unix socket."""

    def __init__(self, folder: str) -> None:
        self.path = f"{folder}/redis.sock"
        super().__init__("redis-server", "--port", "0", "--unixsocket", self.path, "--save", "",
                         "--appendonly", "no", "--dir", folder)
        for _ in range(500):
            if run("redis-cli", "-s", self.path, "ping", seconds=5).stdout == "PONG\n":
                return
        raise AssertionError("redis-server does not answer")


def command(*words: str) -> bytes:
    """Return a command as redis wants it."""
    parts = [f"*{len(words)}\r\n"] + [f"${len(word)}\r\n{word}\r\n" for word in words]
    return "".join(parts).encode("ascii")


class RedisThroughChaos(unittest.TestCase):
    """What redis programs see when the network is bad."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.redis = cls.enterClassContext(Redis(cls.folder))

    def test_benchmark_runs_over_every_wire(self) -> None:
        for wire in WIRES:
            with (
                self.subTest(wire=wire),
                path_through_chaos(f"unix:{self.redis.path}", wire, "--cut-every", "100k")
                as (tunnel, network, _),
            ):
                done = run("redis-benchmark", "-h", LOOPBACK, "-p", str(tunnel.port), "-q",
                           "-n", "3000", "-c", "10", "-P", "4", "-d", "200",
                           "-t", "set,get,incr,lpush,lrange_100", seconds=90)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("GET:", done.stdout)
                self.assertNotIn("Error", done.stdout + done.stderr)
                self.assertGreater(cuts_of(network), 3)

    def test_every_value_arrives_and_every_command_runs_once(self) -> None:
        for wire in WIRES:
            with (
                self.subTest(wire=wire),
                path_through_chaos(f"unix:{self.redis.path}", wire, "--cut-every", "20k")
                as (tunnel, network, _),
                socket.create_connection((LOOPBACK, tunnel.port), timeout=60) as sock,
                sock.makefile("rb") as replies,
            ):
                sock.sendall(command("FLUSHALL"))
                self.assertEqual(replies.readline(), b"+OK\r\n")
                for number in range(1, ROUNDS + 1):
                    sock.sendall(b"".join(
                        command("INCR", f"n{i}") + command("SET", f"k{i}", f"{i}:{number}")
                        for i in range(COUNTERS)))
                    for _ in range(COUNTERS):
                        self.assertEqual(replies.readline(), f":{number}\r\n".encode("ascii"))
                        self.assertEqual(replies.readline(), b"+OK\r\n")
                for i in range(COUNTERS):
                    value = run("redis-cli", "-s", self.redis.path, "get", f"k{i}", seconds=5)
                    self.assertEqual(value.stdout, f"{i}:{ROUNDS}\n")
                self.assertGreater(cuts_of(network), 3)


if __name__ == "__main__":
    need("redis-server", "redis-benchmark", "redis-cli")
    main()
