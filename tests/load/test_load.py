#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What clients that want more than their share leave to others, in small: counts, not rates.

Run it as a script with the path of the command in SNET_BIN; run_load.py has the same with figures.
"""

import functools
import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "interop"))

try:
    import dissononce  # noqa: F401
except ImportError:
    print("test_load: skipped, this Python has no dissononce")
    sys.exit(77)

from interop_support import LOOPBACK, in_parallel, wait_until
from load_peers import Crowd, Reader
from run_load import EACH, come_back, download, grow, hoarders, memory_of, serve, strangers

BUDGET = ("--send-budget", "16M", "--history", "2M")
HOARDERS = 10
HOARD_BYTES = 2 << 20
STRANGERS = 20
ENDED_SECONDS = 40.0
SERVED_BYTES = 8 << 20


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


if __name__ == "__main__":
    if not os.environ.get("SNET_BIN"):
        sys.exit("test_load: set SNET_BIN to the path of the snet command")
    unittest.main()
