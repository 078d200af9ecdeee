# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""An observer of a dialogue of snet/3, which has the private inputs of both ends.

It follows a dialogue step by step, opens everything that was on the wire, and checks it against
what docs/snet3.md lets each end say at that moment. Any difference is an AssertionError.
"""

from typing import Any

import snet3_crypto as crypto
import snet3_messages as messages
from snet3_messages import Frame, Header, require

ENDS = ("client", "server")
WINDOW = 65536
MAX_RECORD = 16384
HEARTBEAT_S = 15
RESUME_WINDOW_MS = 300_000
CLIENT_ENDS = {16: "SERVER_RESTARTED", 19: "CLOSED", 20: "PEER_ABORTED", 22: "DENIED"}


def other(end: str) -> str:
    """Return the other end."""
    return ENDS[1 - ENDS.index(end)]


class Stream:
    """One direction of a session: what its sender and its receiver know."""

    def __init__(self) -> None:
        self.written = b""
        self.shut = False
        self.sent = 0
        self.acked = 0
        self.allowed = 0
        self.received = 0
        self.ended = False
        self.given = WINDOW
        self.read = 0

    @property
    def recv_next(self) -> int:
        """The position that the receiver wants next."""
        return self.received + int(self.ended)

    @property
    def final(self) -> int:
        """The position behind everything, FIN included."""
        return len(self.written) + 1

    def say_limit(self, recv_next: int, limit: int) -> None:
        """The receiver says what it has and what it takes."""
        require(recv_next == self.recv_next, f"recv_next {recv_next}, has {self.recv_next}")
        require(self.given <= limit <= recv_next + messages.LIMIT_AHEAD_MAX, "an impossible limit")
        self.given = limit

    def hear_limit(self, recv_next: int, limit: int) -> None:
        """The sender hears it."""
        require(recv_next <= self.sent, "more is acknowledged than was sent")
        self.acked = max(self.acked, recv_next)
        self.allowed = max(self.allowed, limit)

    def take(self, position: int, data: bytes) -> None:
        """Bytes arrive."""
        require(position <= self.received, "a gap")
        self.received = max(self.received, position + len(data))


class Connection:
    """What one TCP connection has carried."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.buffered = {end: b"" for end in ENDS}
        self.sent = {end: 0 for end in ENDS}
        self.arrived = {end: 0 for end in ENDS}
        self.units = {end: 0 for end in ENDS}
        self.position: dict[str, int | None] = {end: None for end in ENDS}
        self.directions: dict[str, crypto.Direction] = {}
        self.handshake: crypto.Handshake | None = None
        self.keys: crypto.EpochKeys | None = None
        self.first = Header(0, 0, 0, 0, 0)
        self.ephemeral = b""
        self.resume: messages.Resume | None = None
        self.expected_code = 0
        self.asked_at = 0
        self.answered = False
        self.hears_server = False
        self.opened: dict[str, list[list[str]]] = {end: [] for end in ENDS}


class Observer:
    """Follows one dialogue."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.case = case
        self.suite = crypto.SUITES[case["suite"]]
        self.server_secret = bytes.fromhex(case["server_secret"])
        self.client_secret = bytes.fromhex(case["client_secret"])
        self.psk = bytes.fromhex(case["psk"])
        self.ephemerals = {
            end: [bytes.fromhex(text) for text in case[f"{end}_ephemerals"]] for end in ENDS
        }
        self.cid_randoms = [bytes.fromhex(text) for text in case["server_cid_randoms"]]
        self.names = crypto.Names(self.server_secret or self.psk, 0)
        self.streams = {end: Stream() for end in ENDS}
        self.connections: list[Connection] = []
        self.live: dict[str, Connection | None] = {end: None for end in ENDS}
        self.pending: Connection | None = None
        self.ticket: tuple[bytes, bytes] | None = None
        self.confirmed: tuple[bytes, bytes] | None = None
        self.proposed: tuple[bytes, bytes] | None = None
        self.attempt = 0
        self.last_attempt = 0
        self.tombstone = 0
        self.ends: dict[str, str] = {}
        self.aborts: dict[str, tuple[int, bytes]] = {}
        self.migration: tuple[int, bytes] | None = None
        self.pings: dict[str, list[int]] = {end: [] for end in ENDS}

    # --- Handshakes --------------------------------------------------------------------------

    def _prologue(self, header: bytes, name: bytes) -> bytes:
        return b"snet/3\0\0" + header + name

    def _hello(self, conn: Connection, message: bytes, arrived: bool) -> bytes:
        case, body = self.case, message[8:]
        require(conn.first.pattern == case["pattern"], "another pattern")
        name = b""
        if case["pattern"] == 3:
            name, body = body[:16], body[16:]
            require(name == crypto.psk_id(self.psk), "another psk_id")
        else:
            public = crypto.public_key(self.server_secret)
            require(message[-16:] == crypto.mac1(public, message[:-16]), "a wrong mac1")
            body = body[:-16]
        privates = crypto.Privates(
            self.ephemerals["client"].pop(0),
            self.ephemerals["server"].pop(0) if arrived else b"",
            self.client_secret,
            self.server_secret,
            self.psk,
        )
        prologue = self._prologue(message[:8], name)
        conn.handshake = crypto.Handshake(case["pattern"], self.suite, prologue, privates)
        payload = conn.handshake.open(body)
        offer = messages.parse_offer(payload)
        require(offer == (0, WINDOW, MAX_RECORD, case["service"].encode("ascii")), "another offer")
        if arrived:
            self.streams["server"].hear_limit(0, offer.window)
        return payload

    def _welcome(self, conn: Connection, body: bytes, arrived: bool) -> bytes:
        assert conn.handshake is not None
        payload = conn.handshake.open(body)
        welcome = messages.parse_welcome(payload)
        cid = self.names.cid(self.cid_randoms.pop(0))
        require(welcome.cid == cid and welcome.token == self.names.token(cid), "another cid, token")
        require(
            welcome[2:] == (0, WINDOW, MAX_RECORD, HEARTBEAT_S, RESUME_WINDOW_MS),
            "another welcome",
        )
        if arrived:
            self.streams["client"].hear_limit(0, welcome.window)
        if self.case["pattern"] != 2:
            self._begin(conn, cid, arrived)
        else:
            self.confirmed = (cid, b"")
        return payload

    def _auth(self, conn: Connection, body: bytes) -> bytes:
        assert conn.handshake is not None and self.confirmed is not None
        payload = conn.handshake.open(body)
        fields = messages.Fields(payload)
        require(not fields.tlvs(), "a credential that was not given")
        self._begin(conn, self.confirmed[0], False)
        return payload

    def _begin(self, conn: Connection, cid: bytes, client_knows: bool) -> None:
        """The first epoch has its keys."""
        self._key(conn)
        assert conn.keys is not None
        self.confirmed = (cid, conn.keys.rs)
        self.pending = conn
        if client_knows:
            self.ticket, self.live["client"] = self.confirmed, conn

    def _key(self, conn: Connection) -> None:
        assert conn.handshake is not None
        conn.keys = conn.handshake.finish()
        for end, secret in (("client", conn.keys.k_c2s), ("server", conn.keys.k_s2c)):
            conn.directions[end] = crypto.Direction(self.suite, secret, MAX_RECORD)

    def _resume(self, conn: Connection, message: bytes, arrived: bool) -> bytes:
        assert self.ticket is not None
        cid, secret = self.ticket
        require(message[8:25] == cid, "a cid that the client does not have")
        require(conn.first.pattern == 3, "another pattern")
        known = arrived and not self.tombstone
        privates = crypto.Privates(
            self.ephemerals["client"].pop(0),
            self.ephemerals["server"].pop(0) if known else b"",
            psk=secret,
        )
        conn.ephemeral = message[25:57]
        prologue = self._prologue(message[:8], cid)
        conn.handshake = crypto.Handshake(3, self.suite, prologue, privates)
        payload = conn.handshake.open(message[25:])
        resume = messages.parse_resume(payload, conn.first.flags == messages.EARLY_FLAG)
        self.attempt += 1
        require(resume.attempt == self.attempt, "another attempt")
        require(resume.cause == int(self.live["client"] is not None), "another cause")
        self.streams["server"].say_limit(resume.recv_next, resume.limit)
        self._early_sent(resume)
        if arrived:
            self._asked(conn, resume)
        return payload

    def _early_sent(self, resume: messages.Resume) -> None:
        up, end = self.streams["client"], resume.early_off + len(resume.early)
        require(not resume.early or self.case["early"], "early bytes that were not asked for")
        require(up.written[resume.early_off : end] == resume.early, "other early bytes")
        if resume.early:
            require(up.acked <= resume.early_off and end <= up.allowed, "early bytes out of place")
            up.sent = max(up.sent, end)

    def _asked(self, conn: Connection, resume: messages.Resume) -> None:
        """A RESUME has arrived at the server."""
        conn.expected_code = self.tombstone
        if self.tombstone:
            return
        assert self.ticket in (self.confirmed, self.proposed)
        require(resume.attempt > self.last_attempt, "stale")
        self.last_attempt, conn.resume = resume.attempt, resume
        self.streams["server"].hear_limit(resume.recv_next, resume.limit)
        if resume.cause == messages.LOST:
            self.live["server"] = None
        if resume.early:
            self.streams["client"].take(resume.early_off, resume.early)
        conn.asked_at = self.streams["client"].recv_next

    def _accept(self, conn: Connection, body: bytes, arrived: bool) -> bytes:
        assert conn.handshake is not None and conn.resume is not None
        require(not conn.expected_code, "an ACCEPT for a session that has ended")
        payload = conn.handshake.open(body)
        accept = messages.parse_accept(payload)
        cid = self.names.cid(self.cid_randoms.pop(0))
        require(accept.cid == cid and accept.token == self.names.token(cid), "another cid, token")
        require(accept.status == int(bool(conn.resume.early)), "another status")
        # It is made when the RESUME arrives; the live link may have gone on before it is sent.
        up = self.streams["client"]
        require(conn.asked_at <= accept.recv_next <= up.recv_next, "another recv_next")
        up.say_limit(up.recv_next, max(up.given, accept.limit))
        self._key(conn)
        assert conn.keys is not None
        if self.ticket == self.proposed:
            self.confirmed = self.proposed
        self.proposed = (cid, conn.keys.rs)
        self.pending = conn
        if arrived:
            self.ticket, self.live["client"] = self.proposed, conn
            self.streams["client"].hear_limit(accept.recv_next, accept.limit)
        return payload

    def _reject(self, conn: Connection, message: bytes, arrived: bool) -> bytes:
        assert self.ticket is not None
        code, retry_after = messages.Fields(message[8:]).unpack("HH")
        require(code == conn.expected_code and retry_after == 0, f"code {code}")
        token = self.names.token(self.ticket[0])
        proof = crypto.proof(token, message[:8], code, retry_after, conn.ephemeral)
        require(message[12:] == proof, "a wrong proof")
        if arrived:
            self.ends["client"] = CLIENT_ENDS[code]
        return message[8:]

    def _message(self, conn: Connection, end: str, message: bytes, arrived: bool) -> bytes:
        """Return the payload of a handshake message."""
        header = messages.parse_header(message)
        if conn.units[end] == 0 and end == "client":
            conn.first = header
            if header.kind == messages.RESUME:
                return self._resume(conn, message, arrived)
            require(header.kind == messages.HELLO, "another first message")
            return self._hello(conn, message, arrived)
        require(header.suite == self.suite.number, "another suite")
        require(header.pattern == conn.first.pattern, "another pattern")
        if end == "client":
            require(header.kind == messages.AUTH, "another message")
            return self._auth(conn, message[8:])
        if header.kind == messages.REJECT:
            return self._reject(conn, message, arrived)
        resumes = conn.first.kind == messages.RESUME
        require(header.kind == (messages.ACCEPT if resumes else messages.HELLO_REPLY), "no answer")
        return (self._accept if resumes else self._welcome)(conn, message[8:], arrived)

    # --- Records -----------------------------------------------------------------------------

    def _may_send(self, conn: Connection, end: str, frames: list[Frame]) -> None:
        """Who may say anything on this connection now: 14.2, 14.3, 15.3."""
        names = [frame.name for frame in frames]
        if conn.position[end] is None:
            require(names[0] == "START", "the first frame is not START")
            require("ACK" in names or names[1:] == ["ABORT"], "no ACK in the first record")
        require(names.count("START") == int(conn.position[end] is None), "START at another place")
        if end == "server" and conn is self.pending and conn.first.kind == messages.RESUME:
            require(self.live["server"] is None, "records before the client's first one")
        elif end == "server" and conn is self.pending and self.case["pattern"] != 2:
            require(False, "the server speaks first")
        if end == "client" and self.case["pattern"] == 2 and conn.first.kind == messages.HELLO:
            require(conn.hears_server or not {"DATA", "FIN"} & set(names), "data before OPEN")

    def _frame_sent(self, conn: Connection, end: str, frame: Frame) -> None:
        ours, theirs = self.streams[end], self.streams[other(end)]
        position = conn.position[end]
        if frame.name == "START":
            require(ours.acked <= frame.numbers[0] <= ours.sent, "an impossible START")
            conn.position[end] = frame.numbers[0]
        elif frame.name == "DATA":
            assert position is not None
            after = position + len(frame.data)
            require(ours.written[position:after] == frame.data, "other bytes than were written")
            require(after <= ours.allowed, "beyond the limit")
            conn.position[end] = after
            ours.sent = max(ours.sent, after)
        elif frame.name == "FIN":
            require(frame.numbers[0] == position == len(ours.written) and ours.shut, "a wrong FIN")
            ours.sent = ours.final
        elif frame.name == "ACK":
            theirs.say_limit(*frame.numbers)
        elif frame.name == "PING":
            self.pings[end].append(frame.numbers[0])
        elif frame.name == "PONG":
            require(self.pings[other(end)].pop(0) == frame.numbers[0], "another PONG")
        elif frame.name == "ABORT":
            self._abort_sent(end, frame)
        elif frame.name == "MIGRATE":
            assert self.migration is not None and end == "server"
            deadline_ms, kind, port = frame.numbers
            address = frame.data + b":%d" % port
            require((deadline_ms, address, kind) == (*self.migration, 1), "another MIGRATE")

    def _abort_sent(self, end: str, frame: Frame) -> None:
        if frame.numbers[0] == messages.CODES["CLOSED_OK"]:
            require(end == "server" and self._all_over(), "a clean end before the end")
            require(not frame.data, "a clean end has no text")
        else:
            require((frame.numbers[0], frame.data) == self._abort_of(end), "another ABORT")

    def _abort_of(self, end: str) -> tuple[int, bytes]:
        authorized = self.case["authorized"]
        if end == "server" and authorized:
            if crypto.public_key(self.client_secret).hex() != authorized:
                return messages.CODES["DENIED"], b""
        return self.aborts[end]

    def _frame_arrived(self, end: str, frame: Frame, position: int) -> None:
        """What a frame of `end` means to the other end; `position` is where it stands."""
        ours, theirs = self.streams[end], self.streams[other(end)]
        if frame.name == "DATA":
            ours.take(position, frame.data)
        elif frame.name == "FIN":
            ours.ended = True
        elif frame.name == "ACK":
            theirs.hear_limit(*frame.numbers)
        elif frame.name == "ABORT":
            self._abort_arrived(end, frame)

    def _abort_arrived(self, end: str, frame: Frame) -> None:
        code, text = frame.numbers[0], frame.data.decode("utf-8")
        told = {messages.CODES["DENIED"]: "DENIED", messages.CODES["CLOSED_OK"]: "CLOSED"}
        self.ends[other(end)] = told.get(code, f"PEER_ABORTED code={code} text={text}")
        self.tombstone = self.tombstone or messages.CODES["ABORTED"]

    def _record(self, conn: Connection, end: str, record: bytes, arrived: bool) -> bytes:
        plain = conn.directions[end].open_next(record)
        frames = messages.parse_frames(plain)
        pad_bytes = self.case["pad_bytes"]
        aborts = any(frame.name == "ABORT" for frame in frames)
        require(aborts or not pad_bytes or len(plain) % pad_bytes == 0, "not padded")
        self._may_send(conn, end, frames)
        if arrived and end == "client" and conn is self.pending:
            self.pending, self.live["server"] = None, conn
            if conn.first.kind == messages.RESUME:
                self.confirmed, self.proposed = self.proposed, None
        if arrived and end == "server" and not conn.hears_server:
            conn.hears_server = True
            if self.ticket is None:
                self.ticket, self.live["client"] = self.confirmed, conn
        for frame in frames:
            self._frame_sent(conn, end, frame)
            position = conn.position[end]
            assert position is not None
            if arrived:
                self._frame_arrived(end, frame, position - len(frame.data))
        return plain

    # --- Steps -------------------------------------------------------------------------------

    def _unit_bytes(self, conn: Connection, end: str) -> tuple[bool, int]:
        """Whether the next thing is a handshake message, and how long it is."""
        handshakes = 2 if end == "client" and conn.first.kind == messages.HELLO else 1
        handshakes = handshakes if conn.first.pattern == 2 else 1
        data = conn.buffered[end]
        if conn.units[end] < handshakes:
            return True, 8 + messages.parse_header(data).body_len
        return False, 2 + int.from_bytes(data[:2], "little")

    def _flight(self, step: dict[str, Any]) -> None:
        conn, end = self.connections[step["connection"]], step["from"]
        data, lost = bytes.fromhex(step["bytes"]), bytes.fromhex(step.get("lost", ""))
        require(not data or conn.arrived[end] == conn.sent[end], "bytes behind lost ones")
        before = conn.sent[end] - len(conn.buffered[end])
        conn.buffered[end] += data + lost
        conn.sent[end] += len(data) + len(lost)
        conn.arrived[end] += len(data)
        while conn.buffered[end]:
            is_message, length = self._unit_bytes(conn, end)
            unit, conn.buffered[end] = conn.buffered[end][:length], conn.buffered[end][length:]
            require(len(unit) == length, "not a whole message")
            before += length
            arrived = before <= conn.arrived[end]
            what = messages.TYPE_NAMES[unit[1]] if is_message else "record"
            plain = (self._message if is_message else self._record)(conn, end, unit, arrived)
            conn.opened[end].append([what, plain.hex()])
            conn.units[end] += 1

    def _read(self, step: dict[str, Any]) -> None:
        end = step["end"]
        stream, data = self.streams[other(end)], bytes.fromhex(step["bytes"])
        require(stream.written[stream.read : stream.read + len(data)] == data, "other bytes read")
        stream.read += len(data)
        if step["then"] in ("AGAIN", "CLOSED"):
            require(stream.read == stream.received, "not all was read")
            require(stream.ended == (step["then"] == "CLOSED"), "another end")
        else:
            require(step["then"] == self.ends[end].split(" ", 1)[0], "another end")

    def _close(self, conn: Connection, ends: tuple[str, ...]) -> None:
        for end in ends:
            if self.live[end] is conn:
                self.live[end] = None
        if self.pending is conn:
            self.pending = None

    def _application(self, step: dict[str, Any]) -> None:
        do, end = step["do"], step["end"]
        if do == "write":
            require(not self.streams[end].shut, "written after the end")
            self.streams[end].written += bytes.fromhex(step["bytes"])
        elif do == "read":
            self._read(step)
        elif do == "shutdown":
            self.streams[end].shut = True
        elif do == "abort":
            self.aborts[end] = (step["code"], step["text"].encode("utf-8"))
            self.ends[end] = "ABORTED"
            self.tombstone = messages.CODES["ABORTED"]
        elif do == "restart":
            self.tombstone = messages.CODES["UNKNOWN"]
            self.live["server"] = None
        elif do == "migrate":
            self.migration = (step["deadline_ms"], step["address"].encode("ascii"))
        else:
            require(do in ("open", "move"), f"an unknown step {do}")

    def _all_over(self) -> bool:
        """Both streams have come to their end, and the server knows that: 18.1."""
        down = self.streams["server"]
        return all(s.ended for s in self.streams.values()) and down.acked == down.final

    def _told(self, end: str, told: str) -> None:
        what = told.split(" ", 1)
        if what[0] == "ended":
            if what[1] == "CLOSED" and end == "server":
                require(self._all_over(), "a clean end before the end")
                self.ends[end] = "CLOSED"
                self.tombstone = messages.CODES["CLOSED_OK"]
            require(self.ends.get(end) == what[1], f"{end} {told}, expected {self.ends.get(end)}")
        elif what[0] == "opened" and end == "server":
            wanted = "opened"
            if self.case["service"]:
                wanted += f" service={self.case['service']}"
            if self.client_secret:
                wanted += f" key={crypto.public_key(self.client_secret).hex()}"
            require(told == wanted, f"told {told}, expected {wanted}")

    def step(self, step: dict[str, Any]) -> None:
        """Follow one step."""
        do = step["do"]
        if do == "connect":
            require(step["connection"] == len(self.connections), "another connection")
            self.connections.append(Connection(step["connection"]))
        elif do == "flight":
            self._flight(step)
        elif do in ("cut", "close"):
            by_fin = step.get("how") == "FIN"
            ends = (step["end"],) if by_fin else ENDS
            self._close(self.connections[step["connection"]], ends)
        elif do != "wait":
            self._application(step)
        for end, events in step.get("told", {}).items():
            for told in events.split("; "):
                self._told(end, told)

    def finish(self) -> None:
        """Check what a whole dialogue has left."""
        require(not any(self.ephemerals.values()), "private keys that were not used")
        require(not self.cid_randoms, "cids that were not given out")
        require("client" in self.ends, "the client does not know how it ended")
        clean = self.ends["client"] == "CLOSED"
        for stream in self.streams.values():
            require(not clean or stream.read == len(stream.written), "a clean end with a loss")

    def opened(self) -> list[dict[str, Any]]:
        """Return what was inside, connection by connection."""
        found = []
        for conn in self.connections:
            keys = conn.keys
            found.append({
                "h": keys.h.hex() if keys else "",
                "k_c2s": keys.k_c2s.hex() if keys else "",
                "k_s2c": keys.k_s2c.hex() if keys else "",
                "rs": keys.rs.hex() if keys else "",
                **conn.opened,
            })  # fmt: skip
        return found


def observe(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Follow a whole dialogue, and return what was inside."""
    observer = Observer(case)
    for index, step in enumerate(case["steps"]):
        try:
            observer.step(step)
        except Exception as error:
            raise AssertionError(f"{case['name']}, step {index} ({step['do']}): {error}") from error
    observer.finish()
    return observer.opened()
