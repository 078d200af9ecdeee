# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""`snet connect` on snet/3 against the Python server: streams, losses, ends, moves."""

import itertools
import random
import signal
import socket
import time

from interop_support import EXIT_CLEAN, EXIT_LOST, digest, new_seed, wait_until
from snet3_link import NEVER, Link, pause, run
from snet3_server import Server, ServerSession, Settings
from snet3_session import Terms
from snet3_support import TERMS, Cases, SecureConnect, Spoiler, settings_for, varied
from snet3_wire import Code, Migrate, Pattern, Ping, Pong, Suite

BULK_BYTES = 3 * 2**20
FAULT_BYTES = 150_000
STEP_SECONDS = 10.0


class Connected(Cases):
    """Helpers for a command that is connected to a server of this peer."""

    def until(self, server: Server, goal, seconds: float = STEP_SECONDS) -> None:
        """Step the server until a goal is reached."""
        run([server], goal, seconds)

    def ends(self, server: Server, command: SecureConnect, expected: int) -> None:
        """The command ends by itself with an exit code."""
        self.until(server, lambda: command.process.poll() is not None)
        self.assertEqual(command.wait(5.0), expected, command.errors())

    def lose(self, server: Server, held: ServerSession) -> None:
        """Reset the live link."""
        held.live.link.reset("the test cut it")
        server.step()

    def resumed(self, server: Server, held: ServerSession, count: int) -> None:
        """Wait until the command has resumed so often."""
        self.until(server, lambda: held.ended or held.resumed >= count and held.live)
        self.assertIsNone(held.ended, held)


class Streams(Connected):
    """Streams through `snet connect`."""

    def bulk_with_faults(self, pattern: Pattern, suite: Suite, terms: Terms, seed: int) -> None:
        """Move bytes both ways at once and end, while links get faults."""
        source = random.Random(seed)
        up, down = source.randbytes(BULK_BYTES), source.randbytes(BULK_BYTES)
        identity, settings = settings_for(pattern, terms)
        identity.suite = suite
        with Server(settings) as server, SecureConnect(server, identity=identity) as command:
            server.new_carrier = varied(seed)
            held = server.wait_for_session()
            server.new_link = Spoiler(seed, FAULT_BYTES)
            held.live.link.cut_in = 70_001
            held.session.write(down)
            feeder = command.feed(up)
            self.until(server, lambda: held.ended or held.session.recv_next == len(up)
                       and len(command.output) == len(down), 30.0)
            feeder.join(5.0)
            command.close_input()
            held.session.finish()
            self.ends(server, command, EXIT_CLEAN)
            self.assertEqual(held.ended, Code.CLOSED_OK)
            self.assertEqual(digest(command.output), digest(down))
            self.assertEqual(digest(held.session.received), digest(up))
            self.assertGreaterEqual(held.resumed, 1)
            self.assert_no_bytes_were_odd(held)

    def test_bulk_with_faults(self) -> None:
        """3 MiB each way at once, links that die anywhere, records of all sizes: all intact."""
        terms = itertools.cycle(TERMS)
        for pattern in Pattern:
            for suite in Suite:
                seed, own = new_seed(), next(terms)
                with self.subTest(pattern.name, suite=suite.name, terms=own, seed=seed):
                    self.bulk_with_faults(pattern, suite, own, seed)

    def test_losses_are_exact(self) -> None:
        """What was lost in flight in both directions comes again, and nothing else is missing."""
        up, down = random.randbytes(400_000), random.randbytes(400_000)
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            for number in range(4):
                goal = (number + 1) * 100_000
                held.session.write(down[goal - 100_000 : goal])
                self.until(server, lambda: held.session.sent >= goal - 60_000
                           and not held.live.link.outbox)
                sure = held.session.sent
                wait_until(lambda: len(command.output) >= sure, 5.0, lambda: "output")
                held.live.link.void_from = held.live.link.handed
                held.live.link.cut_in = held.live.link.taken
                self.until(server, lambda: not held.live
                           or held.session.sent >= min(sure + 20_000, goal))
                command.feed(up[goal - 100_000 : goal]).join(5.0)
                time.sleep(0.05)
                if held.live:
                    self.lose(server, held)
                self.resumed(server, held, number + 1)
                self.assertEqual(held.resumes[-1].recv_next, sure)
                self.assertFalse(held.resumes[-1].planned)
                self.until(server, lambda: held.session.acked == goal
                           and held.session.recv_next == goal)
            wait_until(lambda: len(command.output) == 400_000, 5.0, lambda: "output")
            self.assertEqual(command.output, down)
            self.assertEqual(held.session.received, up)

    def test_credit_is_obeyed(self) -> None:
        """The command sends up to the limit, not one byte more, and FIN beyond it."""
        up = random.randbytes(20_000)
        settings = Settings(terms=Terms(4096, 512))
        with Server(settings) as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            held.session.grants = False
            command.feed(up).join(5.0)
            command.close_input()
            for limit in (4096, 4097, 9000, 20_000):
                held.session.limit = limit
                self.until(server, lambda: len(held.session.received) == limit)
                pause([server], 0.05)
                self.assertEqual(len(held.session.received), limit)
            self.until(server, lambda: held.session.fin_received)
            self.assertEqual(held.session.received, up)

    def test_keys_change_in_both_directions(self) -> None:
        """Over 16384 records in both directions the keys change, and nothing else happens."""
        settings = Settings(terms=Terms(65536, 20_000))
        with Server(settings) as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            held.session.peer.max_record = min(held.session.peer.max_record, 16384)
            self.until(server, lambda: held.live.heard)
            carrier = held.live
            for token in range(16_400):
                carrier.send_raw(Ping(token))
                carrier.put_out()
                while not carrier.pong_tokens:
                    self.until(server, lambda: carrier.pong_tokens or not held.live)
                    self.assertIs(held.live, carrier)
                self.assertEqual(carrier.pong_tokens.pop(), token)
            command.write(b"and on")
            self.until(server, lambda: held.session.received == b"and on")
            self.assertGreater(carrier.opens.seq, 16_384)

    def test_heartbeats(self) -> None:
        """After heartbeat_s without a byte the command sends PING; an answer keeps the link."""
        with Server(Settings(heartbeat_s=1)) as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            self.until(server, lambda: held.live.heard)
            held.live.keeps_frames = True
            self.until(server, lambda: any(
                isinstance(frame, Ping) for frame in held.live.frames_in), 3.0)
            live = held.live
            pause([server], 1.5)
            self.assertIs(held.live, live)
            live.style.answers_pings = False
            live.send_raw(Pong(12345))
            began = time.monotonic()
            held.live.frames_in.clear()
            self.resumed(server, held, 1)
            self.assertGreater(time.monotonic() - began, 4.5)
            self.assertFalse(held.resumes[-1].planned)
            command.write(b"back")
            self.until(server, lambda: held.session.received == b"back")


class Ends(Connected):
    """How sessions end."""

    def test_the_command_ends_first(self) -> None:
        """After the end of its input the command still takes a megabyte; it closes second."""
        down = random.randbytes(2**20)
        settings = Settings(closes_when_over=False)
        with Server(settings) as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            command.write(b"question")
            command.close_input()
            self.until(server, lambda: held.session.fin_received)
            held.session.write(down)
            self.until(server, lambda: len(command.output) == len(down))
            self.assertIsNone(command.process.poll())
            held.session.finish()
            self.until(server, lambda: held.session.over)
            pause([server], 0.3)
            self.assertFalse(held.live.link.peer_ended)
            server.settings.closes_when_over = True
            self.ends(server, command, EXIT_CLEAN)
            self.assertEqual(digest(command.output), digest(down))
            self.assertEqual(held.session.received, b"question")

    def test_the_server_ends_first(self) -> None:
        """After the server's FIN the command still sends what its input brings."""
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            held.session.write(b"banner")
            held.session.finish()
            self.until(server, lambda: held.session.fin_acked)
            pause([server], 0.1)
            command.feed(b"x" * 300_000).join(5.0)
            self.until(server, lambda: len(held.session.received) == 300_000)
            command.close_input()
            self.ends(server, command, EXIT_CLEAN)
            self.assertEqual(command.output, b"banner")

    def test_half_closed_sessions_resume(self) -> None:
        """With a FIN of either end acknowledged, a resume begins behind it, and data goes on."""
        for by_server in (False, True):
            with self.subTest(by_server=by_server), Server() as server:
                with SecureConnect(server) as command:
                    held = server.wait_for_session()
                    if by_server:
                        held.session.finish()
                        self.until(server, lambda: held.session.fin_acked)
                    else:
                        command.close_input()
                        self.until(server, lambda: held.session.fin_received)
                        pause([server], 0.05)
                    self.lose(server, held)
                    self.resumed(server, held, 1)
                    if by_server:
                        command.write(b"more")
                        self.until(server, lambda: held.session.received == b"more")
                        command.close_input()
                    else:
                        held.session.write(b"more")
                        held.session.finish()
                    self.ends(server, command, EXIT_CLEAN)
                    self.assertEqual(command.output, b"" if by_server else b"more")

    def test_a_fin_of_tcp_is_not_the_end(self) -> None:
        """A server that closes without ABORT(CLOSED_OK) is resumed from, and says it then."""
        settings = Settings(says_when_over=False)
        with Server(settings) as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            held.session.finish()
            command.close_input()
            self.ends(server, command, EXIT_CLEAN)
            self.assertEqual(len(server.requests), 2)

    def test_a_lost_end_is_confirmed_by_a_resume(self) -> None:
        """If the last link dies, CLOSED_OK, or ACCEPT and ABORT(CLOSED_OK), end cleanly."""
        for accepts in (False, True):
            settings = Settings(closes_when_over=False, accepts_when_over=accepts)
            with self.subTest(accepts=accepts), Server(settings) as server:
                with SecureConnect(server) as command:
                    held = server.wait_for_session()
                    held.session.finish()
                    command.close_input()
                    self.until(server, lambda: held.session.over)
                    pause([server], 0.1)
                    self.lose(server, held)
                    settings.closes_when_over = True
                    self.ends(server, command, EXIT_CLEAN)
                    self.assertGreaterEqual(len(server.requests), 2)

    def test_an_abort_is_a_loss(self) -> None:
        """ABORT ends the command with an error; what arrived before it is put out."""
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            held.session.write(b"half")
            self.until(server, lambda: held.session.acked == 4)
            server.abort(held, 0x1002, b"no more today")
            self.ends(server, command, EXIT_LOST)
            self.assertEqual(command.output, b"half")

    def test_an_abort_in_the_middle_of_an_upload(self) -> None:
        """An ABORT is heard though the command has much to send."""
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            command.feed(bytes(2**20))
            self.until(server, lambda: held.session.recv_next > 100_000)
            server.abort(held, Code.SHUTDOWN)
            self.ends(server, command, EXIT_LOST)


class Moves(Connected):
    """Planned resumes, attempts and early data."""

    def test_a_signal_asks_for_a_handover(self) -> None:
        """SIGUSR1 makes a planned resume while data flows; the old link goes on until then."""
        up, down = random.randbytes(BULK_BYTES), random.randbytes(BULK_BYTES)
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            held.session.write(down)
            command.feed(up)
            for count in (1, 2, 3):
                goal = min(held.session.recv_next + 400_000, BULK_BYTES)
                self.until(server, lambda: held.session.recv_next >= goal)
                command.process.send_signal(signal.SIGUSR1)
                self.resumed(server, held, count)
                self.assertTrue(held.resumes[-1].planned)
            self.until(server, lambda: held.session.recv_next == BULK_BYTES
                       and len(command.output) == BULK_BYTES, 20.0)
            self.assertEqual(digest(command.output), digest(down))
            self.assertEqual(digest(held.session.received), digest(up))
            self.assert_no_bytes_were_odd(held)

    def test_acks_of_the_old_link_overtake_the_new_one(self) -> None:
        """Bytes that arrive on the old link behind ACCEPT are acknowledged on the new one, where
        the command has not come so far: it passes them all the same, as positions are implicit."""
        up = random.randbytes(12 * 2**20)
        with Server(Settings(terms=Terms(2**20, 16384))) as server:
            with SecureConnect(server) as command:
                held = server.wait_for_session()
                old = held.live
                command.feed(up)
                self.until(server, lambda: held.session.recv_next > 6 * 2**20)
                time.sleep(0.3)
                for sock in server.listeners():
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                command.process.send_signal(signal.SIGUSR1)
                deadline = time.monotonic() + STEP_SECONDS
                while not held.pending_carrier and time.monotonic() < deadline:
                    server.adopt_new()
                    time.sleep(0.01)
                begun = held.session.recv_next
                end = time.monotonic() + 0.3
                while time.monotonic() < end:
                    old.take_in()
                    time.sleep(0.01)
                self.assertGreater(held.session.recv_next, begun + 200_000)
                self.until(server, lambda: held.ended or held.session.recv_next == len(up), 20.0)
                self.assertEqual(held.resumed, 1)
                self.assertIsNone(held.ended, held)
                self.assertEqual(digest(held.session.received), digest(up))

    def test_migrate_asks_for_a_handover(self) -> None:
        """MIGRATE moves the session to the address that it names, and later links go there."""
        with Server() as server, Server(server.settings) as other:
            other.sessions, other.tombs = server.sessions, server.tombs
            with SecureConnect(server) as command:
                held = server.wait_for_session()
                held.live.say(Migrate(5000))
                run([server], lambda: held.resumed == 1, STEP_SECONDS)
                self.assertTrue(held.resumes[-1].planned)
                asked = len(server.requests)
                for count, kind, address in (
                    (2, 4, b"\x7f\0\0\1"), (3, 1, b"127.0.0.1"),
                ):
                    held.live.send_raw(Migrate(5000, kind, other.port, address))
                    run([server, other], lambda: held.resumed == count, STEP_SECONDS)
                    self.assertTrue(held.resumes[-1].planned)
                held.live.link.reset()
                run([server, other], lambda: held.resumed == 4, STEP_SECONDS)
                self.assertEqual(len(server.requests), asked)
                self.assertEqual(len(other.requests), 3)
                command.write(b"moved")
                run([server, other], lambda: held.session.received == b"moved", STEP_SECONDS)

    def test_a_handover_that_fails_costs_nothing(self) -> None:
        """While a planned attempt is refused, met by silence or cut, the live link goes on."""
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            self.until(server, lambda: held.live.heard)
            live = held.live
            server.new_link = lambda link: setattr(link, "cut_in", 30)
            command.process.send_signal(signal.SIGUSR1)
            pause([server], 0.2)
            command.write(b"still")
            self.until(server, lambda: held.session.received == b"still")
            self.assertIs(held.live, live)
            server.new_link = lambda link: None
            self.resumed(server, held, 1)
            self.assertTrue(held.resumes[-1].planned)

    def test_attempts_grow_and_credentials_are_the_last_ones(self) -> None:
        """An ACCEPT that is lost, or whose link dies behind it, costs an attempt and no session."""
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            self.lose(server, held)
            links: list[Link] = []

            def spoil(link: Link) -> None:
                links.append(link)
                link.cut_out = (50, 107, NEVER)[min(len(links), 3) - 1]

            server.new_link = spoil
            self.resumed(server, held, 1)
            attempts = [request.attempt for request in held.resumes]
            self.assertEqual(attempts, sorted(set(attempts)))
            self.assertGreaterEqual(len(attempts), 3)
            command.write(b"through")
            self.until(server, lambda: held.session.received == b"through")

    def test_early_bytes(self) -> None:
        """With --early-data a RESUME brings what waits; the bytes are the right ones, once."""
        with Server() as server, SecureConnect(server, "--early-data") as command:
            held = server.wait_for_session()
            command.write(b"before ")
            self.until(server, lambda: held.session.received == b"before ")
            pause([server], 0.1)
            held.live.link.void_from = held.live.link.handed
            held.live.link.cut_in = held.live.link.taken
            text = random.randbytes(9000)
            command.write(text)
            time.sleep(0.1)
            self.lose(server, held)
            self.resumed(server, held, 1)
            self.until(server, lambda: len(held.session.received) == 9007)
            self.assertEqual(held.session.received, b"before " + text)
            early = held.resumes[-1].early
            self.assertTrue(0 < len(early) <= 4096, len(early))
            start = held.resumes[-1].early_off
            self.assertEqual(early, held.session.received[start : start + len(early)])

    def test_without_being_told_nothing_is_early(self) -> None:
        """Without --early-data no RESUME brings bytes."""
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            held.live.link.cut_in = held.live.link.taken
            command.write(b"waits")
            time.sleep(0.05)
            server.step()
            self.resumed(server, held, 1)
            self.until(server, lambda: held.session.received == b"waits")
            self.assertEqual(held.resumes[-1].early, b"")
            self.assertEqual(server.requests[-1].flags, 0)
