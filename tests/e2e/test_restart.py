#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""A gateway is killed and comes back with the same key: it has lost every session, and says so.

Each client is told at its first contact with the new process, by a proof that only the holder of
the key can make, and not by a timeout. With another key nobody is told anything credible.
"""

import subprocess
import tempfile
import threading
import time
import unittest

from e2e_support import (LOOPBACK, SECURE, SNET, KeyPair, Listening, Process, main, serve,
                         spoken_by)
from test_echo import EchoHandler, EchoServer, dial, receive

LOST = 74
CLIENTS = 25
TOLD_SECONDS = 10.0
"""For all clients together; one of them waits 300 seconds for a server that does not come back."""
WAIT = "120"


class Restart(unittest.TestCase):
    """What clients see when their server's process is another one."""

    def setUp(self) -> None:
        server = EchoServer((LOOPBACK, 0), EchoHandler)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        self.backend = f"{LOOPBACK}:{server.server_address[1]}"

    def client(self, address: str) -> Process:
        """Start a client that has a session."""
        client = self.enterContext(
            Process(SNET, "connect", *spoken_by(SECURE), "--resume-timeout", WAIT, "-v", address,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        client.process.stdin.write(b"hello")
        client.process.stdin.flush()
        self.assertEqual(client.process.stdout.read(5), b"hello")
        return client

    def close(self, client: Process) -> None:
        """Close the pipes to a client."""
        client.process.stdin.close()
        client.process.stdout.close()

    def test_every_client_is_told_at_its_first_contact(self) -> None:
        with serve(self.backend, wires=SECURE) as gateway:
            clients = [self.client(gateway.address) for _ in range(CLIENTS)]
            gateway.process.kill()
            gateway.process.wait(5)
            for client in clients:
                client.wait_for(" lost session=")
            with serve(self.backend, wires=SECURE, listen=gateway.address) as again:
                started = time.monotonic()
                for client in clients:
                    code = client.process.wait(TOLD_SECONDS)
                    self.assertEqual(code, LOST, client.log())
                    self.assertIn("reason=SERVER_RESTARTED", client.log())
                    self.assertIn("the server was restarted", client.log().splitlines()[-1])
                    self.close(client)
                self.assertLess(time.monotonic() - started, TOLD_SECONDS)
                # The new process has none of their sessions, and serves new ones.
                self.assertNotIn("resumed", again.log())
                self.close(self.client(again.address))

    def test_tunnel_resets_its_program_and_serves_the_next_one(self) -> None:
        with serve(self.backend, wires=SECURE) as gateway:
            with Process(SNET, "connect", *spoken_by(SECURE), "--listen", f"{LOOPBACK}:0",
                         gateway.address) as tunnel:
                port = int(tunnel.wait_for(r"listening on \S+:(\d+),")[1])
                with dial(port) as sock:
                    sock.sendall(b"hello")
                    self.assertEqual(receive(sock, 5), b"hello")
                    gateway.process.kill()
                    gateway.process.wait(5)
                    with serve(self.backend, wires=SECURE, listen=gateway.address):
                        sock.settimeout(TOLD_SECONDS)
                        with self.assertRaises(ConnectionResetError):
                            sock.recv(1)
                        with dial(port) as another:
                            another.sendall(b"again")
                            self.assertEqual(receive(another, 5), b"again")

    def test_stranger_with_another_key_cannot_end_a_session(self) -> None:
        other = KeyPair(self.enterContext(tempfile.TemporaryDirectory()), "other")
        with serve(self.backend, wires=SECURE) as gateway:
            client = self.client(gateway.address)
            gateway.process.kill()
            gateway.process.wait(5)
            with Listening("serve", "--to", self.backend, "--key", other.path,
                           listen=gateway.address) as stranger:
                time.sleep(3)
                self.assertIsNone(client.process.poll(), client.log())
                self.assertNotIn("resumed", stranger.log())
            self.close(client)


if __name__ == "__main__":
    main()
