#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""A session moves between IPv4 and IPv6: the name of its server has an address of each.

Two network namespaces of this test's own, joined by one network. The packets of one family at a
time are dropped by nft, and nobody is told. The name is in a file that only the client sees.
"""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from e2e_support import MIXED, SKIPPED, SNET, main, need, served_by, spoken_by
from test_half_open import ECHO, InNamespace, can_make_namespaces, ip

NAME = "gate.snet.test"
ADDRESSES = {"4": ("10.99.11.1", "10.99.11.2"), "6": ("fd99:11::1", "fd99:11::2")}
"""The server's and the client's, of each family."""
OPTIONS = ("--dead-peer", "3s", "-v")
MOVED_SECONDS = 30.0
PIECE = os.urandom(1 << 16)
PIECES = 400

RULES = """
table inet snet
delete table inet snet
table inet snet {{
    chain input {{
        type filter hook input priority 0
        iifname s0 {rule}
    }}
    chain output {{
        type filter hook output priority 0
        oifname s0 {rule}
    }}
}}
"""
KIND = {"4": "meta nfproto ipv4 ip protocol tcp", "6": "meta nfproto ipv6 meta l4proto tcp"}
OTHER = {"4": "6", "6": "4"}


class Network:
    """A server's and a client's namespace, and both families between them."""

    def __init__(self) -> None:
        self.server = f"snet-fs{os.getpid()}"
        self.client = f"snet-fc{os.getpid()}"
        self.names = Path("/etc/netns") / self.client

    def __enter__(self) -> "Network":
        for name in (self.server, self.client):
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("-n", self.client, "link", "add", "c0", "type", "veth", "peer", "name", "s0", "netns",
           self.server)
        for index, (name, device) in enumerate(((self.server, "s0"), (self.client, "c0"))):
            ip("-n", name, "addr", "add", f"{ADDRESSES['4'][index]}/24", "dev", device)
            ip("-n", name, "addr", "add", f"{ADDRESSES['6'][index]}/64", "dev", device, "nodad")
            ip("-n", name, "link", "set", device, "up")
        self.names.mkdir(parents=True)
        (self.names / "hosts").write_text(
            "".join(f"{near} {NAME}\n" for near, _ in ADDRESSES.values()), encoding="ascii")
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.names, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.names.parent.rmdir()  # if it was made for this
        for name in (self.client, self.server):
            subprocess.run(("ip", "netns", "del", name), check=False, capture_output=True,
                           timeout=10)

    def drop(self, rule: str) -> None:
        """Drop the packets that the rule is about, from and to the server, and no others."""
        subprocess.run(("ip", "netns", "exec", self.server, "nft", "-f", "-"), check=True,
                       input=RULES.format(rule=f"{rule} drop").encode("ascii"),
                       capture_output=True, timeout=10)


class Families(unittest.TestCase):
    """A gateway that listens on all addresses, and a client that knows it by name."""

    def setUp(self) -> None:
        self.net = self.enterContext(Network())
        echo = self.enterContext(InNamespace(self.net.server, sys.executable, "-c", ECHO,
                                             stdout=subprocess.PIPE))
        self.assertEqual(echo.process.stdout.readline(), b"ready\n")
        self.addCleanup(echo.process.stdout.close)
        self.gateway = self.enterContext(
            InNamespace(self.net.server, SNET, "serve", *OPTIONS, *served_by(MIXED),
                        "--listen", ":7000", "--to", "127.0.0.1:7007"))
        self.gateway.wait_for("listening on")

    def client(self, wire: str) -> InNamespace:
        """Start the client on standard input and output."""
        return self.enterContext(
            InNamespace(self.net.client, SNET, "connect", *spoken_by(wire), *OPTIONS,
                        "--eof-wait", "5s", f"{NAME}:7000", stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE))

    def families(self) -> str:
        """Return the families that sessions had, one after the other, as the gateway says.

        A connection that was gone before the line was written has none.
        """
        seen = re.findall(r" (?:opened|resumed) session=\w+ peer=([^\s?]+)", self.gateway.log())
        for peer in seen:
            self.assertIn(peer.rpartition(":")[0].strip("[]"),
                          [far for _, far in ADDRESSES.values()])
        return "".join("6" if peer.startswith("[") else "4" for peer in seen)

    def wait_for_family(self, family: str) -> None:
        """Wait until the session has a connection of this family."""
        deadline = time.monotonic() + MOVED_SECONDS
        while self.families()[-1:] != family:
            self.assertLess(time.monotonic(), deadline, self.gateway.log())
            time.sleep(0.05)

    def run_through(self, wire: str, moves: int) -> None:
        """Echo a stream while the family in use dies, so many times."""
        ends = self.enterContext(self.client(wire).process)
        heard = hashlib.sha256()
        arrived = threading.Event()

        def listen() -> None:
            for _ in range(PIECES):
                heard.update(ends.stdout.read(len(PIECE)))
                arrived.set()

        reader = threading.Thread(target=listen, daemon=True)
        reader.start()
        self.wait_for_pieces(ends, arrived, 10)
        first = self.families()
        for _ in range(moves):
            used = self.families()[-1]
            self.net.drop(KIND[used])
            ends.stdin.write(PIECE)
            ends.stdin.flush()
            self.wait_for_family(OTHER[used])
            self.wait_for_pieces(ends, arrived, 9)
        for _ in range(PIECES - 10 * (moves + 1)):
            ends.stdin.write(PIECE)
        ends.stdin.close()
        reader.join(MOVED_SECONDS)
        self.assertFalse(reader.is_alive())
        self.assertEqual(ends.stdout.read(), b"")
        self.assertEqual(ends.wait(MOVED_SECONDS), 0)
        self.assertEqual(heard.hexdigest(), hashlib.sha256(PIECE * PIECES).hexdigest())
        self.assertEqual(self.gateway.log().count(" opened session="), 1)
        self.assertEqual(re.sub(r"(.)\1+", r"\1", self.families()),
                         ((first[0] + OTHER[first[0]]) * 2)[: moves + 1])

    def wait_for_pieces(self, ends: subprocess.Popen, arrived: threading.Event,
                        count: int) -> None:
        """Send so many, and wait until one of them is back."""
        arrived.clear()
        for _ in range(count):
            ends.stdin.write(PIECE)
        ends.stdin.flush()
        self.assertTrue(arrived.wait(MOVED_SECONDS))

    def test_snet_3_moves_there_and_back(self) -> None:
        self.run_through("3", 2)

    def test_snet_2_moves_there_and_back(self) -> None:
        self.run_through("2", 2)

    def test_snet_1_moves(self) -> None:
        self.run_through("1", 1)

    def test_snet_3_leaves_a_family_that_carries_small_packets_only(self) -> None:
        client = self.client("3")
        ends = self.enterContext(client.process)
        ends.stdin.write(b"small")
        ends.stdin.flush()
        self.assertEqual(ends.stdout.read(5), b"small")
        used = self.families()[-1]
        self.net.drop(f"{KIND[used]} meta length > 300")
        ends.stdin.write(PIECE)
        ends.stdin.close()
        self.assertEqual(ends.stdout.read(), PIECE)
        self.assertEqual(ends.wait(MOVED_SECONDS), 0)
        self.assertEqual(self.families()[-1], OTHER[used])
        self.assertIn("addresses of the other family are tried", client.log())
        self.assertEqual(self.gateway.log().count(" opened session="), 1)


if __name__ == "__main__":
    need("ip", "nft")
    if not can_make_namespaces():
        print("skipped: no right to make network namespaces; run as root")
        sys.exit(SKIPPED)
    main()
