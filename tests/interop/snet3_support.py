# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""`snet serve` and `snet connect` on snet/3 as processes, their keys, and faults for links."""

import base64
import os
import random
import socket
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from interop_support import LOOPBACK, Backend, Bulk, Command, Connect, connect_local, free_port
from snet3_carrier import Carrier, Style
from snet3_client import Client, Identity
from snet3_link import Link
from snet3_noise import new_private_key, public_key
from snet3_server import Server, Settings
from snet3_session import Terms
from snet3_wire import Pattern, Suite

TERMS = (Terms(65536, 16384), Terms(2**20, 65518), Terms(4096, 512), Terms(100_000, 700))
"""Windows and max_records that this peer announces: the usual, the largest, the smallest, odd."""
SUITE_NAMES = {Suite.CHACHA: "chacha20-poly1305", Suite.AES: "aes-256-gcm"}


def text_of(key: bytes) -> str:
    """Return a key as the command prints and reads it."""
    return base64.b64encode(key).decode("ascii")


class KeyFiles:
    """A folder of keys that goes with its object."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()

    def write(self, name: str, text: str) -> str:
        """Write a file that only its owner may read, and return its path."""
        path = Path(self._folder.name) / name
        path.touch(mode=0o600)
        path.write_text(text + "\n", encoding="ascii")
        return str(path)

    def made_by_command(self, name: str) -> tuple[str, bytes]:
        """Let the command make a key; return the path and the public key that it prints."""
        path = str(Path(self._folder.name) / name)
        printed = subprocess.run(
            [os.environ["SNET_BIN"], "keygen", "--out", path],
            capture_output=True, check=True, timeout=10.0,
        ).stdout
        return path, base64.b64decode(printed.strip())

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()


class SecureServe(Command):
    """`snet serve --wire 3` in front of a backend of the test, with one client's key and a psk."""

    def __init__(
        self, *options: str, only_authorized: bool = False, by_psk_only: bool = False,
        wires: str = "3", resume_seconds: int = 60, descriptors: int | None = None,
    ) -> None:
        self.backend = Backend()
        self.port = free_port()
        self.files = KeyFiles()
        self.key_path, self.public = self.files.made_by_command("server.key")
        lines = Path(self.key_path).read_text(encoding="ascii").splitlines()
        self.private = base64.b64decode(lines[-1])
        self.psk = os.urandom(32)
        self.client_private = new_private_key()
        keys = ["--psk", self.files.write("psk", text_of(self.psk))]
        if not by_psk_only:
            keys += ["--key", self.key_path]
        if only_authorized:
            listed = f"{text_of(public_key(self.client_private))} somebody"
            keys += ["--authorized", self.files.write("authorized", listed)]
        self.arguments = [
            "serve",
            *("--wire", wires),
            *("--listen", f"{LOOPBACK}:{self.port}"),
            *("--to", f"{LOOPBACK}:{self.backend.port}"),
            *("--resume-timeout", str(resume_seconds)),
            *keys, *options,
        ]
        super().__init__(*self.arguments, descriptors=descriptors)

    def __enter__(self) -> "SecureServe":
        try:
            connect_local(self.port).close()
        except OSError as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def identity(self, pattern: Pattern = Pattern.NK, suite: Suite = Suite.CHACHA) -> Identity:
        """Return what a client of this server needs for a pattern."""
        return Identity(
            pattern, suite,
            server_public=None if pattern is Pattern.NNPSK0 else self.public,
            own_private=self.client_private if pattern is Pattern.XK else None,
            psk=self.psk if pattern is Pattern.NNPSK0 else None,
        )

    def client(
        self, pattern: Pattern = Pattern.NK, suite: Suite = Suite.CHACHA,
        terms: Terms | None = None,
    ) -> Client:
        """Return a client of this server that has not asked yet."""
        return Client(self.port, self.identity(pattern, suite), terms)

    def restart(self) -> None:
        """End the process, and start another one with the same keys and ports."""
        self.process.kill()
        self.process.wait(10.0)
        self.process = subprocess.Popen(
            [os.environ["SNET_BIN"], *self.arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._errors,
        )
        connect_local(self.port).close()

    def stop(self) -> None:
        super().stop()
        self.backend.close()
        self.files.close()


class SecureConnect(Connect):
    """`snet connect --wire 3` on standard input and output, to a server of this peer."""

    def __init__(
        self, server: Server, *options: str, identity: Identity | None = None,
        server_public: bytes | None = None,
    ) -> None:
        identity = identity or Identity()
        self.files = KeyFiles()
        keys = []
        if identity.psk:
            keys += ["--psk", self.files.write("psk", text_of(identity.psk))]
        else:
            keys += ["--server-key", text_of(server_public or server.public)]
        if identity.own_private:
            keys += ["--key", self.files.write("key", text_of(identity.own_private))]
        Command.__init__(
            self,
            "connect",
            f"{LOOPBACK}:{server.port}",
            *("--wire", "3"),
            *("--resume-timeout", "60"),
            *("--suite", SUITE_NAMES[identity.suite]),
            *keys, *options,
            with_pipes=True,
        )
        self.output = bytearray()
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()

    def close_input(self) -> None:
        """End its standard input."""
        self.process.stdin.close()

    def write(self, data: bytes) -> None:
        """Write a little to its standard input."""
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def stop(self) -> None:
        super().stop()
        self.files.close()


class Spoiler:
    """Gives links a fault at a random place: reset while reading or sending, a void, a bit."""

    def __init__(self, seed: int, most: int) -> None:
        self._source = random.Random(seed)
        self._most = most
        self.faults: list[str] = []
        self.left = 2**62

    def __call__(self, link: Link) -> None:
        if self.left > 0:
            self.left -= 1
            fault = self._source.choice(["cut_in", "cut_out", "void_from", "flip_at"])
            self.faults.append(fault)
            setattr(link, fault, self._source.randint(150, self._most))


def varied(seed: int):
    """Return a hook that makes all carriers of one end vary their records."""
    style = Style(seed)

    def use(carrier: Carrier) -> None:
        carrier.style = style

    return use


class Cases(unittest.TestCase):
    """Helpers that all tests against the command share."""

    def assert_no_bytes_were_odd(self, peer: Client | object) -> None:
        """Everything that the command sent was authentic."""
        self.assertEqual(peer.unauthentic, 0)

    def bulk(self, sock: socket.socket, payload: bytes) -> Bulk:
        """Start a program on a socket, which is ended with the test."""
        program = Bulk(sock, payload)
        self.addCleanup(program.close)
        return program


def settings_for(pattern: Pattern, terms: Terms) -> tuple[Identity, Settings]:
    """Return a client for the command to be, and a server that knows it."""
    own, psk = new_private_key(), os.urandom(32)
    if pattern is Pattern.NNPSK0:
        return Identity(pattern, psk=psk), Settings(private=None, psks=[psk], terms=terms)
    if pattern is Pattern.XK:
        known = Settings(authorized={public_key(own)}, terms=terms)
        return Identity(pattern, own_private=own), known
    return Identity(pattern), Settings(terms=terms)
