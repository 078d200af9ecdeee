# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Everything of snet/3 that is derived outside of Noise: record keys, cids, tokens and proofs."""

import hashlib
import hmac
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from snet3_wire import BIG_RECORD, Header, Reject, Suite

AEADS = {Suite.CHACHA: ChaCha20Poly1305, Suite.AES: AESGCM}
REKEY_RECORDS = 65536
SEQ_MAX = 2**40


class NotAuthentic(Exception):
    """Bytes were not made by the other end, or not for this place."""


def mac(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256."""
    return hmac.digest(key, data, "sha256")


def expand(key: bytes, info: bytes, count: int) -> bytes:
    """One block of HKDF-Expand [PROTO 12.3]."""
    return mac(key, info + b"\x01")[:count]


def same(one: bytes, other: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one, other)


def mac1(server_public: bytes, message: bytes) -> bytes:
    """Return what shows that a client knows the server's public key [PROTO 12.6]."""
    return mac(hashlib.sha256(b"snet3 mac1" + server_public).digest(), message)[:16]


def psk_id(psk: bytes) -> bytes:
    """Return the name of a psk on the wire, as this project makes it [PROTO 12.6]."""
    return expand(psk, b"snet3 psk id", 16)


def rekey_records(receiver_max_record: int) -> int:
    """Return after how many records a direction takes new keys [PROTO 12.4]."""
    return REKEY_RECORDS // 4 if receiver_max_record > BIG_RECORD else REKEY_RECORDS


class Direction:
    """The records of one direction of one link: keys, generations and numbers [PROTO 12.4]."""

    def __init__(self, suite: Suite, secret: bytes, records: int) -> None:
        self.seq = 0
        self._suite = suite
        self._secret = secret
        self._records = records
        self._take_keys()

    def _take_keys(self) -> None:
        self.key = expand(self._secret, b"snet3 key", 32)
        self.iv = expand(self._secret, b"snet3 iv", 12)
        self._aead = AEADS[self._suite](self.key)

    def _nonce(self) -> bytes:
        assert self.seq < SEQ_MAX
        counter = bytes(4) + struct.pack("<Q", self.seq)
        return bytes(one ^ other for one, other in zip(self.iv, counter))

    def _count(self) -> None:
        self.seq += 1
        if self.seq % self._records == 0:
            self._secret = expand(self._secret, b"snet3 upd", 32)
            self._take_keys()

    def seal(self, plaintext: bytes) -> bytes:
        """Return a whole record."""
        length = struct.pack("<H", len(plaintext) + 16)
        record = length + self._aead.encrypt(self._nonce(), plaintext, length)
        self._count()
        return record

    def open(self, length: bytes, sealed: bytes) -> bytes:
        """Return the plaintext of a record, or raise NotAuthentic."""
        try:
            plaintext = self._aead.decrypt(self._nonce(), sealed, length)
        except InvalidTag as error:
            raise NotAuthentic(f"record {self.seq}") from error
        self._count()
        return plaintext


class CidMaker:
    """Makes cids and their tokens from the server's first key [PROTO 12.5]."""

    def __init__(self, server_key: bytes, node_id: int = 0) -> None:
        self.cid_key = expand(server_key, b"snet3 cid", 16)
        self.reset_key = expand(server_key, b"snet3 reset", 32)
        self._node_id = node_id

    def make(self, octet0: int | None = None, nonce: bytes | None = None) -> bytes:
        """Return a new cid; a test may choose what is random."""
        octet0 = os.urandom(1)[0] & 0x1F if octet0 is None else octet0
        block = struct.pack("<I", self._node_id) + (nonce or os.urandom(12))
        # One block under a key of its own: there is no pattern that ECB could show.
        encryptor = Cipher(algorithms.AES(self.cid_key), modes.ECB()).encryptor()
        return bytes([octet0]) + encryptor.update(block) + encryptor.finalize()

    def token(self, cid: bytes) -> bytes:
        """Return the reset token of a cid."""
        return mac(self.reset_key, b"snet3 rst" + cid)[:16]

    def node(self, cid: bytes) -> int:
        """Return the node id in a cid."""
        decryptor = Cipher(algorithms.AES(self.cid_key), modes.ECB()).decryptor()
        block = decryptor.update(cid[1:]) + decryptor.finalize()
        return int.from_bytes(block[:4], "little")


def reject_proof(token: bytes, header: Header, reject: Reject, ephemeral: bytes) -> bytes:
    """Return the proof of a REJECT to a RESUME with this ephemeral key [PROTO 12.5]."""
    numbers = struct.pack("<HH", reject.code, reject.retry_after)
    return mac(token, b"snet3 rej" + header.encode() + numbers + ephemeral)[:16]
