#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Keys of wire 3: who gets in with which, and what those are told who do not.

Also what keeps secrets secret on the machine: modes of files, logs, core dumps.
"""

import os
import re
import signal
import socket
import tempfile
import threading
import time
import unittest
from pathlib import Path

from e2e_support import LOOPBACK, SNET, KeyPair, Listening, Process, main, run
from test_echo import EchoHandler, EchoServer, dial, receive

OK, USAGE, NO_INPUT, UNAVAILABLE, REFUSED = 0, 64, 66, 69, 77
SOON = 8.0
"""Seconds: what is refused is refused at once, or after one handshake's time and no retry."""
NO_ANSWER_SECONDS = 25.0


class WithKeys(unittest.TestCase):
    """A backend that echoes, three key pairs and two shared secrets."""

    def setUp(self) -> None:
        server = EchoServer((LOOPBACK, 0), EchoHandler)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        self.backend = f"{LOOPBACK}:{server.server_address[1]}"
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.one, self.two, self.three = (KeyPair(self.folder, name)
                                          for name in ("one", "two", "three"))
        self.shared, self.other = (KeyPair(self.folder, name, "--shared").path
                                   for name in ("shared", "other"))

    def gateway(self, *arguments: str) -> Listening:
        """Start a gateway for wire 3 alone."""
        return self.enterContext(Listening("serve", "--to", self.backend, "-v", *arguments))

    def say(self, gateway: Listening, *arguments: str, seconds: float = SOON):
        """Send a line through a client on standard input and output; return how that ended."""
        return run(SNET, "connect", *arguments, gateway.address, seconds=seconds, input="ping\n")

    def gets_in(self, gateway: Listening, *arguments: str) -> None:
        """Check that a client gets its answer."""
        done = self.say(gateway, *arguments)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (OK, "ping\n", ""))

    def stays_out(self, gateway: Listening, code: int, hint: str, *arguments: str,
                  seconds: float = SOON) -> None:
        """Check that a client is told in one line why it has no session."""
        done = self.say(gateway, *arguments, seconds=seconds)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(hint, done.stderr)
        self.assertNotIn("new session", gateway.log())


class Servers(WithKeys):
    """Clients know their server."""

    def test_wrong_server_key_gets_no_answer_and_does_not_try_again(self) -> None:
        gateway = self.gateway("--key", self.one.path)
        self.stays_out(gateway, UNAVAILABLE, "no answer: wrong server key, or not snet/3",
                       "--server-key", self.two.public, seconds=NO_ANSWER_SECONDS)
        refused = re.findall("link-refused", gateway.log())
        self.assertLessEqual(len(refused), 1, gateway.log())

    def test_wrong_shared_secret_gets_no_answer(self) -> None:
        gateway = self.gateway("--psk", self.shared)
        self.stays_out(gateway, UNAVAILABLE, "no answer: wrong shared secret, or not snet/3",
                       "--psk", self.other, seconds=NO_ANSWER_SECONDS)

    def test_server_key_is_taken_as_text_and_from_a_file(self) -> None:
        gateway = self.gateway("--key", self.one.path)
        public = self.folder / "public"
        public.write_text(f"# of the gateway\n{self.one.public}\n", encoding="ascii")
        for key in (self.one.public, self.one.public.rstrip("="), str(public)):
            with self.subTest(key=key):
                self.gets_in(gateway, "--server-key", key)

    def test_two_server_keys_serve_clients_of_both(self) -> None:
        gateway = self.gateway("--key", self.two.path, "--key", self.one.path)
        gateway.wait_for(re.escape(f"--server-key {self.two.public} "))
        self.gets_in(gateway, "--server-key", self.one.public)
        self.gets_in(gateway, "--server-key", self.two.public)

    def test_shared_secrets_serve_their_clients(self) -> None:
        gateway = self.gateway("--psk", self.shared, "--psk", self.other)
        gateway.wait_for(re.escape(f"snet connect --psk {self.shared} "))
        self.gets_in(gateway, "--psk", self.shared)
        self.gets_in(gateway, "--psk", self.other)

    def test_line_that_the_gateway_prints_works_as_it_is(self) -> None:
        gateway = self.gateway()
        gateway.wait_for("for this run only")
        words = gateway.wait_for(r"clients: snet connect (.*) --listen")[1].split()
        done = run(SNET, "connect", *words, seconds=SOON, input="ping\n")
        self.assertEqual((done.returncode, done.stdout), (OK, "ping\n"), done.stderr)

    def test_every_suite_and_padding_and_early_bytes_work(self) -> None:
        gateway = self.gateway("--key", self.one.path, "--pad", "128", "--heartbeat", "1")
        for options in (("--suite", "chacha20-poly1305"), ("--suite", "aes-256-gcm"),
                        ("--pad", "4k"), ("--early-data",), ("--heartbeat", "1")):
            with self.subTest(options=options):
                self.gets_in(gateway, "--server-key", self.one.public, *options)


class Clients(WithKeys):
    """Servers know their clients."""

    def setUp(self) -> None:
        super().setUp()
        self.list = self.folder / "authorized"
        self.list.write_text(f"# who may come in\n\n{self.two.public} anna of the office\n",
                             encoding="ascii")

    def test_only_authorized_clients_get_in(self) -> None:
        gateway = self.gateway("--key", self.one.path, "--authorized", str(self.list))
        pin = ("--server-key", self.one.public)
        gateway.wait_for("--key FILE")
        self.stays_out(gateway, REFUSED, "--key", *pin)
        self.stays_out(gateway, REFUSED, "--authorized", *pin, "--key", self.three.path)
        self.gets_in(gateway, *pin, "--key", self.two.path)
        line = gateway.wait_for(r" opened session=.*")[0]
        self.assertIn(self.two.public, line)
        self.assertIn('name="anna of the office"', line)

    def test_shared_secret_gets_in_beside_authorized_keys(self) -> None:
        gateway = self.gateway("--key", self.one.path, "--authorized", str(self.list),
                               "--psk", self.shared)
        self.gets_in(gateway, "--psk", self.shared)
        self.gets_in(gateway, "--server-key", self.one.public, "--key", self.two.path)

    def test_client_key_is_welcome_where_nobody_asks_for_one(self) -> None:
        gateway = self.gateway("--key", self.one.path)
        self.gets_in(gateway, "--server-key", self.one.public, "--key", self.two.path)
        gateway.wait_for(re.escape(self.two.public))

    def test_bad_line_among_authorized_keys_is_told_with_file_and_number(self) -> None:
        self.list.write_text(f"{self.two.public}\nhunter2\n", encoding="ascii")
        done = run(SNET, "serve", "--listen", ":0", "--to", ":1", "--key", self.one.path,
                   "--authorized", str(self.list), seconds=SOON)
        self.assertEqual(done.returncode, NO_INPUT)
        self.assertIn(f"{self.list}:2: not a key", done.stderr)
        self.assertNotIn("hunter2", done.stderr)


class Files(WithKeys):
    """Secrets stay with their owner."""

    def test_secret_that_others_may_read_is_refused_with_the_remedy(self) -> None:
        Path(self.one.path).chmod(0o644)
        Path(self.shared).chmod(0o644)
        for arguments in (("serve", "--listen", ":0", "--to", ":1", "--key", self.one.path),
                          ("serve", "--listen", ":0", "--to", ":1", "--psk", self.shared),
                          ("connect", ":1", "--psk", self.shared),
                          ("connect", ":1", "--server-key", self.two.public, "--key",
                           self.one.path)):
            with self.subTest(arguments=arguments):
                done = run(SNET, *arguments, seconds=SOON)
                self.assertEqual((done.returncode, done.stdout), (NO_INPUT, ""))
                self.assertEqual(len(done.stderr.splitlines()), 1)
                self.assertRegex(done.stderr, f"({self.one.path}|{self.shared}) may be read or "
                                              "changed by others")
                self.assertIn("chmod 600", done.stderr)

    def test_secret_key_in_place_of_the_server_key_is_refused_with_a_hint(self) -> None:
        done = run(SNET, "connect", ":1", "--server-key", self.one.path, seconds=SOON)
        self.assertEqual(done.returncode, NO_INPUT)
        self.assertIn("snet keygen --public", done.stderr)

    def test_secret_of_the_wrong_kind_is_refused_with_a_sentence_that_says_so(self) -> None:
        public = self.folder / "public"
        public.write_text(f"# public key of snet\n{self.two.public}\n", encoding="ascii")
        public.chmod(0o644)
        for option, path, found in (("--key", str(public), "holds a public key"),
                                    ("--key", self.shared, "holds a secret that both ends share"),
                                    ("--psk", self.one.path, "holds the secret key of one end"),
                                    ("--psk", str(public), "holds a public key")):
            with self.subTest(option=option, path=path):
                done = run(SNET, "serve", "--listen", ":0", "--to", ":1", option, path,
                           seconds=SOON)
                self.assertEqual((done.returncode, done.stdout), (NO_INPUT, ""))
                self.assertEqual(len(done.stderr.splitlines()), 1)
                self.assertIn(found, done.stderr)
                self.assertNotIn("chmod", done.stderr)

    def bare(self, name: str) -> str:
        """Put the public key of one end, as the command has printed it, where nobody else reads."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(f"{self.one.public}\n", encoding="ascii")
        return str(path)

    def test_file_named_like_a_public_key_is_no_secret(self) -> None:
        path = self.bare("one.pub")
        for option in ("--key", "--psk"):
            for arguments in (("serve", "--listen", ":0", "--to", ":1"),
                              ("connect", ":1", "--server-key", self.one.public)):
                with self.subTest(option=option, arguments=arguments):
                    done = run(SNET, *arguments, option, path, seconds=SOON)
                    self.assertEqual((done.returncode, done.stdout), (NO_INPUT, ""))
                    self.assertEqual(len(done.stderr.splitlines()), 1)
                    self.assertIn(f"{path} is named like a public key", done.stderr)
                    self.assertIn("snet keygen ", done.stderr)
                    self.assertNotIn("chmod", done.stderr)
        done = run(SNET, "keygen", "--public", path, seconds=SOON)
        self.assertEqual((done.returncode, done.stdout), (NO_INPUT, ""))

    def test_key_that_does_not_say_its_kind_is_believed_and_told(self) -> None:
        path = self.bare("gate")
        taken = run(SNET, "keygen", "--public", path, seconds=SOON)
        self.assertEqual(taken.returncode, OK)
        self.assertIn(f"{path} does not say which kind of key it has", taken.stderr)
        gateway = self.gateway("--key", path)
        gateway.wait_for(re.escape(f"--server-key {taken.stdout.strip()} "))
        [line] = [line for line in gateway.log().splitlines() if "does not say" in line]
        for words in (f"--key: {path} ", taken.stdout.strip(), "# secret key of snet",
                      "if it is a public key"):
            self.assertIn(words, line)
        self.assertNotIn("does not say", self.gateway("--key", self.one.path).log())
        shared = self.gateway("--psk", path)
        self.assertRegex(shared.log(), "--psk: .* does not say .* # shared secret of snet")
        with open(path, encoding="ascii") as file, Process(
            SNET, "serve", "--key", "-", "--listen", f"{LOOPBACK}:0", "--to", ":1", stdin=file,
        ) as other:
            other.wait_for("listening on")

    def test_missing_key_is_told_with_where_to_get_it(self) -> None:
        done = run(SNET, "connect", ":1", seconds=SOON)
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("--server-key is missing", done.stderr)

    def test_no_secret_is_in_any_log(self) -> None:
        gateway = self.gateway("--key", self.one.path, "--psk", self.shared, "--log-json")
        self.gets_in(gateway, "--server-key", self.one.public, "--key", self.two.path)
        for path in (self.one.path, self.two.path, self.shared):
            secret = Path(path).read_text(encoding="ascii").splitlines()[-1]
            self.assertEqual(len(secret), 44)
            self.assertNotIn(secret, gateway.log())

    def test_crash_leaves_no_core_dump(self) -> None:
        gateway = self.gateway("--key", self.one.path)
        limits = Path(f"/proc/{gateway.process.pid}/limits").read_text(encoding="ascii")
        self.assertRegex(limits, r"Max core file size +0 +0 ")
        # What is not dumpable belongs to root in /proc.
        self.assertEqual(os.stat(f"/proc/{gateway.process.pid}/mem").st_uid, 0)


class Waiting(WithKeys):
    """A session with keys is as good as any other."""

    def test_session_survives_the_loss_of_its_connection(self) -> None:
        gateway = self.gateway("--key", self.one.path)
        network = self.enterContext(Listening("chaos", "--to", gateway.address))
        tunnel = self.enterContext(
            Listening("connect", network.address, "--server-key", self.one.public,
                      "--key", self.two.path))
        with dial(tunnel.port) as sock:
            for number in range(20):
                sock.sendall(b"%06d" % number)
                self.assertEqual(receive(sock, 6), b"%06d" % number)
                network.signal(signal.SIGUSR1)
        gateway.wait_for("resumed")

    def test_silent_server_costs_the_client_one_handshake(self) -> None:
        with socket.create_server((LOOPBACK, 0)) as silent:
            address = f"{LOOPBACK}:{silent.getsockname()[1]}"
            started = time.monotonic()
            with Process(SNET, "connect", "--server-key", self.one.public, address) as client:
                self.assertEqual(client.process.wait(NO_ANSWER_SECONDS), UNAVAILABLE)
                self.assertIn("no answer", client.log())
            self.assertLess(time.monotonic() - started, NO_ANSWER_SECONDS)


if __name__ == "__main__":
    main()
