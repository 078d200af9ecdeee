# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What `snet connect` makes of refusals, silence, forgeries and servers that break rules."""

import random
import time
from collections.abc import Callable

from interop_support import (
    EXIT_CLEAN,
    EXIT_LOST,
    EXIT_PROTOCOL,
    EXIT_REFUSED,
    EXIT_UNAVAILABLE,
    in_parallel,
)
from snet3_carrier import Carrier
from snet3_connect_cases import Connected
from snet3_link import pause
from snet3_noise import new_private_key, public_key
from snet3_server import Rejected, Server, Settings
from snet3_session import Terms
from snet3_support import SecureConnect, settings_for
from snet3_wire import (
    FINAL_CODES,
    Abort,
    Ack,
    Code,
    Data,
    Extension,
    Fin,
    Frame,
    Migrate,
    Pad,
    Pattern,
    Pong,
    Start,
    Type,
)

EXIT_BUSY = 75
HEADER_AND_KEY = 40


def once(edit: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Return a function that changes the first message it gets."""
    left = [edit]
    return lambda message: left.pop()(message) if left else message


def flip(at: int, bit: int = 1) -> Callable[[bytes], bytes]:
    """Return a function that changes one bit."""
    return lambda message: message[:at] + bytes([message[at] ^ bit]) + message[at + 1 :]


class Hellos(Connected):
    """Answers to HELLO."""

    def test_a_refused_hello_is_not_tried_otherwise(self) -> None:
        """BAD_SUITE, BAD_PATTERN and BAD_FORMAT end it at once: one request, no downgrade."""
        for code in (Code.BAD_FORMAT, Code.BAD_SUITE, Code.BAD_PATTERN):
            with self.subTest(code.name), Server() as server, SecureConnect(server) as command:
                server.refuse_next = [Rejected(code)]
                self.until(server, lambda: command.process.poll() is not None, 5.0)
                self.assertIn(command.wait(5.0), (EXIT_REFUSED, EXIT_PROTOCOL))
                self.assertEqual(len(server.requests), 1)

    def test_busy_is_waited_for(self) -> None:
        """After BUSY the command asks again, not before retry_after."""
        with Server() as server, SecureConnect(server) as command:
            server.refuse_next = [Rejected(Code.BUSY, retry_after=5)]
            self.until(server, lambda: server.requests)
            began = time.monotonic()
            server.wait_for_session()
            self.assertGreater(time.monotonic() - began, 0.45)
            self.assertEqual(len(server.requests), 2)
            self.assertIsNone(command.process.poll())

    def test_silence_is_final(self) -> None:
        """A server that does not know the pinned key is no server: one request, then an error."""
        def wrong_key() -> None:
            other = public_key(new_private_key())
            with Server() as server, SecureConnect(server, server_public=other) as command:
                self.until(server, lambda: command.process.poll() is not None, 20.0)
                self.assertEqual(command.wait(5.0), EXIT_UNAVAILABLE, command.errors())
                self.assertEqual(len(server.requests), 1)

        def wrong_psk() -> None:
            identity, _ = settings_for(Pattern.NNPSK0, Terms(65536, 16384))
            with Server() as server, SecureConnect(server, identity=identity) as command:
                self.until(server, lambda: command.process.poll() is not None, 20.0)
                self.assertEqual(command.wait(5.0), EXIT_UNAVAILABLE, command.errors())
                self.assertEqual(len(server.requests), 1)

        self.assertEqual(in_parallel({"key": wrong_key, "psk": wrong_psk}, 30.0), {})

    def test_changed_answers_cost_a_connection(self) -> None:
        """Any bit of HELLO_REPLY changed, or garbage: the command begins anew, with a new HELLO."""
        for name, edit in {
            "magic": flip(0), "type": flip(1), "version": flip(2), "pattern": flip(3),
            "suite": flip(4), "flags": flip(5), "body_len": flip(7, 0x80), "e": flip(20),
            "welcome": flip(60), "tag": flip(106),
            "zeros": lambda message: message[:8] + bytes(32) + message[40:],
            "garbage": lambda message: b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(100),
            "accept": lambda message: message[:1] + bytes([Type.ACCEPT]) + message[2:],
        }.items():
            with self.subTest(name), Server() as server, SecureConnect(server) as command:
                server.edit_answer = once(edit)
                self.until(server, lambda: any(held.live and held.live.heard
                                               for held in server.sessions))
                self.assertEqual(len(server.requests), 2)
                self.assertIsNone(command.process.poll())

    def test_a_malformed_welcome_is_an_error(self) -> None:
        """An authentic welcome with a max_record out of bounds ends it at once, by no crash."""
        def welcomed(most: int) -> None:
            with Server(Settings(terms=Terms(65536, most))) as server:
                with SecureConnect(server) as command:
                    self.ends(server, command, EXIT_PROTOCOL)
                    self.assertEqual(len(server.requests), 1)

        cases = {
            str(most): lambda most=most: welcomed(most) for most in (0, 25, 511, 65519, 65535)
        }
        self.assertEqual(in_parallel(cases, 30.0), {})

    def test_a_key_that_is_not_served_is_denied(self) -> None:
        """START and ABORT(DENIED) instead of a session: refused."""
        identity, settings = settings_for(Pattern.XK, Terms(65536, 16384))
        settings.authorized = {public_key(new_private_key())}
        with Server(settings) as server, SecureConnect(server, identity=identity) as command:
            self.ends(server, command, EXIT_REFUSED)
            self.assertEqual(len(server.requests), 1)


class Resumes(Connected):
    """Answers to RESUME."""

    def refused_then_on(self, refusals: list, edit: Callable[[bytes], bytes]) -> None:
        """Refuse some resumes, then let one through: the session lives on."""
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            cid = held.confirmed.cid
            server.refuse_next = [make(cid) for make in refusals]
            server.edit_answer = edit
            self.lose(server, held)
            self.until(server, lambda: not server.refuse_next)
            server.edit_answer = lambda message: message
            self.resumed(server, held, 1)
            command.write(b"alive")
            self.until(server, lambda: held.session.received == b"alive")

    def test_forged_refusals_end_nothing(self) -> None:
        """Final codes without a proof, with a changed one, or with that of another refusal."""
        edits = {
            "no proof": lambda message: message[:12] + bytes(16),
            "first bit": flip(12),
            "last bit": flip(27),
            "another code": flip(8),
            "another time": flip(10),
        }
        cases = {
            f"{code} {name}": lambda code=code, edit=edit: self.refused_then_on(
                [lambda cid: Rejected(code, cid)], edit)
            for code in sorted(FINAL_CODES) for name, edit in edits.items()
            if code == Code.UNKNOWN or name == "no proof"
        }
        self.assertEqual(in_parallel(cases, 30.0), {})

    def test_a_proof_is_for_one_attempt(self) -> None:
        """The answer to an earlier attempt, proof and all, ends nothing when it comes again."""
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            kept: list[bytes] = []

            def edit(message: bytes) -> bytes:
                kept.append(message)
                return flip(27)(message) if len(kept) == 1 else kept[0]

            server.edit_answer = edit
            server.refuse_next = [Rejected(Code.UNKNOWN, held.confirmed.cid) for _ in range(2)]
            self.lose(server, held)
            self.until(server, lambda: len(kept) == 2)
            server.edit_answer = lambda message: message
            self.resumed(server, held, 1)
            self.assertIsNone(command.process.poll())

    def test_hints_end_nothing(self) -> None:
        """Codes that are not final cost the attempt, whoever sent them, even with a proof."""
        codes = [
            Code.BUSY, Code.BAD_FORMAT, Code.BAD_VERSION, Code.BAD_SUITE, Code.BAD_PATTERN,
            Code.BAD_AUTH, Code.STALE, Code.PROTOCOL, Code.SHUTDOWN, 999, 0, 0x1000,
        ]
        cases = {
            str(code): lambda code=code: self.refused_then_on(
                [lambda cid: Rejected(code, cid)], lambda message: message)
            for code in codes
        }
        self.assertEqual(in_parallel(cases, 30.0), {})

    def test_proven_final_codes_end_the_session(self) -> None:
        """Each final code with its proof is a loss at once, also CLOSED_OK before our FIN."""
        for code in sorted(FINAL_CODES):
            with self.subTest(code), Server() as server, SecureConnect(server) as command:
                held = server.wait_for_session()
                server.refuse_next = [Rejected(Code(code), held.confirmed.cid)]
                self.lose(server, held)
                self.until(server, lambda: command.process.poll() is not None, 5.0)
                lost = (EXIT_LOST, EXIT_REFUSED, EXIT_PROTOCOL)
                self.assertIn(command.wait(5.0), lost, command.errors())
                self.assertEqual(len(server.requests), 2)

    def end_with_unknown(self, *, is_acked: bool) -> int:
        """End the command's input, forget the session, and return the exit code."""
        with Server(Settings(closes_when_over=False)) as server:
            with SecureConnect(server) as command:
                held = server.wait_for_session()
                if is_acked:
                    held.session.finish()
                    self.until(server, lambda: held.session.fin_acked)
                else:
                    held.live.style.sends_acks = False
                command.close_input()
                self.until(server, lambda: held.session.fin_received)
                pause([server], 0.1)
                server.forget_all()
                self.until(server, lambda: command.process.poll() is not None)
                return command.wait(5.0)

    def test_unknown_is_a_clean_end_only_if_all_was_acknowledged(self) -> None:
        """18.3: clean when both FINs were acknowledged, not confirmed when ours was not."""
        self.assertEqual(self.end_with_unknown(is_acked=True), EXIT_CLEAN)
        self.assertNotEqual(self.end_with_unknown(is_acked=False), EXIT_CLEAN)

    def test_changed_accepts_cost_an_attempt(self) -> None:
        """Any bit of ACCEPT changed is a lost link; the next attempt comes from the old cid."""
        def changed(edit: Callable[[bytes], bytes]) -> Callable[[], None]:
            def play() -> None:
                with Server() as server, SecureConnect(server) as command:
                    held = server.wait_for_session()
                    server.edit_answer = once(edit)
                    self.lose(server, held)
                    self.resumed(server, held, 1)
                    command.write(b"alive")
                    self.until(server, lambda: held.session.received == b"alive")
                    self.assertEqual(len(held.resumes), 2)

            return play

        places = (0, 1, 2, 3, 4, 5, 7, 20, HEADER_AND_KEY, 60, 106)
        cases = {str(at): changed(flip(at, 0x80)) for at in places}
        cases["zeros"] = changed(lambda message: message[:8] + bytes(32) + message[40:])
        self.assertEqual(in_parallel(cases, 30.0), {})

    def test_an_impossible_accept_ends_the_session(self) -> None:
        """An authentic recv_next beyond what was sent, or a limit too far, is an error."""
        for lie in ("recv_next", "limit"):
            with self.subTest(lie), Server() as server, SecureConnect(server) as command:
                held = server.wait_for_session()
                self.until(server, lambda: held.live.heard)
                held.session.grants = False
                if lie == "recv_next":
                    held.session.recv_next += 1
                else:
                    held.session.limit = 2**30 + 1
                self.lose(server, held)
                self.ends(server, command, EXIT_PROTOCOL)


class Violations(Connected):
    """Authentic records that break a rule end the session with the right code."""

    def broken(self, code: Code, say: Callable[[Carrier], None]) -> None:
        """Break a rule in an open session, and expect ABORT."""
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            command.write(b"12345")
            held.session.write(b"12345")
            self.until(server, lambda: held.session.recv_next == held.session.acked == 5)
            pause([server], 0.02)
            held.live.style.sends_acks = False
            held.session.note_sent(2**40)
            say(held.live)
            self.until(server, lambda: held.session.aborted)
            self.assertEqual(held.session.aborted.code, code)
            self.ends(server, command, EXIT_PROTOCOL)

    def test_broken_rules_end_the_session(self) -> None:
        """One case for each rule of clauses 16 and 17, and bad frames."""
        frames: dict[str, tuple[Code, list[Frame]]] = {
            "START again": (Code.PROTOCOL, [Start(5)]),
            "recv_next not sent": (Code.PROTOCOL, [Ack(6, 2**20)]),
            "limit far": (Code.PROTOCOL, [Ack(5, 5 + 2**30 + 1)]),
            "FIN behind": (Code.PROTOCOL, [Fin(6)]),
            "data behind FIN": (Code.PROTOCOL, [Fin(5), Data(b"x")]),
            "two FINs": (Code.PROTOCOL, [Fin(5), Fin(6)]),
            "PADs": (Code.PROTOCOL, [Pad()] * 17),
            "MIGRATE kind": (Code.PROTOCOL, [Migrate(1000, 2)]),
            "MIGRATE IPv4": (Code.PROTOCOL, [Migrate(1000, 4, 5, b"abc")]),
            "MIGRATE port": (Code.PROTOCOL, [Migrate(1000, 0, 0, b"x")]),
            "FLOW": (Code.FLOW, [Data(bytes(16_000))] * 5000),
        }
        cases = {
            name: lambda code=code, said=said: self.broken(
                code, lambda carrier: [carrier.send_raw(frame) for frame in said])
            for name, (code, said) in frames.items()
        }
        for plaintext in (b"\x01\0\0", b"\x02", b"\x0a", b"\x80", b"\x01\x05\0abcd", b"\x40\x01\0"):
            cases[plaintext.hex()] = lambda plaintext=plaintext: self.broken(
                Code.PROTOCOL, lambda carrier: carrier.send_plaintext(plaintext))
        self.assertEqual(in_parallel(cases, 40.0), {})

    def test_bad_first_records_end_the_session(self) -> None:
        """START in front, and a `from` that fits, in a new session and behind a resume."""
        def begin(frames: list[Frame], resumes: bool) -> None:
            def spoil(carrier: Carrier) -> None:
                carrier.style.sends_acks = False
                carrier.send_raw(*frames)
                carrier._out_position = 0

            with Server() as server, SecureConnect(server) as command:
                if resumes:
                    held = server.wait_for_session()
                    self.until(server, lambda: held.live.heard)
                    server.new_carrier = spoil
                    self.lose(server, held)
                else:
                    held = server.wait_for_session()
                self.ends(server, command, EXIT_PROTOCOL)

        cases = {
            str(frames): lambda frames=frames: begin(frames, True)
            for frames in ([Ack(0, 9)], [Ack(0, 9), Start(0)], [Start(1), Ack(0, 9)], [Pad()])
        }
        self.assertEqual(in_parallel(cases, 30.0), {})

    def test_what_is_no_violation(self) -> None:
        """Extensions, 16 PADs in a row, old ACKs, a PONG that nobody waits for."""
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            command.write(b"12345")
            self.until(server, lambda: held.session.recv_next == 5)
            pause([server], 0.05)
            live = held.live
            for _ in range(16):
                live.send_raw(Pad())
            for kind in range(0x40, 0x80):
                live.send_raw(Extension(kind, b"x"))
            live.send_raw(Ack(0, 0), Ack(4, 9), Pong(5), Pad(), Ack(5, 65541))
            held.session.write(b"fine")
            self.until(server, lambda: held.session.acked == 4)
            self.assertIs(held.live, live)

    def test_any_abort_code_ends_the_session(self) -> None:
        """An ABORT with an unknown code, or a text that is no UTF-8, ends it all the same."""
        for abort in (Abort(0), Abort(99, b"\xff\xfe\x1b[31m"), Abort(0xFFFF, b"x" * 255)):
            with self.subTest(abort=abort), Server() as server, SecureConnect(server) as command:
                held = server.wait_for_session()
                self.until(server, lambda: held.live.heard)
                held.live.send_raw(abort)
                self.until(server, lambda: command.process.poll() is not None)
                self.assertEqual(command.wait(5.0), EXIT_LOST)
                self.assertNotIn("\x1b", command.errors())

    def test_changed_records_cost_the_link_only(self) -> None:
        """A bit of a record changed: the link dies, the session resumes."""
        with Server() as server, SecureConnect(server) as command:
            held = server.wait_for_session()
            for count in range(1, 9):
                self.until(server, lambda: held.live and held.live.heard)
                link = held.live.link
                link.flip_at = link.handed + random.randrange(2, 24)
                text = b"%06d" % count
                held.session.write(text)
                self.resumed(server, held, count)
                self.until(server, lambda: held.session.acked == 6 * count)
                self.assertEqual(command.wait_for_output(6 * count)[-6:], text)
