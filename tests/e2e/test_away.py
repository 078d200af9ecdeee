#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Ends that come while the network between tunnel and gateway is away, and those without one.

docs/internals/ending.md has a table of who is told what, and when.
"""

import signal
import socket
import subprocess
import threading
import time
import unittest

from e2e_support import (LEGACY, LOOPBACK, MODERN, SECURE, SNET, Listening, Process, chaos, connect,
                         main, serve, spoken_by)
from test_barren import PASSES, RESETS, Path
from test_echo import receive
from test_ending import Backend, receive_all

SESSIONS = 10
SECONDS = 60.0
"""The resume timeout is 300 s: what is told within this was not told by it."""
REFUSED_SECONDS = 10.0
"""How long an old wire refuses before a client believes it."""
RESET = b"\1\0\0\0\0\0\0\0"


class Recorder(Backend):
    """Reads each connection to its end; `seen`: the bytes, and whether it ended in order."""

    def __init__(self) -> None:
        self.heard = 0
        self.seen = []
        self.more = threading.Condition()
        super().__init__(self.record)

    def record(self, sock: socket.socket) -> None:
        """Serve one connection."""
        first = receive(sock, 5)
        with self.more:
            self.heard += 1
            self.more.notify_all()
        rest, orderly = receive_all(sock)
        with self.more:
            self.seen.append((first + rest, orderly))
            self.more.notify_all()

    def wait_until_heard(self) -> None:
        """Return when every program's first words are here."""
        with self.more:
            assert self.more.wait_for(lambda: self.heard == SESSIONS, SECONDS)

    def wait_for(self, count: int) -> list[tuple[bytes, bool]]:
        """Return what was seen once it is `count` ends, or the time is over."""
        with self.more:
            self.more.wait_for(lambda: len(self.seen) >= count, SECONDS)
            return list(self.seen)


class Away(unittest.TestCase):
    """A tunnel to a gateway, and a network between them that goes and comes back."""

    def start(self, backend: Backend, wire: str, *arguments: str, keep: str = "300",
              network: type = chaos) -> None:
        """Start all, with `SESSIONS` programs that have said hello, and sessions kept so long."""
        arguments = ("--resume-timeout", keep, *arguments)
        self.gateway = self.enterContext(serve(backend.address, "--resume-timeout", keep))
        self.network = self.enterContext(network(self.gateway.address))
        self.tunnel = self.enterContext(connect(self.network.address, wire, "-v", *arguments))
        self.programs = [
            self.enterContext(socket.create_connection((LOOPBACK, self.tunnel.port), SECONDS))
            for _ in range(SESSIONS)
        ]
        for program in self.programs:
            program.sendall(b"hello")
        self.wait_for_sessions(self.gateway, "opened session=")
        if isinstance(backend, Recorder):
            backend.wait_until_heard()

    def wait_for_sessions(self, process: Listening, pattern: str) -> None:
        """Wait until the log has a line for each session."""
        deadline = time.monotonic() + SECONDS
        while process.log().count(pattern) < SESSIONS:
            self.assertLess(time.monotonic(), deadline, process.log())
            time.sleep(0.02)

    def network_goes(self) -> None:
        """Take the network away; both ends know when this returns."""
        if isinstance(self.network, Path):
            self.network.turn(RESETS)
        else:
            self.network.process.kill()
            self.network.process.wait()
        for process in (self.gateway, self.tunnel):
            self.wait_for_sessions(process, "lost session=")

    def network_is_back(self) -> None:
        """Bring the network back at the same place; a `Path` is back at once."""
        if isinstance(self.network, Path):
            self.network.turn(PASSES)
        else:
            self.enterContext(chaos(self.gateway.address, listen=self.network.address))

    def test_reset_is_passed_on_when_the_network_is_back(self) -> None:
        with Recorder() as backend:
            self.start(backend, SECURE)
            self.network_goes()
            for program in self.programs:
                program.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                program.close()
            self.wait_for_sessions(self.tunnel, "ended session=")
            self.network_is_back()
            self.assertEqual(backend.wait_for(SESSIONS), SESSIONS * [(b"hello", False)])

    def test_close_and_its_bytes_are_passed_on_when_the_network_is_back(self) -> None:
        with Recorder() as backend:
            self.start(backend, SECURE)
            self.network_goes()
            for program in self.programs:
                program.sendall(b", and goodbye")
                program.close()
            self.network_is_back()
            self.assertEqual(backend.wait_for(SESSIONS),
                             SESSIONS * [(b"hello, and goodbye", True)])

    def test_reset_of_the_backend_is_passed_on_when_the_network_is_back(self) -> None:
        away = threading.Event()

        def resets(sock: socket.socket) -> None:
            away.wait(SECONDS)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

        for wire in MODERN:
            away.clear()
            with self.subTest(wire=wire), Backend(resets) as backend:
                self.start(backend, wire)
                self.network_goes()
                away.set()
                self.wait_for_sessions(self.gateway, "ended session=")
                self.network_is_back()
                for program in self.programs:
                    self.assertEqual(receive_all(program), (b"", False))

    def test_close_of_the_backend_is_passed_on_when_the_network_is_back(self) -> None:
        away = threading.Event()

        def closes(sock: socket.socket) -> None:
            sock.recv(5)
            away.wait(SECONDS)
            sock.sendall(b"goodbye")
            sock.shutdown(socket.SHUT_WR)
            receive_all(sock)

        for wire in MODERN:
            away.clear()
            with self.subTest(wire=wire), Backend(closes) as backend:
                self.start(backend, wire)
                self.network_goes()
                away.set()
                self.network_is_back()
                for program in self.programs:
                    self.assertEqual(receive_all(program), (b"goodbye", True))

    def test_network_that_stays_away_resets_both_ends(self) -> None:
        for wire in MODERN:
            with self.subTest(wire=wire), Recorder() as backend:
                self.start(backend, wire, keep="5")
                self.network_goes()
                self.assertEqual(backend.wait_for(SESSIONS), SESSIONS * [(b"hello", False)])
                for program in self.programs:
                    self.assertEqual(receive_all(program), (b"", False))

    def test_what_the_old_wires_cannot_say_is_over_with_the_resume_timeout(self) -> None:
        for reset in (True, False):
            with self.subTest(reset=reset), Recorder() as backend:
                self.start(backend, "2", "--eof-wait", "1", keep="5")
                for program in self.programs:
                    if reset:
                        program.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    program.close()
                self.assertEqual(backend.wait_for(SESSIONS), SESSIONS * [(b"hello", False)])

    def test_second_signal_to_a_tunnel_resets_programs_and_backends(self) -> None:
        with Recorder() as backend:
            self.start(backend, SECURE)
            self.tunnel.process.terminate()
            self.tunnel.wait_for("draining")
            self.tunnel.process.terminate()
            self.assertEqual(self.tunnel.process.wait(SECONDS), 0)
            self.assertEqual(backend.wait_for(SESSIONS), SESSIONS * [(b"hello", False)])
            for program in self.programs:
                self.assertEqual(receive_all(program), (b"", False))

    def test_tunnel_that_is_ended_without_a_network_does_not_wait_for_it(self) -> None:
        with Recorder() as backend:
            self.start(backend, SECURE, "--drain-timeout", "1")
            self.network_goes()
            started = time.monotonic()
            self.tunnel.process.terminate()
            self.assertEqual(self.tunnel.process.wait(SECONDS), 0)
            self.assertLess(time.monotonic() - started, SECONDS / 4)

    def test_second_signal_to_a_tunnel_is_passed_on_if_the_network_is_back_in_time(self) -> None:
        with Recorder() as backend:
            self.start(backend, SECURE, network=Path)
            self.tunnel.process.terminate()
            self.tunnel.wait_for("draining")
            self.network_goes()
            self.tunnel.process.terminate()
            self.network_is_back()
            self.assertEqual(self.tunnel.process.wait(SECONDS), 0)
            self.assertEqual(backend.wait_for(SESSIONS), SESSIONS * [(b"hello", False)])

    def test_second_signal_to_a_gateway_without_a_network_is_over_with_the_timeout(self) -> None:
        for wire in MODERN:
            with self.subTest(wire=wire), Recorder() as backend:
                self.start(backend, wire, keep="5")
                self.network_goes()
                for _ in range(2):
                    self.gateway.process.terminate()
                    self.gateway.wait_for("draining")
                self.gateway.process.wait(SECONDS)
                self.assertEqual(backend.wait_for(SESSIONS), SESSIONS * [(b"hello", False)])
                for program in self.programs:
                    self.assertEqual(receive_all(program), (b"", False))

    def test_what_the_old_wires_refuse_resets_the_program_soon(self) -> None:
        def resets(sock: socket.socket) -> None:
            sock.recv(5)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

        for wire in LEGACY:
            with self.subTest(wire=wire), Backend(resets) as backend:
                self.start(backend, wire)
                started = time.monotonic()
                for program in self.programs:
                    self.assertEqual(receive_all(program), (b"", False))
                self.assertLess(time.monotonic() - started, 2 * REFUSED_SECONDS)


class Standard(unittest.TestCase):
    """A command on standard input and output whose network goes away, before it ends."""

    def start(self, wire: str = SECURE, *options: str, keep: str = "300") -> None:
        """Start all; the network is away when this returns, and there is input."""
        self.backend = self.enterContext(Recorder())
        self.gateway = self.enterContext(serve(self.backend.address, "--resume-timeout", keep))
        self.network = self.enterContext(Path(self.gateway.address))
        self.command = self.enterContext(Process(
            SNET, "connect", self.network.address, *spoken_by(wire), "-v", *options,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        self.ends = self.enterContext(self.command.process)
        self.put(b"hello")
        self.gateway.wait_for(r"opened session=")
        with self.backend.more:
            self.assertTrue(self.backend.more.wait_for(lambda: self.backend.heard == 1, SECONDS))
        self.network.turn(RESETS)
        for process in (self.gateway, self.command):
            process.wait_for(r"lost session=")
        self.put(b", and more")

    def put(self, data: bytes) -> None:
        """Put this into the input."""
        self.ends.stdin.write(data)
        self.ends.stdin.flush()

    def expect(self, code: int, seen: tuple[bytes, bool]) -> None:
        """Check how the command ends, and what the backend has seen."""
        self.assertEqual(self.ends.wait(SECONDS), code)
        self.assertEqual(self.backend.wait_for(1), [seen])

    def test_end_of_the_input_is_passed_on_when_the_network_is_back(self) -> None:
        self.start()
        self.ends.stdin.close()
        time.sleep(1.5)
        self.network.turn(PASSES)
        self.expect(0, (b"hello, and more", True))

    def test_hangup_is_passed_on_if_the_network_is_back_in_time(self) -> None:
        for number in (signal.SIGHUP, signal.SIGTERM):
            with self.subTest(number=number):
                self.start()
                self.command.signal(number)
                self.network.turn(PASSES)
                self.expect(0, (b"hello, and more", True))

    def test_interrupt_is_passed_on_if_the_network_is_back_in_time(self) -> None:
        self.start()
        self.command.signal(signal.SIGINT)
        self.network.turn(PASSES)
        self.expect(128 + signal.SIGINT, (b"hello", False))

    def test_output_that_nobody_reads_is_passed_on_if_the_network_is_back_in_time(self) -> None:
        self.start()
        self.ends.stdout.close()
        self.network.turn(PASSES)
        self.expect(0, (b"hello, and more", False))

    def test_what_the_old_wires_cannot_say_is_over_with_the_timeout_of_the_gateway(self) -> None:
        for wire in LEGACY:
            with self.subTest(wire=wire, end="input"):
                self.start(wire, "--eof-wait", "1", keep="5")
                self.ends.stdin.close()
                self.network.turn(PASSES)
                self.expect(0, (b"hello, and more", False))
            with self.subTest(wire=wire, end="interrupt"):
                self.start(wire, keep="5")
                self.command.signal(signal.SIGINT)
                self.network.turn(PASSES)
                self.expect(128 + signal.SIGINT, (b"hello", False))


if __name__ == "__main__":
    main()
