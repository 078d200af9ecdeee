# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The layouts of snet/3 (docs/snet3.md, clauses 13, 16 and 21): bytes to fields, strictly."""

import struct
from typing import NamedTuple

HEADER_BYTES = 8
MAGIC = 0xC3
HELLO, RESUME, AUTH, HELLO_REPLY, ACCEPT, REJECT = 0x01, 0x02, 0x03, 0x81, 0x82, 0x83
TYPE_NAMES = {
    HELLO: "HELLO", RESUME: "RESUME", AUTH: "AUTH", HELLO_REPLY: "HELLO_REPLY",
    ACCEPT: "ACCEPT", REJECT: "REJECT",
}  # fmt: skip
BODY_BYTES = {
    HELLO: (76, 2048), RESUME: (101, 6144), AUTH: (66, 2048), HELLO_REPLY: (99, 2048),
    ACCEPT: (99, 1024), REJECT: (20, 20),
}  # fmt: skip
EARLY_FLAG = 1
LOST, PLANNED = 0, 1
CODES = {"UNKNOWN": 16, "CLOSED_OK": 19, "ABORTED": 20, "DENIED": 22}
TLV_SERVICE = 1
LIMIT_AHEAD_MAX = 1 << 30


class Malformed(AssertionError):
    """Bytes that break a rule of a layout."""


def require(condition: bool, what: str) -> None:
    """Raise Malformed unless it is so."""
    if not condition:
        raise Malformed(what)


class Fields:
    """Reads fields from the front of some bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        require(len(self.data) >= count, "cut off")
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def unpack(self, layout: str) -> tuple[int, ...]:
        """Return the next integers, all little-endian."""
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))

    def tlvs(self) -> dict[int, bytes]:
        """Return the TLVs, which are the rest of a payload, without padding."""
        (length,) = self.unpack("H")
        require(length == len(self.data), "tlv_len does not fit")
        found: dict[int, bytes] = {}
        while self.data:
            kind, size = self.unpack("HH")
            value = self.take(size)
            if kind == 2:
                require(not any(value), "padding is not zero")
                continue
            require(kind not in found, "a TLV comes twice")
            found[kind] = value
        return found

    def zeros(self) -> None:
        """Take the rest, which is padding."""
        require(not any(self.data), "padding is not zero")
        self.data = b""


class Header(NamedTuple):
    """13.1"""

    kind: int
    pattern: int
    suite: int
    flags: int
    body_len: int


def parse_header(data: bytes) -> Header:
    """Return the header of a message."""
    magic, kind, version, pattern, suite, flags, body_len = Fields(data).unpack("BBBBBBH")
    require(magic == MAGIC and version == 3, "another magic or version")
    require(kind in BODY_BYTES, "an unknown type")
    require(BODY_BYTES[kind][0] <= body_len <= BODY_BYTES[kind][1], "body_len is out of bounds")
    require(flags == 0 or (kind == RESUME and flags == EARLY_FLAG), "unknown flags")
    return Header(kind, pattern, suite, flags, body_len)


class Offer(NamedTuple):
    """13.2"""

    caps: int
    window: int
    max_record: int
    service: bytes


def parse_offer(payload: bytes) -> Offer:
    """Return the payload of HELLO."""
    fields = Fields(payload)
    caps, window, max_record = fields.unpack("IIH")
    tlvs = fields.tlvs()
    require(set(tlvs) <= {TLV_SERVICE}, "a TLV that has no place here")
    return Offer(caps, window, max_record, tlvs.get(TLV_SERVICE, b""))


class Welcome(NamedTuple):
    """13.2"""

    cid: bytes
    token: bytes
    caps: int
    window: int
    max_record: int
    heartbeat_s: int
    resume_window_ms: int


def parse_welcome(payload: bytes) -> Welcome:
    """Return the payload of HELLO_REPLY."""
    fields = Fields(payload)
    cid, token = fields.take(17), fields.take(16)
    numbers = fields.unpack("IIHHI")
    require(not fields.tlvs(), "a TLV that has no place here")
    return Welcome(cid, token, *numbers)


class Resume(NamedTuple):
    """13.4"""

    attempt: int
    recv_next: int
    limit: int
    early_off: int
    cause: int
    early: bytes


def parse_resume(payload: bytes, has_early: bool) -> Resume:
    """Return the payload of RESUME."""
    fields = Fields(payload)
    attempt, recv_next, limit, early_off = fields.unpack("QQQQ")
    early_len, cause, reserved = fields.unpack("HBB")
    require(reserved == 0 and cause in (LOST, PLANNED), "an unknown cause")
    require(early_len <= 4096 and (early_len > 0) == has_early, "early_len does not fit")
    require(has_early or early_off == 0, "early_off without early bytes")
    early = fields.take(early_len)
    fields.zeros()
    return Resume(attempt, recv_next, limit, early_off, cause, early)


class Accept(NamedTuple):
    """13.4"""

    recv_next: int
    limit: int
    cid: bytes
    token: bytes
    status: int


def parse_accept(payload: bytes) -> Accept:
    """Return the payload of ACCEPT."""
    fields = Fields(payload)
    recv_next, limit = fields.unpack("QQ")
    cid, token = fields.take(17), fields.take(16)
    (status,) = fields.unpack("H")
    fields.zeros()
    return Accept(recv_next, limit, cid, token, status)


class Frame(NamedTuple):
    """One frame of a record: 16.2. What the numbers mean depends on its name."""

    name: str
    numbers: tuple[int, ...] = ()
    data: bytes = b""


SIMPLE_FRAMES = {
    0x03: ("ACK", "QQ"), 0x04: ("PING", "I"), 0x05: ("PONG", "I"), 0x06: ("FIN", "Q"),
    0x09: ("START", "Q"),
}  # fmt: skip


def parse_frame(fields: Fields) -> Frame:
    """Return the next frame."""
    (kind,) = fields.unpack("B")
    if kind in SIMPLE_FRAMES:
        name, layout = SIMPLE_FRAMES[kind]
        return Frame(name, fields.unpack(layout))
    if kind == 0x00:
        return Frame("PAD")
    if kind == 0x01:
        (count,) = fields.unpack("H")
        require(count > 0, "DATA without bytes")
        return Frame("DATA", (), fields.take(count))
    if kind == 0x02:
        require(len(fields.data) > 0, "DATA_END without bytes")
        return Frame("DATA", (), fields.take(len(fields.data)))
    if kind == 0x07:
        code, count = fields.unpack("HB")
        return Frame("ABORT", (code,), fields.take(count))
    require(kind == 0x08, f"an unknown frame {kind:#x}")
    deadline_ms, address_kind, port, count = fields.unpack("IBHB")
    return Frame("MIGRATE", (deadline_ms, address_kind, port), fields.take(count))


def parse_frames(plain: bytes) -> list[Frame]:
    """Return the frames of a record."""
    fields = Fields(plain)
    frames = []
    while fields.data:
        frames.append(parse_frame(fields))
    require(bool(frames), "a record without frames")
    return frames
