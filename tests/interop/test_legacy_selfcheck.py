#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Checks of the Python peer itself: recorded conversations, and its two ends against each other.

What the recordings prove is that the peer speaks the published wires byte for byte; only that
makes it fit to judge another implementation.
"""

import hashlib
import os
import random
import sys
import threading
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import legacy_vectors as vectors
import make_hello16_vectors
from legacy_handshake import Refused
from legacy_link import End, Link
from legacy_peer import ClientPeer, CuttingServer, Listener, ServerPeer, seeded_cuts
from legacy_session import ImpossibleCounts, Session
from legacy_wire import (
    PRIME,
    WIRES,
    Keystream,
    encode_hello,
    is_acceptable_public_key,
    public_key,
    u64,
)

DATA = HERE.parent / "data"
RECORDED = Path(os.environ.get("SNET_VECTORS", DATA / "legacy-wire.json"))
BULK_BYTES = 2 * 2**20


class Primitives(unittest.TestCase):
    """The cipher and the numbers."""

    def test_rc4_matches_rfc_6229(self) -> None:
        """The keystream is that of RFC 6229 for its 64-bit key, at the start and far into it."""
        keystream = Keystream(bytes(range(1, 9)))
        keystream.at(0, 5000)
        for position, known in (
            (0, "97ab8a1bf0afb96132f2f67258da15a8"),
            (16, "8263efdb45c4a18684ef87e6b19e5b09"),
            (240, "9636ebc9841926f4f7d1f362bddf6e18"),
            (4096, "3fb46e2c8f0f068edce8cdcd7dfc5862"),
        ):
            self.assertEqual(keystream.at(position, 16).hex(), known, position)

    def test_public_keys_that_give_the_secret_away_are_refused(self) -> None:
        """0, 1, p-1, p and more are unacceptable; 2 and p-2 are not."""
        for public in (0, 1, PRIME - 1, PRIME, PRIME + 1, 2**64 - 1):
            self.assertFalse(is_acceptable_public_key(public), public)
        for public in (2, 5, PRIME - 2):
            self.assertTrue(is_acceptable_public_key(public), public)


class Recordings(unittest.TestCase):
    """Replays of recorded conversations."""

    def replay(self, path: Path) -> None:
        """Play each case of a file in both roles."""
        for case in vectors.load(path):
            for is_client in (True, False):
                with self.subTest(case=case["name"], wire=case["wire"], is_client=is_client):
                    vectors.Replay(case, is_client=is_client).run()
                    end = "client" if is_client else "server"
                    public = public_key(int(case[f"{end}_private"], 16))
                    self.assertEqual(f"{public:016x}", case[f"{end}_public"])

    def test_published_implementations_replay_in_both_roles(self) -> None:
        """Every byte of the recorded conversations comes out of this implementation."""
        self.replay(RECORDED)

    def test_own_conversations_replay_in_both_roles(self) -> None:
        """The 16-byte hello vectors agree with the handshakes that the peers use."""
        self.replay(make_hello16_vectors.OUTPUT)

    def test_a_changed_byte_is_noticed(self) -> None:
        """A replay compares: one flipped bit in any link makes it fail."""
        for case in vectors.load(RECORDED):
            for direction, is_client in (("client_to_server", True), ("server_to_client", False)):
                link = case["links"][-1]
                original = link[direction]
                changed = bytearray.fromhex(original)
                changed[-1] ^= 1
                link[direction] = changed.hex()
                with self.subTest(case=case["name"]), self.assertRaises(vectors.Mismatch):
                    vectors.Replay(case, is_client=is_client).run()
                link[direction] = original

    def test_own_file_is_what_the_script_makes(self) -> None:
        """The generated file was neither edited nor made by another version of the script."""
        text = make_hello16_vectors.OUTPUT.read_text(encoding="ascii")
        self.assertEqual(text, make_hello16_vectors.file_text())


class Counts(unittest.TestCase):
    """The checks of the other end's counts."""

    def session(self) -> Session:
        """Return a session that wrote 100 bytes, keeps 64 and read 10."""
        session = Session(b"12345678", 1, is_client=True)
        session.history_bytes = 64
        session.write(bytes(100))
        while session.has_to_send():
            session.mark_sent(len(session.to_send(64)))
        session.take(bytes(10))
        return session

    def test_impossible_counts_are_refused(self) -> None:
        """Less than we read, far more than we read, not in history, never written."""
        session = self.session()
        for counts in ((9, 100), (10 + 2**30 + 1, 100), (2**62, 100), (10, 35), (10, 101)):
            with self.subTest(counts=counts), self.assertRaises(ImpossibleCounts):
                session.check_counts(*counts)

    def test_counts_at_the_edges_are_possible(self) -> None:
        """The oldest byte kept, all bytes written, and the largest lead."""
        for counts in ((10, 36), (10, 100), (10 + 2**30, 100)):
            self.session().check_counts(*counts)


class BothEnds(unittest.TestCase):
    """The client against the server over loopback."""

    def both(self, seed: int, wire: str, encrypt: bool) -> None:
        """Move a payload each way while both ends cut links."""
        source = random.Random(seed)
        up, down = source.randbytes(BULK_BYTES), source.randbytes(BULK_BYTES)
        with CuttingServer(wire, encrypt=encrypt, seed=seed, payload=down) as server:
            with ClientPeer(server.port, wire, encrypt=encrypt, seed=seed + 2) as client:
                client.session.write(up)
                far = server.wait_for(client.session.conn_id).session

                def done() -> bool:
                    return len(client.session.received) >= len(down) and far.read_count >= len(up)

                client.exchange(done, 60.0, seeded_cuts(seed + 3, 300_000))
                self.assertEqual(digest(client.session.received), digest(down))
                self.assertEqual(digest(far.received), digest(up))
                self.assertGreaterEqual(client.resumes, 5)

    def test_streams_survive_cuts_by_both_ends(self) -> None:
        """Nothing is lost or repeated, whichever end cuts, with RST or FIN, in any dialect."""
        for wire in WIRES:
            for encrypt in (True, False):
                seed = random.randrange(2**32)
                with self.subTest(wire=wire, encrypt=encrypt, seed=seed):
                    self.both(seed, wire, encrypt)

    def test_unknown_sessions_are_refused(self) -> None:
        """A resume of an id that the server does not know ends in Refused, on every wire."""
        for wire in WIRES:
            with self.subTest(wire=wire), ServerPeer(wire) as server:
                with ClientPeer(server.port, wire) as client:
                    server.wait_for(client.session.conn_id)
                    server.sessions.clear()
                    with self.assertRaises(Refused):
                        client.resume()

    def test_a_server_refuses_bad_public_keys(self) -> None:
        """A hello that gives the secret away gets no answer."""
        for wire in WIRES:
            for public in (0, 1, PRIME - 1, PRIME):
                with self.subTest(wire=wire, public=public), ServerPeer(wire) as server:
                    link = Link.connect(server.port)
                    link.session = Session(bytes(8), 0, is_client=True, encrypt=False)
                    link.write(encode_hello(wire, public))
                    self.assertIs(link.end_of_stream(5.0), End.RESET)
                    self.assertEqual(link.session.received, b"")
                    link.close()

    def test_a_client_refuses_bad_public_keys(self) -> None:
        """A server that answers with one gets no proof and no data."""
        for wire in WIRES:
            for public in (0, 1, PRIME - 1, PRIME):
                with self.subTest(wire=wire, public=public), Listener(wire) as listener:
                    answer = (u64(public) + bytes(16))[: 24 if wire == "2" else 16]
                    thread = threading.Thread(target=answer_once, args=(listener, answer))
                    thread.start()
                    with self.assertRaises(Refused):
                        ClientPeer(listener.port, wire).open()
                    thread.join(10.0)


def answer_once(listener: Listener, answer: bytes) -> None:
    """Answer the next request with fixed bytes."""
    link, _ = listener.accept_request(10.0)
    link.write(answer)
    link.finish()


def digest(data: bytes) -> str:
    """Return a short name for data, so that a failure does not print megabytes."""
    return f"{len(data)} bytes {hashlib.sha256(data).hexdigest()[:16]}"


if __name__ == "__main__":
    unittest.main()
