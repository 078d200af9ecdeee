# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The handshake messages and frames of snet/3 as bytes, written from docs/snet3.md alone.

Nothing here knows keys, sockets or sessions. What is malformed raises, and never half a value.
"""

import dataclasses
import enum
import struct
from collections.abc import Iterator

MAGIC = 0xC3
VERSION = 3
HEADER_BYTES = 8
TAG_BYTES = 16
CID_BYTES = 17
TOKEN_BYTES = 16
KEY_BYTES = 32
PSK_ID_BYTES = 16

MAX_RECORD_MIN, MAX_RECORD_MAX = 512, 65518
WINDOW_MIN, WINDOW_MAX = 4096, 64 * 2**20
LIMIT_LEAD_MAX = 2**30
EARLY_MAX = 4096
SERVICE_MAX = 64
PROOF_TLV_MAX = 1024
FLAG_EARLY = 1
STATUS_EARLY = 1
BIG_RECORD = 16384

TLV_SERVICE, TLV_PADDING, TLV_PROVE, TLV_PRIVATE = 1, 2, 3, 0x8000


class Type(enum.IntEnum):
    """Types of handshake messages."""

    HELLO = 0x01
    RESUME = 0x02
    AUTH = 0x03
    HELLO_REPLY = 0x81
    ACCEPT = 0x82
    REJECT = 0x83


class Pattern(enum.IntEnum):
    """Patterns of Noise."""

    NK = 1
    XK = 2
    NNPSK0 = 3


class Suite(enum.IntEnum):
    """Ciphers."""

    CHACHA = 1
    AES = 2


class Code(enum.IntEnum):
    """Why something is refused or ended."""

    BUSY = 1
    BAD_FORMAT = 2
    BAD_VERSION = 3
    BAD_SUITE = 4
    BAD_PATTERN = 5
    BAD_AUTH = 6
    STALE = 7
    UNKNOWN = 16
    EXPIRED = 17
    EVICTED = 18
    CLOSED_OK = 19
    ABORTED = 20
    BAD_OFFSET = 21
    DENIED = 22
    PROTOCOL = 32
    FLOW = 33
    RATE = 34
    OFFSET_LIMIT = 35
    INTERNAL = 36
    SHUTDOWN = 37


FINAL_CODES = frozenset(range(16, 23))
ABORT_CODES_MIN = 32

BODY_BOUNDS = {
    Type.HELLO: (76, 2048),
    Type.RESUME: (101, 6144),
    Type.AUTH: (66, 2048),
    Type.HELLO_REPLY: (99, 2048),
    Type.ACCEPT: (99, 1024),
    Type.REJECT: (20, 20),
}


class Malformed(Exception):
    """A payload of a handshake message is not what clause 13 says."""


class Violation(Exception):
    """An authentic record or message breaks a rule; `code` is what an ABORT would say."""

    def __init__(self, text: str, code: Code = Code.PROTOCOL) -> None:
        super().__init__(f"{code.name}: {text}")
        self.code = code


def need(condition: bool, what: str) -> None:
    """Raise Malformed unless a condition holds."""
    if not condition:
        raise Malformed(what)


class Reader:
    """Takes fields from the front of bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes have not been taken."""
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        """Take `count` bytes, or raise Malformed."""
        need(count <= self.left, f"{count} bytes wanted, {self.left} left")
        self._at += count
        return bytes(self._data[self._at - count : self._at])

    def number(self, size: int) -> int:
        """Take an integer of `size` bytes."""
        return int.from_bytes(self.take(size), "little")

    def rest(self) -> bytes:
        """Take all that is left."""
        return self.take(self.left)


@dataclasses.dataclass(frozen=True)
class Header:
    """The 8 bytes before every handshake message."""

    type: int
    pattern: int
    suite: int
    body_len: int
    flags: int = 0
    version: int = VERSION
    magic: int = MAGIC

    def encode(self) -> bytes:
        """Return the 8 bytes."""
        return struct.pack(
            "<6BH", self.magic, self.type, self.version, self.pattern, self.suite, self.flags,
            self.body_len,
        )

    @classmethod
    def decode(cls, data: bytes) -> "Header":
        """Take 8 bytes apart, and judge none of them."""
        magic, kind, version, pattern, suite, flags, body_len = struct.unpack("<6BH", data)
        return cls(kind, pattern, suite, body_len, flags, version, magic)

    def fits(self) -> bool:
        """Say whether magic, type and body_len are possible."""
        if self.magic != MAGIC or self.type not in BODY_BOUNDS:
            return False
        low, high = BODY_BOUNDS[Type(self.type)]
        return low <= self.body_len <= high


Tlv = tuple[int, bytes]


def encode_tlvs(tlvs: list[Tlv]) -> bytes:
    """Return tlv_len and the TLVs."""
    data = b"".join(struct.pack("<HH", kind, len(value)) + value for kind, value in tlvs)
    return struct.pack("<H", len(data)) + data


def decode_tlvs(reader: Reader, own_type: int | None, own_max: int) -> list[Tlv]:
    """Take tlv_len and the TLVs, which are all that is left, and check them by 13.2."""
    need(reader.number(2) == reader.left, "tlv_len")
    tlvs: list[Tlv] = []
    while reader.left:
        kind, size = reader.number(2), reader.number(2)
        value = reader.take(size)
        if kind == TLV_PADDING:
            need(not any(value), "padding that is not zero")
        elif kind == own_type:
            need(len(value) <= own_max, f"TLV {kind} of {len(value)} bytes")
            need(all(kind != other for other, _ in tlvs), f"TLV {kind} twice")
        else:
            need(kind >= TLV_PRIVATE, f"TLV {kind}")
        tlvs.append((kind, value))
    return tlvs


@dataclasses.dataclass
class Offer:
    """The payload of HELLO."""

    window: int = 65536
    max_record: int = 16384
    tlvs: list[Tlv] = dataclasses.field(default_factory=list)
    caps: int = 0

    def encode(self) -> bytes:
        """Return the payload."""
        head = struct.pack("<IIH", self.caps, self.window, self.max_record)
        return head + encode_tlvs(self.tlvs)

    @classmethod
    def decode(cls, data: bytes) -> "Offer":
        """Take a payload apart, or raise Malformed."""
        reader = Reader(data)
        caps, window, max_record = reader.number(4), reader.number(4), reader.number(2)
        need(MAX_RECORD_MIN <= max_record <= MAX_RECORD_MAX, f"max_record {max_record}")
        return cls(window, max_record, decode_tlvs(reader, TLV_SERVICE, SERVICE_MAX), caps)


@dataclasses.dataclass
class Welcome:
    """The payload of HELLO_REPLY."""

    cid: bytes
    token: bytes
    window: int = 65536
    max_record: int = 16384
    heartbeat_s: int = 15
    resume_window_ms: int = 300_000
    tlvs: list[Tlv] = dataclasses.field(default_factory=list)
    caps: int = 0

    def encode(self) -> bytes:
        """Return the payload."""
        numbers = struct.pack(
            "<IIHHI", self.caps, self.window, self.max_record, self.heartbeat_s,
            self.resume_window_ms,
        )
        return self.cid + self.token + numbers + encode_tlvs(self.tlvs)

    @classmethod
    def decode(cls, data: bytes) -> "Welcome":
        """Take a payload apart, or raise Malformed."""
        reader = Reader(data)
        cid, token = reader.take(CID_BYTES), reader.take(TOKEN_BYTES)
        caps, window, max_record = reader.number(4), reader.number(4), reader.number(2)
        heartbeat_s, resume_window_ms = reader.number(2), reader.number(4)
        need(MAX_RECORD_MIN <= max_record <= MAX_RECORD_MAX, f"max_record {max_record}")
        heartbeat_s = min(max(heartbeat_s, 1), 600)
        resume_window_ms = min(max(resume_window_ms, 5000), 86_400_000)
        tlvs = decode_tlvs(reader, None, 0)
        return cls(cid, token, window, max_record, heartbeat_s, resume_window_ms, tlvs, caps)


def decode_auth(data: bytes) -> list[Tlv]:
    """Take the payload of AUTH apart, or raise Malformed."""
    return decode_tlvs(Reader(data), TLV_PROVE, PROOF_TLV_MAX)


@dataclasses.dataclass
class Resume:
    """The payload of RESUME."""

    attempt: int
    recv_next: int
    limit: int
    early_off: int = 0
    early: bytes = b""
    planned: bool = False
    zeros: int = 0

    def encode(self) -> bytes:
        """Return the payload."""
        numbers = struct.pack(
            "<QQQQHBB", self.attempt, self.recv_next, self.limit, self.early_off,
            len(self.early), self.planned, 0,
        )
        return numbers + self.early + bytes(self.zeros)

    @classmethod
    def decode(cls, data: bytes, flags: int) -> "Resume":
        """Take a payload apart, or raise Malformed."""
        reader = Reader(data)
        attempt, recv_next, limit, early_off = (reader.number(8) for _ in range(4))
        early_len, cause, zero = reader.number(2), reader.number(1), reader.number(1)
        need(early_len <= EARLY_MAX, f"early_len {early_len}")
        need(not early_len or bool(flags & FLAG_EARLY), "early bytes without the flag")
        need(cause <= 1, f"cause {cause}")
        need(bool(early_len) or not early_off, "early_off without early bytes")
        early = reader.take(early_len)
        zeros = reader.rest()
        need(not zero and not any(zeros), "padding that is not zero")
        return cls(attempt, recv_next, limit, early_off, early, bool(cause), len(zeros))


@dataclasses.dataclass
class Accept:
    """The payload of ACCEPT."""

    recv_next: int
    limit: int
    cid: bytes
    token: bytes
    status: int = 0
    zeros: int = 0

    def encode(self) -> bytes:
        """Return the payload."""
        counts = struct.pack("<QQ", self.recv_next, self.limit)
        return counts + self.cid + self.token + struct.pack("<H", self.status) + bytes(self.zeros)

    @classmethod
    def decode(cls, data: bytes) -> "Accept":
        """Take a payload apart, or raise Malformed."""
        reader = Reader(data)
        recv_next, limit = reader.number(8), reader.number(8)
        cid, token, status = reader.take(CID_BYTES), reader.take(TOKEN_BYTES), reader.number(2)
        zeros = reader.rest()
        need(not any(zeros), "padding that is not zero")
        return cls(recv_next, limit, cid, token, status, len(zeros))


@dataclasses.dataclass
class Reject:
    """The body of REJECT."""

    code: int
    retry_after: int = 0
    proof: bytes = bytes(16)

    def encode(self) -> bytes:
        """Return the body."""
        return struct.pack("<HH", self.code, self.retry_after) + self.proof

    @classmethod
    def decode(cls, body: bytes) -> "Reject":
        """Take a body apart, whose length was checked with the header."""
        code, retry_after = struct.unpack("<HH", body[:4])
        return cls(code, retry_after, body[4:])


# Frames


@dataclasses.dataclass(frozen=True)
class Pad:
    """A byte that hides lengths."""

    def encode(self) -> bytes:
        """Return the frame."""
        return b"\x00"


@dataclasses.dataclass(frozen=True)
class Data:
    """Stream bytes. `to_end` is the form without a length, which must be the last of a record."""

    data: bytes
    to_end: bool = False

    def encode(self) -> bytes:
        """Return the frame."""
        if self.to_end:
            return b"\x02" + self.data
        return struct.pack("<BH", 1, len(self.data)) + self.data


@dataclasses.dataclass(frozen=True)
class Ack:
    """What the sender has, and how far the peer may send."""

    recv_next: int
    limit: int

    def encode(self) -> bytes:
        """Return the frame."""
        return struct.pack("<BQQ", 3, self.recv_next, self.limit)


@dataclasses.dataclass(frozen=True)
class Ping:
    """Asks for a PONG with the same token."""

    token: int

    def encode(self) -> bytes:
        """Return the frame."""
        return struct.pack("<BI", 4, self.token)


@dataclasses.dataclass(frozen=True)
class Pong:
    """Answers a PING."""

    token: int

    def encode(self) -> bytes:
        """Return the frame."""
        return struct.pack("<BI", 5, self.token)


@dataclasses.dataclass(frozen=True)
class Fin:
    """The stream is complete, and so long."""

    final: int

    def encode(self) -> bytes:
        """Return the frame."""
        return struct.pack("<BQ", 6, self.final)


@dataclasses.dataclass(frozen=True)
class Abort:
    """The session ends at once."""

    code: int
    text: bytes = b""

    def encode(self) -> bytes:
        """Return the frame."""
        return struct.pack("<BHB", 7, self.code, len(self.text)) + self.text


@dataclasses.dataclass(frozen=True)
class Migrate:
    """The server asks for a planned resume at an address."""

    deadline_ms: int
    kind: int = 0
    port: int = 0
    address: bytes = b""

    def encode(self) -> bytes:
        """Return the frame."""
        head = struct.pack("<BIBHB", 8, self.deadline_ms, self.kind, self.port, len(self.address))
        return head + self.address


@dataclasses.dataclass(frozen=True)
class Start:
    """The position of the first byte of DATA to follow on this link."""

    position: int

    def encode(self) -> bytes:
        """Return the frame."""
        return struct.pack("<BQ", 9, self.position)


@dataclasses.dataclass(frozen=True)
class Extension:
    """A frame that nobody needs to know."""

    type: int
    data: bytes

    def encode(self) -> bytes:
        """Return the frame."""
        return struct.pack("<BH", self.type, len(self.data)) + self.data


Frame = Pad | Data | Ack | Ping | Pong | Fin | Abort | Migrate | Start | Extension

MIGRATE_BYTES = {0: (0, 0), 1: (1, 255), 4: (4, 4), 6: (16, 16)}


def encode_frames(frames: list[Frame]) -> bytes:
    """Return the plaintext of a record."""
    return b"".join(frame.encode() for frame in frames)


def _decode_data(reader: Reader) -> Data:
    data = reader.take(reader.number(2))
    need(bool(data), "empty DATA")
    return Data(data)


def _decode_data_end(reader: Reader) -> Data:
    need(reader.left > 0, "empty DATA_END")
    return Data(reader.rest(), to_end=True)


def _decode_abort(reader: Reader) -> Abort:
    code = reader.number(2)
    return Abort(code, reader.take(reader.number(1)))


def _decode_migrate(reader: Reader) -> Migrate:
    deadline_ms, kind, port = reader.number(4), reader.number(1), reader.number(2)
    address = reader.take(reader.number(1))
    need(kind in MIGRATE_BYTES, f"MIGRATE of kind {kind}")
    low, high = MIGRATE_BYTES[kind]
    need(low <= len(address) <= high, f"MIGRATE of kind {kind} with {len(address)} bytes")
    need(kind != 0 or port == 0, "MIGRATE to the old address with a port")
    return Migrate(deadline_ms, kind, port, address)


DECODERS = {
    0x00: lambda reader: Pad(),
    0x01: _decode_data,
    0x02: _decode_data_end,
    0x03: lambda reader: Ack(reader.number(8), reader.number(8)),
    0x04: lambda reader: Ping(reader.number(4)),
    0x05: lambda reader: Pong(reader.number(4)),
    0x06: lambda reader: Fin(reader.number(8)),
    0x07: _decode_abort,
    0x08: _decode_migrate,
    0x09: lambda reader: Start(reader.number(8)),
}


def decode_frames(plaintext: bytes) -> Iterator[Frame]:
    """Yield the frames of a record, or raise Violation at the first bad one."""
    reader = Reader(plaintext)
    while reader.left:
        kind = reader.number(1)
        try:
            if 0x40 <= kind <= 0x7F:
                yield Extension(kind, reader.take(reader.number(2)))
            elif kind in DECODERS:
                yield DECODERS[kind](reader)
            else:
                raise Malformed(f"frame of type {kind:#x}")
        except Malformed as error:
            raise Violation(str(error)) from error
