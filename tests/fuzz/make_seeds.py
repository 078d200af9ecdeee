#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Writes the inputs that the fuzz targets begin with into tests/fuzz/corpus.

Each is an example of what a target's input may be, as the comment in the target says, with a name
that says what. It runs without arguments; the same inputs come out every time. Inputs that a
fuzzer found, or that once made a target fail, lie beside them and are not touched.
"""

import struct
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"

MAGIC, VERSION = 0xC3, 3
NK, XK, NNPSK0 = 1, 2, 3
# Numbers of which no byte is like another.
LARGE = (0x0123456789ABCDEF, 0x1032547698BADCFE, 0x2143658709CBED0F)


def header(kind, pattern, body_len, flags=0, suite=1):
    """The 8 bytes that a handshake message of snet/3 begins with."""
    return struct.pack("<BBBBBBH", MAGIC, kind, VERSION, pattern, suite, flags, body_len)


def tlvs(*pairs):
    """A list of TLVs with its length before it."""
    data = b"".join(struct.pack("<HH", kind, len(value)) + value for kind, value in pairs)
    return struct.pack("<H", len(data)) + data


def offer(*pairs, max_record=16384):
    return struct.pack("<IIH", 0, 65536, max_record) + tlvs(*pairs)


def welcome(*pairs, max_record=16384):
    fixed = bytes(range(17)) + bytes(range(16))
    return fixed + struct.pack("<IIHHI", 0, 65536, max_record, 15, 300000) + tlvs(*pairs)


def resume(early=b"", padding=0, cause=0):
    early_off = LARGE[2] if early else 0
    fixed = struct.pack("<QQQQHBB", 7, *LARGE[:2], early_off, len(early), cause, 0)
    return fixed + early + bytes(padding)


def accept(status=0, padding=0):
    fixed = struct.pack("<QQ", *LARGE[:2]) + bytes(range(17)) + bytes(range(16))
    return fixed + struct.pack("<H", status) + bytes(padding)


SNIFF = {
    "legacy-1-hello": bytes(8) + b"\x2a" * 8,
    "legacy-1-resume": b"\x81" + bytes(7),
    "legacy-2-hello": b"\x00\x2a" + bytes(7),
    "legacy-2-resume": b"\xff" + bytes(8),
    "secure-hello": header(0x01, NK, 76),
    "not-ours": b"GET / HTTP/1.1\r\n",
}

# Bits 1..0 of the first byte: which message. The others: in which dialect.
LEGACY = {
    "hello-1": b"\x00" + bytes(8) + b"\x2a" * 8,
    "hello-1-padded": b"\x04" + bytes(8) + b"\x2a" * 8,
    "hello-2": b"\x08\x00" + b"\x2a" * 8,
    "hello-reply-1": b"\x01" + bytes(range(16)),
    "hello-reply-2": b"\x09" + bytes(range(24)),
    "resume-1": b"\x02" + bytes(range(40)),
    "resume-2": b"\x0a\xff" + bytes(range(40)),
    "resume-reply-1": b"\x03" + bytes(range(16)),
    "resume-reply-2": b"\x0b" + bytes(range(24)),
}

HEADER = {
    f"{name}-{'min' if length == low else 'max'}": header(kind, NK, length)
    for name, kind, low, high in (
        ("hello", 0x01, 76, 2048),
        ("resume", 0x02, 101, 6144),
        ("auth", 0x03, 66, 2048),
        ("hello-reply", 0x81, 99, 2048),
        ("accept", 0x82, 99, 1024),
        ("reject", 0x83, 20, 20),
    )
    for length in (low, high)
}

OFFER = {
    "plain": offer(),
    "service": offer((1, b"chat")),
    "service-empty": offer((1, b"")),
    "service-longest": offer((1, b"s" * 64)),
    "service-too-long": offer((1, b"s" * 65)),
    "service-twice": offer((1, b"a"), (1, b"b")),
    "padding": offer((2, bytes(40))),
    "padding-not-zero": offer((2, b"\0\1")),
    "ignorable": offer((0x8001, b"later"), (1, b"chat")),
    "unknown": offer((5, b"")),
    "record-longest": offer(max_record=65518),
    "record-too-short": offer(max_record=511),
    "cut": offer((1, b"chat"))[:-1],
}

WELCOME = {
    "plain": welcome(),
    "padding": welcome((2, bytes(9))),
    "ignorable": welcome((0xFFFF, b"x")),
    "record-longest": welcome(max_record=65518),
    "record-too-short": welcome(max_record=511),
    "unknown": welcome((1, b"chat")),
    "cut": welcome()[:-1],
}

CREDENTIAL = {
    "empty": tlvs(),
    "token": tlvs((3, b"token")),
    "longest": tlvs((3, b"c" * 1024)),
    "too-long": tlvs((3, b"c" * 1025)),
    "padding": tlvs((2, bytes(3)), (3, b"token")),
}

RESUME = {
    "plain": resume(),
    "planned": resume(cause=1),
    "cause-unknown": resume(cause=2),
    "early-offset-alone": resume()[:24] + bytes([1]) + resume()[25:],
    "early": resume(b"early bytes"),
    "padding": resume(b"early", padding=20),
    "early-cut": resume(b"early bytes")[:-1],
}

ACCEPT = {
    "plain": accept(),
    "early-taken": accept(status=1),
    "status-later": accept(status=0x8001),
    "padding": accept(padding=20),
    "padding-not-zero": accept() + b"\1",
}

REJECT = {
    "busy": struct.pack("<HH", 1, 30) + bytes(16),
    "unknown": struct.pack("<HH", 16, 0) + b"p" * 16,
}

FRAME = {
    "pad": bytes(17),
    "data": b"\x01\x05\x00hello\x02end",
    "ack": b"\x03" + struct.pack("<QQ", 1000, 66536),
    "ping-pong": b"\x04\1\2\3\4\x05\1\2\3\4",
    "fin": b"\x06" + struct.pack("<Q", 1000),
    "abort": b"\x07\x00\x10\x04text",
    "migrate-same": b"\x08" + struct.pack("<IBHB", 5000, 0, 0, 0),
    "migrate-name": b"\x08" + struct.pack("<IBHB", 5000, 1, 7000, 4) + b"host",
    "migrate-4": b"\x08" + struct.pack("<IBHB", 5000, 4, 7000, 4) + bytes(4),
    "migrate-6": b"\x08" + struct.pack("<IBHB", 5000, 6, 7000, 16) + bytes(16),
    "migrate-wrong-length": b"\x08" + struct.pack("<IBHB", 5000, 6, 7000, 4) + bytes(4),
    "start-ack-data": b"\x09" + bytes(8) + b"\x03" + bytes(16) + b"\x02data",
    "extension": b"\x40\x03\x00abc\x7f\x00\x00",
    "unknown": b"\x0a",
    "data-empty": b"\x01\x00\x00",
    "data-cut": b"\x01\x05\x00hell",
}

# Operations of the record target: pass, flip, cut, repeat, made up, jump.
RECORD = {
    f"{name}-{suite}{large}": bytes([2 * bool(large) + (suite == "aes")]) + program
    for suite in ("chacha", "aes")
    for large in ("", "-large")
    for name, program in (
        ("pass", b"\0\4\0hello\0\4\0again"),
        ("flip", b"\1\4\0hello\x09\0\0\4\0again"),
        ("cut-repeat", b"\2\4\0hello\7\0\3\4\5\0\1\2\3\4\5"),
        ("rekey", b"\5\0\1\0ab\0\1\0cd\5\0\1\0ef\1\1\0gh\1\0"),
    )
}

SEALED, AES = 0x80, 0x40


def sealed_message(payload, pattern=0, changes=()):
    """An input of the targets that read a message of a handshake: sealed, with changes."""
    head = bytes([SEALED | AES * (pattern == 1) | len(changes) << 4 | pattern])
    return head + b"".join(struct.pack("<HB", *change) for change in changes) + payload


def sealed_messages(payloads, patterns, hostile):
    """Inputs for such a target: each payload as it is, one with changes, and a stranger's bytes."""
    first = next(iter(payloads.values()))
    found = {f"sealed-{name}": sealed_message(payload) for name, payload in payloads.items()}
    for pattern in patterns:
        found[f"sealed-pattern-{pattern}"] = sealed_message(first, pattern)
        found[f"changed-header-{pattern}"] = sealed_message(first, pattern, [(2, 1)])
        found[f"changed-flags-{pattern}"] = sealed_message(first, pattern, [(5, 1)])
        found[f"changed-key-{pattern}"] = sealed_message(first, pattern, [(30, 0x80)])
        found[f"changed-middle-{pattern}"] = sealed_message(first, pattern, [(60, 4), (61, 1)])
    found["hostile"] = b"\x00" + hostile
    found["hostile-zero-key"] = b"\x00" + hostile[:8] + bytes(len(hostile) - 8)
    found["empty"] = b""
    return found


def stranger(kind, body_len, pattern=NK):
    return header(kind, pattern, body_len) + bytes(1 + i % 255 for i in range(body_len))


READ_HELLO = sealed_messages(
    {name: OFFER[name] for name in ("plain", "service", "padding", "unknown")},
    (0, 1, 2),
    stranger(0x01, 76),
)
READ_REPLY = sealed_messages(
    {name: WELCOME[name] for name in ("plain", "padding", "unknown")},
    (0, 1, 2),
    stranger(0x81, 99),
)
READ_AUTH = sealed_messages(
    {name: CREDENTIAL[name] for name in ("empty", "token", "padding")},
    (1,),
    stranger(0x03, 66, XK),
)
READ_RESUME = sealed_messages(
    {name: RESUME[name] for name in ("plain", "early", "padding")},
    (2,),
    stranger(0x02, 101, NNPSK0),
)
READ_ACCEPT = sealed_messages(
    {name: ACCEPT[name] for name in ("plain", "early-taken", "padding")},
    (2,),
    stranger(0x82, 99, NNPSK0),
)

# --- The spinner's programs: the order of the names is that of the table in spin_fuzz.c.

OPS = (
    "send deliver settle talk dial write read cut break fin flip insert pass changed replay "
    "stranger shutdown abort free drain open memory abort_with migrate"
).split()
SERVER = 0x80


def op(name, where=0, amount=0):
    return struct.pack("<BBH", OPS.index(name), where, amount)


def seconds(count):
    return op("pass", 0, 0x300 | count)


OPEN = op("talk", 0, 300)
LOSE = op("write", 0, 300) + op("write", SERVER, 300) + op("send", 0, 20) + op("cut")
AGAIN = seconds(1) + OPEN

PROGRAMS = {
    "talk": OPEN + OPEN,
    "lose-and-resume": OPEN + LOSE + AGAIN + LOSE + AGAIN,
    "refused": OPEN + LOSE + op("dial", 0, 1) + seconds(1) + op("dial", 0, 1) + AGAIN,
    # The old link delivers after the server has answered on the new one [PROTO 6.3].
    "late-on-the-old-link": OPEN + op("write", 0, 60) + op("send", 0, 60) + op("changed")
    + op("dial") + op("send", 1, 99) + 4 * op("deliver", SERVER | 1, 99)
    + op("deliver", SERVER, 60) + OPEN,
    "one-side-breaks": OPEN + op("break", SERVER) + op("write", 0, 50) + AGAIN,
    "network-changed": OPEN + op("changed") + op("dial") + op("write", SERVER, 99) + OPEN,
    "changed-and-cut": OPEN + op("changed") + op("dial") + op("send", 0, 9) + op("cut", 1) + AGAIN,
    "server-ends": OPEN + op("shutdown", SERVER) + op("settle") + seconds(1) + op("settle") + AGAIN,
    "client-ends": OPEN + op("shutdown") + op("settle") + seconds(1) + op("settle"),
    "server-aborts": OPEN + op("abort", SERVER) + op("settle") + seconds(11) + op("settle"),
    "client-aborts": OPEN + op("abort") + op("settle"),
    "server-frees": OPEN + op("free", SERVER) + op("settle"),
    "network-fin": OPEN + op("write", 0, 40) + op("send", 0, 40) + op("fin") + op("settle") + AGAIN,
    "flip-in-hello": op("dial") + op("send", 0, 99) + op("flip", SERVER, 37) + OPEN,
    "flip-in-stream": OPEN + op("write", 0, 40) + op("send", 0, 40) + op("flip", SERVER, 9) + OPEN,
    "replay-hello": OPEN + op("replay", 0, 300) + op("settle") + OPEN,
    "replay-resume": OPEN + LOSE + AGAIN + op("replay", 1, 300) + op("settle") + OPEN,
    "replay-cut": OPEN + LOSE + AGAIN + op("replay", 1, 17) + op("settle") + seconds(20) + OPEN,
    "stranger": op("stranger", 0, 9) + b"\xffgarbage!" + op("settle") + OPEN,
    "insert": op("dial") + op("insert", SERVER, 4) + b"\0\0\0\0" + OPEN,
    "drain": op("drain") + OPEN + seconds(20),
    "drain-and-resume": OPEN + op("drain") + LOSE + AGAIN,
    "two-clients": op("open") + OPEN + op("talk", 1, 200) + op("cut", 1) + seconds(1) + OPEN,
    "expired": OPEN + LOSE + b"".join(seconds(255) for _ in range(2)) + op("settle"),
    "challenge-before-hello": op("dial") + op("insert", 0, 24) + b"\x09" * 24
    + op("deliver", 0, 24),
    "memory": OPEN + op("memory", SERVER, 1) + op("talk", 0, 4000) + op("memory", 0, 0) + AGAIN,
    "full-inbox": OPEN + 4 * (op("write", 0, 4000) + op("settle")) + op("read", SERVER, 4000),
}
MIXED, PLAIN, FEW, TIGHT = 0x04, 0x08, 0x10, 0x20
XK_KEYS, PSK_KEYS, ALL_KEYS = 0x40, 0x80, 0xC0
AES_SIZE = 0x20

# What only snet/3 has.
SNET3 = {
    "half-close": OPEN + op("shutdown") + op("settle") + op("write", SERVER, 500) + op("settle")
    + op("read", 0, 500) + op("read", SERVER, 500) + op("shutdown", SERVER) + op("settle"),
    "end-and-loss": OPEN + op("shutdown") + op("send", 0, 9) + op("cut") + AGAIN
    + op("shutdown", SERVER) + op("send", SERVER, 9) + op("cut") + AGAIN,
    "abort-with": OPEN + op("abort_with", SERVER, 1) + op("settle"),
    "migrate": OPEN + op("migrate", SERVER, 1) + op("settle") + OPEN,
    "stopped-for-long": OPEN + op("write", 0, 100) + op("send", 0, 999) + 2 * seconds(200),
    "heartbeat": OPEN + seconds(16) + op("settle") + seconds(16) + seconds(6) + op("settle"),
}

SPIN = {f"wire-{wire}-{name}": bytes([wire, 2, 1]) + program
        for wire in (2, 3) for name, program in PROGRAMS.items()}  # fmt: skip
SPIN |= {
    f"wire-0-{name}": bytes([0, 2, 1]) + PROGRAMS[name]
    for name in (
        "lose-and-resume", "late-on-the-old-link", "server-ends", "client-ends", "network-fin",
        "flip-in-stream", "replay-resume", "replay-cut", "expired",
    )
}  # fmt: skip
SPIN |= {
    "wire-1-padded-mixed": bytes([1 | MIXED, 2, 2]) + PROGRAMS["lose-and-resume"],
    "wire-1-padded-plain": bytes([1 | PLAIN, 2, 2]) + PROGRAMS["lose-and-resume"],
    "wire-0-mixed-plain": bytes([0 | MIXED | PLAIN, 2, 2]) + PROGRAMS["lose-and-resume"],
    "wire-2-tight": bytes([2 | TIGHT, 7, 2]) + PROGRAMS["full-inbox"] + PROGRAMS["two-clients"],
    "wire-2-few-handshakes": bytes([2 | FEW, 2, 2]) + 4 * op("stranger") + OPEN,
}

SPIN |= {f"wire-3-{name}": bytes([3, 2, 1]) + program for name, program in SNET3.items()}
SPIN |= {
    f"wire-3-{kind}-{name}": bytes([3 | keys, size, 1]) + PROGRAMS[name]
    for kind, keys, size in (
        ("xk", XK_KEYS, AES_SIZE),
        ("psk", PSK_KEYS, 0),
        ("all", ALL_KEYS | MIXED, AES_SIZE | 1),
        ("tight", TIGHT, 0x18),
        ("few", FEW, 2),
    )
    for name in ("lose-and-resume", "changed-and-cut")
}

# --- The programs of a peer with keys: the order is that of the table in peer_fuzz.c.

PEER_OPS = (
    "connect start ack data fin ping raw waste take cut eof pass write read end changed"
).split()


def peer(name, amount=0, data=b""):
    return struct.pack("<BH", PEER_OPS.index(name), amount) + data


def raw(data):
    return peer("raw", len(data) - 1, data)


# A HELLO: caps, window, max_record, length of a service. A RESUME: kind and four numbers. An
# answer to either is like one of them. All near what they should be.
BEGIN = peer("connect", 1, bytes(4)) + peer("start") + peer("ack", 4096)
GO_ON = peer("connect", 0, bytes(5)) + peer("start") + peer("ack", 4096)
# As a server, the peer rejects with bit 0.
WELCOME_IT = peer("connect", 0, bytes(5)) + peer("start") + peer("ack", 4096)

PEER_PROGRAMS = {
    "talk": peer("data", 99) + peer("write", 500) + peer("take") + peer("ack", 4096)
    + peer("read", 999),
    "end": peer("data", 9) + peer("fin") + peer("end") + peer("take") + peer("ack", 6)
    + peer("take"),
    "all-frames": raw(FRAME["data"]) + raw(FRAME["pad"]) + raw(FRAME["extension"])
    + peer("ping", 2) + peer("take") + raw(FRAME["migrate-name"]) + peer("changed", 5000)
    + peer("take") + raw(FRAME["abort"]) + peer("take"),
    "unknown-frame": raw(FRAME["unknown"]),
    "padding-only": 20 * raw(b"\0"),
    "pings": 3 * peer("ping", 4),
    "too-much": 70 * peer("data", 1023),
    "waste": peer("waste", 9, b"\x20\x00garbage"),
    "lost": peer("write", 500) + peer("take") + peer("cut") + peer("pass", 900) + GO_ON
    + peer("data", 50) + peer("take"),
    "lost-twice": 2 * (peer("cut") + peer("pass", 900) + GO_ON),
    "early": peer("cut") + peer("pass", 900) + peer("connect", 0, b"\x21" + bytes(4))
    + peer("start") + peer("take"),
    "too-many-resumes": 12 * GO_ON,
    "rejected": peer("cut") + peer("pass", 900) + peer("connect", 1, b"\x10\0\0\0"),
    "silent": peer("write", 100) + peer("take") + 4 * (peer("pass", 0x8010) + peer("take")),
    "offset-wrong": peer("cut") + peer("pass", 900) + peer("connect", 0, b"\0\0\xfe\0\0"),
    "ack-wrong": peer("ack", 7) + peer("take"),
    "fin-wrong": peer("fin", 7),
    "start-wrong": peer("cut") + peer("pass", 900) + peer("connect", 0, bytes(5))
    + peer("start", 7) + peer("data", 9),
}
PEER = {
    f"{role}-{name}": bytes([kind]) + begin + program
    for role, kind, begin in (("client", 0, BEGIN), ("server", 1, WELCOME_IT))
    for name, program in PEER_PROGRAMS.items()
}
PEER |= {
    f"{role}-{pattern}-{name}": bytes([kind | number << 1 | 8]) + begin + PEER_PROGRAMS[name]
    for role, kind, begin in (("client", 0, BEGIN), ("server", 1, WELCOME_IT))
    for pattern, number in (("xk", 1), ("psk", 2))
    for name in ("talk", "lost")
}
PEER["client-record-tiny"] = bytes(1) + peer("connect", 1, b"\0\0\xff" + bytes(9)) + (
    peer("start") + peer("take")
)

URL_KEY = b"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"
URL_WORD = b"zqzqzqzqzqzq"
URL = {
    "host": b"snet://h:1",
    "key": b"snet://" + URL_KEY + b"@example.org:7000/mail",
    "key-raw": b"snet://hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=@h:1/s?retry",
    "key-escaped": b"snet://hSDwCYkwp1R0i33ctD73Wg2%2FOg0mOBr066SpjqqbTmo%3D@h:1",
    "ipv6-zone": b"SNET://[fe80::1%25eth0]:7000?linger=0",
    "path": b"snet+unix://" + URL_KEY + b"@/run/a%20b@c?service=x%26y",
    "path-at": b"snet+unix:///run/a@b",
    "times": b"snet://h:1?connect-timeout=never&handshake-timeout=1.5s&resume-timeout=31d"
    b"&heartbeat=1m&dead-peer=20&rekey-interval=90s&linger=1ns",
    "choices": b"snet://h:1?suite=64&preset=phone&retry=no&early-data=on&pad=4k&history=64"
    b"&inbox=1G",
    "refused-option": b"snet://h:1/" + URL_WORD + b"?pad=1&" + URL_WORD + b"=1",
    "refused-value": b"snet://h:1?resume-timeout=" + URL_WORD,
    "refused-wire": b"snet://h:1?wire=1&plain",
    "refused-secret": b"snet://h:1?psk=" + URL_WORD,
    "refused-password": b"snet://" + URL_WORD + b":" + URL_WORD + b"@h:1",
    "refused-twice": b"snet://" + URL_KEY + b"@h:1?server-key=" + URL_KEY,
    "refused-fragment": b"snet://" + URL_WORD + b":1#" + URL_WORD,
    "refused-control": b"snet://h:1/" + URL_WORD + b"%0a",
    "refused-escape": b"snet://" + URL_WORD + b"%4:1",
    "refused-port": b"snet://" + URL_WORD + b":65536",
    "long": b"snet://h:1/" + 2037 * b"x",
    "too-long": b"snet://h:1/" + 2038 * b"x",
}

TARGETS = {
    "accept": ACCEPT,
    "credential": CREDENTIAL,
    "frame": FRAME,
    "header": HEADER,
    "legacy": LEGACY,
    "offer": OFFER,
    "peer": PEER,
    "read_accept": READ_ACCEPT,
    "read_auth": READ_AUTH,
    "read_hello": READ_HELLO,
    "read_reply": READ_REPLY,
    "read_resume": READ_RESUME,
    "record": RECORD,
    "reject": REJECT,
    "resume": RESUME,
    "sniff": SNIFF,
    "spin": SPIN,
    "url": URL,
    "welcome": WELCOME,
}


def main():
    for target, seeds in TARGETS.items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in seeds.items():
            (folder / name).write_bytes(data)
    print(f"{sum(map(len, TARGETS.values()))} inputs for {len(TARGETS)} targets")


if __name__ == "__main__":
    main()
