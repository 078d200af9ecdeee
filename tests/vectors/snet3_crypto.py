# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What snet/3 is made of (docs/snet3.md, clause 12), over the primitives of `cryptography`.

Written from the document and nothing else: it shares no line with the C code, so that the two can
check each other.
"""

import hashlib
import hmac
import struct
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

TAG_BYTES = 16


class Suite(NamedTuple):
    """A cipher, and how it is used: 12.1."""

    number: int
    name: str
    aead: type
    counter_order: str
    rekey_records: int

    def seal(self, key: bytes, nonce: bytes, ad: bytes, plain: bytes) -> bytes:
        """Return ciphertext and tag."""
        return self.aead(key).encrypt(nonce, plain, ad)

    def open(self, key: bytes, nonce: bytes, ad: bytes, sealed: bytes) -> bytes:
        """Return the plaintext; raises InvalidTag."""
        return self.aead(key).decrypt(nonce, sealed, ad)

    def noise_nonce(self, counter: int) -> bytes:
        """Return nonce(n) of 12.2."""
        return bytes(4) + counter.to_bytes(8, self.counter_order)


SUITES = {
    1: Suite(1, "25519_ChaChaPoly_SHA256", ChaCha20Poly1305, "little", 65536),
    2: Suite(2, "25519_AESGCM_SHA256", AESGCM, "big", 65536),
}
PATTERNS = {
    1: ("Noise_NK_", (("e", "es"), ("e", "ee"))),
    2: ("Noise_XK_", (("e", "es"), ("e", "ee"), ("s", "se"))),
    3: ("Noise_NNpsk0_", (("psk", "e"), ("e", "ee"))),
}


def sha256(data: bytes) -> bytes:
    """Return the hash."""
    return hashlib.sha256(data).digest()


def mac(key: bytes, data: bytes) -> bytes:
    """Return HMAC-SHA256."""
    return hmac.new(key, data, hashlib.sha256).digest()


def hkdf(chaining_key: bytes, data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the three outputs of Noise's HKDF."""
    secret = mac(chaining_key, data)
    first = mac(secret, b"\x01")
    second = mac(secret, first + b"\x02")
    return first, second, mac(secret, second + b"\x03")


def expand(key: bytes, info: bytes, length: int) -> bytes:
    """Return one block of HKDF-Expand."""
    return mac(key, info + b"\x01")[:length]


def public_key(private: bytes) -> bytes:
    """Return the public key of a private one."""
    public = X25519PrivateKey.from_private_bytes(private).public_key()
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def shared_secret(private: bytes, public: bytes) -> bytes:
    """Return the result of X25519; raises ValueError when it is all zeros."""
    return X25519PrivateKey.from_private_bytes(private).exchange(
        X25519PublicKey.from_public_bytes(public)
    )


def aes_block(key: bytes, block: bytes) -> bytes:
    """Return one block of AES-128."""
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


class Privates(NamedTuple):
    """All private inputs of a handshake. Those that its pattern does not use are empty."""

    client_ephemeral: bytes
    server_ephemeral: bytes
    client_static: bytes = b""
    server_static: bytes = b""
    psk: bytes = b""


class EpochKeys(NamedTuple):
    """What a handshake yields: 12.3."""

    ck: bytes
    h: bytes
    k_c2s: bytes
    k_s2c: bytes
    r: bytes
    rs: bytes


def epoch_keys(ck: bytes, h: bytes) -> EpochKeys:
    """Return the keys that follow from the end of a handshake."""
    client, server, resume = hkdf(ck, b"")
    return EpochKeys(ck, h, client, server, resume, expand(resume, b"snet3 resume" + h, 32))


class Handshake:
    """A handshake as seen with the private inputs of both ends: 12.2."""

    def __init__(self, pattern: int, suite: Suite, prologue: bytes, privates: Privates) -> None:
        begin, self.messages = PATTERNS[pattern]
        name = (begin + suite.name).encode("ascii")
        self.suite = suite
        self.privates = privates
        self.mixes_ephemeral = pattern == 3
        self.h = name.ljust(32, b"\0") if len(name) <= 32 else sha256(name)
        self.ck = self.h
        self.key = b""
        self.counter = 0
        self.message = 0
        self.mix_hash(prologue)
        if pattern != 3:
            self.mix_hash(public_key(privates.server_static))

    def mix_hash(self, data: bytes) -> None:
        """MixHash."""
        self.h = sha256(self.h + data)

    def mix_key(self, data: bytes) -> None:
        """MixKey."""
        self.ck, self.key, _ = hkdf(self.ck, data)
        self.counter = 0

    def _exchange(self, letters: str) -> bytes:
        client = {"e": self.privates.client_ephemeral, "s": self.privates.client_static}
        server = {"e": self.privates.server_ephemeral, "s": self.privates.server_static}
        ours, theirs = client[letters[0]], server[letters[1]]
        secret = shared_secret(ours, public_key(theirs))
        assert secret == shared_secret(theirs, public_key(ours))
        return secret

    def _open(self, sealed: bytes) -> bytes:
        plain = self.suite.open(self.key, self.suite.noise_nonce(self.counter), self.h, sealed)
        self.counter += 1
        self.mix_hash(sealed)
        return plain

    def open(self, message: bytes) -> bytes:
        """Check the next message against the private inputs and return its payload."""
        from_client = self.message % 2 == 0
        for token in self.messages[self.message]:
            if token == "e":
                private = self.privates[0 if from_client else 1]
                ephemeral, message = message[:32], message[32:]
                assert ephemeral == public_key(private), "another ephemeral key"
                self.mix_hash(ephemeral)
                if self.mixes_ephemeral:
                    self.mix_key(ephemeral)
            elif token == "psk":
                self.ck, data, self.key = hkdf(self.ck, self.privates.psk)
                self.mix_hash(data)
                self.counter = 0
            elif token == "s":
                static, message = self._open(message[:48]), message[48:]
                assert static == public_key(self.privates.client_static), "another static key"
            else:
                self.mix_key(self._exchange(token))
        self.message += 1
        return self._open(message)

    def finish(self) -> EpochKeys:
        """Return the keys of the epoch, after the last message."""
        assert self.message == len(self.messages)
        return epoch_keys(self.ck, self.h)


class Generation(NamedTuple):
    """S[g], and the key and iv that follow from it: 12.4."""

    secret: bytes
    key: bytes
    iv: bytes


def rekey_records(suite: Suite, max_record: int) -> int:
    """Return the length of a generation towards a receiver that announced `max_record`."""
    return suite.rekey_records // (4 if max_record > 16384 else 1)


class Direction:
    """The records of one direction of an epoch: 12.4, 16.1."""

    def __init__(self, suite: Suite, secret: bytes, max_record: int) -> None:
        self.suite = suite
        self.rekey_records = rekey_records(suite, max_record)
        self.max_record = max_record
        self.secrets = [secret]
        self.seq = 0

    def generation(self, number: int) -> Generation:
        """Return the secret, key and iv of a generation."""
        while len(self.secrets) <= number:
            self.secrets.append(expand(self.secrets[-1], b"snet3 upd", 32))
        secret = self.secrets[number]
        return Generation(
            secret, expand(secret, b"snet3 key", 32), expand(secret, b"snet3 iv", 12)
        )

    def nonce(self, seq: int) -> bytes:
        """Return the nonce of a record."""
        counter = bytes(4) + struct.pack("<Q", seq)
        iv = self.generation(seq // self.rekey_records).iv
        return bytes(a ^ b for a, b in zip(iv, counter))

    def seal(self, seq: int, plain: bytes) -> bytes:
        """Return a whole record."""
        key = self.generation(seq // self.rekey_records).key
        length = struct.pack("<H", len(plain) + TAG_BYTES)
        return length + self.suite.seal(key, self.nonce(seq), length, plain)

    def open_next(self, record: bytes) -> bytes:
        """Return the plaintext of the next record."""
        length = struct.unpack("<H", record[:2])[0]
        assert len(record) == 2 + length
        assert 17 <= length <= self.max_record + TAG_BYTES, "the length is out of bounds"
        key = self.generation(self.seq // self.rekey_records).key
        plain = self.suite.open(key, self.nonce(self.seq), record[:2], record[2:])
        self.seq += 1
        return plain


class Names:
    """The names that a server gives, from its root key: 12.5."""

    def __init__(self, root: bytes, node_id: int) -> None:
        self.node_id = node_id
        self.cid_key = expand(root, b"snet3 cid", 16)
        self.reset_key = expand(root, b"snet3 reset", 32)

    def cid(self, random: bytes) -> bytes:
        """Return a cid from 13 bytes: one of which 5 bits count, and the nonce."""
        block = struct.pack("<I", self.node_id) + random[1:]
        return bytes([random[0] & 0x1F]) + aes_block(self.cid_key, block)

    def token(self, cid: bytes) -> bytes:
        """Return the token of a cid."""
        return mac(self.reset_key, b"snet3 rst" + cid)[:16]


def proof(token: bytes, header: bytes, code: int, retry_after: int, ephemeral: bytes) -> bytes:
    """Return the proof of a REJECT."""
    fields = struct.pack("<HH", code, retry_after)
    return mac(token, b"snet3 rej" + header + fields + ephemeral)[:16]


def psk_id(psk: bytes) -> bytes:
    """Return the id of a shared secret."""
    return expand(psk, b"snet3 psk id", 16)


def mac1(server_public: bytes, before: bytes) -> bytes:
    """Return the mac1 of a HELLO, from what is before it: 12.6."""
    return mac(sha256(b"snet3 mac1" + server_public), before)[:16]
