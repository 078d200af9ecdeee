#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The hostile network is a fair one: a delay does not take its rate away, nor the other way round.

Times are compared generously, for the machine may be busy: what is refused here is wrong by a
factor, not by a moment.
"""

import contextlib
import os
import socket
import threading
import time
import unittest

from e2e_support import LOOPBACK, chaos, main

RATE_BYTES = 200_000
SIZE = 1_000_000
DELAY_S = 0.2
LONG_DELAY_S = 4.0
FAST_SIZE = 32 << 20
MEMORY_MAX_BYTES = 32 << 20


class Source:
    """A server that sends the same bytes on every connection, and then its end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.listener = socket.create_server((LOOPBACK, 0))
        self.address = f"{LOOPBACK}:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        """Send everything to everybody, one after the other."""
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer, contextlib.suppress(OSError):
                peer.sendall(self.data)


def fetch(port: int) -> tuple[bytes, float]:
    """Return what came through the network until its end, and after how many seconds."""
    pieces = []
    begin = time.monotonic()
    with socket.create_connection((LOOPBACK, port), timeout=120) as sock:
        while piece := sock.recv(1 << 16):
            pieces.append(piece)
    return b"".join(pieces), time.monotonic() - begin


class LongPath(unittest.TestCase):
    """Bytes of a path that is long, or narrow, or both."""

    def source(self, size: int) -> Source:
        """Start a server of random bytes."""
        source = Source(os.urandom(size))
        self.addCleanup(source.listener.close)
        return source

    def test_a_delay_leaves_the_rate_as_it_is(self) -> None:
        source = self.source(SIZE)
        with chaos(source.address, "--rate", str(RATE_BYTES), "--delay", "200") as network:
            data, seconds = fetch(network.port)
        self.assertEqual(data, source.data)
        self.assertGreater(seconds, SIZE / RATE_BYTES * 0.9 + DELAY_S)
        self.assertLess(seconds, SIZE / RATE_BYTES * 2 + DELAY_S)

    def test_a_delay_alone_delays_once(self) -> None:
        """With 64 KiB under way, these would take half an hour."""
        source = self.source(FAST_SIZE)
        with chaos(source.address, "--delay", "4000") as network:
            data, seconds = fetch(network.port)
        self.assertEqual(data, source.data)
        self.assertGreater(seconds, LONG_DELAY_S)
        self.assertLess(seconds, 10 * LONG_DELAY_S)

    def test_memory_follows_rate_and_delay(self) -> None:
        """A source that would fill everything has no more under way than the path holds."""
        source = self.source(FAST_SIZE * 2)
        with chaos(source.address, "--rate", "1M", "--delay", "1000") as network:
            before = network.rss_bytes()
            with socket.create_connection((LOOPBACK, network.port), timeout=60) as sock:
                self.assertGreater(len(sock.recv(1)), 0)
                time.sleep(1)
                grown = network.rss_bytes() - before
        self.assertLess(grown, MEMORY_MAX_BYTES)


if __name__ == "__main__":
    main()
