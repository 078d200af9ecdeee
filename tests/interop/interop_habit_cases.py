# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Peers with the habits of the published programs, against `snet serve` and `snet connect`.

They keep a retransmission only if all of it arrives on one link, have a history of 16 MiB, and take
several MiB off a link before their application has any of it. A stream arrives whole, or its end is
an error of its own; no byte is ever wrong.
"""

import functools
import random
import socket
import threading
import unittest

from interop_support import (
    EXIT_LOST,
    MIXED,
    Bulk,
    Connect,
    Serve,
    digest,
    in_parallel,
    wait_until,
)
from legacy_handshake import Refused
from legacy_link import LOOPBACK, Link, LinkClosed
from legacy_peer import ClientPeer, Listener
from legacy_session import Session
from legacy_wire import WIRES, answer_size

STEP_SECONDS = 15.0
PIECE_BYTES = 50_000
"""What a link carries before it dies: less than what was written meanwhile."""
BACKLOG_BYTES = 8 * PIECE_BYTES
BUFFER_BYTES = 4 * 2**20
"""What a peer takes off a link and loses with it."""
LARGE_HISTORY_BYTES = 16 * 2**20


def take_in_pieces(link: Link, session: Session) -> None:
    """Take one more piece, or what is left, and let the link die."""
    left = BACKLOG_BYTES - session.read_count
    link.transfer(send=0, read=min(PIECE_BYTES, left), seconds=STEP_SECONDS)
    link.reset()


class Habits(unittest.TestCase):
    """One test for each habit and role."""

    def test_a_client_that_keeps_whole_retransmissions_only(self) -> None:
        """What the backend wrote while it was away comes, 50 kB by link."""
        payload = random.Random(11).randbytes(BACKLOG_BYTES)
        for wire in WIRES:
            serving = Serve(MIXED)
            with self.subTest(wire=wire), serving as serve, ClientPeer(serve.port, wire) as client:
                client.session.whole_retransmissions = True
                with serve.backend.accept() as backend:
                    client.link.reset()
                    backend.sendall(payload)
                    for _ in range(BACKLOG_BYTES // PIECE_BYTES):
                        client.resume()
                        take_in_pieces(client.link, client.session)
                    self.assertEqual(digest(client.session.received), digest(payload))

    def test_a_server_that_keeps_whole_retransmissions_only(self) -> None:
        """What was written and never sent is not declared: the first 50 kB of it are kept."""
        payload = random.Random(12).randbytes(BACKLOG_BYTES)
        for wire in WIRES:
            with self.subTest(wire=wire):
                with Listener(wire) as listener, Connect(listener.port, wire) as command:
                    link, session = listener.accept_new()
                    session.whole_retransmissions = True
                    with command.frozen():
                        link.reset()
                        command.feed(payload)
                    link, request = listener.accept_request()
                    listener.resume(link, request, session)
                    take_in_pieces(link, session)
                    self.assertEqual(session.read_count, PIECE_BYTES)
                    link, _ = listener.accept_resume(session)
                    rest = BACKLOG_BYTES - PIECE_BYTES
                    link.transfer(send=0, read=rest, seconds=STEP_SECONDS)
                    link.close()
                    self.assertEqual(digest(session.received), digest(payload))

    def fill_and_lose(self, client: ClientPeer) -> None:
        """Take several MiB off the link, and lose them with it."""
        try:
            client.link.read(BUFFER_BYTES)
        finally:
            client.link.reset()

    def test_a_client_that_buffers_more_than_the_history(self) -> None:
        """The server says what is gone, with the true counts, and refuses from then on."""
        for wire in WIRES:
            serving = Serve(MIXED)
            with self.subTest(wire=wire), serving as serve, ClientPeer(serve.port, wire) as client:
                with serve.backend.accept() as backend:
                    program = Bulk(backend, bytes(BUFFER_BYTES))
                    self.fill_and_lose(client)
                    counts = client.resume()
                    self.assertEqual(counts, (BUFFER_BYTES, 0))
                    with self.assertRaises(LinkClosed):
                        client.link.transfer(send=0, read=1, seconds=STEP_SECONDS)
                    with self.assertRaises(Refused):
                        client.resume()
                    wait_until(lambda s=serve: "HISTORY_OVERRUN" in s.errors(), STEP_SECONDS,
                               serve.errors)
                    self.assertEqual(client.session.received, b"")
                    program.close()

    def test_a_client_that_buffers_less_than_the_history(self) -> None:
        """With `--history 16M` a stream of 8 MiB arrives whole behind a lost buffer of 4 MiB."""
        payload = random.Random(13).randbytes(2 * BUFFER_BYTES)
        for wire in WIRES:
            with self.subTest(wire=wire):
                with Serve(MIXED, history=LARGE_HISTORY_BYTES, encrypt=False) as serve:
                    with ClientPeer(serve.port, wire, encrypt=False) as client:
                        with serve.backend.accept() as backend:
                            program = Bulk(backend, payload)
                            self.fill_and_lose(client)
                            client.session.whole_retransmissions = True
                            client.resume()
                            client.link.transfer(send=0, read=len(payload), seconds=STEP_SECONDS)
                            program.close()
                        self.assertEqual(digest(client.session.received), digest(payload))

    def test_a_client_with_a_large_history(self) -> None:
        """8 MiB that a dead link has taken come again: the gateway had kept nothing."""
        payload = random.Random(14).randbytes(2 * BUFFER_BYTES)
        for wire in WIRES:
            with self.subTest(wire=wire), Serve(MIXED, encrypt=False) as serve:
                with ClientPeer(serve.port, wire, encrypt=False) as client:
                    client.session.history_bytes = LARGE_HISTORY_BYTES
                    with serve.backend.accept() as backend:
                        client.session.write(payload)
                        client.session.withhold(len(payload))
                        client.link.reset()
                        self.assertEqual(client.resume()[1], 0)
                        program = Bulk(backend, b"")
                        client.link.transfer(send=len(payload), read=0, seconds=STEP_SECONDS)
                        wait_until(lambda: len(program.received) >= len(payload), STEP_SECONDS,
                                   lambda: f"{len(program.received)} bytes")
                        program.close()
                    self.assertEqual(digest(program.received), digest(payload))


class SwallowingProxy:
    """Lets little of its first connection through, and ends that by FIN; passes all others."""

    def __init__(self, server_port: int, pass_bytes: int, swallow_bytes: int) -> None:
        self._server_port = server_port
        self._left = pass_bytes
        self._swallow_bytes = swallow_bytes
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = self._listener.getsockname()[1]
        self._socks: list[socket.socket] = []
        threading.Thread(target=self._accept_all, daemon=True).start()

    def close(self) -> None:
        """Listen no longer, and close what was passed."""
        self._listener.close()
        for sock in self._socks:
            sock.close()

    def _accept_all(self) -> None:
        first = True
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection((LOOPBACK, self._server_port))
            self._socks += (client, server)
            down = self._swallow if first else self._pass
            first = False
            for target, source, sink in ((self._pass, client, server), (down, server, client)):
                threading.Thread(target=target, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        SwallowingProxy._finish(source, sink)

    def _swallow(self, source: socket.socket, sink: socket.socket) -> None:
        total = 0
        try:
            while total < self._swallow_bytes and (data := source.recv(65536)):
                total += len(data)
                sink.sendall(data[: self._left])
                self._left -= min(self._left, len(data))
        except OSError:
            pass
        self._finish(source, sink)

    @staticmethod
    def _finish(*socks: socket.socket) -> None:
        for sock in socks:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Overruns(unittest.TestCase):
    """An overrun is never a clean end, whoever says FIN."""

    def test_an_overrun_behind_a_fin(self) -> None:
        """32 of 300,032 bytes arrive; both ends say why, with the counts of both."""
        cases = {wire: functools.partial(self.overrun, wire) for wire in WIRES}
        for wire, error in in_parallel(cases, 60.0).items():
            with self.subTest(wire=wire):
                self.fail(error)

    def overrun(self, wire: str) -> None:
        """Let the history of a server slide beyond what its client has, and say FIN."""
        total = 300_032
        with Serve(MIXED, history=65536) as serve:
            size = answer_size(wire)
            proxy = SwallowingProxy(serve.port, size + 32, size + total)
            with Connect(proxy.port, wire) as command, serve.backend.accept() as backend:
                program = Bulk(backend, bytes(total))
                self.assertEqual(command.wait(30.0), EXIT_LOST)
                self.assertEqual(len(command.output), 32)
                self.assertIn("left the history", command.errors())
                wait_until(lambda: "ended" in serve.errors(), STEP_SECONDS, serve.errors)
                for words in ("reason=HISTORY_OVERRUN", f"written={total}", "peer_received=32"):
                    self.assertIn(words, serve.errors())
                self.assertNotIn("STALE", serve.errors())
                program.close()
            proxy.close()
