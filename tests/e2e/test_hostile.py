#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Strangers at the gate: garbage, slow clients, floods of half-made handshakes and of sessions.

Each costs its own connection and no more: an honest session beside them keeps answering, the log
says why each was closed, and the gateway's memory stays flat.
"""

import os
import random
import socket
import threading
import time
import unittest

from e2e_support import LOOPBACK, MODERN, connect, main, serve
from test_echo import EchoHandler, EchoServer, dial, receive

ROUNDS = 1500
SLOW = 60
SEED = int(os.environ.get("SNET_SEED") or random.randrange(2**32))
FLAT_BYTES = 12 << 20
FIRST_BYTES = (b"\x00", b"\x80", b"\xbf", b"\xc3", b"\xff", b"G", b"\x16", b"\x01")
P_MINUS_1 = 0xFFFFFFFFFFFFFFC4

HELLO, RESUME, REJECT = 0x01, 0x02, 0x83
REJECT_BYTES = 28


def secure_header(kind: int, pattern: int, size: int) -> bytes:
    """Return the header of a handshake message of snet/3 with a body of `size` bytes."""
    return bytes((0xC3, kind, 3, pattern, 1, 0)) + size.to_bytes(2, "little")


class Strangers(unittest.TestCase):
    """One gateway, one honest client, and many who are not."""

    def setUp(self) -> None:
        server = EchoServer((LOOPBACK, 0), EchoHandler)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        self.gateway = self.enterContext(serve(f"{LOOPBACK}:{server.server_address[1]}"))
        self.honest = []
        for wire in MODERN:
            tunnel = self.enterContext(connect(self.gateway.address, wire))
            self.honest.append(self.enterContext(dial(tunnel.port)))
        self.dice = random.Random(SEED)
        self.check_honest()
        self.before = self.gateway.rss_bytes()

    def check_honest(self) -> None:
        """The honest sessions still answer."""
        for sock in self.honest:
            message = os.urandom(100)
            sock.sendall(message)
            self.assertEqual(receive(sock, len(message)), message)

    def check_flat(self) -> None:
        """Memory has not grown with the number of strangers."""
        grown = self.gateway.rss_bytes() - self.before
        self.assertLess(grown, FLAT_BYTES, f"seed {SEED}")

    def stranger(self) -> socket.socket:
        """Connect without being asked."""
        return socket.create_connection((LOOPBACK, self.gateway.port), timeout=30)

    def expect_close(self, sock: socket.socket) -> bytes:
        """Return what the gateway says until it closes."""
        said = b""
        try:
            while piece := sock.recv(4096):
                said += piece
        except ConnectionResetError:
            pass
        return said

    def test_garbage_costs_its_sender_only(self) -> None:
        for number in range(ROUNDS):
            with self.stranger() as sock:
                first = FIRST_BYTES[number % len(FIRST_BYTES)]
                data = first + self.dice.randbytes(self.dice.randrange(200))
                try:
                    sock.sendall(data)
                except OSError:
                    pass
            if number % 300 == 0:
                self.check_honest()
        self.check_honest()
        self.check_flat()
        self.gateway.wait_for("BAD_START")
        self.gateway.wait_for("TRUNCATED|BAD_MAC|UNKNOWN_SESSION")

    def test_bad_public_keys_are_refused_with_a_reason(self) -> None:
        for key in (1, P_MINUS_1, P_MINUS_1 + 1, 2**64 - 1):
            with self.stranger() as sock:
                sock.sendall(b"\x00" + key.to_bytes(8, "little"))
                self.assertEqual(self.expect_close(sock), b"")
        self.gateway.wait_for("BAD_PUBLIC_KEY")
        self.check_honest()

    def test_unknown_sessions_are_refused_as_the_wires_say(self) -> None:
        with self.stranger() as sock:
            sock.sendall(b"\xff" + bytes(range(40)))
            self.assertEqual(self.expect_close(sock), bytes(24))
        with self.stranger() as sock:
            sock.sendall(b"\x85" + bytes(range(39)))
            self.assertEqual(self.expect_close(sock), b"")
        self.gateway.wait_for("UNKNOWN_SESSION")
        self.check_honest()

    def test_hello_of_snet_3_without_the_key_gets_no_answer(self) -> None:
        for pattern, size in ((1, 76), (2, 76), (3, 76), (1, 2048)):
            with self.subTest(pattern=pattern, size=size), self.stranger() as sock:
                sock.sendall(secure_header(HELLO, pattern, size) + self.dice.randbytes(size))
                sock.settimeout(1)
                with self.assertRaises(TimeoutError):  # neither bytes nor an end
                    sock.recv(1)
        self.check_honest()

    def test_malformed_headers_of_snet_3_are_closed_before_their_body(self) -> None:
        for header in (secure_header(HELLO, 1, 75), secure_header(HELLO, 1, 2049),
                       secure_header(RESUME, 3, 100), secure_header(RESUME, 3, 65535),
                       secure_header(7, 1, 100)):
            with self.subTest(header=header), self.stranger() as sock:
                sock.sendall(header)
                self.assertLessEqual(len(self.expect_close(sock)), REJECT_BYTES)
        self.check_honest()

    def test_resume_of_snet_3_that_is_made_up_is_refused_and_harms_nobody(self) -> None:
        for _ in range(50):
            with self.stranger() as sock:
                sock.sendall(secure_header(RESUME, 3, 101) + self.dice.randbytes(101))
                said = self.expect_close(sock)
                self.assertEqual(len(said), REJECT_BYTES, said)
                self.assertEqual(said[:2], bytes((0xC3, REJECT)))
        self.check_honest()
        self.check_flat()

    def test_slow_clients_run_out_of_time(self) -> None:
        socks = [self.stranger() for _ in range(SLOW)]
        starts = [b"\x00" * 8 + bytes(8), b"\xff" + bytes(40), b"\x00" + bytes([7] * 8), b"\x85",
                  secure_header(HELLO, 1, 76), secure_header(RESUME, 3, 101)]
        progress = {sock: 0 for sock in socks}
        deadline = time.monotonic() + 25
        while progress and time.monotonic() < deadline:
            for index, sock in enumerate(socks):
                if sock not in progress:
                    continue
                data = starts[index % len(starts)]
                sock.setblocking(False)
                try:
                    if progress[sock] < len(data):
                        sock.send(data[progress[sock]:progress[sock] + 1])
                        progress[sock] += 1
                    if sock.recv(100) == b"":
                        del progress[sock]
                except BlockingIOError:
                    pass
                except OSError:
                    del progress[sock]
            self.check_honest()
            time.sleep(1)
        for sock in socks:
            sock.close()
        self.assertEqual(len(progress), 0, "slow clients were never cut off")
        self.gateway.wait_for("HANDSHAKE_TIMEOUT")
        self.check_flat()

    def test_flood_of_half_made_handshakes_is_bounded(self) -> None:
        socks = []
        try:
            for _ in range(900):
                sock = self.stranger()
                sock.sendall(b"\x00\x01")
                socks.append(sock)
            self.check_honest()
            self.check_flat()
        finally:
            for sock in socks:
                sock.close()
        self.check_honest()


if __name__ == "__main__":
    main()
