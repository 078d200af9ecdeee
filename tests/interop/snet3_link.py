# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""One TCP connection of snet/3 without its meaning: buffers, messages, records, planted faults.

Everything runs in one thread: `run` moves bytes for all parties of a test until a goal is
reached. Only loopback and socket pairs are used, and every wait has a deadline.
"""

import select
import socket
import struct
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from snet3_wire import HEADER_BYTES, Header

LOOPBACK = "127.0.0.1"
CHUNK_BYTES = 65536
POLL_SECONDS = 0.01
GOOD_ORDER_SECONDS = 5.0
VOID_SECONDS = 0.05
NEVER = 2**62


class TimedOut(Exception):
    """A goal was not reached in time."""


class BadFraming(Exception):
    """A header or a record length that nobody may send here."""


class Link:
    """A connection, non-blocking. `lost` says why it ended, and is empty while it lives."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        if sock.family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self.began = time.monotonic()
        self.lost = ""
        self.peer_ended = False
        self.inbox = bytearray()
        self.outbox = bytearray()
        self.taken = self.handed = 0
        self.cut_in = self.cut_out = NEVER
        """Reset the connection when so many bytes were taken from it, or handed to it."""
        self.void_from = NEVER
        """Bytes from here on are counted as handed over, and go nowhere; the link dies soon."""
        self._void_until: float | None = None
        self.flip_at = NEVER
        """The outgoing byte that gets one bit changed."""
        self._finish_until: float | None = None

    @classmethod
    def connect(cls, port: int) -> "Link":
        """Connect to a loopback port."""
        return cls(socket.create_connection((LOOPBACK, port), timeout=5.0))

    # Bytes

    def fill(self) -> None:
        """Take what has arrived."""
        if self._void_until and time.monotonic() > self._void_until:
            self.reset("nothing comes back")
        while not self.lost and not self.peer_ended and len(self.inbox) < 4 * CHUNK_BYTES:
            room = min(CHUNK_BYTES, self.cut_in - self.taken)
            if room <= 0:
                self.reset("cut after so many bytes taken")
                return
            try:
                piece = self.sock.recv(room)
            except BlockingIOError:
                return
            except OSError as error:
                self._lose(repr(error))
                return
            if not piece:
                self.peer_ended = True
            self.taken += len(piece)
            if self._finish_until is None:
                self.inbox += piece

    def _spoiled(self, count: int) -> bytes:
        piece = bytearray(self.outbox[:count])
        if self.handed <= self.flip_at < self.handed + count:
            piece[self.flip_at - self.handed] ^= 0x10
        return bytes(piece)

    def flush(self) -> None:
        """Hand over what waits, as far as the other end takes it."""
        while self.outbox and not self.lost:
            ends = min(self.cut_out, self.void_from) - self.handed
            if ends <= 0:
                if self.cut_out <= self.void_from:
                    self.reset("cut after so many bytes handed over")
                else:
                    self.handed += len(self.outbox)
                    self.outbox.clear()
                    self._void_until = self._void_until or time.monotonic() + VOID_SECONDS
                return
            try:
                count = self.sock.send(self._spoiled(min(CHUNK_BYTES, ends, len(self.outbox))))
            except BlockingIOError:
                return
            except OSError as error:
                # What arrived before is still to be read; reading will notice the end.
                self.outbox.clear()
                if self.peer_ended:
                    self._lose(repr(error))
                return
            self.handed += count
            del self.outbox[:count]

    # Pieces

    def take(self, count: int) -> bytes | None:
        """Take exactly so many bytes off the inbox, or none yet."""
        if len(self.inbox) < count:
            return None
        piece = bytes(self.inbox[:count])
        del self.inbox[:count]
        return piece

    def take_message(self) -> tuple[Header, bytes] | None:
        """Take a handshake message, or None if it is not complete; BadFraming if it never is."""
        if len(self.inbox) < HEADER_BYTES:
            return None
        header = Header.decode(bytes(self.inbox[:HEADER_BYTES]))
        if not header.fits():
            raise BadFraming(str(header))
        message = self.take(HEADER_BYTES + header.body_len)
        return (header, message[HEADER_BYTES:]) if message else None

    def take_record(self, max_record: int) -> tuple[bytes, bytes] | None:
        """Take the length and the sealed rest of a record, or None if it is not complete."""
        if len(self.inbox) < 2:
            return None
        length = int.from_bytes(self.inbox[:2], "little")
        if not 17 <= length <= max_record + 16:
            raise BadFraming(f"a record of {length} bytes, max_record {max_record}")
        record = self.take(2 + length)
        return (record[:2], record[2:]) if record else None

    # Ends

    def _lose(self, why: str) -> None:
        if not self.lost:
            self.lost = why
            self.sock.close()

    def close(self, why: str = "closed") -> None:
        """Close as the kernel likes."""
        self._lose(why)

    def reset(self, why: str = "reset") -> None:
        """Close with an RST, so that both kernels throw away what they hold."""
        if not self.lost:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._lose(why)

    def finish(self) -> None:
        """Close in good order: send all and a FIN, drop what still arrives."""
        if self._finish_until is None:
            self._finish_until = time.monotonic() + GOOD_ORDER_SECONDS
            self._sent_fin = False

    def linger(self) -> None:
        """Go on with closing in good order."""
        self.flush()
        if not self.outbox and not self.lost and not self._sent_fin:
            self._sent_fin = True
            try:
                self.sock.shutdown(socket.SHUT_WR)
            except OSError as error:
                self._lose(repr(error))
        self.fill()
        if self.peer_ended and not self.outbox or time.monotonic() > self._finish_until:
            self._lose("closed in good order")


class Party(Protocol):
    """Something that has links and does its part when it is called."""

    def links(self) -> Iterable[Link]:
        """Return the links that live."""

    def listeners(self) -> Iterable[socket.socket]:
        """Return the sockets that it accepts links from."""

    def step(self) -> None:
        """Move what can be moved."""


def run(parties: Iterable[Party], until: Callable[[], bool], seconds: float) -> None:
    """Step all parties until a goal is reached, or raise TimedOut."""
    parties = list(parties)
    deadline = time.monotonic() + seconds
    while True:
        for party in parties:
            party.step()
        if until():
            return
        if time.monotonic() > deadline:
            raise TimedOut("; ".join(map(repr, parties)))
        links = [link for party in parties for link in party.links() if not link.lost]
        readers = [link.sock for link in links if not link.peer_ended]
        readers += [sock for party in parties for sock in party.listeners()]
        writers = [link.sock for link in links if link.outbox]
        select.select(readers, writers, [], POLL_SECONDS)


def pause(parties: Iterable[Party], seconds: float) -> None:
    """Step all parties for some time."""
    end = time.monotonic() + seconds
    run(parties, lambda: time.monotonic() > end, seconds + 1.0)
