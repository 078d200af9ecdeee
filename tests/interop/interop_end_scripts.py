# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Servers that end a session in all the ways there are, and what `snet connect` makes of each."""

import random
import threading
import time
from collections.abc import Callable

from interop_support import EXIT_CLEAN, EXIT_LOST, EXIT_REFUSED, Connect
from legacy_link import Link, LinkClosed, TimedOut
from legacy_peer import Listener
from legacy_session import Session
from legacy_wire import WIRE_2, Resume, encode_answer, end_challenge, u64

STEP_SECONDS = 15.0
EXIT_SECONDS = 30.0
"""A client gives up after three refusals over at least ten seconds."""
PORTAL = b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n"
PAYLOAD = random.Random(5).randbytes(200_000)


def hand_over(link: Link, session: Session, data: bytes) -> None:
    """Write data and hand all of it to the kernel."""
    session.write(data)
    link.transfer(send=len(data), read=0, seconds=STEP_SECONDS)


def answer_counts(listener: Listener, link: Link, write_count: int, read_count: int) -> None:
    """Answer a resume with these counts, and not wait for what its client makes of it."""
    challenge = b"8 bytes!" if listener.wire == WIRE_2 else b""
    link.write(encode_answer(listener.wire, u64(write_count), u64(read_count), challenge))


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


def prove_while(listener: Listener, session: Session, running: Callable[[], bool]) -> None:
    """Accept resumes by one who has everything, as servers of ours do, with the proof on snet/2."""
    deadline = time.monotonic() + EXIT_SECONDS
    goodbyes = 0
    while running() and goodbyes < 3 and time.monotonic() < deadline:
        try:
            link, request = listener.accept_request(0.1)
        except TimedOut:
            continue
        assert request.read_count == session.write_count
        counts = (session.write_count, session.read_count)
        challenge = b""
        if listener.wire == WIRE_2:
            challenge = end_challenge(session.conn_id, counts, session.key)
        link.write(encode_answer(listener.wire, u64(counts[0]), u64(counts[1]), challenge))
        goodbyes += 1
        link.finish()


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
    """FIN, then a resume answered with counts that cannot be; None is the true count.

    Whoever says that, the session goes by what is answered later.
    """

    def play(listener: Listener, command: Connect) -> bytes:
        del command
        link, session = listener.accept_new()
        hand_over(link, session, PAYLOAD)
        link.finish()
        link, request = listener.accept_request()
        answer_counts(
            listener,
            link,
            session.write_count if write_count is None else write_count,
            request.write_count if read_count is None else read_count,
        )
        link.finish()
        return PAYLOAD

    return play


def goes_on_behind_a_portal(listener: Listener, _: Connect) -> bytes:
    """Half of the data, RST, four answers of something else, a resume that brings the rest, FIN."""
    half = len(PAYLOAD) // 2
    link, session = listener.accept_new()
    session.write(PAYLOAD)
    link.transfer(send=half, read=0, seconds=STEP_SECONDS)
    session.withhold(len(PAYLOAD))
    link.reset()
    for answer in (PORTAL, bytes(range(1, 200)), PORTAL[:5], b"\xff" * 64):
        link, _ = listener.accept_request()
        link.write(answer)
        link.finish()
    link, request = listener.accept_resume(session)
    link.transfer(send=len(PAYLOAD) - request.read_count, read=0, seconds=STEP_SECONDS)
    link.finish()
    return PAYLOAD


def proves_its_end(listener: Listener, command: Connect) -> bytes:
    """All data, RST, a resume that says so, FIN or not, and goodbyes."""
    link, session = listener.accept_new()
    hand_over(link, session, PAYLOAD)
    command.wait_for_output(len(PAYLOAD))
    link.reset()
    prove_while(listener, session, lambda: command.process.poll() is None)
    return PAYLOAD


def swallows_bytes_and_says_fin(listener: Listener, command: Connect) -> bytes:
    """A third, RST, a resume whose bytes are lost with a FIN, and the server is gone."""
    third = len(PAYLOAD) // 3
    link, session = listener.accept_new()
    session.write(PAYLOAD)
    link.transfer(send=third, read=0, seconds=STEP_SECONDS)
    command.wait_for_output(third)
    session.withhold(len(PAYLOAD))
    link.reset()
    link, request = listener.accept_resume(session)
    time.sleep(2.5 if listener.wire != WIRE_2 else 0.0)  # what would be likely on snet/1
    link.finish()
    return PAYLOAD[: request.read_count]


def tells_of_an_overrun(listener: Listener, command: Connect) -> bytes:
    """A third, FIN, a resume that is told the true counts and FIN."""
    third = len(PAYLOAD) // 3
    link, session = listener.accept_new()
    session.write(PAYLOAD)
    link.transfer(send=third, read=0, seconds=STEP_SECONDS)
    command.wait_for_output(third)
    session.withhold(len(PAYLOAD))
    link.finish()
    link, request = listener.accept_request()
    answer_counts(listener, link, len(PAYLOAD), request.write_count)
    link.finish()
    return PAYLOAD[: request.read_count]


OUR_ENDS: dict[str, tuple[Script, int]] = {
    "proof": (proves_its_end, EXIT_CLEAN),
    "fin": (ends_with_fin, EXIT_REFUSED),
    "swallowed": (swallows_bytes_and_says_fin, EXIT_REFUSED),
    "overrun": (tells_of_an_overrun, EXIT_LOST),
}
"""The same of a server whose ids are like those of ours."""

ENDS: dict[str, tuple[Script, int]] = {
    "fin": (ends_with_fin, EXIT_CLEAN),
    "fin at once": (ends_with_fin_at_once, EXIT_CLEAN),
    "fin after an empty resume": (ends_after_an_empty_resume, EXIT_CLEAN),
    "tail lost to a reset": (loses_its_tail, EXIT_CLEAN),
    "tail lost to fins": (loses_its_tail_to_fins, EXIT_CLEAN),
    "portal in between": (goes_on_behind_a_portal, EXIT_CLEAN),
    "reset": (ends_with_reset, EXIT_REFUSED),
    "reset behind bytes": (ends_with_reset_behind_bytes, EXIT_REFUSED),
    "short of its counts": (stops_short_of_its_counts, EXIT_REFUSED),
    "write count 2^62": (answers_impossible_counts(2**62, None), EXIT_CLEAN),
    "write count too small": (answers_impossible_counts(len(PAYLOAD) - 1, None), EXIT_CLEAN),
    "read count too large": (answers_impossible_counts(None, 1), EXIT_CLEAN),
}
"""How a server ends, refusing everything afterwards, and the exit code that says so."""
EXCEPTIONS = {
    # Before its first resume a client of snet/2 cannot know whether its proof ever arrived.
    (WIRE_2, "fin at once"): EXIT_REFUSED,
}
