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

from e2e_support import (LOOPBACK, MODERN, SECURE, SNET, WIRES, Process, connect, main, serve,
                         spoken_by)
from test_echo import receive

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

    def client(self, address: str, wire: str, wait: str = "300", **options: object) -> Process:
        """Start the client on standard input and output; `wait` is its resume timeout."""
        return self.enterContext(
            Process(SNET, "connect", *spoken_by(wire), "--eof-wait", "2", "--resume-timeout", wait,
                    address, stdout=subprocess.PIPE, **options))

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
        for wire in MODERN:
            with (
                self.subTest(wire=wire),
                Backend(sends(data)) as backend,
                serve(backend.address) as gateway,
                connect(gateway.address, wire) as tunnel,
                socket.create_connection((LOOPBACK, tunnel.port), timeout=SECONDS) as sock,
            ):
                self.assertEqual(receive_all(sock), (data, True))

    def test_download_of_a_server_that_dies_ends_with_a_reset(self) -> None:
        data = os.urandom(100_000)
        hold = threading.Event()

        def sends_and_waits(sock: socket.socket) -> None:
            sock.sendall(data)
            hold.wait(SECONDS)

        for wire in MODERN:
            with (
                self.subTest(wire=wire),
                Backend(sends_and_waits) as backend,
                serve(backend.address) as gateway,
                connect(gateway.address, wire, "--resume-timeout", "2") as tunnel,
                socket.create_connection((LOOPBACK, tunnel.port), timeout=SECONDS) as sock,
            ):
                self.assertEqual(receive(sock, len(data)), data)
                gateway.process.kill()
                rest, orderly = receive_all(sock)
                self.assertEqual(rest, b"")
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

        for wire in MODERN:
            with (
                self.subTest(wire=wire),
                Backend(greets) as backend,
                serve(backend.address) as gateway,
            ):
                client = self.enterContext(
                    Process(SNET, "connect", *spoken_by(wire), "--resume-timeout", "2",
                            gateway.address,
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
        for wire in MODERN:
            with self.subTest(wire=wire):
                client = self.client(address, wire)
                client.process.communicate(timeout=SECONDS)
                self.assertEqual(client.process.returncode, NOT_BEGUN)
                self.assertRegex(client.log().splitlines()[-1], r"connection refused")

    def test_server_that_is_no_snet_is_told_with_a_hint(self) -> None:
        def mutters(sock: socket.socket) -> None:
            sock.sendall(b"220 mail.example.org ESMTP ready, and much more to say\r\n")
            receive_all(sock)

        for wire in MODERN:
            with self.subTest(wire=wire), Backend(mutters) as backend:
                # On wire 2 any 24 bytes begin a session; more of them do not end it.
                client = self.client(backend.address, wire, wait="3")
                client.process.communicate(timeout=SECONDS)
                self.assertNotEqual(client.process.returncode, CLEAN)
                self.assertIn(backend.address, client.log())


class EachDirectionByItself(unittest.TestCase):
    """Half-close, which wire 3 has: an end is passed on at once, and the answer still comes."""

    def tunnel_to(self, function) -> socket.socket:
        """Connect through tunnel and gateway to a backend that runs `function`."""
        backend = self.enterContext(Backend(function))
        gateway = self.enterContext(serve(backend.address, wires=SECURE))
        tunnel = self.enterContext(connect(gateway.address, SECURE))
        return self.enterContext(
            socket.create_connection((LOOPBACK, tunnel.port), timeout=SECONDS))

    def client_of(self, function, **options: object) -> Process:
        """Start a client on standard input and output of a backend that runs `function`."""
        backend = self.enterContext(Backend(function))
        gateway = self.enterContext(serve(backend.address, wires=SECURE))
        client = self.enterContext(
            Process(SNET, "connect", *spoken_by(SECURE), gateway.address, stdin=subprocess.PIPE,
                    **options))
        for pipe in filter(None, (client.process.stdin, client.process.stdout)):
            self.addCleanup(pipe.close)
        return client

    def test_answer_comes_after_the_end_of_the_question(self) -> None:
        question, answer = os.urandom(300_000), os.urandom(3_000_000)

        def answers(sock: socket.socket) -> None:
            got, orderly = receive_all(sock)
            time.sleep(0.3)
            if orderly and got == question:
                sock.sendall(answer)

        with self.subTest("tunnel"):
            sock = self.tunnel_to(answers)
            sock.sendall(question)
            sock.shutdown(socket.SHUT_WR)
            self.assertEqual(receive_all(sock), (answer, True))
        with self.subTest("standard input and output"):
            client = self.client_of(answers, stdout=subprocess.PIPE)
            started = time.monotonic()
            got, _ = client.process.communicate(question, timeout=SECONDS)
            self.assertEqual(got, answer)
            self.assertEqual(client.process.returncode, CLEAN, client.log())
            self.assertLess(time.monotonic() - started, 5.0, "nothing waits for silence here")

    def test_end_that_comes_before_the_session_is_open_is_kept_for_it(self) -> None:
        def answers(sock: socket.socket) -> None:
            if receive_all(sock) == (b"", True):
                sock.sendall(b"nothing was asked")

        sock = self.tunnel_to(answers)
        sock.shutdown(socket.SHUT_WR)
        self.assertEqual(receive_all(sock), (b"nothing was asked", True))
        client = self.client_of(answers, stdout=subprocess.PIPE)
        got, _ = client.process.communicate(timeout=SECONDS)
        self.assertEqual(got, b"nothing was asked")
        self.assertEqual(client.process.returncode, CLEAN, client.log())

    def test_question_goes_on_after_the_end_of_the_answer(self) -> None:
        got = []
        whole = threading.Semaphore(0)

        def greets_and_listens(sock: socket.socket) -> None:
            sock.sendall(b"go on")
            sock.shutdown(socket.SHUT_WR)
            got.append(receive_all(sock))
            whole.release()

        with self.subTest("tunnel"):
            sock = self.tunnel_to(greets_and_listens)
            self.assertEqual(receive_all(sock), (b"go on", True))
            sock.sendall(b"and on")
            sock.shutdown(socket.SHUT_WR)
            self.assertTrue(whole.acquire(timeout=SECONDS))
            self.assertEqual(got.pop(), (b"and on", True))
        near, far = socket.socketpair()
        for name, output in (("pipe", subprocess.PIPE), ("socket", far)):
            with self.subTest(name):
                client = self.client_of(greets_and_listens, stdout=output)
                if output is far:
                    near.settimeout(SECONDS)
                    self.assertEqual(receive_all(near), (b"go on", True))
                else:
                    self.assertEqual(client.process.stdout.read(), b"go on")
                client.process.stdin.write(b"and on")
                client.process.stdin.close()
                self.assertTrue(whole.acquire(timeout=SECONDS))
                self.assertEqual(got.pop(), (b"and on", True))
                self.assertEqual(client.process.wait(SECONDS), CLEAN, client.log())
        near.close()
        far.close()

    def test_program_that_resets_resets_the_backend(self) -> None:
        ended = []
        over = threading.Event()

        def listens(sock: socket.socket) -> None:
            ended.append(receive_all(sock))
            over.set()

        sock = self.tunnel_to(listens)
        sock.sendall(b"ping")
        time.sleep(0.3)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()
        self.assertTrue(over.wait(5.0), "the backend must hear of it at once")
        self.assertEqual(ended, [(b"ping", False)])

    def test_reader_that_leaves_ends_a_writer_that_would_not(self) -> None:
        over = threading.Event()

        def floods(sock: socket.socket) -> None:
            try:
                while True:
                    sock.sendall(bytes(65536))
            except OSError:
                over.set()

        client = self.client_of(floods, stdout=subprocess.PIPE)
        self.assertEqual(len(client.process.stdout.read(100_000)), 100_000)
        client.process.stdout.close()
        client.process.wait(SECONDS)
        self.assertTrue(over.wait(5.0), "the backend must hear of it at once")


if __name__ == "__main__":
    main()
