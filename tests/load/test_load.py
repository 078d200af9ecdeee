#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What clients that want more than their share leave to others, in small: counts, not rates.

Run it as a script with the path of the command in SNET_BIN; run_load.py has the same with figures.
"""

import functools
import os
import sys
import time
import unittest
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "interop"))

try:
    import dissononce  # noqa: F401
except ImportError:
    print("test_load: skipped, this Python has no dissononce")
    sys.exit(77)

from interop_support import (
    LOOPBACK,
    Command,
    connect_local,
    free_port,
    in_parallel,
    wait_until,
)
from load_peers import Crowd, Reader
from run_load import (
    EACH,
    Replayer,
    come_back,
    download,
    grow,
    hoarders,
    legacy_hello,
    memory_of,
    newcomer,
    secure_hello,
    serve,
    strangers,
)
from snet3_link import run
from snet3_support import SecureServe, text_of
from snet3_wire import Code

BUDGET = ("--send-budget", "16M", "--history", "2M")
HOARDERS = 10
HOARD_BYTES = 2 << 20
STRANGERS = 20
ENDED_SECONDS = 40.0
SERVED_BYTES = 8 << 20
DESCRIPTORS = 128
TUNNEL_DESCRIPTORS = 48
PROGRAMS = 60


def attack(address: str) -> None:
    """Let hoarders take what there is: some end, others are served, and no stranger ends."""
    with serve(*BUDGET) as server:
        away = strangers(server, STRANGERS)
        clients = hoarders(server, address, HOARDERS, HOARD_BYTES)
        crowd = grow(clients)
        command, meter = download(server)
        with command:
            wait_until(
                lambda: any(c.evicted for c in clients) and meter.total > SERVED_BYTES,
                ENDED_SECONDS, lambda: f"{meter.total} bytes were served; {clients}",
            )
            meter.close()
        crowd.close()
        # Only as many end as others need the memory of, and none in another way.
        assert all(client.evicted for client in clients if client.outcome), clients
        back = come_back(away)
        assert back == STRANGERS, f"{back} strangers came back"


class Memory(unittest.TestCase):
    """Clients that let bytes pile up and acknowledge nothing."""

    def test_hoarders_end_and_strangers_do_not(self) -> None:
        places = {"one network": "127.99.9.1", "a network each": EACH, "all of one": LOOPBACK}
        cases = {name: functools.partial(attack, place) for name, place in places.items()}
        self.assertEqual(in_parallel(cases, 2 * ENDED_SECONDS), {})

    def test_memory_goes_back_to_the_system(self) -> None:
        with serve() as server:
            before = memory_of(server)
            clients = [Reader(server, LOOPBACK, 1 << 20).open() for _ in range(40)]
            for client in clients:
                client.live.style.sends_acks = False
            crowd = Crowd(clients)
            wait_until(
                lambda: memory_of(server) > before + 10, 20.0,
                lambda: f"{memory_of(server)} MB, {before} before",
            )
            crowd.stop()
            for client in clients[1:]:
                client.abort(256)
            wait_until(
                lambda: memory_of(server) < before + 6, 20.0,
                lambda: f"{memory_of(server)} MB are kept, {before} before",
            )


class Places(unittest.TestCase):
    """Strangers who take what newcomers need, where there are few descriptors."""

    def newcomers_beside(self, attack: Callable[[SecureServe, str], None]) -> None:
        """Let strangers begin far more sessions than there are places for."""
        with serve(wires="3,1", descriptors=DESCRIPTORS) as server:
            for _ in range(10):
                for _ in range(10):
                    attack(server, LOOPBACK)
                self.assertIsNotNone(newcomer(server))
            time.sleep(1.0)
            self.assertEqual([newcomer(server) is None for _ in range(5)], [False] * 5)

    def test_sessions_of_snet1_whose_client_is_gone_keep_nobody_out(self) -> None:
        self.newcomers_beside(legacy_hello)

    def test_sessions_of_snet3_whose_client_is_gone_keep_nobody_out(self) -> None:
        self.newcomers_beside(secure_hello)

    def test_replay_of_a_hello_is_answered_once(self) -> None:
        with serve() as server:
            replayer = Replayer(server, LOOPBACK, least=300)
            waits = [newcomer(server) for _ in range(10)]
            replayer.close()
            self.assertGreaterEqual(replayer.count, 300)
            self.assertNotIn(None, waits)
            self.assertLessEqual(replayer.answered, 1)

    def test_gateway_without_descriptors_refuses_before_a_session_opens(self) -> None:
        with serve(descriptors=DESCRIPTORS) as server:
            clients = [Reader(server, LOOPBACK, 65536) for _ in range(40)]
            for client in clients:
                client.send_hello()
                run([client], lambda c=client: c.refusals or c.outcome or c.received > 0, 5.0)
                if client.live:
                    client.session.write(b"x")
                    client.transfer(lambda c=client: c.session.acked > 0, 5.0)
            opened = [client for client in clients if client.live and not client.outcome]
            busy = [client for client in clients if client.refusals]
            self.assertGreater(len(opened), 5)
            self.assertEqual(len(opened) + len(busy), len(clients), clients)
            self.assertEqual({client.refusals[0].code for client in busy}, {Code.BUSY})
            for client in clients:
                client.__exit__()

    def test_tunnel_accepts_no_more_than_it_can_serve(self) -> None:
        with serve() as server:
            port = free_port()
            tunnel = Command(
                "connect", f"{LOOPBACK}:{server.port}", "--listen", f"{LOOPBACK}:{port}",
                "--server-key", text_of(server.public), descriptors=TUNNEL_DESCRIPTORS,
            )
            with tunnel:
                connect_local(port).close()
                programs = [connect_local(port) for _ in range(PROGRAMS)]
                for program in programs:  # each waits until those before it have gone
                    self.assertTrue(program.recv(1))
                    program.close()


if __name__ == "__main__":
    if not os.environ.get("SNET_BIN"):
        sys.exit("test_load: set SNET_BIN to the path of the snet command")
    unittest.main()
