# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The bytes of snet/1, snet/1 padded and snet/2: numbers, cipher, proofs, handshake messages.

Everything in this module is pure: it opens no socket, keeps no session and draws no random
number. All integers on the wire are little-endian.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import NamedTuple

WIRE_1 = "1"
WIRE_1_PADDED = "1-padded"
WIRE_2 = "2"
WIRES = (WIRE_1, WIRE_1_PADDED, WIRE_2)

PRIME = 2**64 - 59
GENERATOR = 5

PROOF_BYTES = 16
CHALLENGE_BYTES = 8
PADDING_BYTES = 24
REFUSAL = bytes(24)
SERVER_DATA_POSITION = 8
"""Server data starts at this keystream byte, because the id takes the bytes before it."""

COUNT_LEAD_MAX = 2**30
"""A peer may claim to have written at most this much more than we have read."""


class Hello(NamedTuple):
    """A client's request for a new session."""

    public: int


class Resume(NamedTuple):
    """A client's request to resume a session; `signed` are the bytes that the proof covers."""

    conn_id: int
    write_count: int
    read_count: int
    signed: bytes
    proof: bytes


class NewAnswer(NamedTuple):
    """A server's answer to Hello."""

    public: int
    sealed_id: bytes
    challenge: bytes


class ResumeAnswer(NamedTuple):
    """A server's answer to Resume."""

    write_count: int
    read_count: int
    challenge: bytes


Reader = Callable[[int], bytes]
"""Returns exactly as many bytes as it is asked for, or raises."""

_HELLO_BYTES = {WIRE_1: 16, WIRE_1_PADDED: 16 + PADDING_BYTES, WIRE_2: 9}
_RESUME_BYTES = {WIRE_1: 40, WIRE_1_PADDED: 40, WIRE_2: 41}
_ANSWER_BYTES = {WIRE_1: 16, WIRE_1_PADDED: 16, WIRE_2: 24}


class MalformedRequest(Exception):
    """The first bytes of a link are no request of the wire that the listener serves."""


def u64(value: int) -> bytes:
    """Encode one 64-bit integer."""
    return value.to_bytes(8, "little")


def from_u64(data: bytes) -> int:
    """Decode one 64-bit integer."""
    assert len(data) == 8
    return int.from_bytes(data, "little")


# Numbers


def public_key(private: int) -> int:
    """Return the public key that belongs to a private one."""
    return pow(GENERATOR, private, PRIME)


def is_acceptable_public_key(public: int) -> bool:
    """Say whether a public key is none of 0, 1, p-1 and the values from p on."""
    return 1 < public < PRIME - 1


def session_key(private: int, peer_public: int) -> bytes:
    """Return the eight bytes of the shared secret."""
    return u64(pow(peer_public, private, PRIME))


# Cipher


class Keystream:
    """The RC4 keystream of one key, readable at any position that has been reached before."""

    def __init__(self, key: bytes) -> None:
        state = list(range(256))
        j = 0
        for i in range(256):
            j = (j + state[i] + key[i % len(key)]) & 255
            state[i], state[j] = state[j], state[i]
        self._state = state
        self._i = 0
        self._j = 0
        self._bytes = bytearray()

    def _grow(self, count: int) -> None:
        state, i, j = self._state, self._i, self._j
        out = bytearray(count)
        for n in range(count):
            i = (i + 1) & 255
            a = state[i]
            j = (j + a) & 255
            b = state[j]
            state[i] = b
            state[j] = a
            out[n] = state[(a + b) & 255]
        self._i, self._j = i, j
        self._bytes += out

    def at(self, position: int, count: int) -> bytearray:
        """Return `count` keystream bytes from `position` on."""
        missing = position + count - len(self._bytes)
        if missing > 0:
            self._grow(missing)
        return self._bytes[position : position + count]


def _xor(left: bytes, right: bytes) -> bytes:
    number = int.from_bytes(left, "little") ^ int.from_bytes(right, "little")
    return number.to_bytes(len(left), "little")


class Cipher:
    """One direction of a session: a keystream and the position that this direction has reached.

    Both directions of a session run over the same keystream, so they share the Keystream object.
    """

    def __init__(self, keystream: Keystream, position: int) -> None:
        self._keystream = keystream
        self._position = position

    def apply(self, data: bytes) -> bytes:
        """Encrypt or decrypt the next bytes of the direction."""
        out = self.peek(data)
        self._position += len(data)
        return out

    def peek(self, data: bytes) -> bytes:
        """Return what `apply` would, and stay where we are."""
        return _xor(data, self._keystream.at(self._position, len(data)))


class NoCipher:
    """A direction of a plain stream."""

    def apply(self, data: bytes) -> bytes:
        """Return the bytes as they are."""
        return bytes(data)

    peek = apply


def crypt_id(key: bytes, id_bytes: bytes) -> bytes:
    """Encrypt or decrypt an id with the first bytes of the server-to-client stream."""
    return _xor(id_bytes, Keystream(key).at(0, len(id_bytes)))


# Proofs


def proof_of(data: bytes, key: bytes) -> bytes:
    """Return MD5(data || key)."""
    return hashlib.md5(bytes(data) + key).digest()


def is_proof_of(proof: bytes, data: bytes, key: bytes) -> bool:
    """Check a proof in constant time."""
    return hmac.compare_digest(proof, proof_of(data, key))


def end_challenge(conn_id: int, counts: tuple[int, int], key: bytes) -> bytes:
    """Return the challenge that proves that a server's stream has ended; counts are its own."""
    data = u64(conn_id) + u64(counts[0]) + u64(counts[1]) + b"snet end"
    challenge = proof_of(data, key)[:8]
    return challenge if any(challenge) else b"\x01" + challenge[1:]


def seen_of(challenge: bytes, key: bytes) -> bytes:
    """Return what a client adds to its answer when it has recognised that challenge."""
    return proof_of(b"snet end" + challenge, key)


# Messages


def hello_size(wire: str) -> int:
    """Return the size of the client's first message in a new session."""
    return _HELLO_BYTES[wire]


def resume_size(wire: str) -> int:
    """Return the size of the client's first message in a resume."""
    return _RESUME_BYTES[wire]


def answer_size(wire: str) -> int:
    """Return the size of the server's answer, to a new session and to a resume alike."""
    return _ANSWER_BYTES[wire]


def has_challenge(wire: str) -> bool:
    """Say whether the server's answer ends in a challenge that the client has to answer."""
    return wire == WIRE_2


def encode_hello(wire: str, public: int) -> bytes:
    """Return the request for a new session."""
    if wire == WIRE_2:
        return b"\x00" + u64(public)
    hello = bytes(8) + u64(public)
    return hello.ljust(hello_size(wire), b"\x00")


def encode_resume(wire: str, conn_id: int, counts: tuple[int, int], key: bytes) -> bytes:
    """Return the request to resume a session, with its proof; counts are (write, read)."""
    signed = u64(conn_id) + u64(counts[0]) + u64(counts[1])
    mark = b"\xff" if wire == WIRE_2 else b""
    return mark + signed + proof_of(signed, key)


def _decode_resume(data: bytes) -> Resume:
    signed = data[:24]
    numbers = [from_u64(signed[at : at + 8]) for at in (0, 8, 16)]
    return Resume(*numbers, signed, data[24:])


def _read_request_1(wire: str, read: Reader) -> Hello | Resume:
    head = read(16)
    if any(head[:8]):
        return _decode_resume(head + read(24))
    if any(read(hello_size(wire) - 16)):
        raise MalformedRequest("padding that is not zero")
    return Hello(from_u64(head[8:]))


def _read_request_2(read: Reader) -> Hello | Resume:
    mark = read(1)
    if mark == b"\x00":
        return Hello(from_u64(read(8)))
    if mark == b"\xff":
        return _decode_resume(read(40))
    raise MalformedRequest(f"first byte {mark.hex()}")


def read_request(wire: str, read: Reader) -> Hello | Resume:
    """Decode a client's first message as Hello or Resume.

    `read(n)` returns exactly n bytes. A listener that serves one wire uses that wire's own
    grammar: any non-zero id is a resume.
    """
    return _read_request_2(read) if wire == WIRE_2 else _read_request_1(wire, read)


def encode_answer(wire: str, first: bytes, second: bytes, challenge: bytes = b"") -> bytes:
    """Return a server's answer: two fields of eight bytes and, on snet/2, a challenge."""
    answer = first + second + challenge
    assert len(answer) == answer_size(wire)
    return answer


def decode_new_answer(data: bytes) -> NewAnswer:
    """Decode the answer to a new session."""
    return NewAnswer(from_u64(data[:8]), data[8:16], data[16:])


def decode_resume_answer(data: bytes) -> ResumeAnswer:
    """Decode the answer to a resume."""
    return ResumeAnswer(from_u64(data[:8]), from_u64(data[8:16]), data[16:])
