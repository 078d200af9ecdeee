#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The command line: help, errors in one line, exit codes, logs, listening, draining."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from e2e_support import (LOOPBACK, MODERN, SECURE, SNET, WIRES, Listening, Process, chaos,
                         connect, main, run, serve, served_by, spoken_by)
from test_echo import EchoHandler, EchoServer, dial, receive

USAGE, NO_INPUT, UNAVAILABLE = 64, 66, 69
COMMANDS = ("keygen", "serve", "connect", "chaos", "demo")
WRONG = (
    (),
    ("dance",),
    ("serve",),
    ("serve", "--wire", "2", "--listen", ":0"),
    ("serve", "--wire", "4", "--listen", ":0", "--to", ":1"),
    ("serve", "--wire", "2", "--listen", "here", "--to", ":1"),
    ("serve", "--wire", "2", "--listen", ":0", "--to", ":1", "more"),
    ("serve", "--wire", "2", "--listen", ":0", "--to", ":1", "--history", "63"),
    ("serve", "--wire", "2", "--listen", ":0", "--to", ":1", "--resume-timeout", "0"),
    ("serve", "--wire", "2", "--listen", ":0", "--to", ":1", "--dance"),
    ("serve", "--listen", ":0", "--to", ":1", "--plain"),
    ("serve", "--listen", ":0", "--to", ":1", "--key", "/no/such/file"),
    ("serve", "--listen", ":0", "--to", ":1", "--authorized", "/no/such/file"),
    ("serve", "--listen", ":0", "--to", ":1", "--heartbeat", "0"),
    ("serve", "--wire", "2", "--listen", ":0", "--to", ":1", "--node-id", "1"),
    ("connect", "127.0.0.1:1"),
    ("connect", "--server-key", "short", "127.0.0.1:1"),
    ("connect", "--server-key", "A" * 43, "--plain", "127.0.0.1:1"),
    ("connect", "--server-key", "A" * 43, "--suite", "rot13", "127.0.0.1:1"),
    ("connect", "--wire", "2", "--server-key", "A" * 43, "127.0.0.1:1"),
    ("connect", "--psk", "/no/such/file", "127.0.0.1:1"),
    ("connect", "--wire", "1,2", "127.0.0.1:1"),
    ("connect", "--wire", "2"),
    ("connect", "--wire", "2", "127.0.0.1:1", "127.0.0.1:2"),
    ("keygen", "more"),
    ("keygen", "--out"),
    ("keygen", "--out", "/no/such/file", "--public", "/no/such/file"),
    ("keygen", "--public", "/no/such/file"),
    ("keygen", "--public", "/no/such/file", "--shared"),
    ("chaos", "--listen", ":0"),
    ("chaos", "--listen", ":0", "--to", ":1", "--cut-every", "many"),
    ("chaos", "--listen", ":0", "--to", ":1", "--delay", "20x"),
    ("chaos", "--listen", ":0", "--to", ":1", "--rate", "fast"),
    ("chaos", "--listen", ":0", "--to", ":1", "--seed", "0"),
    ("demo", "--wire", "1,2"),
    ("demo", "one", "two"),
    ("demo", "--wire", "9"),
    ("demo", "/no/such/file"),
)


class Echo(unittest.TestCase):
    """Tests that need something to talk to."""

    def setUp(self) -> None:
        server = EchoServer((LOOPBACK, 0), EchoHandler)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        self.backend = f"{LOOPBACK}:{server.server_address[1]}"


class CommandLine(unittest.TestCase):
    """What a person types, and gets told."""

    def test_help_fits_a_screen(self) -> None:
        for arguments in (("--help",), *((command, "--help") for command in COMMANDS)):
            with self.subTest(arguments=arguments):
                done = run(SNET, *arguments, seconds=10)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                lines = done.stdout.splitlines()
                self.assertLessEqual(len(lines), 22)
                self.assertLessEqual(max(map(len, lines)), 80)

    def test_version_says_who_computes_the_suites(self) -> None:
        for wish, aes in (("", "(openssl|ipsec-mb)"), ("openssl", "openssl")):
            done = run(SNET, "--version", seconds=10, env={**os.environ, "SNET_AEAD": wish})
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stdout, r"^snet \d+\.\d+\.\d+\n"
                             rf"aes-256-gcm by {aes}\nchacha20-poly1305 by openssl\n$")

    def test_wrong_options_are_told_in_one_line(self) -> None:
        for arguments in WRONG:
            with self.subTest(arguments=arguments):
                done = run(SNET, *arguments, seconds=10)
                self.assertIn(done.returncode, (USAGE, NO_INPUT))
                self.assertEqual(done.stdout, "")
                self.assertTrue(done.stderr.startswith("snet"))
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_address_in_use_is_told_in_one_line(self) -> None:
        with socket.create_server((LOOPBACK, 0)) as taken:
            address = f"{LOOPBACK}:{taken.getsockname()[1]}"
            for command in (("serve", "--wire", "2"), ("chaos",)):
                done = run(SNET, *command, "--listen", address, "--to", ":1", seconds=10)
                self.assertEqual(done.returncode, UNAVAILABLE)
                self.assertIn("address already in use", done.stderr)


class Keygen(unittest.TestCase):
    """Keys that people can use at once."""

    def test_secret_key_goes_to_standard_output_and_the_public_one_to_error(self) -> None:
        done = run(SNET, "keygen", seconds=10)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"^public key: [A-Za-z0-9+/]{43}=\n$")
        comment, secret = done.stdout.splitlines()
        self.assertTrue(comment.startswith("# "))
        self.assertIn(done.stderr.split()[-1], comment)
        self.assertRegex(secret, r"^[A-Za-z0-9+/]{43}=$")
        self.assertNotEqual(done.stdout, run(SNET, "keygen", seconds=10).stdout)

    def test_shared_secret_has_no_public_key(self) -> None:
        done = run(SNET, "keygen", "--shared", seconds=10)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^# shared secret of snet\n[A-Za-z0-9+/]{43}=\n$")

    def test_secret_key_file_is_for_its_owner_alone_and_never_overwritten(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "key"
            done = run(SNET, "keygen", "--out", str(path), seconds=10)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)
            before = path.read_bytes()
            self.assertIn(done.stdout.strip().encode("ascii"), before)
            again = run(SNET, "keygen", "--out", str(path), seconds=10)
            self.assertEqual(again.returncode, 73)
            self.assertIn("exists", again.stderr)
            self.assertEqual(path.read_bytes(), before)

    def test_public_key_is_told_of_a_secret_one_that_only_its_owner_reads(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "key"
            done = run(SNET, "keygen", "--public", str(path), seconds=10)
            self.assertEqual(done.returncode, NO_INPUT)
            made = run(SNET, "keygen", "--out", str(path), seconds=10)
            path.chmod(0o640)
            done = run(SNET, "keygen", "--public", str(path), seconds=10)
            self.assertEqual((done.returncode, done.stdout), (NO_INPUT, ""))
            self.assertIn("chmod 600", done.stderr)
            path.chmod(0o400)
            done = run(SNET, "keygen", "--public", str(path), seconds=10)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, made.stdout, ""))


def free_port() -> int:
    """Return a port of loopback that is free now."""
    with socket.create_server((LOOPBACK, 0)) as taken:
        return taken.getsockname()[1]


def fill_pipe(writing: int) -> None:
    """Write into a pipe until it takes no more; it blocks as before."""
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, bytes(4096))
    os.set_blocking(writing, True)


class StandardInput(Echo):
    """A key from standard input, where "-" stands for its file."""

    def test_keys_come_from_standard_input(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "key"
            made = run(SNET, "keygen", "--out", str(path), seconds=10)
            public = made.stdout.strip()
            self.assertEqual(run(SNET, "keygen", "--public", "-", seconds=10,
                                 input=path.read_text()).stdout, made.stdout)
            done = run(SNET, "serve", "--key", "-", "--psk", "-", "--listen", ":0", "--to", ":1",
                       seconds=10, input=path.read_text())
            self.assertEqual(done.returncode, NO_INPUT)
            self.assertIn("standard input is read once", done.stderr)
            with (
                path.open() as file,
                Process(SNET, "serve", "--key", "-", "--listen", f"{LOOPBACK}:0", "--to",
                        self.backend, stdin=file) as gateway,
            ):
                self.assertIn(public, gateway.wait_for(r"--server-key (\S+)")[0])


class Gateway(Echo):
    """What an operator sees."""

    def test_all_wires_at_once_on_one_port(self) -> None:
        with serve(self.backend) as gateway:
            gateway.wait_for("wires 1,1-padded,2,3, ")
            for wire in WIRES:
                with (
                    self.subTest(wire=wire),
                    connect(gateway.address, wire) as tunnel,
                    dial(tunnel.port) as sock,
                ):
                    sock.sendall(b"hello")
                    self.assertEqual(receive(sock, 5), b"hello")
                gateway.wait_for(rf"opened session=\S+ peer=\S+ wire={wire}")

    def test_unix_sockets_on_every_side(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            with (
                serve(self.backend, listen=f"unix:{folder}/gate") as gateway,
                Listening("connect", gateway.address, *spoken_by("3"),
                          listen=f"unix:{folder}/near"),
                socket.socket(socket.AF_UNIX) as sock,
            ):
                sock.settimeout(20)
                sock.connect(f"{folder}/near")
                sock.sendall(b"hello")
                self.assertEqual(receive(sock, 5), b"hello")

    def test_log_tells_each_event_with_its_numbers(self) -> None:
        for wire in MODERN:
            with (
                self.subTest(wire=wire),
                serve(self.backend, "--log-json") as gateway,
                chaos(gateway.address) as network,
                connect(network.address, wire) as tunnel,
                dial(tunnel.port) as sock,
            ):
                sock.sendall(b"hello")
                self.assertEqual(receive(sock, 5), b"hello")
                network.signal(signal.SIGUSR1)
                gateway.wait_for('"event":"lost"')
                sock.sendall(b"again")
                self.assertEqual(receive(sock, 5), b"again")
                gateway.wait_for('"event":"resumed"')
                events = [json.loads(line) for line in gateway.log().splitlines()]
                by_name = {event["event"]: event for event in events}
                self.assertEqual(by_name["opened"]["wire"], wire)
                for event in events:
                    if event["event"] != "message":
                        self.assertLessEqual({"time", "level", "session", "peer"}, event.keys())
                self.assertIn("reason", by_name["lost"])
                self.assertEqual(by_name["lost"]["session"], by_name["opened"]["session"])
                self.assertLessEqual({"resent", "missing", "after_us", "peer", "resumes"},
                                     by_name["resumed"].keys())

    def test_log_has_one_line_for_a_session_unless_asked_for_more(self) -> None:
        with (
            Listening("serve", *served_by(SECURE), "--to", self.backend) as gateway,
            chaos(gateway.address) as network,
            connect(network.address, SECURE) as tunnel,
        ):
            with dial(tunnel.port) as sock:
                for text in (b"hello", b"again"):
                    sock.sendall(text)
                    self.assertEqual(receive(sock, 5), text)
                    network.signal(signal.SIGUSR1)
                sock.shutdown(socket.SHUT_WR)
                self.assertEqual(sock.recv(1), b"")
            said = gateway.wait_for(r"\S+Z (\w+) serve (\w+) session=\S+ peer=(\S+) .*\n")
            self.assertEqual(said.groups()[:2], ("info", "ended"))
            self.assertRegex(said[0], rf" backend={self.backend} reason=CLOSED message=.*"
                                      r" wire=3 duration_ms=\d+ written=10 received=10 ")
            self.assertTrue(said[3].startswith(LOOPBACK), said[3])
            self.assertEqual(gateway.log().count(" session="), 1)

    def test_log_that_nobody_reads_stops_nobody(self) -> None:
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        fill_pipe(writing)
        gateway = f"{LOOPBACK}:{free_port()}"
        process = subprocess.Popen([SNET, "serve", "-v", *served_by(SECURE), "--to", self.backend,
                                    "--listen", gateway], stderr=writing)
        os.close(writing)
        try:
            with connect(gateway, SECURE, "--retry") as tunnel:
                for _ in range(5):
                    with dial(tunnel.port) as sock:
                        sock.sendall(b"hello")
                        self.assertEqual(receive(sock, 5), b"hello")
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(10), 0)
        finally:
            process.kill()
            process.wait()

    def test_backend_that_is_down_resets_the_client(self) -> None:
        with socket.create_server((LOOPBACK, 0)) as taken:
            nobody = f"{LOOPBACK}:{taken.getsockname()[1]}"
        for wire in MODERN:
            with (
                self.subTest(wire=wire),
                serve(nobody) as gateway,
                connect(gateway.address, wire, "--resume-timeout", "2") as tunnel,
                dial(tunnel.port) as sock,
            ):
                with self.assertRaises(ConnectionResetError):
                    self.assertEqual(sock.recv(1), None)
                gateway.wait_for("connection refused")
                if wire == SECURE:
                    tunnel.wait_for("the server behind the gateway cannot be reached")

    def test_sigterm_drains_and_a_second_one_ends(self) -> None:
        for wire in MODERN:
            with (
                self.subTest(wire=wire),
                serve(self.backend) as gateway,
                connect(gateway.address, wire) as tunnel,
                dial(tunnel.port) as sock,
            ):
                sock.sendall(b"hello")
                self.assertEqual(receive(sock, 5), b"hello")
                gateway.signal(signal.SIGTERM)
                gateway.wait_for("draining")
                sock.sendall(b"still")
                self.assertEqual(receive(sock, 5), b"still")
                with dial(tunnel.port) as late:
                    late.settimeout(1)
                    with self.assertRaises((TimeoutError, ConnectionResetError)):
                        late.sendall(b"x")
                        late.recv(1)
                gateway.signal(signal.SIGTERM)
                self.assertEqual(gateway.process.wait(10), 0)

    def test_gateway_outlives_a_shortage_of_descriptors(self) -> None:
        limited = ("prlimit", "--nofile=40:40")
        with Process(*limited, SNET, "serve", *served_by("2,3"), "--listen", f"{LOOPBACK}:0",
                     "--to", self.backend) as gateway:
            address = gateway.wait_for(r"listening on (\S+?),")[1]
            port = int(address.rpartition(":")[2])
            crowd = []
            try:
                for _ in range(100):
                    crowd.append(socket.create_connection((LOOPBACK, port), timeout=5))
            except OSError:
                pass
            for sock in crowd:
                sock.close()
            for wire in MODERN:
                with connect(address, wire) as tunnel, dial(tunnel.port) as sock:
                    sock.sendall(b"hello")
                    self.assertEqual(receive(sock, 5), b"hello")


class Demo(unittest.TestCase):
    """The demo, in a pipe."""

    def test_small_file_arrives_and_says_ok(self) -> None:
        with tempfile.NamedTemporaryFile() as file:
            file.write(os.urandom(40 << 20))
            file.flush()
            for options, wire in (((), SECURE), (("--wire", "2"), "2")):
                with self.subTest(wire=wire):
                    done = run(SNET, "demo", *options, file.name, seconds=120)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                    self.assertTrue(done.stdout.rstrip().endswith("OK"), done.stdout)
                    self.assertIn(f"wire {wire},", done.stdout)
                    self.assertNotIn("\r", done.stdout)
                    cuts = [line for line in done.stdout.splitlines() if "cuts" in line]
                    self.assertTrue(cuts)


if __name__ == "__main__":
    main()
