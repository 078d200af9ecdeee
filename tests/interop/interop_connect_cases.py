# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""`snet connect` against the Python server: streams, losses, exit codes."""

import random
import threading
import time
import unittest
from collections.abc import Callable

from interop_support import (
    EXIT_CLEAN,
    EXIT_LOST,
    EXIT_PROTOCOL,
    EXIT_REFUSED,
    EXIT_UNAVAILABLE,
    Bulk,
    Connect,
    connect_local,
    digest,
    free_port,
    in_parallel,
    new_seed,
    receive_all,
)
from legacy_link import Link, LinkClosed, TimedOut
from legacy_peer import CuttingServer, Listener
from legacy_session import Session
from legacy_wire import (
    PRIME,
    WIRE_2,
    WIRES,
    Resume,
    answer_size,
    encode_answer,
    u64,
)

BULK_BYTES = 8 * 2**20
ECHO_BYTES = 2 * 2**20
STEP_SECONDS = 15.0
EXIT_SECONDS = 30.0
"""snet/1 gives up after three refusals over at least ten seconds."""
PAYLOAD = random.Random(5).randbytes(200_000)


def wait_until(goal: Callable[[], bool], seconds: float, what: Callable[[], str]) -> None:
    """Wait for something that other threads do."""
    deadline = time.monotonic() + seconds
    while not goal():
        if time.monotonic() > deadline:
            raise TimedOut(what())
        time.sleep(0.02)


class Streams(unittest.TestCase):
    """Streams through `snet connect` while the server cuts links."""

    def stdio(self, wire: str, encrypt: bool, seed: int) -> None:
        """Move 8 MiB each way at once."""
        source = random.Random(seed)
        up, down = source.randbytes(BULK_BYTES), source.randbytes(BULK_BYTES)
        with CuttingServer(wire, encrypt=encrypt, seed=seed, payload=down) as server:
            with Connect(server.port, wire, encrypt=encrypt) as command:
                command.feed(up)
                far = server.wait_for_first()

                def done() -> bool:
                    return far.session.read_count >= len(up) and len(command.output) >= len(down)

                wait_until(done, 60.0, lambda: f"{far.session} out {len(command.output)}")
                self.assertIsNone(command.process.poll())
            self.assertEqual(digest(command.output), digest(down))
            self.assertEqual(digest(far.session.received), digest(up))
            self.assertGreater(far.links, BULK_BYTES // (300 * 1024) // 2)

    def test_bulk_over_standard_input_and_output(self) -> None:
        """8 MiB each way, cut about every 300 KiB by RST or FIN, arrive whole."""
        for wire in WIRES:
            for encrypt in (True, False):
                seed = new_seed()
                with self.subTest(wire=wire, encrypt=encrypt, seed=seed):
                    self.stdio(wire, encrypt, seed)

    def listening(self, wire: str, encrypt: bool, seed: int) -> None:
        """Echo through three local connections at once, and through one after them."""
        local_port = free_port()
        with CuttingServer(wire, encrypt=encrypt, seed=seed, payload=None) as server:
            with Connect(server.port, wire, encrypt=encrypt, local_port=local_port):
                self.echo(local_port, [random.Random(seed + n).randbytes(ECHO_BYTES)
                                       for n in range(3)])
                self.echo(local_port, [b"one more"])
            self.assertEqual(len(server.sessions), 4)
            links = [attached.links for attached in server.sessions.values()]
            self.assertGreater(min(links[:3]), 3)

    def echo(self, local_port: int, payloads: list[bytes]) -> None:
        """Expect each payload back on its own connection."""
        apps = [Bulk(connect_local(local_port), payload) for payload in payloads]
        try:
            for app, payload in zip(apps, payloads):
                size = len(payload)
                wait_until(
                    lambda: len(app.received) >= size, 60.0, lambda: f"{len(app.received)} bytes"
                )
                self.assertEqual(digest(app.received), digest(payload))
        finally:
            for app in apps:
                app.close()

    def test_local_connections(self) -> None:
        """With --listen each local connection is a session of its own and survives the cuts."""
        for wire in WIRES:
            for encrypt in (True, False):
                seed = new_seed()
                with self.subTest(wire=wire, encrypt=encrypt, seed=seed):
                    self.listening(wire, encrypt, seed)


def hand_over(link: Link, session: Session, data: bytes) -> None:
    """Write data and hand all of it to the kernel."""
    session.write(data)
    link.transfer(send=len(data), read=0, seconds=STEP_SECONDS)


def refuse_while(listener: Listener, running: Callable[[], bool]) -> None:
    """Refuse all that comes."""
    deadline = time.monotonic() + EXIT_SECONDS + 10.0
    while running() and time.monotonic() < deadline:
        try:
            link = listener.accept(0.1)
        except TimedOut:
            continue
        threading.Thread(target=refuse_one, args=(listener, link), daemon=True).start()


def refuse_one(listener: Listener, link: Link) -> None:
    """Refuse one connection; a hello is refused by closing."""
    try:
        if isinstance(listener.read_request(link), Resume):
            listener.refuse(link)
        else:
            link.finish()
    except LinkClosed:
        link.close()


Script = Callable[[Listener, Connect], bytes]
"""Plays a server until it refuses everything, and returns the bytes that must have arrived."""


def ends_with_fin(listener: Listener, _: Connect) -> bytes:
    """All data, FIN."""
    link, session = listener.accept_new()
    hand_over(link, session, PAYLOAD)
    link.finish()
    return PAYLOAD


def ends_with_fin_at_once(listener: Listener, _: Connect) -> bytes:
    """No data, FIN."""
    link, _ = listener.accept_new()
    link.finish()
    return b""


def ends_after_an_empty_resume(listener: Listener, _: Connect) -> bytes:
    """No data, FIN, a resume that brings nothing, FIN."""
    link, session = listener.accept_new()
    link.finish()
    link, _ = listener.accept_resume(session)
    link.finish()
    return b""


def loses_its_tail(listener: Listener, _: Connect) -> bytes:
    """Half of the data, RST, a resume that brings the rest, FIN."""
    half = len(PAYLOAD) // 2
    link, session = listener.accept_new()
    session.write(PAYLOAD)
    link.transfer(send=half, read=0, seconds=STEP_SECONDS)
    session.withhold(len(PAYLOAD))
    link.reset()
    link, request = listener.accept_resume(session)
    link.transfer(send=len(PAYLOAD) - request.read_count, read=0, seconds=STEP_SECONDS)
    link.finish()
    return PAYLOAD


def loses_its_tail_to_fins(listener: Listener, _: Connect) -> bytes:
    """A third, FIN, a resume that brings another third, FIN, a resume with the rest, FIN."""
    third = len(PAYLOAD) // 3
    link, session = listener.accept_new()
    session.write(PAYLOAD)
    link.transfer(send=third, read=0, seconds=STEP_SECONDS)
    session.withhold(len(PAYLOAD))
    link.finish()
    link, _ = listener.accept_resume(session)
    link.transfer(send=third, read=0, seconds=STEP_SECONDS)
    link.finish()
    link, request = listener.accept_resume(session)
    link.transfer(send=len(PAYLOAD) - request.read_count, read=0, seconds=STEP_SECONDS)
    link.finish()
    return PAYLOAD


def ends_with_reset(listener: Listener, command: Connect) -> bytes:
    """All data, which arrives, then RST."""
    link, session = listener.accept_new()
    hand_over(link, session, PAYLOAD)
    command.wait_for_output(len(PAYLOAD))
    link.reset()
    return PAYLOAD


def ends_with_reset_behind_bytes(listener: Listener, command: Connect) -> bytes:
    """RST while the last bytes still wait to be read."""
    link, session = listener.accept_new()
    with command.frozen():
        hand_over(link, session, PAYLOAD[:1000])
        link.reset()
    return PAYLOAD[:1000]


def stops_short_of_its_counts(listener: Listener, _: Connect) -> bytes:
    """RST, a resume that promises 500 bytes more than it brings, FIN."""
    link, session = listener.accept_new()
    hand_over(link, session, PAYLOAD[:1000])
    session.write(PAYLOAD[1000:2000])
    session.withhold(1000)
    link.reset()
    link, request = listener.accept_resume(session)
    link.transfer(send=1500 - request.read_count, read=0, seconds=STEP_SECONDS)
    link.finish()
    return PAYLOAD[:1500]


def answers_impossible_counts(write_count: int | None, read_count: int | None) -> Script:
    """FIN, then a resume answered with counts that cannot be; None is the true count."""

    def play(listener: Listener, command: Connect) -> bytes:
        del command
        link, session = listener.accept_new()
        hand_over(link, session, PAYLOAD)
        link.finish()
        link, request = listener.accept_request()
        counts = (
            session.write_count if write_count is None else write_count,
            request.write_count if read_count is None else read_count,
        )
        challenge = b"8 bytes!" if listener.wire == WIRE_2 else b""
        link.write(encode_answer(listener.wire, u64(counts[0]), u64(counts[1]), challenge))
        link.finish()
        return PAYLOAD

    return play


ENDS: dict[str, tuple[Script, int]] = {
    "fin": (ends_with_fin, EXIT_CLEAN),
    "fin at once": (ends_with_fin_at_once, EXIT_CLEAN),
    "fin after an empty resume": (ends_after_an_empty_resume, EXIT_CLEAN),
    "tail lost to a reset": (loses_its_tail, EXIT_CLEAN),
    "tail lost to fins": (loses_its_tail_to_fins, EXIT_CLEAN),
    "reset": (ends_with_reset, EXIT_REFUSED),
    "reset behind bytes": (ends_with_reset_behind_bytes, EXIT_REFUSED),
    "short of its counts": (stops_short_of_its_counts, EXIT_REFUSED),
    "write count 2^62": (answers_impossible_counts(2**62, None), EXIT_PROTOCOL),
    "write count too small": (answers_impossible_counts(len(PAYLOAD) - 1, None), EXIT_PROTOCOL),
    "read count too large": (answers_impossible_counts(None, 1), EXIT_PROTOCOL),
}
"""How a server ends, refusing everything afterwards, and the exit code that says so."""
EXCEPTIONS = {
    # Before its first resume a client of snet/2 cannot know whether its proof ever arrived.
    (WIRE_2, "fin at once"): EXIT_REFUSED,
}


class Ends(unittest.TestCase):
    """How sessions end, and what `snet connect` says about it.

    The scripts run all at once, because on snet/1 each of them takes more than ten seconds.
    """

    def on_stdio(self, wire: str, script: Script, expected: int) -> None:
        """Play a script, refuse from then on, and compare output and exit code."""
        with Listener(wire) as listener, Connect(listener.port, wire) as command:
            arrived = script(listener, command)
            refuse_while(listener, lambda: command.process.poll() is None)
            self.assertEqual(command.wait(5.0), expected)
            self.assertEqual(digest(command.output), digest(arrived))

    def on_listen(self, wire: str, script: Script, clean: bool) -> None:
        """The same with a local connection: it ends in order, or is reset."""
        local_port = free_port()
        with Listener(wire) as listener:
            with Connect(listener.port, wire, local_port=local_port) as command:
                with connect_local(local_port) as app:
                    app.settimeout(EXIT_SECONDS)
                    ended: list[tuple[bytes, bool]] = []
                    reader = threading.Thread(
                        target=lambda: ended.append(receive_all(app)), daemon=True
                    )
                    reader.start()
                    arrived = script(listener, command)
                    refuse_while(listener, reader.is_alive)
                    reader.join(5.0)
                    self.assertTrue(ended, "the local connection did not end")
                    data, in_order = ended[0]
                    self.assertEqual(in_order, clean)
                    if clean:
                        self.assertEqual(digest(data), digest(arrived))

    def test_ends_of_sessions(self) -> None:
        """Whole streams end in 0 and FIN, others in an error and RST, whatever the dialect."""
        cases: dict[str, Callable[[], None]] = {}

        def add(kind: str, wire: str, name: str, run: Callable[[], None]) -> None:
            cases[f"{kind}, wire {wire}, {name}"] = run

        for wire in WIRES:
            for name, (script, code) in ENDS.items():
                code = EXCEPTIONS.get((wire, name), code)
                add("stdio", wire, name, bound(self.on_stdio, wire, script, code))
            for script, clean in ((ends_with_fin, True), (ends_with_reset_behind_bytes, False)):
                add("listen", wire, script.__name__, bound(self.on_listen, wire, script, clean))
        for name, error in in_parallel(cases, 60.0).items():
            with self.subTest(case=name):
                self.fail(error)

    def test_sessions_that_cannot_begin(self) -> None:
        """Nobody there, nobody who answers, public keys that give the secret away, no server
        any more: the exit codes tell beginning from losing.
        """
        cases = {"nobody": self.nobody}
        for wire in WIRES:
            cases[f"closing server, {wire}"] = bound(self.closing_server, wire)
            cases[f"server gone, {wire}"] = bound(self.server_gone, wire)
            for public in (0, 1, PRIME - 1, PRIME):
                cases[f"public key {public:#x}, {wire}"] = bound(self.bad_public, wire, public)
        for name, error in in_parallel(cases, 60.0).items():
            with self.subTest(case=name):
                self.fail(error)

    def nobody(self) -> None:
        """No server listens."""
        with Connect(free_port(), WIRE_2, wait=2) as command:
            self.assertEqual(command.wait(EXIT_SECONDS), EXIT_UNAVAILABLE)

    def closing_server(self, wire: str) -> None:
        """The server takes the hello and closes."""
        with Listener(wire) as listener, Connect(listener.port, wire, wait=2) as command:
            refuse_while(listener, lambda: command.process.poll() is None)
            self.assertEqual(command.wait(5.0), EXIT_UNAVAILABLE)

    def server_gone(self, wire: str) -> None:
        """The connection breaks, and nobody listens any more for longer than --wait."""
        with Listener(wire) as listener, Connect(listener.port, wire, wait=2) as command:
            link, session = listener.accept_new()
            listener.close()
            hand_over(link, session, PAYLOAD)
            command.wait_for_output(len(PAYLOAD))
            link.reset()
            self.assertEqual(command.wait(EXIT_SECONDS), EXIT_LOST)
            self.assertEqual(digest(command.output), digest(PAYLOAD))

    def bad_public(self, wire: str, public: int) -> None:
        """The server's public key is one that no server may use."""
        with Listener(wire) as listener, Connect(listener.port, wire, wait=2) as command:
            link, _ = listener.accept_request()
            answer = u64(public) + b"not zero" * 2
            link.write(answer[: answer_size(wire)])
            with self.assertRaises(LinkClosed):
                link.read(1)
            link.close()
            refuse_while(listener, lambda: command.process.poll() is None)
            self.assertEqual(command.wait(5.0), EXIT_PROTOCOL)
            self.assertEqual(bytes(command.output), b"")


def bound(function: Callable[..., None], *args: object) -> Callable[[], None]:
    """Return a function of no arguments."""
    return lambda: function(*args)
