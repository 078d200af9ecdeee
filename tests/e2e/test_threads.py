#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""A gateway with several loops: sessions are found wherever clients come back, and end as one.

Most connections of a resume reach another loop than that of their session.
"""

import contextlib
import hashlib
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from e2e_support import LOOPBACK, MODERN, SECURE, WIRES, chaos, connect, cuts_of, main, run, serve
from e2e_support import SNET, START_SECONDS
from test_echo import WithEcho, dial, receive

THREADS = "4"
SESSIONS = 24
BYTES = 128 * 1024
CUT_EVERY = "100k"


def exchange(port: int) -> bool:
    """Send bytes through a session of its own; whether the same come back."""
    data = os.urandom(BYTES)
    with dial(port) as sock:
        sender = threading.Thread(target=sock.sendall, args=(data,), daemon=True)
        sender.start()
        echoed = receive(sock, len(data))
        sender.join()
    return hashlib.sha256(echoed).digest() == hashlib.sha256(data).digest()


def threads_of(pid: int) -> int:
    """Return how many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


class SeveralLoops(WithEcho):
    """What users and operators of a gateway with four loops see."""

    @contextlib.contextmanager
    def sessions(self, wire: str, count: int):
        """Run a gateway and a tunnel with so many sessions; yields the gateway and sockets."""
        with (
            serve(self.backend, "--threads", THREADS) as gateway,
            connect(gateway.address, wire) as tunnel,
            contextlib.ExitStack() as stack,
        ):
            socks = [stack.enter_context(dial(tunnel.port)) for _ in range(count)]
            for sock in socks:
                sock.sendall(b"hello")
                self.assertEqual(receive(sock, 5), b"hello")
            yield gateway, socks

    def test_sessions_go_on_wherever_they_come_back(self) -> None:
        for wire in MODERN:
            with (
                self.subTest(wire=wire),
                serve(self.backend, "--threads", THREADS) as gateway,
                chaos(gateway.address, "--cut-every", CUT_EVERY) as network,
                connect(network.address, wire) as tunnel,
                ThreadPoolExecutor(SESSIONS) as pool,
            ):
                self.assertTrue(all(pool.map(exchange, [tunnel.port] * SESSIONS)))
                self.assertGreater(cuts_of(network), SESSIONS)
                self.assertGreater(gateway.log().count(" resumed "), SESSIONS)
                self.assertNotIn("UNKNOWN", gateway.log())

    def test_each_wire_finds_its_session(self) -> None:
        for wire in WIRES:
            with (
                self.subTest(wire=wire),
                serve(self.backend, "--threads", THREADS) as gateway,
            ):
                network = chaos(gateway.address)
                with network, connect(network.address, wire) as tunnel, \
                        contextlib.ExitStack() as stack:
                    socks = [stack.enter_context(dial(tunnel.port)) for _ in range(8)]
                    for sock in socks:
                        sock.sendall(b"before")
                        self.assertEqual(receive(sock, 6), b"before")
                    network.process.send_signal(signal.SIGKILL)
                    network.process.wait(10)
                    with chaos(gateway.address, listen=network.address):
                        for sock in socks:
                            sock.sendall(b"behind")
                            self.assertEqual(receive(sock, 6), b"behind")

    def test_there_is_a_thread_for_each_loop(self) -> None:
        with serve(self.backend, "--threads", "1") as one, \
                serve(self.backend, "--threads", "4") as four:
            wanted = threads_of(one.process.pid) + 4
            deadline = time.monotonic() + START_SECONDS
            while threads_of(four.process.pid) < wanted and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertEqual(threads_of(four.process.pid), wanted)

    def test_sigterm_lets_the_sessions_of_all_loops_finish(self) -> None:
        with self.sessions(SECURE, 8) as (gateway, socks):
            gateway.signal(signal.SIGTERM)
            gateway.wait_for(r"draining: no new sessions, 8 to finish")
            for sock in socks:
                sock.sendall(b"still")
                self.assertEqual(receive(sock, 5), b"still")
                sock.shutdown(socket.SHUT_WR)
                self.assertEqual(sock.recv(1), b"")
            self.assertEqual(gateway.process.wait(20), 0)

    def test_sigterm_without_sessions_ends_at_once(self) -> None:
        with self.sessions(SECURE, 0) as (gateway, _):
            gateway.signal(signal.SIGTERM)
            self.assertEqual(gateway.process.wait(5), 0)

    def test_a_second_sigterm_ends_the_sessions_of_all_loops(self) -> None:
        with self.sessions(SECURE, 8) as (gateway, socks):
            gateway.signal(signal.SIGTERM)
            gateway.wait_for(r"draining")
            gateway.signal(signal.SIGTERM)
            started = time.monotonic()
            for sock in socks:
                with self.assertRaises(ConnectionResetError):
                    self.assertNotEqual(sock.recv(1), b"")
            self.assertEqual(gateway.process.wait(20), 0)
            self.assertLess(time.monotonic() - started, 10)

    def test_too_little_for_so_many_loops_is_said(self) -> None:
        with serve(self.backend, "--threads", "4", "--send-budget", "9M") as gateway:
            gateway.wait_for(r"--threads 4: there is enough for 2")
        refused = run(SNET, "serve", "--listen", f"{LOOPBACK}:0", "--to", self.backend,
                      "--threads", "33", seconds=10)
        self.assertEqual(refused.returncode, 64)
        self.assertIn("threads", refused.stderr)


if __name__ == "__main__":
    main()
