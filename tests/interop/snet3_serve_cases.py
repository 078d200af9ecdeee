# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""`snet serve` on snet/3 against the Python client: streams, losses, credit, ends."""

import itertools
import random
import signal
import socket
import time

from interop_support import digest, new_seed, receive_all, receive_exactly
from snet3_client import Client, Outcome
from snet3_link import TimedOut, pause, run
from snet3_session import Terms
from snet3_support import TERMS, Cases, SecureServe, Spoiler, varied
from snet3_wire import Ack, Code, Pattern, Ping, Suite

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
        self.assertGreaterEqual(client.resumed, 1)
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
