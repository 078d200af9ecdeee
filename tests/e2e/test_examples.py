#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The programs of examples/ do what they say, also through a network that cuts them off.

SNET_EXAMPLES names the folder where they are built.
"""

import difflib
import os
import re
import signal
import socket
import subprocess
import threading
import unittest
from pathlib import Path

from e2e_support import LOOPBACK, Process, chaos, cuts_of, main, run
from test_echo import EchoHandler, EchoServer

BUILT = Path(os.environ.get("SNET_EXAMPLES", "build/dev/examples"))
SOURCES = Path(__file__).resolve().parent.parent.parent / "examples"
SECONDS = 100
LINES = 60
CUT_EVERY_LINES = 20
MEMBERS = 1000
SPEAKERS = 100
FRAMES = 90
FRAME_SECONDS = 1 / 60
CHANGED_LINES_MAX = 30


class Example(Process):
    """An example with its standard output at hand."""

    def __init__(self, name: str, *arguments: str, **options: object) -> None:
        super().__init__(str(BUILT / name), *arguments, stdout=subprocess.PIPE, text=True,
                         **options)

    def line(self) -> str:
        """Return its next line of output; ctest bounds the wait."""
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"{self.arguments} ended early:\n{self.log()}")
        return line

    def rest(self, seconds: float = SECONDS) -> str:
        """End its input, wait for its end, and return what else it had to say."""
        text, _ = self.process.communicate(timeout=seconds)
        if self.process.returncode != 0:
            raise AssertionError(f"{self.arguments}: exit {self.process.returncode}")
        return text

    def say(self, text: str) -> None:
        """Write to its standard input."""
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def __exit__(self, *error: object) -> None:
        try:
            super().__exit__(*error)
        finally:
            for stream in (self.process.stdin, self.process.stdout):
                if stream is not None:
                    stream.close()


class Server(Example):
    """An example that listens: the first line it prints is the command of its other end."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.address, self.key = self.line().split()[1:3]


class Echo(unittest.TestCase):
    """echo_server and echo_client."""

    def test_echo_client_refuses_a_server_with_another_key(self) -> None:
        with Server("echo_server") as server, Server("echo_server") as other:
            refused = run(str(BUILT / "echo_client"), server.address, other.key, seconds=SECONDS,
                          input="x\n")
            self.assertEqual(refused.returncode, 1)
            self.assertEqual(refused.stdout, "")
            self.assertIn("no valid answer", refused.stderr)

    def test_every_line_comes_back_while_connections_are_cut(self) -> None:
        for name in ("echo_server", "epoll_server"):
            with self.subTest(server=name):
                self.echo_through_cuts(name)

    def echo_through_cuts(self, name: str) -> None:
        """Say lines to a server of that name, and cut its connections meanwhile."""
        with (
            Server(name) as server,
            chaos(server.address) as network,
            Example("echo_client", network.address, server.key,
                    stdin=subprocess.PIPE) as client,
        ):
            for number in range(LINES):
                if number % CUT_EVERY_LINES == 5:
                    network.signal(signal.SIGUSR1)
                client.say(f"line {number}\n")
                self.assertEqual(client.line(), f"line {number}\n")
            self.assertEqual(client.rest(), "")
            cuts = cuts_of(network)
            self.assertGreaterEqual(cuts, LINES // CUT_EVERY_LINES)
            resumes = int(re.search(r"resumed (\d+) times", client.log())[1])
            self.assertGreaterEqual(resumes, LINES // CUT_EVERY_LINES)


class Chat(unittest.TestCase):
    """chat_server and chat_clients."""

    def test_a_thousand_members_hear_every_line_though_all_are_cut_off(self) -> None:
        with (
            Server("chat_server") as server,
            chaos(server.address) as network,
            Example("chat_clients", network.address, server.key, str(MEMBERS),
                    str(SPEAKERS)) as clients,
        ):
            self.assertEqual(clients.line(), f"{MEMBERS} have joined\n")
            network.signal(signal.SIGUSR1)
            report = clients.rest()
            self.assertIn(f"{MEMBERS} heard {SPEAKERS} lines each", report)
            self.assertGreaterEqual(int(re.search(r"resumed (\d+) times", report)[1]), MEMBERS)


class Game(unittest.TestCase):
    """game_loop."""

    def report(self, text: str) -> dict[str, float]:
        """Return the numbers of its report by their names."""
        found = re.fullmatch(r"(\d+) moves sent, (\d+) mirrored, (\d+) frames offline, "
                             r"longest wait ([\d.]+) ms\n", text)
        self.assertIsNotNone(found, text)
        return dict(zip(("moves", "mirrored", "offline", "wait_ms"), map(float, found.groups())))

    def test_game_plays_on_when_the_server_does_not_answer(self) -> None:
        with (
            socket.create_server((LOOPBACK, 0)) as deaf,
            Server("echo_server") as other,
            Example("game_loop", f"{LOOPBACK}:{deaf.getsockname()[1]}", other.key,
                    str(2 * FRAMES)) as game,
        ):
            report = self.report(game.rest())
            self.assertEqual(report["mirrored"], 0)
            self.assertGreater(report["offline"], 0)
            # A call that waits would wait for the 10 s of a handshake; a busy machine does not.
            self.assertLess(report["wait_ms"], 1000)

    def test_every_move_of_a_game_is_mirrored_though_it_is_cut_off(self) -> None:
        with (
            Server("echo_server") as server,
            chaos(server.address) as network,
            Example("game_loop", network.address, server.key, str(FRAMES)) as game,
        ):
            cutter = threading.Timer(FRAMES * FRAME_SECONDS / 2,
                                     lambda: network.signal(signal.SIGUSR1))
            cutter.start()
            report = self.report(game.rest())
            cutter.join()
            self.assertEqual(report["moves"], report["mirrored"])
            self.assertEqual(report["moves"] + report["offline"], FRAMES)
            self.assertGreater(report["moves"], FRAMES / 2)
            self.assertGreaterEqual(cuts_of(network), 1)


class Lines(unittest.TestCase):
    """line_client_tcp and line_client_snet: one program, before and after."""

    def converse(self, client: Example, network: Process | None = None) -> None:
        """Say lines, hear them, and see the end of the stream come back."""
        for number in range(LINES):
            if network is not None and number % CUT_EVERY_LINES == 5:
                network.signal(signal.SIGUSR1)
            client.say(f"line {number}\n")
            self.assertEqual(client.line(), f"< line {number}\n")
        self.assertEqual(client.rest(), "")

    def test_line_client_over_tcp_says_and_hears_lines(self) -> None:
        server = EchoServer((LOOPBACK, 0), EchoHandler)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        with Example("line_client_tcp", LOOPBACK, str(server.server_address[1]),
                     stdin=subprocess.PIPE) as client:
            self.converse(client)

    def test_line_client_over_snet_does_so_while_connections_are_cut(self) -> None:
        with (
            Server("echo_server") as server,
            chaos(server.address) as network,
            Example("line_client_snet", network.address, server.key,
                    stdin=subprocess.PIPE) as client,
        ):
            self.converse(client, network)
            self.assertGreaterEqual(cuts_of(network), LINES // CUT_EVERY_LINES)

    def test_readme_shows_how_little_the_two_differ(self) -> None:
        made = run("diff", "-u", "--label", "line_client_tcp.c", "--label", "line_client_snet.c",
                   str(SOURCES / "line_client_tcp.c"), str(SOURCES / "line_client_snet.c"),
                   seconds=SECONDS)
        self.assertEqual(made.returncode, 1, made.stderr)
        shown = re.search(r"```diff\n(.*?)```", (SOURCES / "README.md").read_text(), re.DOTALL)
        self.assertEqual(shown[1].splitlines(), made.stdout.splitlines(),
                         "\n".join(difflib.ndiff(shown[1].splitlines(),
                                                 made.stdout.splitlines())))
        changed = [line for line in made.stdout.splitlines()[2:] if line[0] in "+-"]
        self.assertLessEqual(len(changed), CHANGED_LINES_MAX)


if __name__ == "__main__":
    main()
