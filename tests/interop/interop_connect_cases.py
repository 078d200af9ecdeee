# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""`snet connect` against the Python server: streams, losses, exit codes."""

import random
import threading
import unittest
from collections.abc import Callable

from interop_end_scripts import (
    ENDS,
    EXCEPTIONS,
    EXIT_SECONDS,
    OUR_ENDS,
    PAYLOAD,
    STEP_SECONDS,
    Script,
    answer_counts,
    ends_with_fin,
    ends_with_reset_behind_bytes,
    hand_over,
    refuse_while,
)
from interop_support import (
    EXIT_LOST,
    EXIT_OUTPUT,
    EXIT_PROTOCOL,
    EXIT_UNAVAILABLE,
    Bulk,
    Connect,
    connect_local,
    digest,
    free_port,
    in_parallel,
    new_seed,
    receive_all,
    wait_until,
)
from legacy_link import End, LinkClosed
from legacy_peer import CuttingServer, Listener
from legacy_wire import PRIME, WIRE_2, WIRES, answer_size, u64

BULK_BYTES = 8 * 2**20
ECHO_BYTES = 2 * 2**20


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


class Ends(unittest.TestCase):
    """How sessions end, and what `snet connect` says about it.

    The scripts run all at once, because on snet/1 each of them takes more than ten seconds.
    """

    def on_stdio(self, wire: str, script: Script, expected: int, published: bool = True) -> None:
        """Play a script, refuse from then on, and compare output and exit code."""
        listener = Listener(wire, published=published)
        with listener, Connect(listener.port, wire) as command:
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
            for name, (script, code) in OUR_ENDS.items():
                add("ours", wire, name, bound(self.on_stdio, wire, script, code, False))
            for script, clean in ((ends_with_fin, True), (ends_with_reset_behind_bytes, False)):
                add("listen", wire, script.__name__, bound(self.on_listen, wire, script, clean))
        for name, error in in_parallel(cases, 60.0).items():
            with self.subTest(case=name):
                self.fail(error)

    def test_nobody_reads_the_output(self) -> None:
        """As with `| head`: what was read from the input still gets there, and that is the end."""
        for wire in WIRES:
            with self.subTest(wire=wire):
                with Listener(wire) as listener, Connect(listener.port, wire) as command:
                    link, session = listener.accept_new()
                    command.feed(b"the last words")
                    link.transfer(send=0, read=14, seconds=STEP_SECONDS)
                    command.process.stdout.close()
                    hand_over(link, session, PAYLOAD)
                    self.assertIs(link.end_of_stream(STEP_SECONDS), End.FIN)
                    link.close()
                    link, request = listener.accept_request()
                    answer_counts(listener, link, session.write_count, request.write_count)
                    self.assertEqual(command.wait(5.0), EXIT_OUTPUT)
                    link.close()
                    self.assertEqual(session.received, b"the last words")

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
        """The connection breaks, and nobody listens any more for longer than --resume-timeout."""
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
