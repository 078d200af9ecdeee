# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The dialogues of tests/data/snet3.json: what happens in each."""

from collections.abc import Callable
from typing import NamedTuple

from snet3_play import Play, Setup

PATTERN_NAMES = {1: "nk", 2: "xk", 3: "nnpsk0"}
SUITE_NAMES = {1: "chacha20poly1305", 2: "aes256gcm"}


class Plan(NamedTuple):
    """A dialogue that can be played."""

    setup: Setup
    play: Callable[[Play], None]


def begin(play: Play) -> int:
    """Open a session on its first connection."""
    play.begin()
    connection = play.connect()
    play.settle(connection)
    return connection


def talk(play: Play, connection: int, up: int, down: int) -> None:
    """Both applications say something, and hear it."""
    play.write("client", up)
    play.write("server", down)
    play.settle(connection)
    play.both_read()


def lose_both_ways(play: Play, connection: int) -> None:
    """Break a connection that loses bytes of both directions, in the middle of records."""
    play.write("client", 150)
    play.write("server", 170)
    play.flight(connection, "client", arrive=100)
    play.flight(connection, "server", arrive=0)
    play.write("client", 40)
    play.flight(connection, "client", arrive=0)
    play.cut(connection)
    play.both_read()
    play.wait(1000)


def end_cleanly(play: Play, connection: int) -> None:
    """The client has said all, the server has not; then it has, too."""
    play.write("client", 20)
    play.call("client", "shutdown")
    play.settle(connection)
    play.read("server")
    play.write("server", 60)
    play.settle(connection)
    play.read("client")
    play.call("server", "shutdown")
    play.settle(connection)
    play.both_read()


def resumes(play: Play) -> None:
    """Bytes lost both ways, a handover, then an ACCEPT that is lost, a half-close, a clean end."""
    first = begin(play)
    talk(play, first, 100, 70)
    lose_both_ways(play, first)
    second = play.connect()
    play.settle(second)
    play.both_read()
    play.wait(50)
    play.settle(second)
    play.write("client", 30)
    play.call("client", "move")
    third = play.connect()
    play.flight(third, "client")
    play.write("server", 35)
    play.flight(second, "client")
    play.flight(second, "server")
    play.settle(third, second)
    play.both_read()
    play.write("server", 25)
    play.flight(third, "server", arrive=0)
    play.cut(third)
    play.wait(1000)
    fourth = play.connect()
    play.flight(fourth, "client")
    play.flight(fourth, "server", arrive=60)
    play.cut(fourth)
    play.wait(1000)
    fifth = play.connect()
    play.settle(fifth)
    play.both_read()
    end_cleanly(play, fifth)


def early(play: Play) -> None:
    """Resumes with early bytes: some that had arrived before, none, and a half-closed stream."""
    first = begin(play)
    talk(play, first, 33, 44)
    lose_both_ways(play, first)
    second = play.connect()
    play.settle(second)
    play.both_read()
    play.wait(50)
    play.settle(second)
    play.cut(second)
    play.wait(1000)
    third = play.connect()
    play.settle(third)
    play.write("client", 77)
    play.call("client", "shutdown")
    play.flight(third, "client", arrive=0)
    play.cut(third)
    play.write("server", 55)
    play.wait(1000)
    fourth = play.connect()
    play.flight(fourth, "client")
    play.settle(fourth)
    play.both_read()
    play.write("server", 21)
    play.call("server", "shutdown")
    play.settle(fourth)
    play.both_read()


def restarted(play: Play) -> None:
    """The server dies and comes back with its keys: REJECT UNKNOWN with a proof."""
    first = begin(play)
    talk(play, first, 10, 20)
    play.cut(first)
    play.call("server", "restart")
    play.wait(1000)
    play.settle(play.connect())
    play.read("client")


def closed(play: Play) -> None:
    """The server's last ACK is lost: REJECT CLOSED_OK is a clean end, too."""
    first = begin(play)
    talk(play, first, 10, 20)
    play.call("server", "shutdown")
    play.settle(first)
    play.call("client", "shutdown")
    play.flight(first, "client")
    play.flight(first, "server", arrive=0)
    play.cut(first)
    play.wait(1000)
    play.settle(play.connect())
    play.both_read()


def aborted(play: Play) -> None:
    """The server's application ends all, with a code and a text."""
    first = begin(play)
    talk(play, first, 10, 20)
    play.write("server", 15)
    play.call("server", "abort", code=0x1234, text="no more today")
    play.settle(first)
    play.read("client")


def aborted_away(play: Play) -> None:
    """The server's application ends all while the client is away: REJECT ABORTED."""
    first = begin(play)
    talk(play, first, 10, 20)
    play.cut(first)
    play.call("server", "abort", code=0x1234, text="not told")
    play.wait(1000)
    play.settle(play.connect())
    play.read("client")


def denied(play: Play) -> None:
    """A client whose key is not served."""
    begin(play)


def migrated(play: Play) -> None:
    """The server asks the client to go elsewhere, while PING and PONG keep the link."""
    first = begin(play)
    talk(play, first, 10, 20)
    play.wait(15500)
    play.settle(first)
    play.call("server", "migrate", address="other.example.org:7001", deadline_ms=5000)
    play.settle(first)
    play.settle(play.connect(), first)
    play.call("client", "abort", code=0x2000, text="")
    play.settle(1)
    play.read("server")


def plans() -> list[Plan]:
    """Return all dialogues of the file, in its order."""
    found = []
    for suite, suite_name in SUITE_NAMES.items():
        for pattern, name in PATTERN_NAMES.items():
            tail = f"{name}-{suite_name}"
            service = "" if pattern == 3 else "chat"
            found.append(Plan(Setup(f"resumes-{tail}", pattern, suite, service=service), resumes))
            if (pattern + suite) % 2 == 1:
                found.append(Plan(Setup(f"early-{tail}", pattern, suite, early=True), early))
    found += [
        Plan(Setup("padded", 1, 2, pad_bytes=128), resumes),
        Plan(Setup("restarted", 1, 1), restarted),
        Plan(Setup("restarted-psk", 3, 2), restarted),
        Plan(Setup("closed", 2, 1), closed),
        Plan(Setup("aborted", 1, 1), aborted),
        Plan(Setup("aborted-away", 2, 2), aborted_away),
        Plan(Setup("denied", 2, 1, denied=True), denied),
        Plan(Setup("migrated", 3, 1), migrated),
    ]
    return found
