#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Thousands of sessions of a gateway with four loops, whose connections are all cut at once.

Nearly all of them come back at another loop than that of their session.
"""

import contextlib
import multiprocessing
import resource
import selectors
import signal
import socket
import sys
import unittest

from e2e_support import LOOPBACK, SECURE, SKIPPED, chaos, connect, main, serve
from test_echo import dial, receive

SESSIONS = 8000
THREADS = "4"
# The tunnel, the network and the gateway have two connections for each, and some of their own.
DESCRIPTORS = 2 * SESSIONS + 400
PLACES = "1024"
"""Few, so that 20,000 descriptors are enough for the sessions."""
BACKLOG = 4096
READ_BYTES = 4096


def echo_all(listener: socket.socket) -> None:
    """Send back what comes on any connection, in one thread."""
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            sock = key.fileobj
            if sock is listener:
                sock, _ = listener.accept()
                selector.register(sock, selectors.EVENT_READ)
                continue
            data = b""
            with contextlib.suppress(ConnectionError):
                data = sock.recv(READ_BYTES)
                sock.sendall(data)
            if not data:
                selector.unregister(sock)
                sock.close()


@contextlib.contextmanager
def echo():
    """Run an echo server in a process of its own; yields its address."""
    with socket.create_server((LOOPBACK, 0), backlog=BACKLOG) as listener:
        process = multiprocessing.Process(target=echo_all, args=(listener,), daemon=True)
        process.start()
        try:
            yield f"{LOOPBACK}:{listener.getsockname()[1]}"
        finally:
            process.kill()
            process.join()


class Storm(unittest.TestCase):
    """All connections are lost at once."""

    def say(self, socks: list[socket.socket], word: str) -> None:
        """Say something else in each session."""
        for number, sock in enumerate(socks):
            sock.sendall(f"{word} {number:06}".encode())

    def hear(self, socks: list[socket.socket], word: str) -> None:
        """What was said in each session comes back in it."""
        for number, sock in enumerate(socks):
            said = f"{word} {number:06}".encode()
            self.assertEqual(receive(sock, len(said)), said)

    def test_all_sessions_of_four_loops_survive(self) -> None:
        with (
            echo() as backend,
            serve(backend, "--threads", THREADS, "--handshakes-max", PLACES) as gateway,
            chaos(gateway.address) as network,
            connect(network.address, SECURE) as tunnel,
            contextlib.ExitStack() as stack,
        ):
            socks = [stack.enter_context(dial(tunnel.port)) for _ in range(SESSIONS)]
            self.say(socks, "before")
            self.hear(socks, "before")
            network.signal(signal.SIGUSR1)
            self.say(socks, "during")
            self.hear(socks, "during")
            self.say(socks, "behind")
            self.hear(socks, "behind")
            self.assertGreaterEqual(gateway.log().count(" resumed "), SESSIONS)
            self.assertNotIn("UNKNOWN", gateway.log())


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < DESCRIPTORS:
        print(f"skipped: a process may have {hard} descriptors here, and needs {DESCRIPTORS}")
        sys.exit(SKIPPED)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    main()
