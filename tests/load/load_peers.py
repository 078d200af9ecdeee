# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Clients that want more than their share of a server, and one that wants nothing but its bytes."""

import itertools
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from snet3_client import Client, Outcome
from snet3_session import Terms
from snet3_support import SecureServe
from snet3_wire import Extension

LOOPBACK = "127.0.0.1"
CHUNK_BYTES = 1 << 20
RECORD_BYTES = 16384
IDLE_SECONDS = 0.02
SIGN_OF_LIFE_SECONDS = 4.0
FAR_SECONDS = 1.0
GROWN = 4
PROVEN_SECONDS = 8.0


def dial_from(address: str, port: int) -> Callable[[], socket.socket]:
    """Return what connects to a loopback port from this address."""
    return lambda: socket.create_connection((LOOPBACK, port), 5.0, (address, 0))


class Loaded(SecureServe):
    """A gateway whose backend is the program `source.py`, in a process of its own."""

    def __init__(self, *options: str, **how: object) -> None:
        super().__init__(*options, **how)
        listener = self.backend._listener
        self.source = subprocess.Popen(
            [sys.executable, "-B", str(Path(__file__).with_name("source.py")),
             str(listener.fileno())],
            stdin=subprocess.PIPE, pass_fds=[listener.fileno()],
        )

    def stop(self) -> None:
        super().stop()
        self.source.communicate()


class Reader(Client):
    """A client that counts what it receives instead of keeping it."""

    def __init__(self, server: SecureServe, address: str, window: int) -> None:
        super().__init__(
            server.port, server.identity(), Terms(window, RECORD_BYTES),
            dial=dial_from(address, server.port),
        )

    def _carry(self, *arguments: object) -> None:
        super()._carry(*arguments)
        session = self.session

        def take(position: int, data: bytes) -> None:
            session.recv_next = max(session.recv_next, position + len(data))

        session.take_data = take

    @property
    def received(self) -> int:
        """How many bytes of the stream have come."""
        return self.session.recv_next if self.session else 0

    @property
    def evicted(self) -> bool:
        """Whether the server has ended the session to make room for others."""
        return self.outcome is Outcome.ABORTED and self.code == 18


class Hoarder(Reader):
    """Makes the server's buffer grow, and from then on reads all and acknowledges nothing.

    It is slow to say its first record: so the server takes it for far away, and for somebody whose
    buffer has to be large.
    """

    def __init__(self, server: SecureServe, address: str, most: int) -> None:
        super().__init__(server, address, most)
        self._most = most
        self._said = self._began = 0.0
        self.told = 0
        self.send_hello()

    @property
    def hoards(self) -> bool:
        """Whether it acknowledges no more."""
        return self.live is not None and not self.live.style.sends_acks

    def _carry(self, *arguments: object) -> None:
        super()._carry(*arguments)
        self.live.may_send = False
        self._began = time.monotonic()

    def step(self) -> None:
        now = time.monotonic()
        if self.live and now - self._began > FAR_SECONDS:
            self.live.may_send = True
        grown = now - self._began > PROVEN_SECONDS and self.received > GROWN * self._most
        if self.live and not self.hoards and grown:
            self.live.style.sends_acks = False
            self.session.grants = False
            self.told = self.session.recv_next
        if self.hoards and now - self._said > SIGN_OF_LIFE_SECONDS:
            self._said = now
            self.live.say(Extension(0x7F, b""))
        super().step()


class Crowd:
    """Clients that a thread moves."""

    def __init__(self, clients: list[Client]) -> None:
        self.clients = clients
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.is_set():
            before = sum(client.received for client in self.clients)
            for client in self.clients:
                client.step()
            if before == sum(client.received for client in self.clients):
                time.sleep(IDLE_SECONDS)

    def stop(self) -> None:
        """Move them no more."""
        self._stopped.set()
        self._thread.join(10.0)

    def close(self) -> None:
        """Stop, and close all links."""
        self.stop()
        for link in itertools.chain.from_iterable(client.links() for client in self.clients):
            link.close()


class Meter:
    """A download by `snet connect`, and its rate second by second."""

    def __init__(self, stream: object) -> None:
        self.total = 0
        self.rates: list[float] = []
        self._stream = stream
        self._stopped = threading.Event()
        for target in (self._read, self._watch):
            threading.Thread(target=target, daemon=True).start()

    def _read(self) -> None:
        try:
            while piece := self._stream.read1(CHUNK_BYTES):
                self.total += len(piece)
        except (OSError, ValueError):
            pass

    def _watch(self) -> None:
        before, then = self.total, time.monotonic()
        while not self._stopped.wait(1.0):
            total, now = self.total, time.monotonic()
            self.rates.append((total - before) / (now - then) / 1e6)
            before, then = total, now

    def mean(self, first: int, last: int | None = None) -> float:
        """Return the mean rate of these seconds, in MB/s."""
        rates = self.rates[first:last]
        return sum(rates) / len(rates) if rates else 0.0

    def close(self) -> None:
        """Watch no longer."""
        self._stopped.set()
