# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""`snet serve` on snet/3 against the Python client: streams, losses, ends, moves."""

import itertools
import random
import signal
import socket
import time

from interop_support import digest, new_seed, receive_all, receive_exactly
from secure_client import Client, Outcome
from secure_link import TimedOut, pause, run
from secure_session import Terms
from secure_support import TERMS, Cases, SecureServe, Spoiler, varied
from secure_wire import Ack, Code, Pattern, Ping, Suite

BULK_BYTES = 3 * 2**20
FAULT_BYTES = 150_000


class Streams(Cases):
    """Sessions through the gateway."""

    def bulk_with_faults(
        self, serve: SecureServe, client: Client, seed: int
    ) -> None:
        """Move bytes both ways at once and end, while links get faults."""
        source = random.Random(seed)
        up, down = source.randbytes(BULK_BYTES), source.randbytes(BULK_BYTES)
        client.new_carrier = varied(seed)
        client.resumes_alone = True
        client.open()
        client.new_link = Spoiler(seed, FAULT_BYTES)
        client.live.link.cut_in = 70_001
        far = self.bulk(serve.backend.accept(), down)
        client.session.write(up)
        client.session.finish()

        def all_there() -> bool:
            return len(client.session.received) == len(down) and len(far.received) == len(up)

        client.transfer(lambda: client.outcome or all_there(), 30.0)
        self.assertIsNone(client.outcome, client)
        far.end_output()
        client.transfer(lambda: client.outcome, 10.0)
        self.assertIs(client.outcome, Outcome.CLEAN, client)
        self.assertEqual(digest(client.session.received), digest(down))
        self.assertEqual(digest(far.received), digest(up))
        self.assertGreaterEqual(len(client.new_link.faults), 3)
        self.assert_no_bytes_were_odd(client)

    def test_bulk_with_faults(self) -> None:
        """3 MiB each way at once, links that die anywhere, records of all sizes: all intact."""
        terms = itertools.cycle(TERMS)
        with SecureServe() as serve:
            for pattern in Pattern:
                for suite in Suite:
                    seed, own = new_seed(), next(terms)
                    with self.subTest(pattern.name, suite=suite.name, terms=own, seed=seed):
                        with serve.client(pattern, suite, own) as client:
                            self.bulk_with_faults(serve, client, seed)

    def test_losses_are_exact(self) -> None:
        """What was lost in flight in both directions is missing in ACCEPT and comes again."""
        up, down = random.randbytes(400_000), random.randbytes(400_000)
        with SecureServe() as serve, serve.client(terms=Terms(300_000, 16384)) as client:
            client.open()
            backend = serve.backend.accept()
            seen = bytearray()
            for number in range(4):
                start = number * 100_000
                client.session.write(up[start : start + 100_000])
                client.transfer(lambda: client.session.sent >= start + 50_000)
                run([client], lambda: not client.live.link.outbox, 5.0)
                client.live.link.void_from = client.live.link.handed
                sure = client.session.sent
                run([client], lambda: client.session.sent >= min(sure + 20_000, start + 100_000),
                    5.0)
                backend.sendall(down[start : start + 100_000])
                time.sleep(0.05)
                self.assertLessEqual(len(client.session.received), start + 100_000)
                client.lose()
                client.resume()
                self.assertEqual(client.accept.recv_next, sure)
                goal = start + 100_000
                client.transfer(lambda: len(client.session.received) >= goal)
                client.transfer(lambda: client.session.acked >= goal)
                seen += receive_exactly(backend, goal - len(seen))
            backend.close()
            self.assertEqual(seen, up)
            self.assertEqual(client.session.received, down)

    def test_records_around_the_boundaries(self) -> None:
        """Records of 1 byte up to exactly max_record are taken; one more byte costs the link."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            most = client.session.peer.max_record
            with serve.backend.accept() as backend:
                for size in (2, 3, 4, 18, 255, 256, most - 1, most):
                    client.live.style.record_bytes = size
                    data = random.randbytes(min(3 * most, 500 * size))
                    client.session.write(data)
                    client.transfer(lambda: client.session.fin_acked or not client.live.link.outbox
                                    and client.session.acked == client.session.written)
                    self.assertEqual(receive_exactly(backend, len(data)), data)
                client.live.send_plaintext(bytes(1) * (most + 1))
                client.transfer(lambda: not client.live)
                self.assertFalse(client.outcome)
                client.resume()
                client.live.style.record_bytes = None
                client.session.write(b"on we go")
                client.transfer(lambda: client.session.acked == client.session.written)
                self.assertEqual(receive_exactly(backend, 8), b"on we go")

    def test_keys_change_in_both_directions(self) -> None:
        """Over 16384 records in both directions the keys change, and nothing else happens."""
        with SecureServe() as serve:
            with serve.client(suite=Suite.AES, terms=Terms(65536, 20_000)) as client:
                client.open()
                carrier = client.live
                for token in range(16_400):
                    carrier.send_raw(Ping(token))
                    carrier.put_out()
                    while not carrier.pong_tokens:
                        run([client], lambda: carrier.pong_tokens or client.outcome, 5.0)
                        self.assertIs(client.live, carrier)
                    self.assertEqual(carrier.pong_tokens.pop(), token)
                self.assertGreater(carrier.opens.seq, 16_384)
                self.assertEqual(carrier.unauthentic, 0)

    def test_keys_change_after_65536_records(self) -> None:
        """A direction whose receiver takes 16384 bytes changes its keys later."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            self.assertLessEqual(client.session.peer.max_record, 16384)
            with serve.backend.accept() as backend:
                client.live.style.record_bytes = 2
                client.session.write(bytes(66_000))
                client.transfer(lambda: client.session.acked == 66_000, 20.0)
                self.assertEqual(receive_exactly(backend, 66_000), bytes(66_000))
                self.assertGreater(client.live.seals.seq, 65_536)


class Credit(Cases):
    """Acknowledgement and credit."""

    def test_credit_is_obeyed(self) -> None:
        """The gateway sends up to the limit, not one byte more, and FIN beyond it."""
        down = random.randbytes(20_000)
        with SecureServe() as serve, serve.client(terms=Terms(4096, 512)) as client:
            client.open()
            client.session.grants = False
            backend = serve.backend.accept()
            backend.sendall(down)
            backend.shutdown(socket.SHUT_WR)
            for limit in (4096, 4097, 9000, 20_000):
                client.session.limit = limit
                client.transfer(lambda: len(client.session.received) == limit)
                pause([client], 0.05)
                self.assertEqual(len(client.session.received), limit)
            client.transfer(lambda: client.session.fin_received)
            self.assertEqual(client.session.received, down)
            client.session.finish()
            client.transfer(lambda: client.outcome)
            self.assertIs(client.outcome, Outcome.CLEAN)
            backend.close()

    def test_a_slow_backend_stops_the_credit(self) -> None:
        """Without a reader behind it the gateway stops to give credit, then goes on."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            backend = serve.backend.accept()
            up = random.randbytes(32 * 2**20)
            client.session.write(up)
            with self.assertRaises(TimedOut):
                client.transfer(lambda: client.session.acked == len(up), 1.5)
            self.assertLess(client.session.sent, len(up))
            far = self.bulk(backend, b"")
            client.transfer(lambda: len(far.received) == len(up), 20.0)
            self.assertEqual(digest(far.received), digest(up))

    def test_acks_come_in_time(self) -> None:
        """A byte is acknowledged within T_ACK or little more, a FIN at once."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            with serve.backend.accept():
                for count in range(1, 11):
                    before = time.monotonic()
                    client.session.write(b"x")
                    client.transfer(lambda: client.session.acked == count)
                    self.assertLess(time.monotonic() - before, 0.4)
                before = time.monotonic()
                client.session.finish()
                client.transfer(lambda: client.session.fin_acked)
                self.assertLess(time.monotonic() - before, 0.25)

    def test_a_quarter_of_the_window_is_acknowledged_at_once(self) -> None:
        """An ACK comes for every 32 KiB or two of them, not only at the end."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            far = self.bulk(serve.backend.accept(), b"")
            client.live.keeps_frames = True
            client.session.write(bytes(2**20))
            client.transfer(lambda: client.session.acked == 2**20)
            acks = [frame for frame in client.live.frames_in if isinstance(frame, Ack)]
            self.assertGreaterEqual(len(acks), 2**20 // 65536 // 2)
            client.transfer(lambda: len(far.received) == 2**20)


class Ends(Cases):
    """How sessions end."""

    def test_the_client_ends_first(self) -> None:
        """After the client's FIN the backend sees the end, and still sends a megabyte."""
        down = random.randbytes(2**20)
        with SecureServe() as serve, serve.client() as client:
            client.open()
            backend = serve.backend.accept()
            client.session.write(b"question")
            client.session.finish()
            client.transfer(lambda: client.session.fin_acked)
            self.assertEqual(receive_all(backend), (b"question", True))
            far = self.bulk(backend, down)
            client.transfer(lambda: len(client.session.received) == len(down))
            far.end_output()
            client.transfer(lambda: client.outcome)
            self.assertIs(client.outcome, Outcome.CLEAN)
            self.assertEqual(digest(client.session.received), digest(down))

    def test_the_backend_ends_first(self) -> None:
        """After the backend's end the client still sends a megabyte, and ends."""
        up = random.randbytes(2**20)
        with SecureServe() as serve, serve.client() as client:
            client.open()
            backend = serve.backend.accept()
            backend.sendall(b"banner")
            backend.shutdown(socket.SHUT_WR)
            client.transfer(lambda: client.session.fin_received)
            self.assertEqual(client.session.received, b"banner")
            far = self.bulk(backend, b"")
            client.session.write(up)
            pause([client], 0.1)
            self.assertIsNone(client.outcome)
            client.session.finish()
            client.transfer(lambda: client.outcome)
            self.assertIs(client.outcome, Outcome.CLEAN)
            self.assertEqual(digest(far.received), digest(up))

    def test_a_lost_end_is_confirmed_by_a_resume(self) -> None:
        """If the link dies when all is acknowledged, CLOSED_OK says so with a proof."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            backend = serve.backend.accept()
            backend.sendall(b"all")
            backend.close()
            client.transfer(lambda: client.session.fin_received)
            client.session.finish()
            client.live.put_out()
            time.sleep(0.1)
            client.lose()
            client.send_resume()
            client.transfer(lambda: client.outcome)
            self.assertIs(client.outcome, Outcome.CLEAN, client)
            self.assertFalse(client.forged)

    def test_fins_are_repeated_until_they_are_acknowledged(self) -> None:
        """A FIN whose link dies comes again behind the resume, in both directions."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            backend = serve.backend.accept()
            client.session.write(b"last words")
            client.live.link.void_from = client.live.link.handed
            client.session.finish()
            client.live.put_out()
            backend.sendall(b"bye")
            backend.shutdown(socket.SHUT_WR)
            time.sleep(0.1)
            client.lose()
            client.resume()
            client.transfer(lambda: client.outcome)
            self.assertIs(client.outcome, Outcome.CLEAN)
            self.assertEqual(client.session.received, b"bye")
            self.assertEqual(receive_all(backend), (b"last words", True))
            backend.close()

    def test_half_closed_sessions_resume(self) -> None:
        """With a FIN of either end acknowledged, a resume begins behind it, and data goes on."""
        for planned in (False, True):
            for by_client in (False, True):
                with self.subTest(planned=planned, by_client=by_client):
                    with SecureServe() as serve, serve.client() as client:
                        self.resume_half_closed(serve, client, planned, by_client)

    def resume_half_closed(
        self, serve: SecureServe, client: Client, planned: bool, by_client: bool
    ) -> None:
        """End one stream, resume, use and end the other one."""
        client.open()
        backend = serve.backend.accept()
        client.session.write(b"up")
        backend.sendall(b"down")
        if by_client:
            client.session.finish()
            client.transfer(lambda: client.session.fin_acked)
        else:
            backend.shutdown(socket.SHUT_WR)
            client.transfer(lambda: client.session.fin_received)
            pause([client], 0.05)
        if not planned:
            client.lose()
        client.resume(planned=planned)
        if by_client:
            backend.sendall(b", more")
            backend.shutdown(socket.SHUT_WR)
        else:
            client.session.write(b", more")
            client.session.finish()
        client.transfer(lambda: client.outcome)
        self.assertIs(client.outcome, Outcome.CLEAN, client)
        self.assertEqual(client.session.received, b"down, more" if by_client else b"down")
        self.assertEqual(receive_all(backend), (b"up" if by_client else b"up, more", True))
        backend.close()

    def test_an_abort_resets_the_backend(self) -> None:
        """ABORT ends the backend's connection as broken, and leaves a tomb that is proven."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            with serve.backend.accept() as backend:
                client.session.write(b"half")
                client.transfer(lambda: client.session.acked == 4)
                client.abort(0x1001, b"I had enough")
                pause([client], 0.05)
                data, in_order = receive_all(backend)
                self.assertIn(data, (b"half", b""))
                self.assertFalse(in_order)
            client.outcome = None
            client.send_resume()
            client.transfer(lambda: client.outcome)
            self.assertEqual((client.outcome, client.code), (Outcome.LOST, Code.ABORTED))

    def test_a_broken_backend_aborts(self) -> None:
        """When the backend's connection breaks, the client hears ABORT, not FIN."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            backend = serve.backend.accept()
            backend.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            backend.close()
            client.transfer(lambda: client.outcome)
            self.assertIs(client.outcome, Outcome.ABORTED, client)
            self.assertFalse(client.session.fin_received)

    def test_a_draining_server_is_busy_for_new_sessions_only(self) -> None:
        """SIGTERM drains: old sessions go on and resume, new ones hear BUSY."""
        with SecureServe() as serve, serve.client() as client, serve.client() as late:
            client.open()
            with serve.backend.accept() as backend:
                serve.process.send_signal(signal.SIGTERM)
                time.sleep(0.2)
                client.lose()
                client.resume()
                client.session.write(b"still here")
                client.transfer(lambda: client.session.acked == 10)
                self.assertEqual(receive_exactly(backend, 10), b"still here")
                late.send_hello()
                late.transfer(lambda: late.outcome)
                self.assertEqual((late.outcome, late.code), (Outcome.REFUSED, Code.BUSY))


class Moves(Cases):
    """Resumes beside a live link, credentials, embryos, early data."""

    def test_planned_handovers_under_load(self) -> None:
        """Three handovers while both ends send: the old link works until the new one does."""
        up, down = random.randbytes(BULK_BYTES), random.randbytes(BULK_BYTES)
        with SecureServe() as serve, serve.client() as client:
            client.open()
            far = self.bulk(serve.backend.accept(), down)
            client.session.write(up)
            for count in (1, 2, 3):
                goal = min(len(client.session.received) + 500_000, BULK_BYTES)
                client.transfer(lambda: len(client.session.received) >= goal)
                client.send_resume(planned=True)
                client.transfer(lambda: client.resumed == count and not client.attempt)
            client.transfer(lambda: len(client.session.received) == BULK_BYTES
                            and len(far.received) == BULK_BYTES, 20.0)
            self.assertEqual(digest(client.session.received), digest(down))
            self.assertEqual(digest(far.received), digest(up))
            self.assert_no_bytes_were_odd(client)

    def test_the_pending_link_waits_beside_a_live_one(self) -> None:
        """Before the client confirms, records come on the old link only, and it goes on."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            with serve.backend.accept() as backend:
                old, session = client.live, client.session
                message, attempt = client.resume_message(planned=True)
                attempt.link = client._connect()
                attempt.link.outbox += message
                run([client], lambda: attempt.link.flush() or attempt.link.fill()
                    or attempt.link.inbox, 5.0)
                backend.sendall(b"on the old link")
                client.transfer(lambda: len(session.received) == 15)
                self.assertIs(client.live, old)
                pause([client], 0.1)
                attempt.link.fill()
                self.assertEqual(len(attempt.link.inbox), 107)
                client.attempt = attempt
                client.transfer(lambda: client.live is not old and client.live.heard)
                backend.sendall(b", then on the new one")
                client.transfer(lambda: len(session.received) == 36)

    def test_a_detached_session_is_answered_with_data(self) -> None:
        """With cause LOST records follow ACCEPT at once, up to 64 KiB before the client speaks."""
        with SecureServe() as serve, serve.client(terms=Terms(2**20, 16384)) as client:
            client.open()
            with serve.backend.accept() as backend:
                client.live.link.cut_in = client.live.link.taken
                backend.sendall(bytes(300_000))
                time.sleep(0.1)
                client.lose()
                message, attempt = client.resume_message()
                attempt.link = client._connect()
                attempt.link.outbox += message
                link = attempt.link
                end = time.monotonic() + 0.5
                while time.monotonic() < end:
                    link.flush()
                    link.fill()
                    time.sleep(0.01)
                self.assertGreater(len(link.inbox), 32_768)
                # 64 KiB of stream bytes, and little more around them.
                self.assertLessEqual(len(link.inbox), 107 + 65_536 + 256)
                client.attempt = attempt
                client.transfer(lambda: len(client.session.received) == 300_000)

    def test_a_lost_accept_costs_one_attempt(self) -> None:
        """Both credentials work until a record confirms one; then the other one is unknown."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            with serve.backend.accept() as backend:
                client.lose()
                first = client.cid
                for _ in range(3):
                    client.new_link = lambda link: setattr(link, "cut_in", 50)
                    client.send_resume()
                    client.transfer(lambda: not client.attempt)
                client.new_link = lambda link: None
                client.resume()
                second = client.cid
                self.assertNotEqual(first, second)
                client.session.write(b"it is me")
                client.transfer(lambda: client.session.acked == 8)
                self.assertEqual(receive_exactly(backend, 8), b"it is me")
                client.lose()
                kept = (client.cid, client.token, client.resume_secret)
                client.cid = first
                client.token = client.welcome.token
                client.send_resume()
                client.transfer(lambda: not client.attempt)
                self.assertEqual((client.code, client.outcome), (Code.UNKNOWN, Outcome.LOST))
                client.outcome = None
                client.cid, client.token, client.resume_secret = kept
                client.resume()

    def test_a_credential_from_an_accept_is_confirmed_by_its_use(self) -> None:
        """A RESUME from the pending credential makes the older one unknown."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            with serve.backend.accept():
                client.lose()
                first = (client.cid, client.token, client.resume_secret)
                client.new_carrier = lambda carrier: setattr(carrier, "may_send", False)
                client.resume()
                client.live.link.reset()
                client.step()
                client.new_link = lambda link: setattr(link, "cut_in", 50)
                client.send_resume()
                client.transfer(lambda: not client.attempt)
                client.new_link = lambda link: None
                client.new_carrier = lambda carrier: None
                kept = (client.cid, client.token, client.resume_secret)
                client.cid, client.token, client.resume_secret = first
                client.send_resume()
                client.transfer(lambda: not client.attempt)
                self.assertEqual(client.code, Code.UNKNOWN)
                self.assertFalse(client.forged)
                client.outcome = None
                client.cid, client.token, client.resume_secret = kept
                client.resume()

    def test_an_embryo_can_be_resumed(self) -> None:
        """A client that lost its link behind HELLO_REPLY has a session, and its stream."""
        for pattern in (Pattern.NK, Pattern.NNPSK0):
            with (
                self.subTest(pattern.name), SecureServe() as serve, serve.client(pattern) as client
            ):
                client.new_carrier = lambda carrier: setattr(carrier, "may_send", False)
                client.send_hello()
                client.transfer(lambda: client.live)
                client.lose()
                client.new_carrier = lambda carrier: None
                client.session.write(b"late")
                client.resume()
                client.transfer(lambda: client.session.acked == 4)
                with serve.backend.accept() as backend:
                    self.assertEqual(receive_exactly(backend, 4), b"late")

    def test_a_replayed_hello_begins_nothing(self) -> None:
        """It is answered, but the backend never hears of it."""
        with SecureServe() as serve, serve.client() as client, serve.client() as other:
            message, _ = client.hello()
            links = []
            for _ in range(2):
                link = client._connect()
                link.outbox += message
                run([client], lambda: link.flush() or link.fill() or len(link.inbox) >= 107, 5.0)
                links.append(link)
            other.open()
            serve.backend.accept().close()
            serve.backend._listener.settimeout(0.2)
            with self.assertRaises(TimeoutError):
                serve.backend.accept()
            for link in links:
                link.close()

    def test_early_bytes_arrive_once(self) -> None:
        """Up to 4096 early bytes are taken with the RESUME, whole or from recv_next on."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            with serve.backend.accept() as backend:
                client.session.write(b"before ")
                client.transfer(lambda: client.session.acked == 7)
                client.lose()
                text = random.randbytes(6000)
                client.session.write(text)
                client.resume(early_max=4096)
                self.assertEqual((client.accept.status & 1, client.accept.recv_next), (1, 4103))
                self.assertEqual(receive_exactly(backend, 6007), b"before " + text)
                client.transfer(lambda: client.session.acked == 6007)
                client.session.write(b"known")
                client.live.put_out()
                self.assertEqual(receive_exactly(backend, 5), b"known")
                client.lose()
                client.session.write(b" and more")
                client.resume(early_max=14)
                self.assertEqual((client.accept.status & 1, client.accept.recv_next), (1, 6021))
                self.assertEqual(receive_exactly(backend, 9), b" and more")

    def test_a_replayed_resume_is_stale(self) -> None:
        """The bytes of an accepted RESUME are refused when they come again, early bytes and all."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            with serve.backend.accept() as backend:
                client.session.write(b"once")
                client.new_carrier = lambda carrier: setattr(carrier, "may_send", False)
                client.lose()
                message, attempt = client.resume_message(early=b"once")
                client.session.note_sent(4)
                attempt.link = client._connect()
                attempt.link.outbox += message
                client.attempt = attempt
                client.transfer(lambda: client.live)
                self.assertEqual(receive_exactly(backend, 4), b"once")
                again = client._connect()
                again.outbox += message
                run([client], lambda: again.flush() or again.fill() or again.peer_ended, 5.0)
                self.assertEqual(again.inbox[8:10], bytes([Code.STALE, 0]))
                self.assertEqual(again.inbox[10:], bytes(18))
                again.close()
                client.live.may_send = True
                client.session.write(b" only")
                client.transfer(lambda: client.session.acked == 9)
                self.assertEqual(receive_exactly(backend, 5), b" only")
