# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""`snet serve` on snet/3 against the Python client: handovers, credentials, early data."""

import random
import time

from interop_support import digest, receive_exactly
from snet3_client import Client, Outcome
from snet3_link import pause, run
from snet3_session import Terms
from snet3_support import Cases, SecureServe
from snet3_wire import Code, Pattern

BULK_BYTES = 3 * 2**20


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

    def test_a_handover_from_a_link_that_was_not_confirmed(self) -> None:
        """A PLANNED resume from the pending credential makes its link the live one (R8)."""
        with SecureServe() as serve, serve.client() as client:
            client.open()
            with serve.backend.accept() as backend:
                old = client.live
                client.new_carrier = lambda carrier: setattr(carrier, "may_send", False)
                client.send_resume(planned=True)
                client.transfer(lambda: client.live is not old)
                middle = client.live
                client.new_carrier = lambda carrier: None
                message, attempt = client.resume_message(planned=True)
                attempt.link = client._connect()
                attempt.link.outbox += message
                run([client], lambda: attempt.link.flush() or attempt.link.fill()
                    or len(attempt.link.inbox) >= 107, 5.0)
                client.transfer(lambda: middle.heard)
                self.assertIs(client.live, middle)
                client.attempt = attempt
                client.transfer(lambda: client.live is not middle and client.live.heard)
                client.session.write(b"moved twice")
                client.transfer(lambda: client.session.acked == 11)
                self.assertEqual(receive_exactly(backend, 11), b"moved twice")

    @staticmethod
    def _first_flight(client: Client) -> int:
        """Resumes with cause LOST and reads for a while, but does not speak behind the RESUME:
        how many bytes come."""
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
        client.attempt = attempt
        return len(link.inbox)

    def test_a_detached_session_is_answered_with_data(self) -> None:
        """With cause LOST records follow ACCEPT at once, up to 64 KiB before the client speaks."""
        with SecureServe() as serve, serve.client(terms=Terms(2**20, 16384)) as client:
            client.open()
            with serve.backend.accept() as backend:
                backend.sendall(b"before")
                client.transfer(lambda: len(client.session.received) == 6)
                client.live.link.cut_in = client.live.link.taken
                backend.sendall(bytes(300_000))
                time.sleep(0.1)
                flight = self._first_flight(client)
                self.assertGreater(flight, 65_536)
                # 64 KiB of stream bytes, and what is around them in some 30 records.
                self.assertLessEqual(flight, 107 + 65_536 + 1024)
                client.transfer(lambda: len(client.session.received) == 300_006)

    def test_a_barren_link_is_followed_by_little(self) -> None:
        """Nothing of the stream arrived on the link before: 1 KiB comes, and no more."""
        with SecureServe() as serve, serve.client(terms=Terms(2**20, 16384)) as client:
            client.open()
            with serve.backend.accept() as backend:
                client.live.link.cut_in = client.live.link.taken
                backend.sendall(bytes(300_000))
                time.sleep(0.1)
                flight = self._first_flight(client)
                self.assertGreater(flight, 1024)
                self.assertLessEqual(flight, 107 + 1024 + 128)
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
        """It is answered once, and the backend never hears of it [PROTO 14.1]."""
        with SecureServe() as serve, serve.client() as client, serve.client() as other:
            message, _ = client.hello()
            links = []
            for _ in range(2):
                link = client._connect()
                link.outbox += message
                links.append(link)
            first, second = links

            def answered() -> bool:
                first.flush()
                first.fill()
                return len(first.inbox) >= 107

            run([client], answered, 5.0)
            second.flush()
            other.open()  # the server has seen the second one by then
            second.fill()
            self.assertEqual(len(second.inbox), 0)
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
