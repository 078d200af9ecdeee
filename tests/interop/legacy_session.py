# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What one end of a session remembers between links: key, counts, sent history, cipher state.

A Session does no I/O. Counts and history are over wire bytes, so a retransmission repeats the
same bytes and no cipher ever goes back. It may be written to by one thread while another one
moves its bytes over a link.
"""

import threading

from legacy_wire import COUNT_LEAD_MAX, SERVER_DATA_POSITION, Cipher, Keystream, NoCipher

HISTORY_BYTES = 2**20


class ImpossibleCounts(Exception):
    """The other end claims counts that cannot belong to this session."""


class Session:
    """One end of a session. With `echo` it writes back whatever it receives."""

    def __init__(
        self, key: bytes, conn_id: int, *, is_client: bool, encrypt: bool = True
    ) -> None:
        self.key = key
        self.conn_id = conn_id
        self.history_bytes = HISTORY_BYTES
        self.declares_little = False
        """As servers of ours do: a resume is promised what its client has."""
        self.whole_retransmissions = False
        """As published ends do: what was declared is kept when all of it has come on one link."""
        self._owed = 0
        self._held = b""
        self.challenge = b""
        """Of the last reply to a resume."""
        self.echo = False
        self.write_count = 0
        self.read_count = 0
        self.received = bytearray()
        self._lock = threading.RLock()
        self._sent_offset = 0
        self._history = bytearray()
        self._history_offset = 0
        self._outbox = bytearray()
        self._seal: Cipher | NoCipher = NoCipher()
        self._open: Cipher | NoCipher = NoCipher()
        if encrypt:
            keystream = Keystream(key)
            client = Cipher(keystream, 0)
            server = Cipher(keystream, SERVER_DATA_POSITION)
            self._seal, self._open = (client, server) if is_client else (server, client)

    def __repr__(self) -> str:
        return (
            f"<session {self.conn_id:#x}: written {self.write_count}, handed over"
            f" {self._sent_offset}, waiting {len(self._outbox)}, read {self.read_count}>"
        )

    @property
    def counts(self) -> tuple[int, int]:
        """The write count and the read count, in the order of the wire."""
        return self.write_count, self.read_count

    def plaintext_for(self, wire_bytes: bytes) -> bytes:
        """Return the plaintext that would leave as these wire bytes if it were written next."""
        with self._lock:
            assert not self._outbox
            return self._seal.peek(wire_bytes)

    def write(self, data: bytes) -> None:
        """Queue plaintext. It gets a count when it enters the history."""
        with self._lock:
            self._outbox += data

    def take(self, wire_bytes: bytes) -> None:
        """Count bytes that came off the wire, and keep them decrypted."""
        with self._lock:
            if self._owed > 0:
                self._held += wire_bytes
                if len(self._held) < self._owed:
                    return
                wire_bytes, self._held, self._owed = self._held, b"", 0
            data = self._open.apply(wire_bytes)
            self.read_count += len(data)
            self.received += data
            if self.echo:
                self._outbox += data

    def resumed(self, peer_write: int) -> None:
        """A new link begins; what an older one did not bring whole is forgotten."""
        with self._lock:
            self._owed = peer_write - self.read_count if self.whole_retransmissions else 0
            self._held = b""

    def has_to_send(self) -> bool:
        """Say whether any byte waits to be handed to a link, for the first time or again."""
        with self._lock:
            return bool(self._outbox) or self._sent_offset < self.write_count

    def _commit_until(self, offset: int) -> None:
        """Move queued bytes into the history until the write count is `offset`, if there are."""
        count = min(max(offset - self.write_count, 0), len(self._outbox))
        self._history += self._seal.apply(self._outbox[:count])
        self.write_count += count
        del self._outbox[:count]
        self._trim()

    def _trim(self) -> None:
        """Overwrite the oldest history, but nothing that has never been sent."""
        keep_from = min(self._sent_offset, self.write_count - self.history_bytes)
        if keep_from > self._history_offset:
            del self._history[: keep_from - self._history_offset]
            self._history_offset = keep_from

    def _unsent(self, limit: int) -> bytes:
        start = self._sent_offset - self._history_offset
        return bytes(self._history[start : start + limit])

    def to_send(self, limit: int) -> bytes:
        """Return up to `limit` wire bytes to hand to a link: what the peer lacks, then new ones."""
        with self._lock:
            self._commit_until(self._sent_offset + min(limit, self.history_bytes))
            return self._unsent(limit)

    def mark_sent(self, count: int) -> None:
        """Note that a link took the first `count` bytes of `to_send`."""
        with self._lock:
            self._sent_offset += count
            assert self._sent_offset <= self.write_count
            self._trim()

    def withhold(self, count: int) -> bytes:
        """Write up to `count` bytes past those sent, hand them to no link, and return them.

        For both ends that is the same as bytes that a dying link took with it.
        """
        with self._lock:
            self._commit_until(self._sent_offset + count)
            return self._unsent(self.write_count - self._sent_offset)

    def check_counts(self, peer_write: int, peer_read: int) -> None:
        """Raise ImpossibleCounts unless the counts of the other end are possible."""
        if not self.read_count <= peer_write <= self.read_count + COUNT_LEAD_MAX:
            raise ImpossibleCounts(f"they wrote {peer_write}, we read {self.read_count}")
        if not self._history_offset <= peer_read <= self.write_count:
            kept = f"{self._history_offset}..{self.write_count}"
            raise ImpossibleCounts(f"they read {peer_read}, our history is {kept}")

    def rewind(self, peer_read: int) -> None:
        """Continue on the next link with the first byte that the other end lacks."""
        with self._lock:
            assert self._history_offset <= peer_read <= self.write_count
            self._sent_offset = peer_read
