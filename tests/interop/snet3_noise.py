# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The three Noise handshakes of snet/3, over dissononce.

dissononce brings the patterns, the modifier psk0 and both ciphers. Added is what snet/3 takes
besides: the third output of Split, the final hash, and ephemeral keys that a test has chosen.
"""

from typing import NamedTuple

from cryptography.exceptions import InvalidKey
from dissononce.cipher.aesgcm import AESGCMCipher
from dissononce.cipher.chachapoly import ChaChaPolyCipher
from dissononce.dh.keypair import KeyPair
from dissononce.dh.x25519.private import PrivateKey
from dissononce.dh.x25519.public import PublicKey
from dissononce.dh.x25519.x25519 import X25519DH
from dissononce.exceptions.decrypt import DecryptFailedException
from dissononce.hash.sha256 import SHA256Hash
from dissononce.processing.handshakepatterns.interactive.NK import NKHandshakePattern
from dissononce.processing.handshakepatterns.interactive.NN import NNHandshakePattern
from dissononce.processing.handshakepatterns.interactive.XK import XKHandshakePattern
from dissononce.processing.impl.cipherstate import CipherState
from dissononce.processing.impl.handshakestate import HandshakeState
from dissononce.processing.impl.symmetricstate import SymmetricState
from dissononce.processing.modifiers.psk import PSKPatternModifier

from snet3_keys import NotAuthentic, expand
from snet3_wire import Pattern, Suite

PATTERNS = {
    Pattern.NK: NKHandshakePattern,
    Pattern.XK: XKHandshakePattern,
    Pattern.NNPSK0: lambda: PSKPatternModifier(0).modify(NNHandshakePattern()),
}
CIPHERS = {Suite.CHACHA: ChaChaPolyCipher, Suite.AES: AESGCMCipher}


class ZeroResult(Exception):
    """An exchange of keys came out as zeros."""


class EpochKeys(NamedTuple):
    """What a complete handshake yields [PROTO 12.3]."""

    client_to_server: bytes
    server_to_client: bytes
    resume_secret: bytes


class _Symmetric(SymmetricState):
    def split(self) -> EpochKeys:
        c2s, s2c, third = self._hashfn.hkdf(self._ck, b"", 3)
        return EpochKeys(c2s, s2c, expand(third, b"snet3 resume" + self._h, 32))


class _Exchange(X25519DH):
    def __init__(self, ephemeral: bytes | None) -> None:
        super().__init__()
        self._ephemeral = ephemeral

    def generate_keypair(self, privatekey: PrivateKey | None = None) -> KeyPair:
        if privatekey is None and self._ephemeral is not None:
            privatekey = PrivateKey(self._ephemeral)
        return super().generate_keypair(privatekey)

    def dh(self, keypair: KeyPair, publickey: PublicKey) -> bytes:
        # The library underneath refuses a result of zeros by itself.
        try:
            shared = super().dh(keypair, publickey)
        except (ValueError, InvalidKey) as error:
            raise ZeroResult(str(error)) from error
        if not any(shared):
            raise ZeroResult("32 zero bytes")
        return shared


def key_pair(private: bytes) -> KeyPair:
    """Return the pair that belongs to a private key."""
    return X25519DH().generate_keypair(PrivateKey(private))


def public_key(private: bytes) -> bytes:
    """Return the public key that belongs to a private key."""
    return key_pair(private).public.data


def exchange(private: bytes, public: bytes) -> bytes:
    """Return the result of an exchange, or raise ZeroResult."""
    return _Exchange(None).dh(key_pair(private), PublicKey(public))


def new_private_key() -> bytes:
    """Return a fresh private key."""
    return X25519DH().generate_keypair().private.data


class Secrets(NamedTuple):
    """What an end brings to a handshake; which of them are needed depends on the pattern."""

    server_public: bytes | None = None
    own_private: bytes | None = None
    psk: bytes | None = None
    ephemeral: bytes | None = None


class Handshake:
    """One handshake at one end."""

    def __init__(
        self, pattern: Pattern, suite: Suite, prologue: bytes, secrets: Secrets, *, is_client: bool
    ) -> None:
        symmetric = _Symmetric(CipherState(CIPHERS[suite]()), SHA256Hash())
        self._state = HandshakeState(symmetric, _Exchange(secrets.ephemeral))
        self.keys: EpochKeys | None = None
        self._state.initialize(
            PATTERNS[pattern](),
            is_client,
            prologue,
            s=key_pair(secrets.own_private) if secrets.own_private else None,
            rs=PublicKey(secrets.server_public) if is_client and secrets.server_public else None,
            psks=[secrets.psk] if secrets.psk else None,
        )

    @property
    def name(self) -> str:
        """The name of the protocol in Noise."""
        return self._state.protocol_name

    @property
    def peer_static(self) -> bytes:
        """The client's public key, which the server has when the third message was read."""
        return self._state.rs.data

    def write(self, payload: bytes) -> bytes:
        """Return the next message."""
        message = bytearray()
        self.keys = self._state.write_message(payload, message)
        return bytes(message)

    def read(self, message: bytes) -> bytes:
        """Take the next message in and return its payload, or raise NotAuthentic or ZeroResult."""
        payload = bytearray()
        try:
            self.keys = self._state.read_message(message, payload)
        except DecryptFailedException as error:
            raise NotAuthentic("handshake") from error
        return bytes(payload)


def prologue(first_header: bytes, more: bytes) -> bytes:
    """Return the prologue of a handshake: the client's header, and psk_id or cid [PROTO 12.2]."""
    return b"snet/3\x00\x00" + first_header + more
