#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Manners of a process: signals, descriptors 0 to 2, an output that takes nothing, its own end.

What a signal or a full disk ends, is told to everybody whom it concerns: the backend, the other
command, and the shell by the exit code.
"""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from e2e_support import (LOOPBACK, MODERN, SECURE, SNET, WIRES, Listening, Process, connect, main,
                         serve, served_by, spoken_by)
from test_echo import EchoHandler, EchoServer, dial, receive
from test_ending import Backend, receive_all

CLEAN, OUTPUT, NO_INPUT, BY_SIGINT, LOST = 0, 1, 66, 130, 74
SOON = 8.0
HARMLESS = ("SIGHUP", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGUSR1", "SIGUSR2", "SIGPOLL", "SIGPWR",
            "SIGXFSZ", "SIGPIPE", "SIGCHLD", "SIGWINCH", "SIGURG", "SIGCONT")


class Recorder(Backend):
    """Reads each connection to its end; `seen`: the bytes, and whether it ended in order."""

    def __init__(self) -> None:
        self.seen = []
        super().__init__(lambda sock: self.seen.append(receive_all(sock)))

    def wait_for_end(self) -> tuple[bytes, bool]:
        """Return what the first connection brought, once it has ended."""
        deadline = time.monotonic() + SOON
        while not self.seen and time.monotonic() < deadline:
            time.sleep(0.01)
        assert self.seen, "the backend saw no end"
        return self.seen[0]


def stdio(address: str, wire: str = SECURE, **options: object) -> subprocess.Popen:
    """Start `snet connect` on standard input and output."""
    options.setdefault("stdin", subprocess.PIPE)
    options.setdefault("stdout", subprocess.DEVNULL)
    return subprocess.Popen([SNET, "connect", *spoken_by(wire), address],
                            stderr=subprocess.PIPE, text=False, **options)


class Ended(unittest.TestCase):
    """A command on standard input and output that is told to end, or whose output is."""

    def setUp(self) -> None:
        self.backend = Recorder()
        self.addCleanup(self.backend.listener.close)
        self.gateway = self.enterContext(serve(self.backend.address))

    def start(self, wire: str = SECURE, **options: object) -> subprocess.Popen:
        """Start the command; its session is open when this returns."""
        process = stdio(self.gateway.address, wire, **options)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        process.stdin.write(b"hello")
        process.stdin.flush()
        self.gateway.wait_for("opened session=")
        return process

    def test_hangup_delivers_what_is_in_the_input_and_its_end(self) -> None:
        for number in (signal.SIGHUP, signal.SIGTERM):
            for close in (True, False):
                with self.subTest(number=number, close=close):
                    self.setUp()
                    process = self.start()
                    process.stdin.write(b"x" * 995)
                    process.stdin.flush()
                    if close:
                        process.stdin.close()
                    process.send_signal(number)
                    self.assertEqual(process.wait(SOON), CLEAN)
                    self.assertEqual(self.backend.wait_for_end(), (b"hello" + b"x" * 995, True))

    def test_interrupted_upload_is_no_clean_end(self) -> None:
        process = self.start()
        os.set_blocking(process.stdin.fileno(), False)
        with contextlib.suppress(BlockingIOError):
            os.write(process.stdin.fileno(), b"x" * 200000)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(SOON), BY_SIGINT)
        data, orderly = self.backend.wait_for_end()
        self.assertFalse(orderly, len(data))

    def test_interrupt_before_there_is_a_session_ends_at_once(self) -> None:
        with socket.create_server((LOOPBACK, 0)) as silent:
            process = stdio(f"{LOOPBACK}:{silent.getsockname()[1]}")
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.stdin.close)
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(SOON), BY_SIGINT)


class Echo(unittest.TestCase):
    """With a backend that sends back what comes."""

    def setUp(self) -> None:
        server = self.enterContext(EchoServer((LOOPBACK, 0), EchoHandler))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        self.backend = f"{LOOPBACK}:{server.server_address[1]}"


class Output(Echo):
    """Standard output that takes nothing."""

    def setUp(self) -> None:
        super().setUp()
        self.gateway = self.enterContext(serve(self.backend))

    def test_full_disk_is_said_and_is_no_success(self) -> None:
        for wire in MODERN:
            with self.subTest(wire=wire), open("/dev/full", "wb") as full:
                process = stdio(self.gateway.address, wire, stdout=full)
                said = process.communicate(b"hello\n", SOON)[1].decode()
                self.assertEqual(process.returncode, OUTPUT, said)
                self.assertIn("standard output: no space left on device", said)

    def test_reader_that_has_read_enough_ends_the_command_at_once(self) -> None:
        for wire in MODERN:
            with self.subTest(wire=wire):
                reading, writing = os.pipe()
                process = stdio(self.gateway.address, wire, stdout=writing)
                os.close(writing)
                process.stdin.write(b"one\n")
                process.stdin.flush()
                self.assertEqual(os.read(reading, 4), b"one\n")
                os.close(reading)
                process.stdin.write(b"two\n")
                process.stdin.flush()
                self.assertEqual(process.wait(SOON), OUTPUT)
                self.assertIn(b"standard output: broken pipe", process.stderr.read())
                process.stdin.close()
                process.stderr.close()

    def test_descriptors_that_others_have_made_nonblocking_are_waited_for(self) -> None:
        data = os.urandom(1 << 20)
        for wire in MODERN:
            with self.subTest(wire=wire):
                to_child, of_child = os.pipe()[::-1], os.pipe()
                os.set_blocking(to_child[1], False)
                os.set_blocking(of_child[1], False)
                process = stdio(self.gateway.address, wire, stdin=to_child[1], stdout=of_child[1])
                os.close(to_child[1])
                os.close(of_child[1])
                time.sleep(0.3)  # until its input has been found empty

                def write() -> None:
                    with os.fdopen(to_child[0], "wb") as stream:
                        stream.write(data)

                writer = threading.Thread(target=write)
                writer.start()
                time.sleep(0.3)  # until its output is full
                with os.fdopen(of_child[0], "rb") as stream:
                    self.assertTrue(stream.read(len(data)) == data)
                writer.join()
                process.kill()
                process.wait()
                process.stderr.close()

    def test_input_that_breaks_is_no_end_of_the_stream(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            descriptor = os.open(folder, os.O_RDONLY)
            process = stdio(self.gateway.address, stdin=descriptor)
            os.close(descriptor)
            said = process.stderr.read()
            self.assertEqual(process.wait(SOON), NO_INPUT, said)
            self.assertIn(b"standard input: illegal operation on a directory", said)
            process.stderr.close()


class Daemon(Echo):
    """A gateway and a tunnel among the signals and descriptors of a system."""

    def exchange(self, tunnel: Listening) -> None:
        """Send a few bytes through the tunnel, and get them back."""
        with dial(tunnel.port) as sock:
            sock.sendall(b"hello")
            self.assertEqual(receive(sock, 5), b"hello")

    def test_signals_that_mean_nothing_end_nothing(self) -> None:
        with serve(self.backend) as gateway, connect(gateway.address, SECURE) as tunnel:
            for name in HARMLESS:
                gateway.signal(getattr(signal, name))
                tunnel.signal(getattr(signal, name))
            self.exchange(tunnel)
            gateway.wait_for("SIGHUP")

    def test_descriptors_0_to_2_may_be_closed(self) -> None:
        with serve(self.backend) as gateway:
            for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
                with self.subTest(closed=closed), socket.create_server((LOOPBACK, 0)) as taken:
                    port = taken.getsockname()[1]
                    taken.close()
                    command = " ".join([SNET, "connect", gateway.address, *spoken_by(SECURE),
                                        "--listen", f"{LOOPBACK}:{port}", "-v"])
                    with Process("sh", "-c", f"exec {command} {closed}") as tunnel:
                        self.exchange(self.until_it_listens(tunnel, port))

    def until_it_listens(self, tunnel: Process, port: int) -> object:
        """Wait for a command that cannot say when it listens."""
        deadline = time.monotonic() + SOON
        while time.monotonic() < deadline and tunnel.process.poll() is None:
            with contextlib.suppress(OSError), dial(port):
                tunnel.port = port
                return tunnel
            time.sleep(0.02)
        raise AssertionError(f"it does not listen: {tunnel.process.poll()}")

    def test_second_signal_tells_the_clients(self) -> None:
        with (
            serve(self.backend) as gateway,
            connect(gateway.address, SECURE) as tunnel,
            dial(tunnel.port) as sock,
        ):
            sock.sendall(b"hello")
            self.assertEqual(receive(sock, 5), b"hello")
            gateway.signal(signal.SIGTERM)
            gateway.wait_for("draining")
            gateway.signal(signal.SIGTERM)
            self.assertEqual(gateway.process.wait(SOON), CLEAN)
            with self.assertRaises(ConnectionResetError):
                sock.recv(1)
            tunnel.wait_for("this end of the session is shut down")

    def test_one_signal_ends_a_tunnel_without_sessions(self) -> None:
        for wire in WIRES:
            with self.subTest(wire=wire), serve(self.backend) as gateway, \
                    connect(gateway.address, wire) as tunnel:
                tunnel.signal(signal.SIGTERM)
                self.assertEqual(tunnel.process.wait(SOON), CLEAN)

    def test_drain_does_not_wait_for_ever(self) -> None:
        with (
            serve(self.backend, "--drain-timeout", "1s") as gateway,
            connect(gateway.address, SECURE) as tunnel,
            dial(tunnel.port) as sock,
        ):
            sock.sendall(b"hello")
            self.assertEqual(receive(sock, 5), b"hello")
            gateway.signal(signal.SIGTERM)
            self.assertEqual(gateway.process.wait(SOON), CLEAN)
            self.assertIn("--drain-timeout", gateway.log())
            tunnel.wait_for("this end of the session is shut down")

    def test_backend_of_a_gateway_that_ends_sees_a_reset(self) -> None:
        recorder = Recorder()
        self.addCleanup(recorder.listener.close)
        with (
            serve(recorder.address) as gateway,
            connect(gateway.address, SECURE) as tunnel,
            dial(tunnel.port) as sock,
        ):
            sock.sendall(b"hello")
            gateway.wait_for("opened session=")
            time.sleep(0.2)
            gateway.signal(signal.SIGKILL)
            self.assertEqual(recorder.wait_for_end(), (b"hello", False))

    def test_local_socket_is_gone_with_its_gateway(self) -> None:
        folder = self.enterContext(tempfile.TemporaryDirectory())
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM):
            with Listening("serve", *served_by(SECURE), "--to", self.backend,
                           listen=f"unix:{folder}/gate") as gateway:
                gateway.signal(number)
                gateway.process.wait(SOON)
                self.assertEqual(os.path.exists(f"{folder}/gate"), number == signal.SIGKILL)


class Killed(unittest.TestCase):
    """A command that is killed in the middle of transfers: nobody may see a clean end of one."""

    PROGRAMS = 20
    LIMIT = 60.0

    def setUp(self) -> None:
        self.lock = threading.Lock()
        self.clean = []
        self.ended = 0
        self.moved = set()

    def transfer(self, sock: socket.socket, who: str, sends: bool) -> None:
        """Send or receive until the connection ends; a receiver says if that looked clean."""
        with contextlib.suppress(OSError):
            while sends or sock.recv(65536):
                if sends:
                    sock.sendall(bytes(8192))
                    time.sleep(0.01)
                with self.lock:
                    self.moved.add(sock)
            with self.lock:
                self.clean.append(who)
        with self.lock:
            self.ended += 1

    def wait_until(self, what) -> None:
        """Wait for a condition."""
        deadline = time.monotonic() + self.LIMIT
        while not what():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def kill_during_transfers(self, wire: str, victim: str, down: bool) -> None:
        """Kill one of both in the middle of `PROGRAMS` transfers."""
        self.setUp()
        backend = Backend(lambda sock: self.transfer(sock, "backend", down))
        with (
            backend,
            serve(backend.address, "--resume-timeout", "5") as gateway,
            connect(gateway.address, wire, "--resume-timeout", "5") as tunnel,
        ):
            programs = [self.enterContext(dial(tunnel.port)) for _ in range(self.PROGRAMS)]
            for program in programs:
                program.settimeout(self.LIMIT)
                threading.Thread(target=self.transfer, args=(program, "program", not down),
                                 daemon=True).start()
            self.wait_until(lambda: len(self.moved) == 2 * self.PROGRAMS)
            process = {"tunnel": tunnel, "gateway": gateway}[victim].process
            process.kill()
            process.wait(SOON)
            self.wait_until(lambda: self.ended == 2 * self.PROGRAMS)
            self.assertEqual(self.clean, [])

    def test_killed_tunnel_is_no_clean_end_for_anybody(self) -> None:
        for wire in MODERN:
            for down in (True, False):
                with self.subTest(wire=wire, down=down):
                    self.kill_during_transfers(wire, "tunnel", down)

    def test_killed_gateway_is_no_clean_end_for_anybody(self) -> None:
        for wire in MODERN:
            for down in (True, False):
                with self.subTest(wire=wire, down=down):
                    self.kill_during_transfers(wire, "gateway", down)


if __name__ == "__main__":
    main()
