#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Checks of the Python peer of snet/3 itself: the worked examples, and its two ends together.

The examples of the document make the peer fit to judge another implementation; the rest shows
that it notices what it is there to notice.
"""

import hashlib
import random
import socket
import sys
import unittest
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

try:
    import dissononce  # noqa: F401
except ImportError:
    sys.exit(77)

from snet3_carrier import Carrier, Style
from snet3_client import Client, Identity, Outcome
from snet3_keys import CidMaker, Direction, NotAuthentic, mac1, psk_id, reject_proof, rekey_records
from snet3_link import Link, TimedOut, pause, run
from snet3_noise import Handshake, Secrets, new_private_key, prologue, public_key
from snet3_server import Rejected, Server, Settings
from snet3_session import Terms
from snet3_wire import (
    Abort,
    Ack,
    Accept,
    Code,
    Data,
    Extension,
    Fin,
    Header,
    Malformed,
    Migrate,
    Offer,
    Pad,
    Pattern,
    Ping,
    Pong,
    Reject,
    Resume,
    Start,
    Suite,
    Type,
    Violation,
    Welcome,
    decode_auth,
    decode_frames,
    encode_frames,
)

BULK_BYTES = 1_500_000
EXAMPLE_MARK = "### A.7"
VALUE_COLUMN = 30


def counting(first: int, count: int = 32) -> bytes:
    """Return bytes that count up."""
    return bytes(range(first, first + count))


def example_hex() -> str:
    """Return all hexadecimal of the worked examples of snet/3, in one piece."""
    text = (HERE.parent.parent / "docs" / "snet3.md").read_text(encoding="utf-8")
    lines = text[text.index(EXAMPLE_MARK) :].splitlines()
    values = [line[VALUE_COLUMN:].replace(" ", "") for line in lines if line.startswith(" " * 7)
              or line.startswith(("c->s", "s->c"))]
    return "".join(value for value in values if set(value) <= set("0123456789abcdef"))


class Examples(unittest.TestCase):
    """Appendix A.7 and A.8: each value is recomputed here and looked for in the document."""

    def setUp(self) -> None:
        self.known = example_hex()

    def expect(self, value: bytes, what: str) -> None:
        """Fail unless these bytes stand in the examples."""
        self.assertIn(value.hex(), self.known, what)

    def new_session(self) -> tuple[Handshake, Handshake]:
        """Play A.7 up to the keys."""
        server_public = public_key(counting(0x10))
        self.expect(server_public, "server_public")
        header = Header(Type.HELLO, Pattern.NK, Suite.CHACHA, 84)
        begin = prologue(header.encode(), b"")
        client = Handshake(
            Pattern.NK, Suite.CHACHA, begin,
            Secrets(server_public=server_public, ephemeral=counting(0x50)), is_client=True,
        )
        server = Handshake(
            Pattern.NK, Suite.CHACHA, begin,
            Secrets(own_private=counting(0x10), ephemeral=counting(0x70)), is_client=False,
        )
        offer = Offer(65536, 16384, [(1, b"chat")])
        message = client.write(offer.encode())
        whole = header.encode() + message
        self.expect(whole, "HELLO")
        self.expect(mac1(server_public, whole), "mac1")
        self.assertEqual(Offer.decode(server.read(message)), offer)
        welcome = Welcome(counting(1, 17), counting(0x21, 16), max_record=32768)
        answer = server.write(welcome.encode())
        reply = Header(Type.HELLO_REPLY, Pattern.NK, Suite.CHACHA, len(answer))
        self.expect(reply.encode() + answer, "HELLO_REPLY")
        self.assertEqual(Welcome.decode(client.read(answer)), welcome)
        self.assertEqual(client.keys, server.keys)
        return client, server

    def test_a_new_session(self) -> None:
        """Every byte of A.7: messages, keys and records, also over a change of keys."""
        client, _ = self.new_session()
        for key in client.keys:
            self.expect(key, "keys of the epoch")
        direction = Direction(Suite.CHACHA, client.keys.client_to_server, rekey_records(32768))
        self.expect(direction.key + direction.iv, "keys of S[0]")
        first = [Start(0), Ack(0, 65536), Data(b"hello", to_end=True)]
        plaintext = encode_frames(first)
        self.expect(plaintext, "plaintext")
        self.assertEqual(list(decode_frames(plaintext)), first)
        self.expect(direction.seal(plaintext), "record 0")
        while direction.seq < 16384:
            direction.seal(b"\0")
        self.expect(direction.seal(b"\0"), "record 16384")

    def test_a_resume(self) -> None:
        """Every byte of A.8 that belongs to the resume."""
        before, _ = self.new_session()
        cid = counting(1, 17)
        header = Header(Type.RESUME, Pattern.NNPSK0, Suite.CHACHA, 101)
        secret = before.keys.resume_secret
        ends = [
            Handshake(
                Pattern.NNPSK0, Suite.CHACHA, prologue(header.encode(), cid),
                Secrets(psk=secret, ephemeral=counting(key)), is_client=key == 0x90,
            )
            for key in (0x90, 0xB0)
        ]
        request = Resume(1, 7, 65543)
        message = ends[0].write(request.encode())
        self.expect(header.encode() + cid + message, "RESUME")
        self.assertEqual(Resume.decode(ends[1].read(message), 0), request)
        accept = Accept(5, 65541, counting(0x41, 17), counting(0x61, 16))
        answer = ends[1].write(accept.encode())
        reply = Header(Type.ACCEPT, Pattern.NNPSK0, Suite.CHACHA, 99)
        self.expect(reply.encode() + answer, "ACCEPT")
        self.assertEqual(Accept.decode(ends[0].read(answer)), accept)
        self.expect(ends[0].keys.client_to_server, "k_c2s")
        self.expect(ends[1].keys.resume_secret, "RS")

    def test_a_refusal(self) -> None:
        """The cid, its token, the REJECT and the psk_id of A.8."""
        maker = CidMaker(counting(0x10))
        self.expect(maker.cid_key, "cid_key")
        self.expect(maker.reset_key, "reset_key")
        cid = maker.make(0x0A, counting(0xE0, 12))
        self.expect(cid, "cid")
        self.assertEqual(maker.node(cid), 0)
        token = maker.token(cid)
        self.expect(token, "token")
        header = Header(Type.REJECT, Pattern.NNPSK0, Suite.CHACHA, 20)
        reject = Reject(Code.UNKNOWN)
        reject.proof = reject_proof(token, header, reject, public_key(counting(0x90)))
        self.expect(header.encode(), "header of REJECT")
        self.expect(reject.encode(), "REJECT")
        self.expect(psk_id(counting(0xD0)), "psk_id")


class Bytes(unittest.TestCase):
    """Payloads and frames that are refused."""

    def test_malformed_payloads_are_refused(self) -> None:
        """Each rule of 13.2 and 13.4 has a payload that breaks it."""
        offer = Offer().encode()
        bad = {
            "cut off": (Offer.decode, offer[:-1]),
            "tlv_len": (Offer.decode, offer + b"\0"),
            "TLV leaves": (Offer.decode, Offer(tlvs=[(1, b"abc")]).encode()[:-1]),
            "service twice": (Offer.decode, Offer(tlvs=[(1, b"a"), (1, b"a")]).encode()),
            "service long": (Offer.decode, Offer(tlvs=[(1, b"a" * 65)]).encode()),
            "prove in HELLO": (Offer.decode, Offer(tlvs=[(3, b"a")]).encode()),
            "unknown": (Offer.decode, Offer(tlvs=[(4, b"")]).encode()),
            "padding": (Offer.decode, Offer(tlvs=[(2, b"\0\1")]).encode()),
            "max_record": (Offer.decode, Offer(max_record=511).encode()),
            "max_record high": (Welcome.decode, Welcome(
                bytes(17), bytes(16), max_record=65519).encode()),
            "service in AUTH": (decode_auth, b"\x05\0\x01\0\x01\0a"),
            "early without flag": (lambda data: Resume.decode(data, 0), Resume(
                1, 0, 0, 0, b"x").encode()),
            "resume padding": (lambda data: Resume.decode(data, 0), Resume(
                1, 0, 0).encode() + b"\1"),
            "accept cut off": (Accept.decode, bytes(50)),
        }
        for name, (decode, payload) in bad.items():
            with self.subTest(name), self.assertRaises(Malformed):
                decode(payload)

    def test_bad_frames_are_violations(self) -> None:
        """Cut off, empty, unknown."""
        for plaintext in (
            b"\x01\0\0", b"\x02", b"\x03" + bytes(15), b"\x0a", b"\x80", b"\x01\x05\0abcd",
            b"\x08" + bytes(4) + b"\x05" + bytes(3), b"\x40\x01\0",
            Migrate(1, 4, 5, b"abc").encode(),
        ):
            with self.subTest(plaintext.hex()), self.assertRaises(Violation):
                list(decode_frames(plaintext))


class Pair:
    """A client and a server of this peer, connected by socket pairs."""

    def __init__(self, identity: Identity, settings: Settings, seed: int | None = None) -> None:
        self.server = Server(settings, listens=False)
        identity.server_public = self.server.public if settings.private else None
        self.client = Client(0, identity, Terms(100_000, 700), dial=self._dial)
        self.held = None
        self.server.new_session = self._keep
        if seed is not None:
            style = Style(seed)
            self.client.new_carrier = self.server.new_carrier = lambda carrier: setattr(
                carrier, "style", style)

    def _keep(self, held: object) -> None:
        self.held = held

    def _dial(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        self.server.adopt(theirs)
        return ours

    def run(self, until: Callable[[], bool], seconds: float = 20.0) -> None:
        """Step both ends until a goal is reached."""
        run([self.client, self.server], until, seconds)

    def close(self) -> None:
        """Close all links."""
        self.client.__exit__()
        self.server.__exit__()

    def open(self) -> "Pair":
        """Begin a session."""
        self.client.send_hello()
        self.run(lambda: self.client.live and self.client.live.heard and self.held)
        return self


def all_identities() -> list[tuple[Identity, Settings]]:
    """Return every pattern with every suite."""
    found = []
    for suite in Suite:
        own, psk = new_private_key(), random.randbytes(32)
        found += [
            (Identity(Pattern.NK, suite), Settings()),
            (Identity(Pattern.XK, suite, own_private=own), Settings(authorized={public_key(own)})),
            (Identity(Pattern.NNPSK0, suite, psk=psk), Settings(private=None, psks=[psk])),
        ]
    return found


class WithPairs(unittest.TestCase):
    """Closes the pairs that a test makes."""

    def pair(self, *how: object) -> Pair:
        """Return a pair that is closed at the end of the test."""
        pair = Pair(*how)
        self.addCleanup(pair.close)
        return pair


class BothEnds(WithPairs):
    """The client against the server."""

    def losses(self, identity: Identity, settings: Settings, seed: int) -> None:
        """Move bytes both ways while links are cut anywhere, swallow bytes, or flip bits."""
        source = random.Random(seed)
        settings.terms = Terms(50_000, 20_000)
        pair = self.pair(identity, settings, seed)
        client, server = pair.client, pair.server
        client.resumes_alone = True

        def spoil(link: Link) -> None:
            which = source.choice(["cut_in", "cut_out", "void_from", "flip_at"])
            setattr(link, which, source.randint(200, 250_000))

        pair.open()
        client.new_link = spoil
        up, down = source.randbytes(BULK_BYTES), source.randbytes(BULK_BYTES)
        client.live.link.cut_in = 10_000
        client.session.write(up)
        client.session.finish()
        pair.held.session.write(down)
        pair.held.session.finish()
        pair.run(lambda: client.outcome, 30.0)
        self.assertEqual(client.outcome, Outcome.CLEAN, client)
        self.assertEqual(digest(client.session.received), digest(down))
        self.assertEqual(digest(pair.held.session.received), digest(up))
        self.assertGreater(client.resumed, 1)
        self.assertFalse(server.sessions)

    def test_streams_survive_losses(self) -> None:
        """Every pattern and suite, links that die anywhere: nothing lost, changed or repeated."""
        for identity, settings in all_identities():
            seed = random.randrange(2**32)
            with self.subTest(identity.pattern.name, suite=identity.suite.name, seed=seed):
                self.losses(identity, settings, seed)

    def test_a_handover_with_live_data(self) -> None:
        """A planned resume while both ends send; the old link ends, no byte is lost."""
        pair = self.pair(Identity(), Settings()).open()
        up, down = random.randbytes(BULK_BYTES), random.randbytes(BULK_BYTES)
        pair.client.session.write(up)
        pair.held.session.write(down)
        for count in (1, 2, 3):
            goal = len(pair.client.session.received) + 200_000
            pair.run(lambda: len(pair.client.session.received) > goal)
            pair.client.send_resume(planned=True)
            pair.run(lambda: pair.client.resumed == count and not pair.client.attempt)
        pair.run(lambda: len(pair.client.session.received) == BULK_BYTES
                 and len(pair.held.session.received) == BULK_BYTES)
        self.assertEqual(pair.client.session.received, down)
        self.assertEqual(pair.held.session.received, up)

    def test_early_bytes_arrive_once(self) -> None:
        """Early bytes are delivered at their position, and the stream goes on behind them."""
        pair = self.pair(Identity(), Settings()).open()
        pair.client.session.write(b"before")
        pair.run(lambda: pair.client.session.acked == 6)
        pair.client.lose()
        pair.client.session.write(b" early" + bytes(9000))
        pair.client.send_resume(early_max=4096)
        pair.run(lambda: len(pair.held.session.received) == 9012)
        self.assertEqual(pair.client.accept.status, 1)
        self.assertEqual(pair.client.accept.recv_next, 6 + 4096)
        self.assertEqual(pair.held.session.received[:12], b"before early")

    def test_refusals_are_typed(self) -> None:
        """Tombs, forged proofs, stale attempts, and what a restarted server says."""
        pair = self.pair(Identity(), Settings()).open()
        pair.client.lose()
        pair.server.edit_answer = lambda message: message[:-1] + bytes([message[-1] ^ 1])
        pair.server.refuse_next = [Rejected(Code.UNKNOWN, pair.client.cid)]
        pair.client.send_resume()
        pair.run(lambda: not pair.client.attempt)
        self.assertEqual(len(pair.client.forged), 1)
        self.assertIsNone(pair.client.outcome)
        pair.server.edit_answer = lambda message: message
        pair.held.attempt = 5
        pair.client.send_resume()
        pair.run(lambda: not pair.client.attempt)
        self.assertEqual(pair.client.refusals[-1].code, Code.STALE)
        self.assertIsNone(pair.client.outcome)
        pair.server.forget_all()
        pair.client.send_resume()
        pair.run(lambda: pair.client.outcome)
        self.assertEqual((pair.client.outcome, pair.client.code), (Outcome.LOST, Code.UNKNOWN))

    def test_strangers_hear_nothing_or_why(self) -> None:
        """A wrong server key is met by silence, a key that is not served by DENIED."""
        identity, settings = all_identities()[1]
        stranger = self.pair(Identity(), Settings())
        stranger.client.identity.server_public = public_key(new_private_key())
        stranger.client.send_hello()
        with self.assertRaises(TimedOut):
            stranger.run(lambda: stranger.client.outcome, 0.3)
        settings.authorized = {public_key(new_private_key())}
        denied = self.pair(identity, settings)
        denied.client.send_hello()
        denied.run(lambda: denied.client.outcome)
        self.assertEqual((denied.client.outcome, denied.client.code),
                         (Outcome.ABORTED, Code.DENIED))


class Judge(WithPairs):
    """What breaks a rule is noticed, and answered by ABORT with the right code."""

    def break_rule(self, code: Code, say: Callable[[Carrier], None], *, by_client: bool) -> None:
        """Let one end break a rule in an open session, and expect what the other one says."""
        pair = self.pair(Identity(), Settings()).open()
        pair.client.session.write(b"12345")
        pair.held.session.write(b"12345")
        pair.run(lambda: pair.client.session.acked == 5 and pair.held.session.acked == 5)
        say(pair.client.live if by_client else pair.held.live)
        with self.assertRaises(Violation) as caught:
            pause([pair.client, pair.server], 1.0)
        self.assertEqual(caught.exception.code, code)
        bad, good = (pair.client, pair.server) if by_client else (pair.server, pair.client)
        session = pair.client.session if by_client else pair.held.session
        run([bad], lambda: session.aborted, 2.0)
        self.assertEqual(session.aborted.code, code)
        del good

    def test_broken_rules_are_noticed(self) -> None:
        """One case for each rule, broken by either end."""
        far = 2**40
        cases: dict[str, tuple[Code, list]] = {
            "START again": (Code.PROTOCOL, [Start(5)]),
            "FLOW": (Code.FLOW, [Data(bytes(600), True)] * 250),
            "recv_next not sent": (Code.PROTOCOL, [Ack(6, 70_000)]),
            "recv_next less": (Code.PROTOCOL, [Ack(4, far)]),
            "limit far": (Code.PROTOCOL, [Ack(5, 5 + 2**30 + 1)]),
            "FIN elsewhere": (Code.PROTOCOL, [Fin(6)]),
            "data behind FIN": (Code.PROTOCOL, [Fin(5), Data(b"x")]),
            "two FINs": (Code.PROTOCOL, [Fin(5), Fin(6)]),
            "PADs": (Code.PROTOCOL, [Pad()] * 17),
        }
        for name, (code, frames) in cases.items():
            for by_client in (True, False):
                with self.subTest(name, by_client=by_client):
                    self.break_rule(
                        code, lambda carrier: [carrier.send_raw(frame) for frame in frames],
                        by_client=by_client)

    def test_first_records_are_judged(self) -> None:
        """A first record needs START, in front, and an ACK."""
        for frames in ([Ack(0, 9)], [Ack(0, 9), Start(0)], [Start(0)], [Start(1), Ack(0, 9)]):
            with self.subTest(frames=frames):
                pair = self.pair(Identity(), Settings())

                def spoil(carrier: Carrier) -> None:
                    if carrier.session.is_client:
                        carrier.may_send = False
                        carrier.send_raw(*frames)

                pair.client.new_carrier = spoil
                with self.assertRaises(Violation):
                    pair.open()

    def test_what_is_no_violation(self) -> None:
        """Extensions, 16 PADs in a row, PING and PONG cost nothing."""
        pair = self.pair(Identity(), Settings()).open()
        for _ in range(16):
            pair.client.live.send_raw(Pad())
        pair.client.live.send_raw(Extension(0x40, b"x"), Pad())
        pair.client.live.send_raw(Extension(0x7F, b""))
        pair.client.live.send_raw(Pong(1))
        pair.client.live.say(Ping(77))
        pair.run(lambda: pair.client.live.pong_tokens == [77])

    def test_abort_ends_both_ends(self) -> None:
        """An ABORT of either end arrives with code and text, and leaves a tomb."""
        pair = self.pair(Identity(), Settings()).open()
        cid = pair.client.cid
        pair.client.abort(0x1234, b"enough")
        pair.run(lambda: pair.held.session.aborted)
        self.assertEqual(pair.held.session.aborted, Abort(0x1234, b"enough"))
        self.assertEqual(pair.server.tombs, {cid: Code.ABORTED})

    def test_a_changed_record_is_not_authentic(self) -> None:
        """One bit anywhere in a record, its length included, is noticed."""
        for at in range(20):
            ends = [Direction(Suite.AES, bytes(32), 16384) for _ in range(2)]
            record = bytearray(ends[0].seal(b"ab"))
            record[at] ^= 1
            with self.assertRaises(NotAuthentic):
                ends[1].open(bytes(record[:2]), bytes(record[2:]))


def digest(data: bytes) -> str:
    """Return a short name for data, so that a failure does not print megabytes."""
    return f"{len(data)} bytes {hashlib.sha256(data).hexdigest()[:16]}"


if __name__ == "__main__":
    unittest.main()
