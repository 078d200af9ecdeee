# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""A session on one link of snet/3: records, frames, and strict judgement of the other end's.

What the other end may do but ought not to is a Violation here as well: this peer is a judge.
"""

import random

from snet3_keys import Direction, NotAuthentic, rekey_records
from snet3_link import BadFraming, Link
from snet3_noise import EpochKeys
from snet3_session import Session
from snet3_wire import (
    LIMIT_LEAD_MAX,
    Abort,
    Ack,
    Code,
    Data,
    Extension,
    Fin,
    Frame,
    Migrate,
    Pad,
    Ping,
    Pong,
    Start,
    Suite,
    Violation,
    decode_frames,
    encode_frames,
)

OUTBOX_BYTES = 128 * 1024
UNCONFIRMED_BYTES = 64 * 1024
PAD_RECORDS_MAX = 16
START_BYTES, ACK_BYTES, FIN_BYTES, DATA_HEAD = 9, 17, 9, 3
POSITION_MAX = 2**62


class Style:
    """How a carrier makes records. With a seed their sizes and what is between frames vary."""

    def __init__(self, seed: int | None = None) -> None:
        self._source = random.Random(seed) if seed is not None else None
        self._chatter = 0
        self.answers_pings = True
        self.sends_acks = True
        self.record_bytes: int | None = None

    def size(self, most: int) -> int:
        """Return how long the plaintext of the next record may be."""
        if self.record_bytes is not None:
            return min(self.record_bytes, most)
        if self._source is None:
            return most
        return self._source.choice([most, most, most - 1, self._source.randint(64, most)])

    def between(self, room: int) -> list[Frame]:
        """Return frames without meaning that fit into so many bytes, mostly none."""
        if self._source is None or room < 64 or self._source.random() < 0.7:
            return []
        data = self._source.randbytes(self._source.randrange(40))
        noise = Extension(self._source.randint(0x40, 0x7F), data)
        return self._source.choice([[Pad()] * self._source.randint(1, 9), [noise], [noise, Pad()]])

    def chatter(self) -> list[Frame]:
        """Return a whole record without meaning, or nothing; never too many PADs in a row."""
        if self._source is None or self._source.random() < 0.9:
            return []
        self._chatter += 1
        return [Extension(0x7F, b"")] if self._chatter % 8 == 0 else [Pad()]

    def splits(self) -> bool:
        """Say whether the next DATA has a length of its own instead of reaching to the end."""
        return self._source is not None and self._source.random() < 0.4


class Carrier:
    """One link that carries a session, or is about to."""

    def __init__(
        self, link: Link, session: Session, suite: Suite, keys: EpochKeys, told: int
    ) -> None:
        """`told` is the recv_next that the handshake of this link told the other end."""
        c2s = (keys.client_to_server, session.peer, session.own)
        s2c = (keys.server_to_client, session.own, session.peer)
        if session.is_client:
            out_secret, out_terms, in_secret = c2s[0], session.peer, s2c[0]
        else:
            out_secret, out_terms, in_secret = s2c[0], session.peer, c2s[0]
        self.link, self.session = link, session
        self.style = Style()
        self.seals = Direction(suite, out_secret, rekey_records(out_terms.max_record))
        self.opens = Direction(suite, in_secret, rekey_records(session.own.max_record))
        self.may_send = True
        self.may_send_data = True
        self.confirmed = session.is_client
        self.unauthentic = 0
        self.frames_in: list[Frame] = []
        self.keeps_frames = False
        self.fin_ack_sent = False
        self.pong_tokens: list[int] = []
        self._told = told
        self._out_position: int | None = None
        self._in_position: int | None = None
        self._out_limit_end = link.handed + len(link.outbox) + UNCONFIRMED_BYTES
        self._last_ack: Ack | None = None
        self._heard_ack = Ack(0, 0)
        self._extra: list[Frame] = []
        self._pads_in_a_row = 0
        self._owes_pong = False
        self._closing = False

    @property
    def heard(self) -> bool:
        """Whether an authentic record has arrived on this link."""
        return self.opens.seq > 0

    # Out

    def say(self, *frames: Frame) -> None:
        """Put frames into the next record."""
        self._extra += frames

    def send_raw(self, *frames: Frame) -> None:
        """Send one record with exactly these frames, whatever the rules say."""
        self.link.outbox += self.seals.seal(encode_frames(list(frames)))

    def send_plaintext(self, plaintext: bytes) -> None:
        """Send one record with this plaintext, whatever it is."""
        self.link.outbox += self.seals.seal(plaintext)

    def end_with(self, abort: Abort) -> None:
        """Send ABORT, in the first record if need be, and close in good order."""
        frames: list[Frame] = [abort]
        if self._out_position is None:
            frames = [Start(self.session.acked), self.session.counts(), abort]
        self.send_raw(*frames)
        self.close_in_good_order()

    def close_in_good_order(self) -> None:
        """Send nothing more; the link ends when all has left."""
        self._closing = True
        self.link.finish()

    def _first_frames(self) -> list[Frame]:
        self._out_position = self.session.acked
        return [Start(self._out_position), self._ack()]

    def _ack(self) -> Ack:
        self._last_ack = self.session.counts()
        self.fin_ack_sent = self.session.fin_received
        return self._last_ack

    def _ack_is_due(self) -> bool:
        return self.style.sends_acks and self.session.counts() != self._last_ack

    def _data_frames(self, room: int) -> list[Frame]:
        """Return DATA and FIN that fit into so many bytes, and move on."""
        frames: list[Frame] = []
        while room > 1:
            splits = room > DATA_HEAD and self.style.splits()
            most = random.randint(1, room - DATA_HEAD) if splits else room - 1
            data = self.session.peek(self._out_position, most)
            ends = self._out_position + len(data) == self.session.written
            to_end = not splits and not (ends and self.session.finished)
            if not to_end:
                data = data[: max(0, room - DATA_HEAD)]
            if not data:
                break
            frames.append(Data(data, to_end))
            self._out_position += len(data)
            room -= len(data) + (1 if to_end else DATA_HEAD)
            if to_end:
                break
        at_end = self._out_position == self.session.written
        if self.session.finished and at_end and room >= FIN_BYTES:
            frames.append(Fin(self.session.written))
            self._out_position += 1
        self.session.note_sent(self._out_position)
        return frames

    def _record(self) -> bytes | None:
        room = self.style.size(self.session.peer.max_record)
        frames = self._first_frames() if self._out_position is None else []
        extra, self._extra = self._extra, []
        frames += extra
        if not any(isinstance(frame, Ack) for frame in frames) and self._ack_is_due():
            frames.append(self._ack())
        if frames:
            frames += self.style.between(room - len(encode_frames(frames)) - 64)
        if self.may_send_data:
            frames += self._data_frames(room - len(encode_frames(frames)))
        return self.seals.seal(encode_frames(frames)) if frames else None

    def _produce(self) -> None:
        link = self.link
        while self.may_send and len(link.outbox) < OUTBOX_BYTES and not self._closing:
            if not self.confirmed and link.handed + len(link.outbox) > self._out_limit_end - 17000:
                return
            record = self._record()
            if record is None:
                return
            link.outbox += record
            chatter = self.style.chatter()
            if chatter:
                link.outbox += self.seals.seal(encode_frames(chatter))

    # In

    def _judge_ack(self, ack: Ack) -> None:
        heard = self._heard_ack
        if ack.recv_next < heard.recv_next or ack.limit < heard.limit:
            raise Violation(f"{ack} after {heard}")
        if ack.limit > ack.recv_next + LIMIT_LEAD_MAX:
            raise Violation(f"{ack}")
        self._heard_ack = ack
        self.session.take_counts(ack.recv_next, ack.limit)

    def _judge_start(self, start: Start) -> None:
        if not self._told <= start.position <= self.session.recv_next:
            raise Violation(f"{start}: told {self._told}, {self.session.recv_next} is next")
        self._in_position = start.position

    def _judge_ping(self, ping: Ping) -> None:
        if self._owes_pong:
            raise Violation(f"{ping} before the PONG", Code.RATE)
        if self.style.answers_pings:
            self._extra.append(Pong(ping.token))
        else:
            self._owes_pong = True

    def _take_frame(self, frame: Frame, is_first: bool) -> None:
        session = self.session
        if isinstance(frame, Start) != is_first:
            raise Violation(f"{frame} is first of all: {is_first}")
        match frame:
            case Start():
                self._judge_start(frame)
            case Ack():
                self._judge_ack(frame)
            case Data():
                if self._in_position + len(frame.data) >= POSITION_MAX:
                    raise Violation("position", Code.OFFSET_LIMIT)
                session.take_data(self._in_position, frame.data)
                self._in_position += len(frame.data)
            case Fin():
                session.take_fin(self._in_position, frame.final)
                self._in_position += 1
            case Ping():
                self._judge_ping(frame)
            case Pong():
                self.pong_tokens.append(frame.token)
            case Abort():
                session.aborted = frame
            case Migrate():
                if not session.is_client:
                    raise Violation("MIGRATE from a client")

    def _take_record(self, plaintext: bytes) -> None:
        is_first_record = self._in_position is None
        frames: list[Frame] = []
        for frame in decode_frames(plaintext):
            if self.session.aborted:
                raise Violation(f"{frame} behind ABORT")
            self._take_frame(frame, is_first_record and not frames)
            frames.append(frame)
        if is_first_record and not any(isinstance(frame, Ack | Abort) for frame in frames):
            raise Violation("a first record without ACK")
        is_pad = all(isinstance(frame, Pad) for frame in frames)
        self._pads_in_a_row = self._pads_in_a_row + 1 if is_pad else 0
        if self._pads_in_a_row > PAD_RECORDS_MAX:
            raise Violation("too many records of PAD")
        if self.keeps_frames:
            self.frames_in += frames

    def _consume(self) -> None:
        while not self._closing:
            try:
                record = self.link.take_record(self.session.own.max_record)
                if record is None:
                    return
                self._take_record(self.opens.open(*record))
            except (BadFraming, NotAuthentic) as error:
                self.unauthentic += 1
                self.link.close(repr(error))
                return
            except Violation as error:
                self.end_with(Abort(error.code, str(error).encode()[:200]))
                self.link.flush()
                raise

    def take_in(self) -> None:
        """Take what has arrived, and judge it."""
        self.link.fill()
        self._consume()
        if self.session.aborted and not self._closing:
            self.close_in_good_order()

    def put_out(self) -> None:
        """Make records of what is to be said, and hand them over."""
        if self._closing:
            return
        self._produce()
        self.link.flush()
        if self.link.peer_ended:
            self.link.close("the other end closed")
