# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Running the real command between real programs: processes that are always ended, by their pid.

SNET_BIN names the command under test. Every wait has a limit, every port is chosen by the system.
"""

import atexit
import contextlib
import functools
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SNET = os.environ.get("SNET_BIN", "snet")
LOOPBACK = "127.0.0.1"
START_SECONDS = 15.0
LEGACY = ("1", "1-padded", "2")
SECURE = "3"
WIRES = (*LEGACY, SECURE)
MODERN = ("2", SECURE)
"""For what does not differ among the legacy wires."""
MIXED = ",".join(WIRES)
DEFECT_WORDS = ("Sanitizer", "runtime error:", "assertion")
THREADS = os.environ.get("SNET_E2E_THREADS")
"""How many loops gateways have where the test does not say; else as many as they take."""
CRASHES = tuple(-number for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS,
                                       signal.SIGILL, signal.SIGFPE))
SKIPPED = 77
"""Exit code by which a test tells ctest that the machine lacks what it needs."""


def need(*programs: str) -> None:
    """Leave the test, skipped, if a program is missing."""
    for program in programs:
        if shutil.which(program) is None:
            print(f"skipped: {program} is not installed; tools/bootstrap installs it")
            sys.exit(SKIPPED)


class Process:
    """A program with its standard error in a file, ended with the test."""

    def __init__(self, *arguments: str, **options: object) -> None:
        self.errors = tempfile.TemporaryFile()
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.DEVNULL)
        self.arguments = arguments
        self.process = subprocess.Popen(arguments, stderr=self.errors, **options)

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        self.stop()
        text = self.log()
        self.errors.close()
        if error is not None:
            name = " ".join(self.arguments)
            print(f"--- {name} (exit {self.process.returncode})\n{text[-3000:]}")
        elif any(word in text for word in DEFECT_WORDS):
            raise AssertionError(f"a defect showed on stderr:\n{text[-3000:]}")
        elif self.process.returncode in CRASHES:
            raise AssertionError(f"{self.arguments} crashed: {self.process.returncode}")

    def log(self) -> str:
        """Return what it wrote to standard error so far."""
        # Opened anew: the process writes at the offset of this very descriptor.
        return Path(f"/proc/self/fd/{self.errors.fileno()}").read_text("utf-8", "replace")

    def wait_for(self, pattern: str, seconds: float = START_SECONDS) -> re.Match:
        """Wait for a line of its log."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.log())
            if found:
                return found
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"no {pattern!r} from {self.arguments}:\n{self.log()}")
            time.sleep(0.01)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def rss_bytes(self) -> int:
        """Return its resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def stop(self) -> int:
        """End it, politely at first: a gateway drains at one signal, and ends at the second."""
        polite, rude = signal.SIGTERM, signal.SIGKILL
        for number, seconds in ((polite, 0.2), (polite, 2.0), (rude, 10.0)):
            if self.process.poll() is None:
                self.process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(seconds)
        return self.process.wait(10.0)


class Listening(Process):
    """A `snet` command that listens; `address` is where."""

    def __init__(self, command: str, *arguments: str, listen: str = f"{LOOPBACK}:0",
                 **options: object) -> None:
        super().__init__(SNET, command, "--listen", listen, *arguments, **options)
        try:
            self.address = self.wait_for(r"listening on (\S+?),")[1]
        except AssertionError:
            self.__exit__(None, None, None)
            raise

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self.address.rpartition(":")[2])


class KeyPair:
    """A key pair: the file with the secret key, and the public key as text.

    With the option --shared, a secret that both ends share, without a public key.
    """

    def __init__(self, folder: str | Path, name: str, *options: str) -> None:
        self.path = str(Path(folder) / name)
        made = run(SNET, "keygen", *options, "--out", self.path, seconds=10)
        if made.returncode != 0:
            raise AssertionError(made.stderr)
        self.public = made.stdout.strip()


@functools.cache
def server_key() -> KeyPair:
    """Return the key that gateways of this process have, over all their lives."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return KeyPair(folder.name, "server")


def served_by(wires: str) -> tuple[str, ...]:
    """Return the options of a gateway that serves `wires`."""
    keys = ("--key", server_key().path) if SECURE in wires.split(",") else ()
    return ("--wire", wires, *keys)


def spoken_by(wire: str) -> tuple[str, ...]:
    """Return the options of a client of such a gateway that speaks `wire`."""
    return ("--wire", wire, *(("--server-key", server_key().public) if wire == SECURE else ()))


def serve(to: str, *arguments: str, wires: str = MIXED, **options: object) -> Listening:
    """Start a gateway in front of `to`, which logs all it can."""
    if THREADS is not None and "--threads" not in arguments:
        arguments = ("--threads", THREADS, *arguments)
    return Listening("serve", *served_by(wires), "--to", to, "-v", *arguments, **options)


def chaos(to: str, *arguments: str, **options: object) -> Listening:
    """Start a hostile network in front of `to`."""
    return Listening("chaos", "--to", to, *arguments, **options)


def connect(to: str, wire: str, *arguments: str, **options: object) -> Listening:
    """Start a tunnel to the gateway at `to`."""
    return Listening("connect", to, *spoken_by(wire), *arguments, **options)


@contextlib.contextmanager
def path_through_chaos(to: str, wire: str, *chaos_arguments: str):
    """Run gateway, hostile network and tunnel; yields the tunnel, the network and the gateway."""
    with (
        serve(to) as gateway,
        chaos(gateway.address, *chaos_arguments) as network,
        connect(network.address, wire) as tunnel,
    ):
        yield tunnel, network, gateway


def run(*arguments: str, seconds: float, **options: object) -> subprocess.CompletedProcess:
    """Run a program to its end and return it, with its output as text."""
    return subprocess.run(arguments, timeout=seconds, capture_output=True, text=True, check=False,
                          **options)


def make_file(path: Path, size: int) -> str:
    """Write `size` random bytes and return their SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        left = size
        while left > 0:
            piece = os.urandom(min(left, 1 << 20))
            digest.update(piece)
            file.write(piece)
            left -= len(piece)
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cuts_of(network: Listening) -> int:
    """End the hostile network and return how many connections it cut."""
    network.stop()
    return int(re.search(r"(\d+) cuts", network.log())[1])


def main() -> None:
    """Run the tests of the calling module."""
    unittest.main(module="__main__", verbosity=2)
