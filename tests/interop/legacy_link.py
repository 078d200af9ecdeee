# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""One TCP connection of a session: bounded buffers, exact reads, pumping, and ways to die.

Every wait has a deadline. Only loopback is used.
"""

import enum
import select
import socket
import struct
import time
from collections.abc import Callable
from typing import NamedTuple

from legacy_session import Session

LOOPBACK = "127.0.0.1"
BUFFER_BYTES = 128 * 1024
CHUNK_BYTES = 64 * 1024
HANDSHAKE_SECONDS = 15.0
POLL_SECONDS = 0.02
FIN_WAIT_SECONDS = 0.5
STUCK_SECONDS = 0.2

Predicate = Callable[[], bool]


class LinkClosed(Exception):
    """The connection ended, or stayed silent too long, while bytes were expected."""


class TimedOut(Exception):
    """A goal was not reached in time."""


class End(enum.Enum):
    """Why a pump stopped."""

    GOAL = "goal reached"
    FIN = "the other end closed"
    RESET = "the connection broke"


class Cut(NamedTuple):
    """Cut a link after so many stream bytes were read or sent on it, whichever comes first."""

    read: int
    sent: int
    with_reset: bool


def bounded_socket() -> socket.socket:
    """Return a TCP socket whose kernel buffers our history covers."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    sock.settimeout(HANDSHAKE_SECONDS)
    return sock


def bounded_listener() -> socket.socket:
    """Return a listening socket on a free port, which accepted sockets take buffers from."""
    sock = bounded_socket()
    sock.bind((LOOPBACK, 0))
    sock.listen(64)
    return sock


def reset(sock: socket.socket) -> None:
    """Close with an RST, so that both kernels throw away what they hold."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


class Link:
    """A connection that a session may be attached to."""

    def __init__(self, sock: socket.socket, session: Session | None = None) -> None:
        self.sock = sock
        self.session = session
        self.read_bytes = 0
        self.sent_bytes = 0
        self._can_send = True
        sock.settimeout(HANDSHAKE_SECONDS)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @classmethod
    def connect(cls, port: int) -> "Link":
        """Connect to a loopback port."""
        sock = bounded_socket()
        try:
            sock.connect((LOOPBACK, port))
        except OSError:
            sock.close()
            raise
        return cls(sock)

    # Handshake

    def read(self, count: int) -> bytes:
        """Return exactly `count` bytes, or raise LinkClosed."""
        data = bytearray()
        while len(data) < count:
            try:
                piece = self.sock.recv(count - len(data))
            except OSError as error:
                raise LinkClosed(f"{error!r} after {data.hex() or 'nothing'}") from error
            if not piece:
                raise LinkClosed(f"closed after {data.hex() or 'nothing'}")
            data += piece
        return bytes(data)

    def write(self, data: bytes) -> None:
        """Send all of `data`, or raise LinkClosed."""
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise LinkClosed(repr(error)) from error

    # Stream

    def _receive(self, limit: int) -> End | None:
        try:
            data = self.sock.recv(min(limit, CHUNK_BYTES))
        except BlockingIOError:
            return None
        except OSError:
            return End.RESET
        if not data:
            return End.FIN if self._can_send else End.RESET
        self.session.take(data)
        self.read_bytes += len(data)
        return None

    def _send(self, limit: int) -> None:
        data = self.session.to_send(min(limit, CHUNK_BYTES))
        try:
            count = self.sock.send(data)
        except BlockingIOError:
            return
        except OSError:
            # What arrived before the connection broke is still there to be read.
            self._can_send = False
            return
        self.session.mark_sent(count)
        self.sent_bytes += count

    def pump(
        self, until: Predicate, seconds: float, read_max: int = 2**62, send_max: int = 2**62
    ) -> End:
        """Move stream bytes until a goal is reached or the link ends.

        Never more than `read_max` bytes are taken off this link, nor `send_max` handed to it.
        """
        deadline = time.monotonic() + seconds
        self.sock.setblocking(False)
        while not until():
            if time.monotonic() > deadline:
                raise TimedOut(f"{self.session} read {self.read_bytes} sent {self.sent_bytes}")
            may_read, may_send = read_max - self.read_bytes, send_max - self.sent_bytes
            sends = self._can_send and may_send > 0 and self.session.has_to_send()
            try:
                readable, writable, _ = select.select(
                    [self.sock] if may_read > 0 else [],
                    [self.sock] if sends else [],
                    [],
                    POLL_SECONDS,
                )
            except (OSError, ValueError):
                return End.RESET
            end = self._receive(may_read) if readable else None
            if end:
                return End.GOAL if until() else end
            if writable:
                self._send(may_send)
        return End.GOAL

    def transfer(self, *, send: int, read: int, seconds: float) -> None:
        """Hand over and take exactly so many further stream bytes, or raise LinkClosed."""
        send_max, read_max = self.sent_bytes + send, self.read_bytes + read

        def done() -> bool:
            return self.sent_bytes == send_max and self.read_bytes == read_max

        end = self.pump(done, seconds, read_max, send_max)
        if end is not End.GOAL:
            raise LinkClosed(f"{end} at {self.session}")

    def pump_to_cut(self, until: Predicate, seconds: float, cut: Cut) -> End:
        """Pump until a goal is reached, the link ends or the cut is due."""

        def due() -> bool:
            return self.read_bytes >= cut.read or self.sent_bytes >= cut.sent or until()

        return self.pump(due, seconds, cut.read, cut.sent)

    def end_of_stream(self, seconds: float) -> End:
        """Take all that comes until the link ends, and say how it did."""
        return self.pump(lambda: False, seconds)

    def send_until_stuck(self) -> None:
        """Send, and read nothing, until the other end takes no more or the link ends."""
        while True:
            before = self.sent_bytes
            try:
                if self.pump(lambda: False, STUCK_SECONDS, read_max=self.read_bytes) is End.RESET:
                    return
            except TimedOut:
                if self.sent_bytes == before:
                    return

    # Death

    def reset(self) -> None:
        """Close with an RST."""
        reset(self.sock)

    def end_writing(self) -> None:
        """Send a FIN and go on reading; nothing happens if the connection has died already."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def finish(self) -> None:
        """Close with a FIN, and give the other end a moment to see it before the socket goes.

        Nothing is read any more: bytes that nobody counts must stay as few as kernels hold, or the
        other end's history does not cover them.
        """
        self.end_writing()
        poller = select.poll()
        poller.register(self.sock, 0)  # which still reports that both ends have closed
        poller.poll(FIN_WAIT_SECONDS * 1000)
        self.sock.close()

    def cut(self, with_reset: bool) -> None:
        """Close in one of the two ways."""
        self.reset() if with_reset else self.finish()

    def close(self) -> None:
        """Close as the kernel likes."""
        self.sock.close()
