#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Silent sessions: a balancer that forgets their connections, and processes that sleep."""

import contextlib
import select
import signal
import socket
import socketserver
import threading
import time
import unittest

from e2e_support import LOOPBACK, SECURE, connect, main, serve
from test_echo import EchoHandler, EchoServer, dial, receive

SESSIONS = 5
FORGETS_SECONDS = 1.6
WATCHED_SECONDS = 11.0
"""Without what a client learns, each session would be resumed six times in this time."""
ROW = 3
"""How many connections it takes to learn."""
ASLEEP_SECONDS = 9.0


class Balancer(socketserver.ThreadingTCPServer):
    """Passes bytes on, and closes a connection on which none came for `FORGETS_SECONDS`."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, to: str) -> None:
        host, _, port = to.rpartition(":")
        self.to = (host, int(port))
        super().__init__((LOOPBACK, 0), BalancerHandler)


class BalancerHandler(socketserver.BaseRequestHandler):
    """One connection, and the one behind it."""

    def handle(self) -> None:
        """Serve one connection."""
        with (contextlib.suppress(ConnectionError),
              socket.create_connection(self.server.to) as behind):
            ends = {self.request: behind, behind: self.request}
            while ready := select.select(list(ends), [], [], FORGETS_SECONDS)[0]:
                for end in ready:
                    data = end.recv(65536)
                    if not data:
                        return
                    ends[end].sendall(data)


def running(server: socketserver.BaseServer) -> socketserver.BaseServer:
    """Serve on a thread of its own."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Silence(unittest.TestCase):
    """Sessions on which nothing is said."""

    def setUp(self) -> None:
        self.echo = running(self.enterContext(EchoServer((LOOPBACK, 0), EchoHandler)))
        self.backend = f"{LOOPBACK}:{self.echo.server_address[1]}"

    def exchange(self, programs: list[socket.socket], message: bytes) -> None:
        """Say something on each, and hear it back."""
        for program in programs:
            program.sendall(message)
            self.assertEqual(receive(program, len(message)), message)

    def test_client_learns_how_long_a_balancer_keeps_silent_connections(self) -> None:
        gateway = self.enterContext(serve(self.backend))
        balancer = running(self.enterContext(Balancer(gateway.address)))
        tunnel = self.enterContext(
            connect(f"{LOOPBACK}:{balancer.server_address[1]}", SECURE, "-v"))
        programs = [self.enterContext(dial(tunnel.port)) for _ in range(SESSIONS)]
        self.exchange(programs, b"before")
        time.sleep(WATCHED_SECONDS)
        resumed = tunnel.log().count(" resumed ")
        self.exchange(programs, b"after")
        self.assertLessEqual(resumed, ROW * SESSIONS)
        self.assertGreaterEqual(resumed, SESSIONS, "the balancer did not forget")

    def test_links_are_asked_after_a_sleep_and_not_given_up(self) -> None:
        for first in (0, 1):
            with self.subTest(wakes_first=("tunnel", "gateway")[first]):
                gateway = self.enterContext(serve(self.backend, "--heartbeat", "1s"))
                tunnel = self.enterContext(connect(gateway.address, SECURE, "-v"))
                programs = [self.enterContext(dial(tunnel.port))]
                self.exchange(programs, b"before")
                # The gateway has asked, and has no answer, when it falls asleep, too.
                tunnel.signal(signal.SIGSTOP)
                time.sleep(3.0)
                gateway.signal(signal.SIGSTOP)
                time.sleep(ASLEEP_SECONDS)
                ends = (tunnel, gateway)
                ends[first].signal(signal.SIGCONT)
                time.sleep(0.5)
                ends[1 - first].signal(signal.SIGCONT)
                time.sleep(1.0)
                self.exchange(programs, b"after")
                self.assertNotIn(" lost ", tunnel.log() + gateway.log())


if __name__ == "__main__":
    main()
