# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The handshakes of the three dialects, both roles, over anything that reads and writes bytes.

The same functions run over a socket and over recorded bytes, so a replay of recorded
conversations tests what the peers use.
"""

from typing import Protocol

from legacy_session import Session
from legacy_wire import (
    REFUSAL,
    PROOF_BYTES,
    WIRE_2,
    Hello,
    Resume,
    answer_size,
    crypt_id,
    decode_new_answer,
    decode_resume_answer,
    encode_answer,
    encode_hello,
    encode_resume,
    from_u64,
    has_challenge,
    is_acceptable_public_key,
    is_proof_of,
    proof_of,
    public_key,
    session_key,
    u64,
)


class Refused(Exception):
    """The other end does not want this session, or has not proven that it may have it."""


class Channel(Protocol):
    """What a handshake needs."""

    def read(self, count: int) -> bytes:
        """Return exactly `count` bytes, or raise."""

    def write(self, data: bytes) -> None:
        """Send all of `data`, or raise."""


def shared_key(private: int, peer_public: int) -> bytes:
    """Return the session key, or raise Refused for a public key that gives it away."""
    if not is_acceptable_public_key(peer_public):
        raise Refused(f"public key {peer_public:#x}")
    return session_key(private, peer_public)


def client_new(channel: Channel, wire: str, private: int, encrypt: bool) -> Session:
    """Begin a session as its client."""
    channel.write(encode_hello(wire, public_key(private)))
    answer = decode_new_answer(channel.read(answer_size(wire)))
    key = shared_key(private, answer.public)
    if has_challenge(wire):
        channel.write(proof_of(answer.challenge, key))
    conn_id = from_u64(crypt_id(key, answer.sealed_id))
    return Session(key, conn_id, is_client=True, encrypt=encrypt)


def client_resume(channel: Channel, wire: str, session: Session) -> tuple[int, int]:
    """Resume a session as its client, and return the server's counts."""
    channel.write(encode_resume(wire, session.conn_id, session.counts, session.key))
    data = channel.read(answer_size(wire))
    if wire == WIRE_2 and data == REFUSAL:
        raise Refused("24 zero bytes")
    answer = decode_resume_answer(data)
    session.check_counts(answer.write_count, answer.read_count)
    session.challenge = answer.challenge
    if has_challenge(wire):
        channel.write(proof_of(answer.challenge, session.key))
    session.resumed(answer.write_count)
    session.rewind(answer.read_count)
    return answer.write_count, answer.read_count


class ServerSecrets(Protocol):
    """What a server draws for a handshake."""

    def private(self) -> int:
        """Return a private key."""

    def conn_id(self) -> int:
        """Return an id that no other session has."""

    def challenge(self) -> bytes:
        """Return eight bytes, not all of them zero."""


def server_new(
    channel: Channel, wire: str, hello: Hello, secrets: ServerSecrets, encrypt: bool
) -> Session:
    """Begin a session as its server, after its hello."""
    private, conn_id = secrets.private(), secrets.conn_id()
    key = shared_key(private, hello.public)
    challenge = secrets.challenge() if has_challenge(wire) else b""
    sealed_id = crypt_id(key, u64(conn_id))
    channel.write(encode_answer(wire, u64(public_key(private)), sealed_id, challenge))
    _await_proof(channel, challenge, key)
    return Session(key, conn_id, is_client=False, encrypt=encrypt)


def server_resume(
    channel: Channel, wire: str, request: Resume, session: Session, secrets: ServerSecrets
) -> None:
    """Resume a session as its server, after the client's request."""
    if not is_proof_of(request.proof, request.signed, session.key):
        raise Refused("wrong proof of the request")
    session.check_counts(request.write_count, request.read_count)
    challenge = secrets.challenge() if has_challenge(wire) else b""
    write_count, read_count = session.counts
    if session.declares_little:
        write_count = request.read_count
    channel.write(encode_answer(wire, u64(write_count), u64(read_count), challenge))
    _await_proof(channel, challenge, session.key)
    session.resumed(request.write_count)
    session.rewind(request.read_count)


def _await_proof(channel: Channel, challenge: bytes, key: bytes) -> None:
    if challenge and not is_proof_of(channel.read(PROOF_BYTES), challenge, key):
        raise Refused("wrong proof of the challenge")
