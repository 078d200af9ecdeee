#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What a person is told before anything works: a tunnel's look at its server, and waits."""

import os
import pty
import re
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from e2e_support import (LOOPBACK, SECURE, SNET, KeyPair, Process, connect, main, serve,
                         spoken_by)
from test_ending import Backend, receive_all

SOON = 8.0
TERMINAL_BYTES = 65536


def closed_address() -> str:
    """Return an address that refuses."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        return f"{LOOPBACK}:{listener.getsockname()[1]}"


class Terminal:
    """A terminal that keeps what is written on it."""

    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()
        self.text = ""
        threading.Thread(target=self.take, daemon=True).start()

    def take(self) -> None:
        """Read until the last writer has gone."""
        try:
            while data := os.read(self.ours, TERMINAL_BYTES):
                self.text += data.decode()
        except OSError:
            pass

    def wait_for(self, pattern: str) -> None:
        """Wait until the pattern is on it."""
        deadline = time.monotonic() + SOON
        while not re.search(pattern, self.text):
            assert time.monotonic() < deadline, f"no {pattern!r} on:\n{self.text}"
            time.sleep(0.01)


class Tunnel(unittest.TestCase):
    """It listens at once, and says soon whether there is a server."""

    def setUp(self) -> None:
        self.opened = 0
        backend = Backend(self.count)
        self.addCleanup(backend.listener.close)
        self.gateway = self.enterContext(serve(backend.address))

    def count(self, sock: socket.socket) -> None:
        """Remember a session."""
        self.opened += 1
        sock.close()

    def check(self, wire: str, said: str, *arguments: str) -> None:
        """Start a tunnel and wait for what it says of the gateway."""
        with connect(self.gateway.address, wire, *arguments) as tunnel:
            tunnel.wait_for(f"{re.escape(self.gateway.address)}{said}", SOON)

    def test_server_that_answers_is_said_to(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.check(SECURE, " answers\n")
            self.check(SECURE, " answers\n", "--key", KeyPair(folder, "client").path)
        self.assertEqual(self.opened, 0)
        self.assertNotIn("opened session=", self.gateway.log())

    def test_refused_port_is_said_and_ends_nothing(self) -> None:
        with connect(closed_address(), SECURE) as tunnel:
            tunnel.wait_for("connection refused; listening all the same", SOON)
            self.assertIsNone(tunnel.process.poll())

    def test_server_that_breaks_the_protocol_is_said_to(self) -> None:
        banner = Backend(lambda sock: sock.sendall(b"SSH-2.0-nobody\r\n" * 20))
        self.addCleanup(banner.listener.close)
        with connect(banner.address, SECURE) as tunnel:
            tunnel.wait_for(r"to \S+\n.*; listening all the same", SOON)
            self.assertNotIn("answers", tunnel.log())


class Waiting(unittest.TestCase):
    """A person at a terminal is told after a second; a log is not."""

    def start(self, address: str, errors: int) -> subprocess.Popen:
        """Start a session on standard input and output that waits for its server."""
        process = subprocess.Popen(
            [SNET, "connect", *spoken_by(SECURE), "--retry", address], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=errors)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_terminal_shows_what_is_awaited_and_that_it_came(self) -> None:
        address = closed_address()
        terminal = Terminal()
        self.start(address, terminal.theirs)
        terminal.wait_for(
            f"{address}: no answer yet, connection refused; trying for 10s")
        backend = Backend(receive_all)
        self.addCleanup(backend.listener.close)
        with serve(backend.address, listen=address):
            terminal.wait_for(f"{address}: connected")

    def test_log_has_nothing_of_it(self) -> None:
        with Process(SNET, "connect", *spoken_by(SECURE), "--retry", "--connect-timeout", "2s",
                     closed_address()) as process:
            process.process.wait(SOON)
            self.assertNotIn("no answer yet", process.log())
            self.assertIn("connection refused", process.log())


if __name__ == "__main__":
    main()
