#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""An interactive echo of small messages while every connection is cut again and again.

Also an upload and a download at the same time, with readers that wait: the backpressure of one
direction must not stop the other.
"""

import contextlib
import hashlib
import os
import signal
import socket
import socketserver
import threading
import unittest

from e2e_support import LOOPBACK, WIRES, cuts_of, main, path_through_chaos

MESSAGES = 400
CUT_EVERY_MESSAGES = 10
BULK = 24 << 20


class EchoHandler(socketserver.BaseRequestHandler):
    """Sends back what comes."""

    def handle(self) -> None:
        """Serve one connection."""
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(ConnectionError):
            while data := self.request.recv(65536):
                self.request.sendall(data)


class EchoServer(socketserver.ThreadingTCPServer):
    """An echo server on a free port."""

    daemon_threads = True
    allow_reuse_address = True


def dial(port: int) -> socket.socket:
    """Connect to the tunnel."""
    sock = socket.create_connection((LOOPBACK, port), timeout=60)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def receive(sock: socket.socket, count: int) -> bytes:
    """Return exactly `count` bytes."""
    data = b""
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            raise AssertionError(f"the stream ended after {len(data)} of {count} bytes")
        data += piece
    return data


class WithEcho(unittest.TestCase):
    """Tests in front of an echo server, at `backend`."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = EchoServer((LOOPBACK, 0), EchoHandler)
        cls.addClassCleanup(cls.server.server_close)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.shutdown)
        cls.backend = f"{LOOPBACK}:{cls.server.server_address[1]}"


class EchoThroughChaos(WithEcho):
    """What an interactive program sees when the network is bad."""

    def test_every_small_message_comes_back_once(self) -> None:
        for wire in WIRES:
            with (
                self.subTest(wire=wire),
                path_through_chaos(self.backend, wire) as (tunnel, network, gateway),
                dial(tunnel.port) as sock,
            ):
                for number in range(MESSAGES):
                    message = b"%06d:" % number + os.urandom(number % 40)
                    if number % CUT_EVERY_MESSAGES == 5:
                        network.signal(signal.SIGUSR1)  # cut all connections now
                    sock.sendall(message)
                    self.assertEqual(receive(sock, len(message)), message)
                cuts = cuts_of(network)
                self.assertGreaterEqual(cuts, MESSAGES // CUT_EVERY_MESSAGES // 2)
                self.assertIn("resumed", gateway.log())

    def test_both_directions_at_once_with_a_reader_that_waits(self) -> None:
        for wire in WIRES:
            with (
                self.subTest(wire=wire),
                path_through_chaos(self.backend, wire, "--cut-every", "1M")
                as (tunnel, network, _),
                dial(tunnel.port) as sock,
            ):
                payload = os.urandom(BULK)
                sender = threading.Thread(target=sock.sendall, args=(payload,))
                sender.start()
                digest = hashlib.sha256()
                left = BULK
                while left > 0:
                    piece = sock.recv(min(left, 1 << 18))
                    self.assertTrue(piece, f"the stream ended {left} bytes early")
                    digest.update(piece)
                    left -= len(piece)
                sender.join(10)
                self.assertEqual(digest.digest(), hashlib.sha256(payload).digest())
                self.assertGreater(cuts_of(network), 10)


if __name__ == "__main__":
    main()
