# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What `snet serve` must refuse on snet/3, how it says so, and that this disturbs nobody else."""

import dataclasses
import os
import time
from collections.abc import Callable
from typing import NamedTuple

from interop_support import receive_all, receive_exactly
from snet3_carrier import Carrier
from snet3_client import Client, Outcome
from snet3_keys import CidMaker, mac1, reject_proof
from snet3_link import Link, pause
from snet3_noise import new_private_key, public_key
from snet3_support import Cases, SecureServe
from snet3_wire import (
    FLAG_EARLY,
    LIMIT_LEAD_MAX,
    Abort,
    Ack,
    Code,
    Data,
    Extension,
    Fin,
    Frame,
    Header,
    Migrate,
    Offer,
    Pad,
    Pattern,
    Pong,
    Reject,
    Resume,
    Start,
    Suite,
    Type,
    encode_frames,
)

ANSWER_SECONDS = 5.0
SILENT_SECONDS = 0.6
T_HS_SECONDS = 10.0
T_CONFIRM_SECONDS = 30.0
NO_PROOF = bytes(16)


class Answer(NamedTuple):
    """What came back on a link of its own."""

    header: Header | None
    body: bytes

    @property
    def reject(self) -> Reject | None:
        """The REJECT, if it is one."""
        is_reject = self.header and self.header.type == Type.REJECT
        return Reject.decode(self.body) if is_reject else None


def ask(port: int, message: bytes) -> Answer:
    """Send a message on a new link, and return the answer; None in it if the link is closed."""
    link = Link.connect(port)
    link.outbox += message
    deadline = time.monotonic() + ANSWER_SECONDS
    try:
        while time.monotonic() < deadline:
            link.flush()
            link.fill()
            answer = link.take_message()
            if answer:
                return Answer(*answer)
            if link.lost or link.peer_ended:
                return Answer(None, b"")
            time.sleep(0.002)
        raise TimeoutError("neither an answer nor an end")
    finally:
        link.close()


def with_mac1(server_public: bytes, message: bytes) -> bytes:
    """Return a HELLO with its mac1 made again."""
    return message[:-16] + mac1(server_public, message[:-16])


class Hellos(Cases):
    """Requests for a new session."""

    def test_hellos_are_refused_with_a_code(self) -> None:
        """Flags, patterns, suites and offers, in the order of the checks."""
        def edit(**fields: int) -> Callable[[Header], Header]:
            return lambda header: dataclasses.replace(header, **fields)

        cases = [
            ({"edit": edit(flags=1)}, Code.BAD_FORMAT),
            ({"edit": edit(flags=0x80, pattern=9, suite=9)}, Code.BAD_FORMAT),
            ({"edit": edit(pattern=4, suite=9)}, Code.BAD_PATTERN),
            ({"edit": edit(pattern=0)}, Code.BAD_PATTERN),
            *(({"edit": edit(suite=suite)}, Code.BAD_SUITE) for suite in (0, 3, 0x40, 0x7E, 0xFF)),
            ({"offer": Offer(max_record=0).encode()}, Code.BAD_FORMAT),
            ({"offer": Offer(max_record=511).encode()}, Code.BAD_FORMAT),
            ({"offer": Offer(max_record=65519).encode()}, Code.BAD_FORMAT),
            ({"offer": Offer(tlvs=[(1, b"s" * 65)]).encode()}, Code.BAD_FORMAT),
            ({"offer": Offer(tlvs=[(1, b"a"), (1, b"b")]).encode()}, Code.BAD_FORMAT),
            ({"offer": Offer(tlvs=[(3, b"a")]).encode()}, Code.BAD_FORMAT),
            ({"offer": Offer(tlvs=[(4, b"")]).encode()}, Code.BAD_FORMAT),
            ({"offer": Offer(tlvs=[(2, b"\0\1")]).encode()}, Code.BAD_FORMAT),
            ({"offer": Offer().encode() + b"\0"}, Code.BAD_FORMAT),
            ({"offer": Offer(tlvs=[(2, b"\0\0")]).encode()[:-1]}, Code.BAD_FORMAT),
        ]
        with SecureServe() as serve, serve.client() as client:
            for how, code in cases:
                with self.subTest(code.name, how=str(how)):
                    message, attempt = client.hello(**how)
                    answer = ask(serve.port, message)
                    self.assertEqual(answer.reject, Reject(code))
                    asked = attempt.header
                    self.assertEqual(answer.header, Header(
                        Type.REJECT, asked.pattern, asked.suite, 20))

    def test_unusual_offers_are_taken(self) -> None:
        """Any window, unknown private TLVs, padding, caps that nobody knows, a service."""
        with SecureServe() as serve, serve.client() as client:
            for offer in (
                Offer(window=0), Offer(window=2**32 - 1), Offer(tlvs=[(0x8000, b"x" * 100)]),
                Offer(tlvs=[(0xFFFF, b""), (0xFFFF, b""), (2, bytes(50))]), Offer(caps=2**32 - 1),
                Offer(tlvs=[(1, b"s" * 64)]), Offer(max_record=512), Offer(max_record=65518),
            ):
                with self.subTest(offer=offer):
                    message, _ = client.hello(offer=offer.encode())
                    self.assertEqual(ask(serve.port, message).header.type, Type.HELLO_REPLY)

    def test_what_is_no_request_is_closed(self) -> None:
        """Another magic, type or length closes the link without an answer."""
        good = Header(Type.HELLO, 1, 1, 84)
        with SecureServe() as serve:
            for fields in (
                {"magic": 0xC4}, {"type": 0}, {"type": 3}, {"type": 0x81}, {"body_len": 75},
                {"body_len": 2049}, {"type": 2, "body_len": 100}, {"type": 2, "body_len": 6145},
            ):
                with self.subTest(**fields):
                    header = dataclasses.replace(good, **fields)
                    self.assertIsNone(ask(serve.port, header.encode()).header)

    def strangers(self, serve: SecureServe, client: Client) -> dict[str, bytes]:
        """Return HELLOs and RESUMEs that are met by silence."""
        message, _ = client.hello()
        old, _ = client.hello(edit=lambda header: dataclasses.replace(header, version=2))
        new, _ = client.hello(edit=lambda header: dataclasses.replace(header, version=4))
        wrong = serve.client()
        wrong.identity.server_public = public_key(new_private_key())
        by_psk = serve.client(Pattern.NNPSK0)
        known_psk, _ = by_psk.hello()
        by_psk.identity.psk = os.urandom(32)
        unknown_psk, _ = by_psk.hello()
        changed = bytearray(message)
        changed[50] ^= 1
        zeros = message[:8] + bytes(32) + message[40:]
        body = client.cid + bytes(84)
        resume = Header(Type.RESUME, 3, 1, len(body), version=2).encode() + body
        return {
            "mac1": message[:-1] + bytes([message[-1] ^ 1]),
            "version 2": old,
            "version 4": new,
            "RESUME of version 2": resume,
            "another server's key": wrong.hello()[0],
            "an unknown psk": unknown_psk,
            "a psk that is not the one": known_psk[:-1] + bytes([known_psk[-1] ^ 1]),
            "not authentic": with_mac1(serve.public, bytes(changed)),
            "an exchange of zeros": with_mac1(serve.public, zeros),
        }

    def test_strangers_meet_silence_until_the_deadline(self) -> None:
        """No byte, no end before T_HS, then the end; and so ends a pending link unconfirmed."""
        with SecureServe() as serve, serve.client() as client, serve.client() as pending:
            client.open()
            pending.open()
            pending.new_carrier = lambda carrier: setattr(carrier, "may_send", False)
            strangers = self.strangers(serve, client)
            began = time.monotonic()
            links = {name: Link.connect(serve.port) for name in strangers}
            for name, message in strangers.items():
                links[name].outbox += message
            pending.send_resume(planned=True)
            pending.transfer(lambda: not pending.attempt)
            while time.monotonic() < began + T_HS_SECONDS - 1.0:
                for name, link in links.items():
                    link.flush()
                    link.fill()
                    self.assertFalse(link.inbox, name)
                    self.assertFalse(link.lost or link.peer_ended, name)
                pause([client, pending], 0.1)
            self.assertTrue(pending.live)
            deadline = began + T_HS_SECONDS + 3.0
            while time.monotonic() < deadline and any(not link.lost for link in links.values()):
                for name, link in links.items():
                    link.fill()
                    self.assertFalse(link.inbox, name)
                    if link.peer_ended:
                        link.close()
                pause([client, pending], 0.1)
            self.assertEqual([name for name, link in links.items() if not link.lost], [])
            deadline = began + T_CONFIRM_SECONDS + 3.0
            while time.monotonic() < deadline and pending.live:
                pause([client, pending], 0.1)
            self.assertGreater(time.monotonic(), began + T_CONFIRM_SECONDS - 1.0)
            self.assertFalse(pending.live)
            self.assertTrue(client.live)
            pending.new_carrier = lambda carrier: None
            pending.resume()

    def test_a_server_of_psks_is_silent_to_other_patterns(self) -> None:
        """It has no key that a mac1 could fit, though one is made up for the run or not."""
        with SecureServe() as serve:
            with serve.client(Pattern.NNPSK0) as client:
                client.open()
                self.assertIsNone(client.outcome)

    def test_only_authorized_clients(self) -> None:
        """NK is BAD_PATTERN there, a strange key is DENIED, a listed one and a psk are served."""
        with SecureServe(only_authorized=True) as serve:
            nobody = serve.client()
            self.assertEqual(ask(serve.port, nobody.hello()[0]).reject, Reject(Code.BAD_PATTERN))
            stranger = serve.client(Pattern.XK)
            stranger.identity.own_private = new_private_key()
            stranger.send_hello()
            stranger.transfer(lambda: stranger.outcome)
            self.assertEqual((stranger.outcome, stranger.code), (Outcome.ABORTED, Code.DENIED))
            self.assertEqual(stranger.session.limit, 65536)
            for pattern in (Pattern.XK, Pattern.NNPSK0):
                with serve.client(pattern) as client:
                    client.open()
                    with serve.backend.accept() as backend:
                        client.session.write(b"let me in")
                        client.transfer(lambda: client.session.acked == 9)
                        self.assertEqual(receive_exactly(backend, 9), b"let me in")

    def test_a_bad_auth_leaves_nothing(self) -> None:
        """An AUTH that is changed closes the link, and its embryo is unknown then."""
        with SecureServe() as serve, serve.client(Pattern.XK) as client:
            def spoil(link: Link) -> None:
                link.flip_at = len(client.hello()[0]) + 60

            client.new_link = spoil
            client.send_hello()
            client.transfer(lambda: client.outcome)
            self.assertIs(client.outcome, Outcome.REFUSED)
            client.outcome, client.new_link = None, lambda link: None
            client.send_resume()
            client.transfer(lambda: client.outcome)
            self.assertEqual((client.outcome, client.code), (Outcome.LOST, Code.UNKNOWN))


class Resumes(Cases):
    """Requests to go on, while the session has a live link that must not notice."""

    def refused(self, serve: SecureServe, client: Client, **how: object) -> Answer:
        """Ask with a RESUME on a link of its own."""
        message, attempt = client.resume_message(planned=True, **how)
        answer = ask(serve.port, message)
        if answer.header:
            asked = attempt.header
            expected = Header(Type.REJECT, asked.pattern, asked.suite, 20)
            self.assertEqual(answer.header, expected)
        return answer

    def still_lives(self, client: Client, backend: object) -> None:
        """The live link of the session is the one of before, and works."""
        client.session.write(b"alive")
        client.transfer(lambda: client.session.acked == client.session.written)
        self.assertEqual(receive_exactly(backend, 5), b"alive")

    def proof_of(self, token: bytes, answer: Answer, message: bytes) -> bytes:
        """Return the proof that a REJECT should have."""
        return reject_proof(token, answer.header, answer.reject, message[25:57])

    def test_resumes_are_refused_and_change_nothing(self) -> None:
        """Header, cid, authenticity, payload and attempt: each has its code, and no proof."""
        def edit(**fields: int) -> dict:
            return {"edit": lambda header: dataclasses.replace(header, **fields)}

        ok = Resume(9, 0, 65536)
        replaced = dataclasses.replace
        cases = {
            "flags": (edit(flags=2), Code.BAD_FORMAT),
            "flags first": (edit(flags=4, pattern=1), Code.BAD_FORMAT),
            "pattern": (edit(pattern=1, suite=9), Code.BAD_PATTERN),
            "suite": (edit(suite=9), Code.BAD_SUITE),
            "another suite": (edit(suite=Suite.AES), Code.BAD_SUITE),
            "attempt 0": ({"number": 0}, Code.STALE),
            "zeros": ({"payload": ok.encode() + b"\0\1"}, Code.BAD_FORMAT),
            "cause": ({"payload": ok.encode()[:34] + b"\2\0"}, Code.BAD_FORMAT),
            "the zero": ({"payload": ok.encode()[:34] + b"\0\1"}, Code.BAD_FORMAT),
            "early_off": ({"payload": replaced(ok, early_off=1).encode()}, Code.BAD_FORMAT),
            "no EARLY": ({"payload": replaced(ok, early=b"x").encode()}, Code.BAD_FORMAT),
            "early_len": ({"payload": replaced(ok, early=bytes(4097)).encode(),
                           **edit(flags=FLAG_EARLY)}, Code.BAD_FORMAT),
            "cut off": ({"payload": ok.encode()[:32] + b"\5\0\0\0abcd",
                         **edit(flags=FLAG_EARLY)}, Code.BAD_FORMAT),
        }
        with SecureServe() as serve, serve.client() as client:
            client.open()
            with serve.backend.accept() as backend:
                for name, (how, code) in cases.items():
                    with self.subTest(name):
                        answer = self.refused(serve, client, **how)
                        self.assertEqual(answer.reject, Reject(code))
                self.still_lives(client, backend)
                self.changed_resumes(serve, client)
                self.still_lives(client, backend)
                client.resume(planned=True)
                self.still_lives(client, backend)

    def changed_resumes(self, serve: SecureServe, client: Client) -> None:
        """Change one byte, or the key of the exchange."""
        message, _ = client.resume_message(planned=True)
        for at in (30, 60, len(message) - 1):
            changed = bytearray(message)
            changed[at] ^= 1
            answer = ask(serve.port, bytes(changed))
            self.assertEqual(answer.reject, Reject(Code.BAD_AUTH), at)

    def test_cids_are_judged(self) -> None:
        """Another config or node is BUSY, an unknown cid UNKNOWN, with the proofs of 12.5."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            with serve.backend.accept() as backend:
                other, mine = CidMaker(serve.private, 7), CidMaker(serve.private)
                self.assertEqual(mine.node(client.cid), 0)
                self.assertEqual(mine.token(client.cid), client.token)
                kept = client.cid
                for cid, code in (
                    (mine.make(0xE0), Code.BUSY), (other.make(), Code.BUSY),
                    (mine.make(), Code.UNKNOWN),
                ):
                    client.cid = cid
                    message, _ = client.resume_message(planned=True)
                    answer = ask(serve.port, message)
                    self.assertEqual(answer.reject.code, code)
                    proof = NO_PROOF
                    if cid[0] < 0x20:
                        proof = self.proof_of(mine.token(cid), answer, message)
                    self.assertEqual(answer.reject.proof, proof)
                client.cid = kept
                self.still_lives(client, backend)

    def test_impossible_offsets_end_the_session(self) -> None:
        """A recv_next beyond what was sent, or a limit too far, is BAD_OFFSET with its proof."""
        with SecureServe() as serve:
            for counts in ((1, 65536), (0, LIMIT_LEAD_MAX + 1), (2**63, 2**63)):
                with self.subTest(counts=counts), serve.client() as client:
                    client.open()
                    with serve.backend.accept() as backend:
                        for payload in (Resume(7, *counts).encode(), Resume(8, 0, 1).encode()):
                            message, _ = client.resume_message(payload=payload)
                            answer = ask(serve.port, message)
                            self.assertEqual(answer.reject.code, Code.BAD_OFFSET)
                            proof = self.proof_of(client.token, answer, message)
                            self.assertEqual(answer.reject.proof, proof)
                        self.assertFalse(receive_all(backend)[1])

    def test_after_a_restart_sessions_are_unknown(self) -> None:
        """A server that lost everything but its key says so with a proof."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            serve.backend.accept().close()
            serve.restart()
            client.transfer(lambda: not client.live)
            client.send_resume()
            client.transfer(lambda: client.outcome)
            self.assertEqual((client.outcome, client.code), (Outcome.LOST, Code.UNKNOWN))

    def test_too_many_resumes_are_told_to_wait(self) -> None:
        """About 200 at once and 100 a second are served; then BUSY, and later again."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            with serve.backend.accept() as backend:
                begun = time.monotonic()
                for count in range(1, 1000):
                    client.send_resume(planned=True)
                    client.transfer(lambda: not client.attempt)
                    if client.refusals:
                        break
                seconds = time.monotonic() - begun
                if not client.refusals:
                    self.assertGreater(200 + 100 * seconds, count, "none is told to wait")
                    self.skipTest("this machine makes fewer than 100 resumes a second")
                self.assertIn(count, range(200, 210 + int(100 * seconds)))
                reject = client.refusals[0]
                self.assertEqual(reject.code, Code.BUSY)
                self.assertNotEqual(reject.proof, NO_PROOF)
                self.assertGreater(reject.retry_after, 0)
                self.still_lives(client, backend)
                pause([client], min(1.0, reject.retry_after / 10))
                client.resume(planned=True)
                self.still_lives(client, backend)


class Violations(Cases):
    """Authentic records that break a rule end the session with the right code."""

    def broken(self, serve: SecureServe, code: Code, say: Callable[[Carrier], None]) -> None:
        """Break a rule in an open session, and expect ABORT and a reset backend."""
        with serve.client() as client:
            client.open()
            with serve.backend.accept() as backend:
                client.session.write(b"12345")
                backend.sendall(b"12345")
                client.transfer(lambda: client.session.acked == 5
                                and client.session.recv_next == 5)
                pause([client], 0.02)
                client.live.style.sends_acks = False
                client.session.note_sent(2**40)
                say(client.live)
                client.transfer(lambda: client.outcome)
                self.assertEqual((client.outcome, client.code), (Outcome.ABORTED, code), client)
                self.assertFalse(receive_all(backend)[1])

    def test_broken_rules_end_the_session(self) -> None:
        """One case for each rule of clauses 16 and 17."""
        far = 2**20
        frames: dict[str, tuple[Code, list[Frame]]] = {
            "START again": (Code.PROTOCOL, [Start(5)]),
            "recv_next not sent": (Code.PROTOCOL, [Ack(6, far)]),
            "limit far": (Code.PROTOCOL, [Ack(5, 5 + 2**30 + 1)]),
            "FIN behind": (Code.PROTOCOL, [Fin(6)]),
            "FIN before": (Code.PROTOCOL, [Fin(4)]),
            "data behind FIN": (Code.PROTOCOL, [Fin(5), Data(b"x")]),
            "two FINs": (Code.PROTOCOL, [Fin(5), Fin(6)]),
            "PADs": (Code.PROTOCOL, [Pad()] * 17),
            "MIGRATE": (Code.PROTOCOL, [Migrate(1000)]),
            "FLOW": (Code.FLOW, [Data(bytes(16_000))] * 5000),
        }
        with SecureServe() as serve:
            for name, (code, said) in frames.items():
                with self.subTest(name):
                    self.broken(
                        serve, code,
                        lambda carrier: [carrier.send_raw(frame) for frame in said])

    def test_bad_frames_end_the_session(self) -> None:
        """Cut off, empty, unknown."""
        with SecureServe() as serve:
            for plaintext in (
                b"\x01\0\0", b"\x02", b"\x03" + bytes(15), b"\x0a", b"\x3f", b"\x80", b"\xff",
                b"\x01\x05\0abcd", b"\x40\x01\0", b"\x04abc", b"\x07\0\0\5abc", b"\x06" + bytes(7),
            ):
                with self.subTest(plaintext.hex()):
                    self.broken(
                        serve, Code.PROTOCOL, lambda carrier: carrier.send_plaintext(plaintext))

    def test_bad_first_records_end_the_session(self) -> None:
        """A new session and a resume need START in front, and a `from` that fits."""
        with SecureServe() as serve:
            for resumes in (False, True):
                for frames in (
                    [Ack(0, 9)], [Ack(0, 9), Start(0)], [Start(1), Ack(0, 9)], [Pad()],
                ):
                    with self.subTest(resumes=resumes, frames=frames):
                        self.begin_badly(serve, frames, resumes)

    def begin_badly(self, serve: SecureServe, frames: list[Frame], resumes: bool) -> None:
        """Send a bad first record."""
        def spoil(carrier: Carrier) -> None:
            carrier.may_send = False
            carrier.send_raw(*frames)

        with serve.client() as client:
            if resumes:
                client.open()
                serve.backend.accept().close()
                client.lose()
            client.new_carrier = spoil
            client.send_resume() if resumes else client.send_hello()
            client.transfer(lambda: client.outcome)
            self.assertEqual((client.outcome, client.code), (Outcome.ABORTED, Code.PROTOCOL))

    def test_what_is_no_violation(self) -> None:
        """Extensions, 16 PADs in a row, old ACKs, a PONG that nobody waits for."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            with serve.backend.accept() as backend:
                backend.sendall(b"12345")
                client.transfer(lambda: client.session.recv_next == 5)
                pause([client], 0.02)
                live = client.live
                for _ in range(16):
                    live.send_raw(Pad())
                live.send_plaintext(bytes(100) + encode_frames([Extension(0x40, b"x" * 100)]))
                for kind in range(0x40, 0x80):
                    live.send_raw(Extension(kind, b""))
                live.send_raw(Ack(0, 0), Ack(4, 9), Pong(5), Pad(), Ack(5, 65536))
                client.session.write(b"fine")
                client.transfer(lambda: client.session.acked == 4)
                self.assertEqual(receive_exactly(backend, 4), b"fine")

    def test_any_abort_code_ends_the_session(self) -> None:
        """An ABORT with an unknown code, or a text that is not UTF-8, ends it all the same."""
        with SecureServe() as serve:
            for abort in (Abort(0), Abort(99, b"\xff\xfe"), Abort(0xFFFF, b"x" * 255)):
                with self.subTest(abort=abort), serve.client() as client:
                    client.open()
                    with serve.backend.accept() as backend:
                        client.session.write(b"x")
                        client.live.put_out()
                        self.assertEqual(receive_exactly(backend, 1), b"x")
                        client.live.send_raw(abort)
                        client.transfer(lambda: not client.live or client.live.link.peer_ended)
                        self.assertFalse(receive_all(backend)[1])
