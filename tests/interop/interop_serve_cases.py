# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""`snet serve` against the Python client: streams, losses, padding, ends of sessions."""

import random
import socket
import time
import unittest
from typing import NamedTuple

from interop_support import (
    MIXED,
    Bulk,
    Serve,
    digest,
    new_seed,
    receive_exactly,
    wait_until,
)
from legacy_handshake import Refused
from legacy_link import End, Link, LinkClosed, reset
from legacy_peer import ClientPeer, seeded_cuts
from legacy_session import Session
from legacy_wire import (
    WIRE_1,
    WIRE_1_PADDED,
    WIRE_2,
    WIRES,
    answer_size,
    crypt_id,
    decode_new_answer,
    decode_resume_answer,
    encode_hello,
    encode_resume,
    end_challenge,
    from_u64,
    proof_of,
    public_key,
    seen_of,
    session_key,
)

BULK_BYTES = 8 * 2**20
CUT_BYTES = 300 * 1024
STEP_SECONDS = 15.0
HOLD_SECONDS = 1.5  # the hold of leading zeros, and a little more


class Step(NamedTuple):
    """One link: bytes that reach the server and that are lost on the way, and the same back."""

    up: int
    up_lost: int
    down: int
    down_lost: int
    with_reset: bool


CONVERSATION = [
    Step(1000, 70_000, 900, 80_000, True),
    Step(0, 70_000, 0, 80_000, True),
    Step(5, 69_995, 1, 79_999, False),
    Step(30_000, 40_000, 40_000, 40_000, True),
    Step(40_000, 0, 40_000, 1, False),
    Step(7, 3, 12, 9, False),
    Step(0, 3, 0, 9, True),
    Step(200_003, 0, 100_009, 0, True),
]
"""Seven resumes. The second, third and fourth loss come before the retransmission was read."""


class Conversation:
    """Plays CONVERSATION: a client and a backend in lock step, so that every count is known."""

    def __init__(self, test: unittest.TestCase, client: ClientPeer, backend: socket.socket) -> None:
        self.test, self.client, self.backend = test, client, backend
        self.up_all = random.Random(1).randbytes(600_000)
        self.down_all = random.Random(2).randbytes(600_000)
        self.up = self.up_written = self.down = self.down_written = 0
        self.up_seen = b""

    def play(self) -> None:
        """Play all links, and check both streams."""
        for index, step in enumerate(CONVERSATION):
            if index:
                self._resume()
            self._write(step)
            self.client.link.transfer(send=step.up, read=step.down, seconds=STEP_SECONDS)
            self.up_seen += receive_exactly(self.backend, step.up)
            self.up, self.down = self.up + step.up, self.down + step.down
            lost = self.client.session.withhold(step.up_lost)
            self.test.assertEqual(len(lost), step.up_lost)
            self.client.link.cut(step.with_reset)
        self.test.assertEqual(digest(self.up_seen), digest(self.up_all[: self.up]))
        received = self.client.session.received
        self.test.assertEqual(digest(received), digest(self.down_all[: self.down]))

    def _write(self, step: Step) -> None:
        """Let both applications write what the link carries or loses and is not written yet."""
        up_end, down_end = self.up + step.up + step.up_lost, self.down + step.down + step.down_lost
        self.client.session.write(self.up_all[self.up_written : up_end])
        self.backend.sendall(self.down_all[self.down_written : down_end])
        self.up_written = max(self.up_written, up_end)
        self.down_written = max(self.down_written, down_end)

    def _resume(self) -> None:
        server_wrote, server_read = self.client.resume()
        self.test.assertEqual(server_read, self.up)
        self.test.assertEqual(server_wrote, self.down, "no more than what its client has")


class Streams(unittest.TestCase):
    """Sessions through the gateway."""

    def converse(self, serve: Serve, wire: str, encrypt: bool) -> None:
        """Play the scripted conversation."""
        with ClientPeer(serve.port, wire, encrypt=encrypt, seed=new_seed()) as client:
            with serve.backend.accept() as backend:
                Conversation(self, client, backend).play()

    def test_losses_on_a_mixed_listener(self) -> None:
        """Each dialect, encrypted and plain, on one port: counts exact, nothing lost or doubled."""
        for encrypt in (True, False):
            with Serve(MIXED, encrypt=encrypt) as serve:
                for wire in WIRES:
                    with self.subTest(wire=wire, encrypt=encrypt):
                        self.converse(serve, wire, encrypt)

    def test_losses_on_single_wire_listeners(self) -> None:
        """The same where the listener serves that dialect only."""
        for wire in WIRES:
            for encrypt in (True, False):
                with self.subTest(wire=wire, encrypt=encrypt):
                    with Serve(wire, encrypt=encrypt) as serve:
                        self.converse(serve, wire, encrypt)

    def bulk(self, wires: str, wire: str, encrypt: bool, seed: int) -> None:
        """Move 8 MiB each way at once while the client cuts links."""
        source = random.Random(seed)
        up, down = source.randbytes(BULK_BYTES), source.randbytes(BULK_BYTES)
        with Serve(wires, encrypt=encrypt) as serve:
            with ClientPeer(serve.port, wire, encrypt=encrypt, seed=seed) as client:
                client.session.write(up)
                far = Bulk(serve.backend.accept(), down)

                def done() -> bool:
                    return client.session.read_count >= len(down) and len(far.received) >= len(up)

                client.exchange(done, 60.0, seeded_cuts(seed, CUT_BYTES))
                far.close()
                self.assertEqual(digest(client.session.received), digest(down))
                self.assertEqual(digest(far.received), digest(up))
                self.assertGreater(client.resumes, BULK_BYTES // CUT_BYTES // 2)

    def test_bulk_with_cuts(self) -> None:
        """8 MiB each way, cut about every 300 KiB by RST or FIN, arrive whole."""
        for wire in WIRES:
            for wires, encrypt in ((MIXED, True), (wire, False)):
                seed = new_seed()
                with self.subTest(wires=wires, wire=wire, encrypt=encrypt, seed=seed):
                    self.bulk(wires, wire, encrypt, seed)

    def test_sessions_are_separate(self) -> None:
        """Many sessions of all dialects at once: own ids, own backends, own bytes."""
        with Serve(MIXED) as serve:
            clients, backends = [], []
            for index in range(12):
                client = ClientPeer(serve.port, WIRES[index % 3], seed=index)
                client.open()
                self.addCleanup(client.close)
                clients.append(client)
                backends.append(serve.backend.accept())
                self.addCleanup(backends[-1].close)
            ids = {client.session.conn_id for client in clients}
            self.assertEqual(len(ids), 12)
            for conn_id in ids:
                self.assertIn(conn_id & 0xFF, range(0x80, 0xC0))
            for client in clients:
                client.link.reset()
            for index, (client, backend) in enumerate(zip(clients, backends)):
                client.resume()
                client.session.write(b"up %02d" % index)
                backend.sendall(b"down %02d" % index)
                client.link.transfer(send=5, read=7, seconds=STEP_SECONDS)
                self.assertEqual(receive_exactly(backend, 5), b"up %02d" % index)
                self.assertEqual(bytes(client.session.received), b"down %02d" % index)


class Padding(unittest.TestCase):
    """What a mixed listener makes of zero bytes around a 16- or 40-byte hello."""

    def begin(self, serve: Serve, *pieces: bytes, pause: float = 0.0) -> ClientPeer:
        """Begin a session with a hello sent in pieces; all before the answer is read."""
        client = ClientPeer(serve.port, WIRE_1)
        link = Link.connect(serve.port)
        for piece in pieces:
            link.write(piece)
            time.sleep(pause)
        return self.finish_begin(client, link)

    def finish_begin(self, client: ClientPeer, link: Link) -> ClientPeer:
        """Read the answer of a hello whose private key is 12345."""
        answer = decode_new_answer(link.read(answer_size(WIRE_1)))
        key = session_key(12345, answer.public)
        conn_id = from_u64(crypt_id(key, answer.sealed_id))
        client.session = Session(key, conn_id, is_client=True)
        client.attach(link)
        self.addCleanup(client.close)
        return client

    def exchange(self, serve: Serve, client: ClientPeer, data: bytes) -> None:
        """Check that this is all that the backend gets, and that it can answer."""
        with serve.backend.accept() as backend:
            client.session.write(data + b"the end")
            backend.sendall(b"answer")
            client.link.transfer(send=len(data) + 7, read=6, seconds=STEP_SECONDS)
            self.assertEqual(receive_exactly(backend, len(data) + 7), data + b"the end")
            self.assertEqual(bytes(client.session.received), b"answer")
            client.link.reset()
            self.assertEqual(client.resume(), (6, len(data) + 7))

    def test_padding_before_the_answer(self) -> None:
        """40 bytes in any pieces are one hello, if the 17th byte comes within the grace."""
        hello = encode_hello(WIRE_1_PADDED, public_key(12345))
        with Serve(MIXED) as serve:
            for cut in (17, 20, 39):
                with self.subTest(cut=cut):
                    client = self.begin(serve, hello[:cut], hello[cut:], pause=0.3)
                    self.exchange(serve, client, b"padded")

    def test_padding_after_the_answer(self) -> None:
        """24 zero bytes that come late, and in pieces, are padding and not counted.

        The last two are not over within the second that fewer than four are held back for.
        """
        hello = encode_hello(WIRE_1_PADDED, public_key(12345))
        for pause, *pieces in (
            (0.2, 16, 40), (0.2, 16, 30, 40), (0.2, 16, 22, 28, 34, 40), (HOLD_SECONDS, 16, 40),
            (HOLD_SECONDS, 16, 20, 40)
        ):
            with self.subTest(pause=pause, pieces=pieces), Serve(MIXED) as serve:
                starts = (0, *pieces[:-1])
                parts = [hello[start:end] for start, end in zip(starts, pieces)]
                client = self.begin(serve, *parts, pause=pause)
                self.exchange(serve, client, b"padded late")

    def test_padding_while_the_server_is_stopped(self) -> None:
        """No zero byte becomes data by a stop; a resume tells, should the hold be over by it."""
        hello = encode_hello(WIRE_1_PADDED, public_key(12345))
        for held in (0, 2):
            with self.subTest(held=held), Serve(MIXED) as serve:
                client = self.begin(serve, hello[:16])
                client.link.write(hello[16 : 16 + held])
                time.sleep(0.2)
                with serve.frozen():
                    client.link.write(hello[16 + held :])
                    time.sleep(HOLD_SECONDS)
                if held > 0:
                    client.link.reset()
                    self.assertEqual(client.resume(), (0, 0))
                self.exchange(serve, client, b"padded while stopped")

    def test_up_to_three_leading_zero_bytes_are_data(self) -> None:
        """Ciphertext that begins with zero bytes is data; alone it comes by a resume."""
        hello = encode_hello(WIRE_1, public_key(12345))
        for zeros in (1, 2, 3):
            for together in (True, False):
                with self.subTest(zeros=zeros, together=together), Serve(MIXED) as serve:
                    client = self.begin(serve, hello)
                    data = client.session.plaintext_for(bytes(zeros))
                    if not together:
                        client.session.write(data)
                        with self.assertRaises(LinkClosed):
                            client.link.transfer(send=zeros, read=1, seconds=STEP_SECONDS)
                        self.assertEqual(client.resume(), (0, 0))
                        client.link.transfer(send=zeros, read=0, seconds=STEP_SECONDS)
                    self.leading(serve, client, data, together)

    def leading(self, serve: Serve, client: ClientPeer, data: bytes, together: bool) -> None:
        """Check that the zero bytes arrive, then that the stream goes on."""
        with serve.backend.accept() as backend:
            if not together:
                self.assertEqual(receive_exactly(backend, len(data)), data)
            rest = (data if together else b"") + b"and more"
            client.session.write(rest)
            client.link.transfer(send=len(rest), read=0, seconds=STEP_SECONDS)
            self.assertEqual(receive_exactly(backend, len(rest)), rest)

    def test_zero_bytes_of_a_plain_stream_are_data(self) -> None:
        """Without encryption nothing is held back after the answer."""
        with Serve(MIXED, encrypt=False) as serve:
            with ClientPeer(serve.port, WIRE_1, encrypt=False) as client:
                with serve.backend.accept() as backend:
                    client.session.write(bytes(40))
                    client.link.transfer(send=40, read=0, seconds=STEP_SECONDS)
                    self.assertEqual(receive_exactly(backend, 40), bytes(40))


class Ends(unittest.TestCase):
    """The end of a session: a resume is the acknowledgement."""

    def ended(self, serve: Serve, client: ClientPeer, payload: bytes) -> None:
        """Let the backend send a payload and close; lose the end of it on the way twice."""
        backend = serve.backend.accept()
        backend.sendall(payload)
        backend.close()
        client.link.transfer(send=0, read=len(payload) // 3, seconds=STEP_SECONDS)
        client.link.reset()
        self.assertEqual(client.resume()[0], client.session.read_count)
        client.link.transfer(send=0, read=len(payload) // 3, seconds=STEP_SECONDS)
        client.link.reset()
        client.resume()
        self.assertIs(client.link.end_of_stream(STEP_SECONDS), End.FIN)
        self.assertEqual(digest(client.session.received), digest(payload))

    def says_goodbye(self, client: ClientPeer) -> None:
        """Expect three resumes to be accepted, with the proof where there is one, then no more."""
        session = client.session
        for _ in range(3):
            counts = client.resume()
            self.assertEqual(counts[0], session.read_count)
            if client.wire == WIRE_2:
                proof = end_challenge(session.conn_id, counts, session.key)
                self.assertEqual(session.challenge, proof)
            self.assertIs(client.link.end_of_stream(STEP_SECONDS), End.FIN)
        for _ in range(2):
            with self.assertRaises(Refused):
                client.resume()

    def test_a_download_whose_tail_is_lost_arrives_whole(self) -> None:
        """After the backend's end: FIN, service of resumes that lack bytes, goodbyes of others."""
        payload = random.Random(3).randbytes(300_000)
        for wire in WIRES:
            with self.subTest(wire=wire), Serve(MIXED) as serve:
                with ClientPeer(serve.port, wire) as client:
                    self.ended(serve, client, payload)
                    self.says_goodbye(client)

    def test_a_goodbye_whose_proof_was_seen_is_the_last(self) -> None:
        """snet/2: the session ends at once; before that, unanswered goodbyes do not count."""
        with Serve(MIXED) as serve, ClientPeer(serve.port, WIRE_2) as client:
            serve.backend.accept().close()
            self.assertIs(client.link.end_of_stream(STEP_SECONDS), End.FIN)
            session = client.session
            request = encode_resume(WIRE_2, session.conn_id, session.counts, session.key)
            for _ in range(5):
                link = Link.connect(serve.port)
                link.write(request)
                challenge = decode_resume_answer(link.read(answer_size(WIRE_2))).challenge
                self.assertEqual(challenge, end_challenge(session.conn_id, (0, 0), session.key))
                link.reset()
            link = Link.connect(serve.port)
            link.write(request)
            link.read(answer_size(WIRE_2))
            link.write(proof_of(challenge, session.key) + seen_of(challenge, session.key))
            with self.assertRaises(LinkClosed):
                link.read(1)
            link.close()
            wait_until(lambda: "ended" in serve.errors(), STEP_SECONDS, serve.errors)
            with self.assertRaises(Refused):
                client.resume()

    def wait_for_fin(self, serve: Serve) -> None:
        """Wait until the server has sent all of its only session and a FIN."""
        wait_until(lambda: "reason=CLOSED" in serve.errors(), STEP_SECONDS, serve.errors)

    def test_an_upload_beside_the_end_costs_no_tail(self) -> None:
        """After its end the server drops little of what a client still sends.

        More would have left the client's history, and a resume for the tail were impossible.
        """
        payload = random.Random(6).randbytes(100_000)
        for wire in WIRES:
            with self.subTest(wire=wire), Serve(MIXED) as serve:
                with ClientPeer(serve.port, wire) as client, serve.backend.accept() as backend:
                    backend.sendall(payload)
                    backend.shutdown(socket.SHUT_WR)
                    self.wait_for_fin(serve)
                    client.session.write(bytes(4 * 2**20))
                    client.link.send_until_stuck()
                    client.link.reset()
                    client.resume()
                    self.assertIs(client.link.end_of_stream(STEP_SECONDS), End.FIN)
                    self.assertEqual(digest(client.session.received), digest(payload))

    def test_a_session_of_no_bytes_ends_too(self) -> None:
        """A backend that closes at once: FIN, then goodbyes."""
        for wire in WIRES:
            with self.subTest(wire=wire), Serve(wire) as serve:
                with ClientPeer(serve.port, wire) as client:
                    serve.backend.accept().close()
                    self.assertIs(client.link.end_of_stream(STEP_SECONDS), End.FIN)
                    self.says_goodbye(client)

    def test_a_broken_backend_is_no_end(self) -> None:
        """A backend that resets, even right behind its last bytes: reset, then refusal."""
        for wire in WIRES:
            with self.subTest(wire=wire), Serve(MIXED) as serve:
                with ClientPeer(serve.port, wire) as client:
                    backend = serve.backend.accept()
                    with serve.frozen():
                        backend.sendall(bytes(1000))
                        reset(backend)
                    self.assertIs(client.link.end_of_stream(STEP_SECONDS), End.RESET)
                    with self.assertRaises(Refused):
                        client.resume()

    def test_detached_sessions_expire(self) -> None:
        """After --resume-timeout without a link the backend is closed, the id unknown."""
        for wire in WIRES:
            with self.subTest(wire=wire), Serve(wire, wait=1) as serve:
                with ClientPeer(serve.port, wire) as client, serve.backend.accept() as backend:
                    client.link.reset()
                    try:
                        self.assertEqual(backend.recv(1), b"")
                    except ConnectionResetError:
                        pass
                    with self.assertRaises(Refused):
                        client.resume()

    def test_writing_goes_on_while_detached(self) -> None:
        """What the backend writes while nobody is connected is there at the resume."""
        payload = random.Random(4).randbytes(200_000)
        for wire in WIRES:
            with self.subTest(wire=wire), Serve(MIXED) as serve:
                with ClientPeer(serve.port, wire) as client, serve.backend.accept() as backend:
                    client.link.reset()
                    backend.sendall(payload)
                    client.resume()
                    client.link.transfer(send=0, read=len(payload), seconds=STEP_SECONDS)
                    self.assertEqual(digest(client.session.received), digest(payload))
