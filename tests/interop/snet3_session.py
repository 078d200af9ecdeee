# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What one end of a session of snet/3 remembers between links: both streams and their positions.

A Session does no I/O and knows no keys. Everything received is kept, so that bytes that come
again can be compared with those that came before; and everything written: during a handover an
ACK for bytes of the old link may overtake the position of the new one, which has to pass them all.
"""

import dataclasses

from snet3_wire import LIMIT_LEAD_MAX, Abort, Ack, Code, Violation


@dataclasses.dataclass
class Terms:
    """What an end announced in HELLO or HELLO_REPLY."""

    window: int
    max_record: int


class Session:
    """One end of a session."""

    def __init__(self, own: Terms, peer: Terms, *, is_client: bool) -> None:
        self.own, self.peer = own, peer
        self.is_client = is_client
        self.acked = self.sent = self.written = 0
        self.finished = False
        self.peer_limit = peer.window
        self.recv_next = 0
        self.limit = own.window
        self.received = bytearray()
        self.peer_final: int | None = None
        self.aborted: Abort | None = None
        self.echo = False
        self.grants = True
        self._all = bytearray()

    def __repr__(self) -> str:
        return (
            f"<session: acked {self.acked} sent {self.sent} written {self.written}"
            f" fin {self.finished} peer_limit {self.peer_limit}; recv_next {self.recv_next}"
            f" limit {self.limit} final {self.peer_final}>"
        )

    # Outgoing

    @property
    def end(self) -> int:
        """The position behind all that was written, FIN included."""
        return self.written + self.finished

    @property
    def fin_acked(self) -> bool:
        """Whether the whole outgoing stream, FIN included, is acknowledged."""
        return self.finished and self.acked == self.end

    def write(self, data: bytes) -> None:
        """Put bytes behind the outgoing stream."""
        assert not self.finished
        self._all += data
        self.written += len(data)

    def finish(self) -> None:
        """End the outgoing stream."""
        self.finished = True

    def peek(self, position: int, count: int) -> bytes:
        """Return up to `count` bytes from a position on, within the peer's limit."""
        count = min(count, self.peer_limit - position)
        return bytes(self._all[position : position + count]) if count > 0 else b""

    def note_sent(self, position: int) -> None:
        """Note that all before this position was sent on some link."""
        self.sent = max(self.sent, position)

    def take_counts(self, recv_next: int, limit: int) -> None:
        """Take what the peer has and allows [PROTO 17.1, 17.2]."""
        if recv_next > self.sent:
            raise Violation(f"recv_next {recv_next}, {self.sent} sent")
        if limit > recv_next + LIMIT_LEAD_MAX:
            raise Violation(f"limit {limit} with recv_next {recv_next}")
        self.peer_limit = max(self.peer_limit, limit)
        self.acked = max(self.acked, recv_next)

    # Incoming

    @property
    def fin_received(self) -> bool:
        """Whether the whole incoming stream, FIN included, is here."""
        return self.peer_final is not None and self.recv_next == self.peer_final + 1

    @property
    def over(self) -> bool:
        """Whether both streams are complete at both ends, as far as this end knows."""
        return self.fin_received and self.fin_acked

    def counts(self) -> Ack:
        """Return what this end has and allows; the limit grows here, if at all."""
        if self.grants:
            self.limit = max(self.limit, self.recv_next + self.own.window)
        return Ack(self.recv_next, self.limit)

    def take_data(self, position: int, data: bytes) -> None:
        """Take stream bytes at a position; those that are here already must be the same."""
        end = position + len(data)
        if end > self.limit:
            raise Violation(f"data up to {end}, limit {self.limit}", Code.FLOW)
        if self.peer_final is not None and end > self.peer_final:
            raise Violation(f"data up to {end} behind the end {self.peer_final}")
        if position > self.recv_next:
            raise Violation(f"data at {position}, recv_next {self.recv_next}")
        known = self.received[position:end]
        if data[: len(known)] != known:
            raise Violation(f"other bytes than before in {position}..{position + len(known)}")
        fresh = data[len(known) :]
        self.received += fresh
        self.recv_next += len(fresh)
        if self.echo:
            self.write(fresh)

    def take_fin(self, position: int, final: int) -> None:
        """Take the end of the incoming stream."""
        if self.peer_final not in (None, final) or position != final:
            raise Violation(f"FIN {final} at {position}, before {self.peer_final}")
        if self.peer_final is None:
            self.peer_final = final
            self.recv_next = final + 1
            if self.echo:
                self.finish()
