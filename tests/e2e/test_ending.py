#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""How streams end: whole or with an error, never short and clean.

A proxy between the ends swallows the tail of a download and closes politely, as real ones do. The
programs on both sides see orderly ends for whole streams and resets for lost ones, and `snet
connect` on standard input and output says it by its exit code.
"""

import os
import socket
import subprocess
import threading
import time
import unittest

from e2e_support import LOOPBACK, SNET, WIRES, Process, connect, main, serve

CLEAN, USAGE, NOT_BEGUN, LOST, REFUSED = 0, 64, 69, 74, 77
TAIL = 3000
SECONDS = 30.0


def receive_all(sock: socket.socket) -> tuple[bytes, bool]:
    """Return all bytes until the end, and whether it came in order."""
    data = b""
    while True:
        try:
            piece = sock.recv(65536)
        except ConnectionResetError:
            return data, False
        if not piece:
            return data, True
        data += piece


class Backend:
    """Gives each connection to a function in a thread of its own."""

    def __init__(self, function) -> None:
        self.listener = socket.create_server((LOOPBACK, 0))
        self.address = f"{LOOPBACK}:{self.listener.getsockname()[1]}"
        self.function = function
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        """Serve until closed."""
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.run, args=(sock,), daemon=True).start()

    def run(self, sock: socket.socket) -> None:
        """Serve one connection."""
        with sock:
            self.function(sock)

    def __enter__(self) -> "Backend":
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class TailEater:
    """A proxy that passes `limit` bytes down its first connection, eats the rest and says FIN."""

    def __init__(self, address: str, limit: int) -> None:
        self.host, _, port = address.rpartition(":")
        self.port = int(port)
        self.limit = limit
        self.connections = 0

    def __call__(self, near: socket.socket) -> None:
        """Relay one connection."""
        self.connections += 1
        limit = self.limit if self.connections == 1 else None
        far = socket.create_connection((self.host, self.port))
        up = threading.Thread(target=self.pass_on, args=(near, far, None), daemon=True)
        up.start()
        self.pass_on(far, near, limit)
        up.join(SECONDS)
        far.close()

    @staticmethod
    def pass_on(source: socket.socket, target: socket.socket, limit: int | None) -> None:
        """Pass bytes on until the end; swallow all beyond `limit`."""
        passed = 0
        try:
            while data := source.recv(16384):
                keep = data if limit is None else data[: max(0, limit - passed)]
                passed += len(keep)
                target.sendall(keep)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def sends(data: bytes):
    """Return a backend that sends `data` and closes."""

    def function(sock: socket.socket) -> None:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        receive_all(sock)

    return function


class Endings(unittest.TestCase):
    """Ends of downloads and uploads, seen from both sides."""

    def client(self, address: str, wire: str, **options: object) -> Process:
        """Start the client on standard input and output."""
        return self.enterContext(
            Process(SNET, "connect", "--wire", wire, "--eof-wait", "2", address,
                    stdout=subprocess.PIPE, **options))

    def test_download_whose_tail_is_eaten_arrives_whole(self) -> None:
        data = os.urandom(200_000)
        for wire in WIRES:
            with (
                self.subTest(wire=wire),
                Backend(sends(data)) as backend,
                serve(backend.address) as gateway,
                Backend(TailEater(gateway.address, len(data) - TAIL)) as proxy,
            ):
                client = self.client(proxy.address, wire, stdin=subprocess.PIPE)
                got, _ = client.process.communicate(timeout=SECONDS)
                self.assertEqual(got, data)
                self.assertEqual(client.process.returncode, CLEAN, client.log())

    def test_download_through_a_tunnel_ends_with_a_fin(self) -> None:
        data = os.urandom(100_000)
        with (
            Backend(sends(data)) as backend,
            serve(backend.address) as gateway,
            connect(gateway.address, "2") as tunnel,
            socket.create_connection((LOOPBACK, tunnel.port), timeout=SECONDS) as sock,
        ):
            self.assertEqual(receive_all(sock), (data, True))

    def test_download_of_a_server_that_dies_ends_with_a_reset(self) -> None:
        data = os.urandom(100_000)
        hold = threading.Event()

        def sends_and_waits(sock: socket.socket) -> None:
            sock.sendall(data)
            hold.wait(SECONDS)

        with (
            Backend(sends_and_waits) as backend,
            serve(backend.address) as gateway,
            connect(gateway.address, "2", "--wait", "1") as tunnel,
            socket.create_connection((LOOPBACK, tunnel.port), timeout=SECONDS) as sock,
        ):
            got = sock.recv(1)
            gateway.process.kill()
            rest, orderly = receive_all(sock)
            self.assertEqual(got + rest, data)
            self.assertFalse(orderly, "a lost session must not look like a clean end")
            hold.set()

    def test_server_that_is_killed_and_replaced_is_no_clean_end(self) -> None:
        def sends_half(sock: socket.socket) -> None:
            sock.sendall(b"half of it")
            time.sleep(SECONDS)

        for wire in WIRES:
            with (
                self.subTest(wire=wire),
                Backend(sends_half) as backend,
                serve(backend.address) as gateway,
            ):
                client = self.client(gateway.address, wire, stdin=subprocess.PIPE)
                self.assertEqual(client.process.stdout.read(10), b"half of it")
                gateway.process.kill()
                gateway.process.wait(5)
                with serve(backend.address, listen=gateway.address):
                    client.process.communicate(timeout=SECONDS)
                self.assertIn(client.process.returncode, (LOST, REFUSED), client.log())

    def test_client_whose_server_dies_says_so_by_its_exit_code(self) -> None:
        def greets(sock: socket.socket) -> None:
            sock.sendall(b"hello")
            time.sleep(SECONDS)

        with Backend(greets) as backend, serve(backend.address) as gateway:
            client = self.enterContext(
                Process(SNET, "connect", "--wire", "2", "--wait", "1", gateway.address,
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            self.assertEqual(client.process.stdout.read(5), b"hello")
            gateway.process.kill()
            client.process.communicate(timeout=SECONDS)
            self.assertEqual(client.process.returncode, LOST, client.log())

    def test_backend_that_resets_resets_the_far_side(self) -> None:
        def resets(sock: socket.socket) -> None:
            sock.recv(4)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        for wire in WIRES:
            with (
                self.subTest(wire=wire),
                Backend(resets) as backend,
                serve(backend.address) as gateway,
            ):
                client = self.client(gateway.address, wire, stdin=subprocess.PIPE)
                client.process.stdin.write(b"ping")
                client.process.stdin.flush()
                got, _ = client.process.communicate(timeout=SECONDS)
                self.assertEqual(got, b"")
                self.assertNotEqual(client.process.returncode, CLEAN, client.log())

    def test_upload_from_standard_input_is_confirmed(self) -> None:
        data = os.urandom(3_000_000)
        for wire in WIRES:
            got = bytearray()
            whole = threading.Event()

            def takes(sock: socket.socket) -> None:
                while len(got) < len(data) and (piece := sock.recv(65536)):
                    got.extend(piece)
                whole.set()
                receive_all(sock)

            with (
                self.subTest(wire=wire),
                Backend(takes) as backend,
                serve(backend.address) as gateway,
            ):
                client = self.client(gateway.address, wire, stdin=subprocess.PIPE)
                client.process.communicate(data, timeout=SECONDS)
                self.assertEqual(client.process.returncode, CLEAN, client.log())
                self.assertTrue(whole.wait(SECONDS))
                self.assertEqual(bytes(got), data)

    def test_nobody_listening_is_told_in_one_line(self) -> None:
        with socket.create_server((LOOPBACK, 0)) as taken:
            address = f"{LOOPBACK}:{taken.getsockname()[1]}"
        client = self.client(address, "2")
        client.process.communicate(timeout=SECONDS)
        self.assertEqual(client.process.returncode, NOT_BEGUN)
        self.assertRegex(client.log().splitlines()[-1], r"connection refused")

    def test_server_that_is_no_snet_is_told_with_a_hint(self) -> None:
        def mutters(sock: socket.socket) -> None:
            sock.sendall(b"220 mail.example.org ESMTP ready, and much more to say\r\n")
            receive_all(sock)

        with Backend(mutters) as backend:
            client = self.client(backend.address, "2")
            client.process.communicate(timeout=SECONDS)
            self.assertNotEqual(client.process.returncode, CLEAN)
            self.assertIn(backend.address, client.log())


if __name__ == "__main__":
    main()
