#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The machine of a program, or of a backend, vanishes: nobody says so, and --dead-peer finds out.

Tunnel and gateway are in one network namespace, the program or the backend in another one. All
packets between the two are dropped.
"""

import subprocess
import sys
import time
import unittest

from e2e_support import MIXED, MODERN, SECURE, SKIPPED, SNET, main, need, served_by, spoken_by
from test_families import ADDRESSES, KIND, Network
from test_half_open import InNamespace, can_make_namespaces

DEAD_SECONDS = 3
KEPT_SECONDS = 5
"""How long a session of an old wire stays without its client."""
REFUSED_SECONDS = 10
"""How long a server of an old wire refuses before its client believes it."""
SLACK_SECONDS = 10
NEAR, FAR = ADDRESSES["4"]
OPTIONS = ("-v", "--dead-peer", f"{DEAD_SECONDS}s", "--resume-timeout", f"{KEPT_SECONDS}s")

PEER = """
import socket, sys
role, host, port = sys.argv[1:]
if role == "backend":
    listener = socket.create_server((host, int(port)))
    print("ready", flush=True)
    sock = listener.accept()[0]
else:
    sock = socket.create_connection((host, int(port)))
sock.sendall(b"hello")
print(sock.recv(5).decode(), flush=True)
try:
    print("read", len(sock.recv(1)), flush=True)
except OSError as error:
    print(type(error).__name__, flush=True)
"""


class Vanish(unittest.TestCase):
    """A session between a program and a backend, one of which is on another machine."""

    def peer(self, namespace: str, *arguments: str) -> subprocess.Popen:
        """Start a program, or a backend, in a namespace."""
        peer = self.enterContext(InNamespace(namespace, sys.executable, "-c", PEER, *arguments,
                                             stdout=subprocess.PIPE)).process
        self.addCleanup(peer.stdout.close)
        return peer

    def start(self, wire: str, vanishes: str) -> subprocess.Popen:
        """Start all, and let one end vanish; returns the other one."""
        net = self.enterContext(Network())
        far = {"program": net.server, "backend": net.server, vanishes: net.client}
        where = FAR if vanishes == "backend" else "127.0.0.1"
        backend = self.peer(far["backend"], "backend", where, "7007")
        self.assertEqual(backend.stdout.readline(), b"ready\n")
        for arguments in (("serve", *served_by(MIXED), "--listen", "127.0.0.1:7000", "--to",
                           f"{where}:7007"),
                          ("connect", "127.0.0.1:7000", *spoken_by(wire), "--listen",
                           f"{NEAR}:7100")):
            command = self.enterContext(InNamespace(net.server, SNET, *arguments, *OPTIONS))
            command.wait_for("listening on")
        program = self.peer(far["program"], "program", NEAR, "7100")
        for end in (program, backend):
            self.assertEqual(end.stdout.readline(), b"hello\n")
        net.drop(KIND["4"])
        return program if vanishes == "backend" else backend

    def expect_reset(self, end: subprocess.Popen, least: float) -> None:
        """Check that this end sees a reset, after this many seconds and not much later."""
        started = time.monotonic()
        self.assertEqual(end.stdout.readline(), b"ConnectionResetError\n")
        took = time.monotonic() - started
        print(f"{took:.1f} s ", end="", flush=True)
        self.assertGreater(took, least - 1)
        self.assertLess(took, least + SLACK_SECONDS)

    def test_program_whose_machine_vanishes(self) -> None:
        for wire in MODERN:
            with self.subTest(wire=wire):
                later = 0 if wire == SECURE else KEPT_SECONDS
                self.expect_reset(self.start(wire, "program"), DEAD_SECONDS + later)
                self.doCleanups()

    def test_backend_whose_machine_vanishes(self) -> None:
        for wire in MODERN:
            with self.subTest(wire=wire):
                # The tunnel waits no longer for a server than it keeps a session.
                later = 0 if wire == SECURE else min(KEPT_SECONDS, REFUSED_SECONDS)
                self.expect_reset(self.start(wire, "backend"), DEAD_SECONDS + later)
                self.doCleanups()


if __name__ == "__main__":
    need("ip", "nft")
    if not can_make_namespaces():
        print("skipped: no right to make network namespaces; run as root")
        sys.exit(SKIPPED)
    main()
