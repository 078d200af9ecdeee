#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Make tests/data/legacy-wire-hello16.json: conversations of snet/1 with its 16-byte hello.

Nobody published an implementation that sends 16 bytes, so there is nothing to record: these
conversations come from this folder's own implementation. The output depends on nothing but
this script. Run it without arguments to write the file, with --check to compare.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import NamedTuple

from legacy_session import Session
from legacy_vectors import Case
from legacy_wire import (
    PRIME,
    WIRE_1,
    crypt_id,
    encode_answer,
    encode_hello,
    encode_resume,
    public_key,
    session_key,
    u64,
)

OUTPUT = Path(__file__).resolve().parent.parent / "data" / "legacy-wire-hello16.json"


class Flow(NamedTuple):
    """What one link carries in one direction: bytes that arrive, then bytes that it loses."""

    arrive: int
    lose: int = 0


class Plan(NamedTuple):
    """One conversation: per link, the flow to the server and the flow to the client."""

    name: str
    encrypt: bool
    history_bytes: int
    conn_id: int
    links: list[tuple[Flow, Flow]]


NOTHING = Flow(0)
BOTH_WAYS = [(Flow(100, 30), Flow(60, 50)), (Flow(50), Flow(70))]
WRAPPING = [
    (Flow(90, 40), Flow(50, 60)),
    (Flow(55, 25), Flow(90, 64)),
    (Flow(61), Flow(64)),
]
FIVE_RESUMES = [
    (Flow(9, 7), Flow(8, 6)),
    (Flow(12, 3), Flow(10, 2)),
    (Flow(131, 50), Flow(202, 25)),
    (Flow(51, 1), Flow(26, 1)),
    (Flow(78, 0), Flow(67, 44)),
    (Flow(9), Flow(57)),
]
LOST_AGAIN = [
    (Flow(40, 90), Flow(30, 120)),
    (Flow(0, 90), Flow(0, 120)),
    (Flow(17, 73), Flow(1, 119)),
    (Flow(0, 100), Flow(50, 80)),
    (Flow(100, 20), Flow(80, 0)),
    (Flow(20), Flow(13)),
]
"""The second to fourth loss come before the bytes that the first one took were all read. The server
declares more than its client has read, which a server with ids of 2^32 or more never does."""

PLANS = [
    Plan("no-loss", True, 1024, 1, [(Flow(100), Flow(60))]),
    Plan("no-loss-plain", False, 1024, 1, [(Flow(100), Flow(60))]),
    Plan("nothing-sent", True, 1024, 0x0003A5C1D2E3F480, [(NOTHING, NOTHING)] * 2),
    Plan("one-resume-loss-both-ways", True, 1024, 0x000102030405068F, BOTH_WAYS),
    Plan("one-resume-plain", False, 1024, 0x001F0E0D0C0B0AB3, BOTH_WAYS),
    Plan("one-resume-loss-client", True, 64, 1, [(Flow(64, 33), NOTHING), (Flow(40), Flow(7))]),
    Plan("one-resume-loss-server", True, 64, 1, [(NOTHING, Flow(64, 33)), (Flow(5), Flow(40))]),
    Plan("resume-nothing-lost", True, 1024, 1, [(Flow(10), Flow(10))] * 2),
    Plan("history-wraps", True, 64, 0x00101112131415BF, WRAPPING),
    Plan("history-wraps-plain", False, 64, 0x00101112131415BF, WRAPPING),
    Plan("five-resumes", True, 256, 0x0012345678123480, FIVE_RESUMES),
    Plan("five-resumes-plain", False, 256, 0x0012345678123480, FIVE_RESUMES),
    Plan("lost-again-before-read", True, 128, 0x2B3C4D5E, LOST_AGAIN),
    Plan("lost-again-before-read-plain", False, 128, 0x2B3C4D5E, LOST_AGAIN),
]


def drawn(label: str, count: int) -> bytes:
    """Return bytes that look random and depend on nothing but the label."""
    return hashlib.shake_128(f"snet/1 hello16 {label}".encode("ascii")).digest(count)


def drawn_private(label: str) -> int:
    """Return a private key."""
    return 2 + int.from_bytes(drawn(label, 8), "little") % (PRIME - 4)


def app_bytes(plan: Plan, direction: str, flows: list[Flow]) -> bytes:
    """Return what an application wrote in all: what arrives on the links together."""
    return drawn(f"{plan.name} {direction}", sum(flow.arrive for flow in flows))


def send(session: Session, flow: Flow) -> tuple[bytes, bytes]:
    """Let a link carry bytes away, and return those that arrive and those that it loses."""
    arrived = b""
    while len(arrived) < flow.arrive:
        chunk = session.to_send(flow.arrive - len(arrived))
        assert chunk, "the plan wants more than was written"
        session.mark_sent(len(chunk))
        arrived += chunk
    lost = session.withhold(flow.lose)
    assert len(lost) == flow.lose, f"the plan loses {flow.lose}, the link {len(lost)}"
    return arrived, lost


class Conversation:
    """Both ends of one conversation."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.privates = [drawn_private(f"{plan.name} {end}") for end in ("client", "server")]
        self.publics = [public_key(private) for private in self.privates]
        self.key = session_key(self.privates[0], self.publics[1])
        self.apps = [
            app_bytes(plan, direction, [link[index] for link in plan.links])
            for index, direction in enumerate(("up", "down"))
        ]
        self.client, self.server = self._end(self.apps[0], True), self._end(self.apps[1], False)

    def _end(self, app: bytes, is_client: bool) -> Session:
        plan = self.plan
        end = Session(self.key, plan.conn_id, is_client=is_client, encrypt=plan.encrypt)
        end.history_bytes = plan.history_bytes
        end.write(app)
        return end

    def _new(self) -> tuple[bytes, bytes]:
        sealed_id = crypt_id(self.key, u64(self.plan.conn_id))
        hello = encode_hello(WIRE_1, self.publics[0])
        return hello, encode_answer(WIRE_1, u64(self.publics[1]), sealed_id)

    def _resume(self) -> tuple[bytes, bytes]:
        client, server = self.client, self.server
        request = encode_resume(WIRE_1, self.plan.conn_id, client.counts, self.key)
        answer = encode_answer(WIRE_1, u64(server.write_count), u64(server.read_count))
        server.check_counts(*client.counts)
        client.check_counts(*server.counts)
        client.rewind(server.read_count)
        server.rewind(client.read_count)
        return request, answer

    def link(self, index: int) -> dict[str, str]:
        """Play one link and return its record."""
        request, answer = self._resume() if index else self._new()
        up, up_lost = send(self.client, self.plan.links[index][0])
        down, down_lost = send(self.server, self.plan.links[index][1])
        self.server.take(up)
        self.client.take(down)
        return {
            "client_to_server": (request + up).hex(),
            "server_to_client": (answer + down).hex(),
            "lost_client_to_server": up_lost.hex(),
            "lost_server_to_client": down_lost.hex(),
        }

    def record(self) -> Case:
        """Play the conversation and return its record."""
        links = [self.link(index) for index in range(len(self.plan.links))]
        assert bytes(self.server.received) == self.apps[0]
        assert bytes(self.client.received) == self.apps[1]
        return {
            "name": self.plan.name,
            "wire": "snet/1",
            "origin": "own",
            "encrypt": self.plan.encrypt,
            "history_bytes": self.plan.history_bytes,
            "client_private": f"{self.privates[0]:016x}",
            "client_public": f"{self.publics[0]:016x}",
            "server_private": f"{self.privates[1]:016x}",
            "server_public": f"{self.publics[1]:016x}",
            "secret": self.key[::-1].hex(),
            "conn_id": self.plan.conn_id,
            "links": links,
            "app_client_to_server": self.apps[0].hex(),
            "app_server_to_client": self.apps[1].hex(),
        }


def file_text() -> str:
    """Return what the file contains."""
    return json.dumps([Conversation(plan).record() for plan in PLANS], indent=1) + "\n"


def main() -> int:
    """Write the file, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if not parser.parse_args().check:
        OUTPUT.write_text(file_text(), encoding="ascii")
        return 0
    if OUTPUT.read_text(encoding="ascii") == file_text():
        return 0
    print(f"{OUTPUT.name} is not what {Path(__file__).name} makes", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
