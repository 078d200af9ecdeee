#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""A phone leaves its network: the old connection is dead, and neither end was told.

Two network namespaces of this test's own. All packets of the live connection are dropped by nft,
so no end sees a FIN or RST; the client goes on from another address.
"""

import os
import signal
import subprocess
import sys
import time
import unittest

from e2e_support import MIXED, SKIPPED, SNET, Process, main, need, served_by, spoken_by

SERVER_IP = "10.99.7.1"
OLD_IP = "10.99.7.2"
NEW_IP = "10.99.8.2"
SERVER_IP_2 = "10.99.8.1"
ALLOWED_SECONDS = 5.0

RULES = """
table inet snet {{
    chain input {{
        type filter hook input priority 0
        ip saddr {ip} drop
    }}
    chain output {{
        type filter hook output priority 0
        ip daddr {ip} drop
    }}
}}
"""

ECHO = """
import socket, threading
listener = socket.create_server(("127.0.0.1", 7007))
print("ready", flush=True)
def serve(sock):
    while data := sock.recv(65536):
        sock.sendall(data)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""


def ip(*arguments: str) -> None:
    """Run ip."""
    subprocess.run(("ip", *arguments), check=True, capture_output=True, timeout=10)


class Namespaces:
    """A server's and a client's namespace, joined by two networks; the second is down at first."""

    def __init__(self) -> None:
        self.server = f"snet-s{os.getpid()}"
        self.client = f"snet-c{os.getpid()}"

    def __enter__(self) -> "Namespaces":
        for name in (self.server, self.client):
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        for index, (near, far) in enumerate(((OLD_IP, SERVER_IP), (NEW_IP, SERVER_IP_2))):
            ip("-n", self.client, "link", "add", f"c{index}", "type", "veth",
               "peer", "name", f"s{index}", "netns", self.server)
            ip("-n", self.server, "addr", "add", f"{far}/24", "dev", f"s{index}")
            ip("-n", self.server, "link", "set", f"s{index}", "up")
            if index == 0:
                ip("-n", self.client, "addr", "add", f"{near}/24", "dev", "c0")
                ip("-n", self.client, "link", "set", "c0", "up")
        # The server is reached by one address, over whichever network the client has.
        ip("-n", self.server, "addr", "add", "10.99.9.9/32", "dev", "lo")
        ip("-n", self.client, "route", "add", "10.99.9.9", "via", SERVER_IP)
        return self

    def __exit__(self, *_: object) -> None:
        for name in (self.client, self.server):
            subprocess.run(("ip", "netns", "del", name), check=False, capture_output=True,
                           timeout=10)

    def drop_old(self) -> None:
        """Drop every packet from and to the client's old address, and answer nothing."""
        rules = RULES.format(ip=OLD_IP)
        subprocess.run(("ip", "netns", "exec", self.server, "nft", "-f", "-"), check=True,
                       input=rules.encode("ascii"), capture_output=True, timeout=10)

    def route_new(self) -> None:
        """Bring the second network up, and use it for new connections."""
        ip("-n", self.client, "link", "set", "c1", "up")
        ip("-n", self.client, "addr", "add", f"{NEW_IP}/24", "dev", "c1")
        ip("-n", self.client, "route", "replace", "10.99.9.9", "via", SERVER_IP_2)


class InNamespace(Process):
    """A program in a namespace; `ip netns exec` becomes it, so its pid is the program's."""

    def __init__(self, namespace: str, *arguments: str, **options: object) -> None:
        super().__init__("ip", "netns", "exec", namespace, *arguments, **options)


class Moving(unittest.TestCase):
    """A gateway, reached over whichever network its client has."""

    def setUp(self) -> None:
        self.net = self.enterContext(Namespaces())
        echo = self.enterContext(InNamespace(self.net.server, sys.executable, "-c", ECHO,
                                             stdout=subprocess.PIPE))
        self.assertEqual(echo.process.stdout.readline(), b"ready\n")
        self.addCleanup(echo.process.stdout.close)
        self.gateway = self.enterContext(
            InNamespace(self.net.server, SNET, "serve", "-v", *served_by(MIXED),
                        "--listen", "10.99.9.9:7000", "--to", "127.0.0.1:7007"))
        self.gateway.wait_for("listening on")

    def client(self, wire: str) -> InNamespace:
        """Start the client on standard input and output."""
        return self.enterContext(
            InNamespace(self.net.client, SNET, "connect", *spoken_by(wire), "-v",
                        "10.99.9.9:7000", stdin=subprocess.PIPE, stdout=subprocess.PIPE))

    def exchange(self, client: InNamespace, message: bytes) -> None:
        """Send a message, and wait until it comes back."""
        client.process.stdin.write(message)
        client.process.stdin.flush()
        self.assertEqual(client.process.stdout.read(len(message)), message)


class HalfOpen(Moving):
    """The stream goes on from another address while the old connection looks alive."""

    def check(self, wire: str, told: bool) -> None:
        """Move to another address, with or without a signal that tells the client so."""
        client = self.client(wire)
        self.exchange(client, b"before the move\n")
        self.net.drop_old()
        client.process.stdin.write(b"into the void\n")
        client.process.stdin.flush()
        time.sleep(0.3)
        self.net.route_new()
        started = time.monotonic()
        if told:
            client.signal(signal.SIGUSR1)
        self.assertEqual(client.process.stdout.read(14), b"into the void\n")
        seconds = time.monotonic() - started
        self.exchange(client, b"after the move\n")
        print(f"wire {wire}, {'told' if told else 'noticed'}: {seconds:.2f} s ", end="", flush=True)
        self.assertLess(seconds, ALLOWED_SECONDS)
        self.assertIn(f"peer={NEW_IP}", self.gateway.log())
        self.assertNotIn("LINK_TIMEOUT", self.gateway.log())
        client.process.stdin.close()
        client.process.stdout.close()

    def test_snet_1_goes_on_when_told(self) -> None:
        self.check("1", told=True)

    def test_snet_1_padded_goes_on_when_told(self) -> None:
        self.check("1-padded", told=True)

    def test_snet_2_goes_on_when_told(self) -> None:
        self.check("2", told=True)

    def test_snet_3_goes_on_when_told(self) -> None:
        self.check("3", told=True)

    def test_snet_2_notices_a_new_address_by_itself(self) -> None:
        self.check("2", told=False)

    def test_snet_3_notices_a_new_address_by_itself(self) -> None:
        self.check("3", told=False)


class Churn(Moving):
    """Addresses come and go, and only a session whose own path has changed moves."""

    def test_snet_3_stays_while_other_interfaces_come_and_go(self) -> None:
        client = self.client("3")
        self.exchange(client, b"before\n")
        for index in range(3):
            ip("-n", self.net.client, "link", "add", f"x{index}", "type", "veth",
               "peer", "name", f"y{index}")
            ip("-n", self.net.client, "addr", "add", f"172.17.{index}.1/24", "dev", f"x{index}")
            ip("-n", self.net.client, "link", "set", f"x{index}", "up")
            time.sleep(1.5)
            ip("-n", self.net.client, "link", "del", f"x{index}")
            time.sleep(1.5)
        self.exchange(client, b"after\n")
        self.assertNotIn("resumed", client.log())
        client.process.stdin.close()
        client.process.stdout.close()

    def test_snet_3_follows_a_route_that_comes_after_its_address(self) -> None:
        client = self.client("3")
        self.exchange(client, b"before\n")
        ip("-n", self.net.client, "link", "set", "c1", "up")
        ip("-n", self.net.client, "addr", "add", f"{NEW_IP}/24", "dev", "c1")
        time.sleep(2.5)
        ip("-n", self.net.client, "route", "replace", "10.99.9.9", "via", SERVER_IP_2)
        client.wait_for("resumed", ALLOWED_SECONDS)
        self.exchange(client, b"after\n")
        self.assertIn(f"peer={NEW_IP}", self.gateway.log())
        client.process.stdin.close()
        client.process.stdout.close()


def can_make_namespaces() -> bool:
    """Return whether this machine lets the test have namespaces of its own."""
    name = f"snet-t{os.getpid()}"
    made = subprocess.run(("ip", "netns", "add", name), check=False, capture_output=True,
                          timeout=10)
    if made.returncode != 0:
        return False
    ip("netns", "del", name)
    return True


if __name__ == "__main__":
    need("ip", "nft")
    if not can_make_namespaces():
        print("skipped: no right to make network namespaces; run as root")
        sys.exit(SKIPPED)
    main()
