#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The n-th call of the system fails, in a gateway, in a client, or in a program with the library.

Whatever fails, and when: no process crashes, none hangs, no wrong byte is taken for a right one.
What fails is said in a line, or costs one connection or one session, or is made good; and a
gateway that has begun serves the next client as if nothing had been.

The numbers that are tried are spread over all calls of a run that works. SNET_FAULT_EVERY=1 tries
each of them, in some twenty minutes.
"""

import errno
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from e2e_support import (LOOPBACK, SECURE, SNET, Listening, Process, main, served_by, server_key,
                         spoken_by)
from test_echo import EchoHandler, EchoServer
from test_ssh import free_port

SHIM = os.environ["SNET_FAULT_SHIM"]
LIBRARY_CLIENT = os.environ["SNET_ECHO_CLIENT"]
EVERY = int(os.environ.get("SNET_FAULT_EVERY", "0"))
TRIES = 8
"""How many numbers of each call are tried, if not EVERY."""
LIMIT = 20.0
BYTES = 120_000
DATA = bytes(range(256)) * (BYTES // 256)
FAULTS = (("malloc", errno.ENOMEM), ("read", errno.ECONNRESET), ("read", errno.EINTR),
          ("write", errno.EPIPE), ("write", errno.ENOBUFS), ("accept", errno.EMFILE),
          ("accept", errno.ECONNABORTED), ("connect", errno.ENETUNREACH), ("socket", errno.EMFILE),
          ("open", errno.EMFILE), ("getaddrinfo", -3))
"""Not epoll_ctl: libuv ends the process itself (docs/limits.md)."""
LINES = "".join(f"line {number}\n" for number in range(200)).encode()
CRASHES = {-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGILL, -signal.SIGABRT}


def faulty(call: str, number: int, code: int, count: int = 1) -> dict[str, str]:
    """Return the environment of a program in which a call fails."""
    return {**os.environ, "LD_PRELOAD": SHIM, "SNET_FAULT": f"{call}:{number}:{count}:{code}"}


def counting(path: Path) -> dict[str, str]:
    """Return the environment of a program that writes how often it calls what."""
    return {**os.environ, "LD_PRELOAD": SHIM, "SNET_FAULT_COUNTS": str(path)}


def counts_of(path: Path) -> dict[str, int]:
    """Return what such a program has written."""
    return {name: int(count) for name, count in
            (line.split() for line in path.read_text().splitlines())}


def spread(total: int) -> Iterator[int]:
    """Choose numbers from 1 to the total, the first and the last among them."""
    if EVERY == 1 or total <= TRIES:
        return iter(range(1, total + 1))
    return iter(sorted({1 + round(i * (total - 1) / (TRIES - 1)) for i in range(TRIES)}))


class Fault(unittest.TestCase):
    """An echo behind a gateway, and clients that send it `DATA`."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = EchoServer((LOOPBACK, 0), EchoHandler)
        cls.thread = threading.Thread(target=cls.server.serve_forever, daemon=True)
        cls.thread.start()
        cls.backend = f"{LOOPBACK}:{cls.server.server_address[1]}"
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.server.shutdown()
        cls.server.server_close()
        cls.folder.cleanup()

    def gateway(self, **options: object) -> Listening:
        """Start a gateway."""
        return Listening("serve", *served_by(SECURE), "--to", self.backend, **options)

    def client(self, address: str, **options: object) -> subprocess.CompletedProcess:
        """Run a client to its end."""
        return subprocess.run(
            [SNET, "connect", *spoken_by(SECURE), "--resume-timeout", "5s", address],
            input=DATA, capture_output=True, timeout=LIMIT, check=False, **options)

    def library_client(self, address: str, **options: object) -> subprocess.CompletedProcess:
        """Run a program that has the library inside."""
        return subprocess.run([LIBRARY_CLIENT, address, server_key().public], input=LINES,
                              capture_output=True, timeout=LIMIT, check=False, **options)

    def judge(self, done: subprocess.CompletedProcess, what: str) -> None:
        """A client has all, or says why not; and what it has is right."""
        self.assertNotIn(done.returncode, CRASHES, f"{what}: {done.stderr[-2000:]}")
        self.assertTrue(DATA.startswith(done.stdout), f"{what}: a wrong byte")
        if done.returncode == 0:
            self.assertEqual(done.stdout, DATA, f"{what}: exit 0 without all bytes")
        else:
            self.assertRegex(done.stderr, rb"snet|memory", f"{what}: {done.returncode} in silence")

    def counts(self, of_client: bool) -> dict[str, int]:
        """Count the calls of a run in which nothing fails."""
        path = Path(self.folder.name, "counts")
        with self.gateway(env=None if of_client else counting(path)) as gateway:
            done = self.client(gateway.address, env=counting(path) if of_client else None)
            self.assertEqual((done.returncode, done.stdout), (0, DATA), done.stderr)
        counts = counts_of(path)
        for call in ("malloc", "read", "write", "socket", "open"):
            self.assertGreater(counts[call], 0, f"{call} is not seen")
        return counts

    def test_no_fault_of_a_client_is_more_than_the_end_of_that_client(self) -> None:
        counts = self.counts(True)
        with self.gateway() as gateway:
            for call, code in FAULTS:
                for number in spread(counts[call]):
                    done = self.client(gateway.address, env=faulty(call, number, code))
                    self.judge(done, f"{call} {number} {errno.errorcode.get(code, code)}")
            done = self.client(gateway.address)
            self.assertEqual((done.returncode, done.stdout), (0, DATA), done.stderr)

    def test_no_fault_of_the_library_crashes_its_program(self) -> None:
        path = Path(self.folder.name, "counts")
        with self.gateway() as gateway:
            done = self.library_client(gateway.address, env=counting(path))
            self.assertEqual((done.returncode, done.stdout), (0, LINES), done.stderr)
            for call, code in FAULTS:
                for number in spread(counts_of(path)[call]):
                    what = f"{call} {number} {errno.errorcode.get(code, code)}"
                    done = self.library_client(gateway.address, env=faulty(call, number, code))
                    self.assertNotIn(done.returncode, CRASHES, what)
                    self.assertTrue(LINES.startswith(done.stdout), f"{what}: a wrong byte")
                    self.assertTrue(done.returncode != 0 or done.stdout == LINES or call == "read",
                                    f"{what}: less than all, and no word")
            done = self.library_client(gateway.address)
            self.assertEqual((done.returncode, done.stdout), (0, LINES), done.stderr)

    def test_no_fault_of_a_gateway_is_more_than_the_end_of_one_session(self) -> None:
        counts = self.counts(False)
        for call, code in FAULTS:
            for number in spread(counts[call]):
                self.fail_in_gateway(call, number, code)

    def until_it_listens(self, gateway: Process, port: int) -> bool:
        """Wait for that, as its log may lack the memory to say so. False: it has ended."""
        listening = f"0100007F:{port:04X} 00000000:0000 0A"
        deadline = time.monotonic() + LIMIT
        while gateway.process.poll() is None and time.monotonic() < deadline:
            if listening in Path("/proc/net/tcp").read_text(encoding="ascii"):
                return True
            time.sleep(0.01)
        return False

    def fail_in_gateway(self, call: str, number: int, code: int) -> None:
        """Either it does not begin, and says why; or it serves all clients but one."""
        what = f"{call} {number} {errno.errorcode.get(code, code)}"
        port = free_port()
        address = f"{LOOPBACK}:{port}"
        gateway = Process(SNET, "serve", *served_by(SECURE), "--to", self.backend, "--listen",
                          address, env=faulty(call, number, code))
        with gateway:
            if not self.until_it_listens(gateway, port):
                status = gateway.process.wait(LIMIT)
                self.assertNotIn(status, CRASHES, f"{what}: {gateway.log()}")
                self.assertNotEqual(status, 0, what)
                self.assertRegex(gateway.log(), "snet|memory", f"{what}: {status} in silence")
                return
            # It happens once, and not at the same place each time: whom it has missed it may meet.
            for _ in range(2):
                self.judge(self.client(address), what)
            done = self.client(address)
            self.assertIsNone(gateway.process.poll(), f"{what}: {gateway.log()}")
            self.assertEqual((done.returncode, done.stdout), (0, DATA),
                             f"{what}: {done.stderr} {gateway.log()}")


if __name__ == "__main__":
    main()
