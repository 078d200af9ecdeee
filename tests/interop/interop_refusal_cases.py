# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What `snet serve` must refuse, and that refusing disturbs nobody else."""

import time
import unittest
from collections.abc import Callable

from interop_support import MIXED, Serve, in_parallel, receive_exactly, wait_until
from legacy_link import End, Link
from legacy_peer import ClientPeer
from legacy_wire import (
    PRIME,
    REFUSAL,
    WIRE_1,
    WIRE_1_PADDED,
    WIRE_2,
    WIRES,
    answer_size,
    decode_resume_answer,
    encode_hello,
    encode_resume,
    hello_size,
    proof_of,
    public_key,
    resume_size,
)

STEP_SECONDS = 15.0
PROMPT_SECONDS = 5.0
"""How soon a connection must be closed that can become nothing any more."""
SILENCE_SECONDS = 40.0
"""How soon a connection must be closed whose client says nothing more."""
HISTORY_BYTES = 65536
UNKNOWN_ID = 0x0123456789ABCD85
WRONG_KEY = b"no key!!"

Bad = tuple[str, bytes]


def answer_until_closed(link: Link, seconds: float) -> bytes:
    """Return what the server answers before it closes; raise TimeoutError if it does not."""
    deadline = time.monotonic() + seconds
    answer = b""
    while True:
        link.sock.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            piece = link.sock.recv(4096)
        except ConnectionError:
            return answer
        if not piece:
            return answer
        answer += piece


def refusals(wire: str) -> set[bytes]:
    """Return what a server may answer to a resume that it refuses."""
    return {b"", REFUSAL} if wire == WIRE_2 else {b""}


def bad_hellos(wire: str, listener: str) -> list[Bad]:
    """Return hellos that must not begin a session.

    On a mixed listener a hello of snet/2 with the key 0 is the beginning of one of snet/1.
    """
    publics = [1, PRIME - 1, PRIME, PRIME + 1, 2**64 - 1]
    if (wire, listener) != (WIRE_2, MIXED):
        publics.append(0)
    return [(f"public key {public:#x}", encode_hello(wire, public)) for public in publics]


def truncated(wire: str, listener: str) -> list[Bad]:
    """Return requests whose end is missing.

    On a mixed listener the first 16 bytes of a padded hello are a whole hello.
    """
    hello = encode_hello(wire, public_key(777))
    resume = encode_resume(wire, UNKNOWN_ID, (0, 0), WRONG_KEY)
    lengths = {1, 8, hello_size(wire) - 1}
    if wire == WIRE_1_PADDED:
        lengths = {1, 8, 15, 17, 39} if listener == MIXED else {1, 16, 39}
    cases = [(f"hello of {length} bytes", hello[:length]) for length in sorted(lengths)]
    lengths = {1, 9, 25, resume_size(wire) - 1}
    return cases + [(f"resume of {length} bytes", resume[:length]) for length in sorted(lengths)]


def garbage(listener: str) -> list[Bad]:
    """Return first bytes that are no request of any wire that the listener serves."""
    cases = [
        ("http", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n0123456789"),
        ("tls", bytes.fromhex("16030100f8010000f403034444") + bytes(range(64))),
        ("snet/3", b"\xc3" + bytes(63)),
        ("spaces", b" " * 64),
    ]
    if listener == MIXED:
        padded = bytearray(encode_hello(WIRE_1_PADDED, public_key(777)))
        padded[30] = 1
        cases += [("padding that is not zero", bytes(padded)), ("one byte", b"\x01")]
    return cases


class Honest:
    """A session that works, and says so before and after each refusal."""

    def __init__(self, test: unittest.TestCase, serve: Serve, wire: str) -> None:
        self.test = test
        self.client = ClientPeer(serve.port, wire)
        self.client.open()
        test.addCleanup(self.client.close)
        self.backend = serve.backend.accept()
        test.addCleanup(self.backend.close)
        self.rounds = 0
        self.work()

    def work(self) -> None:
        """Pass bytes both ways over the link that the session has."""
        self.rounds += 1
        up, down = b"up %05d" % self.rounds, b"down %05d" % self.rounds
        self.client.session.write(up)
        self.backend.sendall(down)
        self.client.link.transfer(send=len(up), read=len(down), seconds=PROMPT_SECONDS)
        self.test.assertEqual(receive_exactly(self.backend, len(up)), up)
        self.test.assertTrue(self.client.session.received.endswith(down))

    def request(self, counts: tuple[int, int] | None = None, key: bytes | None = None) -> bytes:
        """Return a request to resume this session."""
        session = self.client.session
        counts = counts or session.counts
        return encode_resume(self.client.wire, session.conn_id, counts, key or session.key)


class Refusals(unittest.TestCase):
    """Requests that the server must close, beside a session that must not notice."""

    def each(self, serve: Serve, honest: Honest, bad: list[Bad], allowed: set[bytes]) -> None:
        """Send each request, with nothing after it, and expect a prompt close."""
        for name, request in bad:
            with self.subTest(wire=honest.client.wire, request=name):
                self.refused(serve.port, request, allowed)
                honest.work()

    def refused(self, port: int, request: bytes, allowed: set[bytes], *, fin: bool = False) -> None:
        """Expect a prompt close with one of these answers."""
        link = Link.connect(port)
        try:
            link.write(request)
            if fin:
                link.end_writing()
            self.assertIn(answer_until_closed(link, PROMPT_SECONDS), allowed)
        finally:
            link.close()

    def test_bad_requests(self) -> None:
        """Bad public keys, unknown ids, wrong proofs, garbage: closed on every kind of listener."""
        for listener in (MIXED, *WIRES):
            with Serve(listener) as serve:
                for wire in WIRES if listener == MIXED else (listener,):
                    honest = Honest(self, serve, wire)
                    self.each(serve, honest, bad_hellos(wire, listener), {b""})
                    unknown = encode_resume(wire, UNKNOWN_ID, (0, 0), WRONG_KEY)
                    wrong = honest.request(key=WRONG_KEY)
                    bad = [("unknown id", unknown), ("wrong proof", wrong)]
                    self.each(serve, honest, bad, refusals(wire))
                    self.each(serve, honest, garbage(listener), refusals(wire))

    def test_truncated_requests(self) -> None:
        """A request that ends too early is closed at once, if its client has closed."""
        for listener in (MIXED, *WIRES):
            with Serve(listener) as serve:
                for wire in WIRES if listener == MIXED else (listener,):
                    honest = Honest(self, serve, wire)
                    for name, request in truncated(wire, listener):
                        with self.subTest(listener=listener, wire=wire, request=name):
                            self.refused(serve.port, request, {b""}, fin=True)
                    honest.work()

    def test_silent_connections_are_closed(self) -> None:
        """No state of a handshake waits for ever: nothing sent, half a request, no proof."""
        with Serve(MIXED) as serve:
            honest = Honest(self, serve, WIRE_2)
            openings = {
                "nothing": b"",
                "half a hello": bytes(9),
                "half a padded hello": encode_hello(WIRE_1_PADDED, public_key(777))[:20],
                "half a resume": encode_resume(WIRE_1, UNKNOWN_ID, (0, 0), WRONG_KEY)[:39],
                "no proof of a new session": encode_hello(WIRE_2, public_key(777)),
                "no proof of a resume": honest.request(),
            }
            failures = in_parallel(
                {name: self.silent(serve.port, data) for name, data in openings.items()},
                SILENCE_SECONDS + 5.0,
            )
            self.assertEqual(failures, {})
            honest.work()

    def silent(self, port: int, request: bytes) -> Callable[[], None]:
        """Return a function that sends so much and waits to be closed."""

        def run() -> None:
            link = Link.connect(port)
            link.write(request)
            answer_until_closed(link, SILENCE_SECONDS)
            link.close()

        return run

    def test_impossible_counts(self) -> None:
        """Counts that cannot be are refused, although the proof over them is right."""
        for wire in WIRES:
            with Serve(MIXED, history=HISTORY_BYTES) as serve:
                honest = Honest(self, serve, wire)
                for name in ("write 2^62", "write 2^64-1", "write less", "read more"):
                    with self.subTest(wire=wire, counts=name):
                        victim = Honest(self, serve, wire)
                        self.impossible(serve, victim, name)
                        honest.work()

    def impossible(self, serve: Serve, victim: Honest, name: str) -> None:
        """Send a resume with such counts; the stream is longer than the history."""
        payload = bytes(2 * HISTORY_BYTES)
        victim.backend.sendall(payload)
        victim.client.link.transfer(send=0, read=len(payload), seconds=STEP_SECONDS)
        write_count, read_count = victim.client.session.counts
        counts = {
            "write 2^62": (2**62, read_count),
            "write 2^64-1": (2**64 - 1, read_count),
            "write less": (write_count - 1, read_count),
            "read more": (write_count, read_count + 1),
        }[name]
        self.refused(serve.port, victim.request(counts), refusals(victim.client.wire))

    def test_an_overrun_is_said(self) -> None:
        """With the true counts, beside a live link that goes on; on snet/1 no more than thrice."""
        payload = bytes(2 * HISTORY_BYTES)
        for wire in WIRES:
            with self.subTest(wire=wire), Serve(MIXED, history=HISTORY_BYTES) as serve:
                honest = Honest(self, serve, wire)
                honest.backend.sendall(payload)
                honest.client.link.transfer(send=0, read=len(payload), seconds=STEP_SECONDS)
                write_count, read_count = honest.client.session.counts
                request = honest.request((write_count, 0))
                for _ in range(3):
                    self.told(serve, wire, request, (read_count, write_count))
                if wire == WIRE_2:
                    self.told(serve, wire, request, (read_count, write_count))
                else:
                    self.refused(serve.port, request, refusals(wire))
                wait_until(lambda s=serve: "HISTORY_OVERRUN" in s.errors(), STEP_SECONDS,
                           serve.errors)
                self.assertNotIn("STALE", serve.errors())
                honest.work()

    def told(self, serve: Serve, wire: str, request: bytes, counts: tuple[int, int]) -> None:
        """Send the request, and expect these counts and a prompt close."""
        link = Link.connect(serve.port)
        link.write(request)
        answer = decode_resume_answer(link.read(answer_size(wire)))
        self.assertEqual((answer.write_count, answer.read_count), counts)
        link.end_writing()
        self.assertEqual(answer_until_closed(link, PROMPT_SECONDS), b"")
        link.close()

    def test_wrong_challenge_answers(self) -> None:
        """snet/2: a replayed request without the right answer takes nothing over."""
        for listener in (MIXED, WIRE_2):
            with Serve(listener) as serve:
                honest = Honest(self, serve, WIRE_2)
                hello = encode_hello(WIRE_2, public_key(777))
                for proof in (bytes(16), bytes(15)):
                    with self.subTest(listener=listener, proof=len(proof)):
                        self.wrong_proof(serve.port, hello, proof)
                        honest.work()
                        self.wrong_proof(serve.port, honest.request(), proof)
                        honest.work()

    def wrong_proof(self, port: int, request: bytes, proof: bytes) -> None:
        """Answer a challenge wrongly, and expect a prompt close."""
        link = Link.connect(port)
        link.write(request)
        answer = link.read(answer_size(WIRE_2))
        self.assertNotEqual(answer[16:], bytes(8), "the challenge 0 looks like a refusal")
        link.write(proof)
        link.end_writing()
        self.assertEqual(answer_until_closed(link, PROMPT_SECONDS), b"")
        link.close()


class TakeOver(unittest.TestCase):
    """Resumes while the old connection still looks healthy."""

    def test_a_proven_resume_replaces_a_healthy_connection(self) -> None:
        """Half-open connections: the resume works at once, the old connection is closed."""
        for wire in WIRES:
            with self.subTest(wire=wire), Serve(MIXED) as serve:
                honest = Honest(self, serve, wire)
                old, honest.client.link = honest.client.link, None
                started = time.monotonic()
                honest.client.resume()
                honest.work()
                self.assertLess(time.monotonic() - started, 2.0)
                self.assertIsNot(old.pump(lambda: False, PROMPT_SECONDS), End.GOAL)
                old.close()
                honest.work()

    def test_an_unanswered_challenge_blocks_nothing(self) -> None:
        """snet/2: neither the live link nor another resume waits for it."""
        with Serve(MIXED) as serve:
            honest = Honest(self, serve, WIRE_2)
            hanging = Link.connect(serve.port)
            hanging.write(honest.request())
            hanging.read(answer_size(WIRE_2))
            honest.work()
            honest.client.link.reset()
            started = time.monotonic()
            honest.client.resume()
            honest.work()
            self.assertLess(time.monotonic() - started, 2.0)
            hanging.close()
            honest.work()

    def test_bytes_on_the_old_link_after_the_promise(self) -> None:
        """snet/2: what was in flight while the server answered is not taken twice."""
        with Serve(MIXED) as serve:
            honest = Honest(self, serve, WIRE_2)
            session = honest.client.session
            session.write(b"in flight")
            session.withhold(9)
            link = Link.connect(serve.port)
            link.write(honest.request())
            promise = decode_resume_answer(link.read(answer_size(WIRE_2)))
            self.assertEqual(promise.read_count, session.write_count - 9)
            honest.client.link.transfer(send=9, read=0, seconds=STEP_SECONDS)
            self.assertEqual(receive_exactly(honest.backend, 9), b"in flight")
            link.write(proof_of(promise.challenge, session.key))
            session.rewind(promise.read_count)
            honest.client.attach(link)
            link.transfer(send=9, read=0, seconds=STEP_SECONDS)
            honest.work()

    def test_a_replay_of_older_counts_is_refused(self) -> None:
        """snet/1: after a later resume, a recorded request takes nothing over.

        Not even when its client has only read since, so that its write count is still right.
        """
        for wire in (WIRE_1, WIRE_1_PADDED):
            with self.subTest(wire=wire), Serve(MIXED) as serve:
                honest = Honest(self, serve, wire)
                recorded = honest.request()
                honest.client.link.reset()
                honest.client.resume()
                honest.backend.sendall(b"down")
                honest.client.link.transfer(send=0, read=4, seconds=STEP_SECONDS)
                honest.client.link.reset()
                honest.client.resume()
                link = Link.connect(serve.port)
                link.write(recorded)
                self.assertEqual(answer_until_closed(link, PROMPT_SECONDS), b"")
                link.close()
                honest.work()

    def test_a_refused_resume_leaves_the_session_resumable(self) -> None:
        """A wrong proof while the session is detached does not end it."""
        for wire in WIRES:
            with self.subTest(wire=wire), Serve(MIXED) as serve:
                honest = Honest(self, serve, wire)
                honest.client.link.reset()
                link = Link.connect(serve.port)
                link.write(honest.request(key=WRONG_KEY))
                self.assertIn(answer_until_closed(link, PROMPT_SECONDS), refusals(wire))
                link.close()
                honest.client.resume()
                honest.work()
