# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What is measured, and what is to be reached: rows, their cases and their goals, as data.

A row is one question; its cases answer it one after the other in each round, so that they can be
compared in pairs. The words of goals are those of the project's own list.
"""

from typing import NamedTuple

from figures import Goal
from peers import CUTS

HISTORY = ("--history", "1048576")
"""Wires 1 and 2 keep what was sent whether it arrived or not: it is stated, as it costs memory."""


class Case(NamedTuple):
    """One answer. `kind` says how it is measured: `scene` of `snet-bench`, `three` of them at once,
    `core`, a scene without sockets that takes the time it takes, `tunnel`, a scene through `peer`,
    `path`, the same with a number of bytes in place of a time, `hold`, idle connections through it,
    `cuts`, such connections that are all cut again and again, `cipher`, passes of a cipher alone,
    or `floor`, what cases before it in the round add up to: the `arguments` name them. What takes
    minutes runs `once`, in the first round."""

    name: str
    label: str
    kind: str
    arguments: tuple[str, ...] = ()
    peer: str = ""
    quick: bool = True
    once: bool = False


class Row(NamedTuple):
    """One question. The first of its figures is compared with the case `base`, and plotted."""

    name: str
    group: str
    title: str
    figures: tuple[str, ...]
    cases: tuple[Case, ...]
    base: str = ""
    goals: tuple[Goal, ...] = ()
    note: str = ""
    quick: bool = True
    peers: bool = False


class Figure(NamedTuple):
    """How a figure is called in tables and plots, and in which unit."""

    label: str
    unit: str


FIGURES = {
    "mib_per_s": Figure("MiB/s", "MiB/s"),
    "cpu_s_per_gib": Figure("CPU s/GiB", "s/GiB"),
    "tunnel_cpu_s_per_gib": Figure("CPU s/GiB of the tunnel", "s/GiB"),
    "p50_us": Figure("p50 us", "us"),
    "p99_us": Figure("p99 us", "us"),
    "p999_us": Figure("p99.9 us", "us"),
    "per_s": Figure("per second", "/s"),
    "cpu_us_per_op": Figure("CPU us each", "us"),
    "tunnel_cpu_us_per_op": Figure("CPU us each of the tunnel", "us"),
    "gateway_cpu_us_per_op": Figure("CPU us each of the gateway", "us"),
    "bytes_per_connection": Figure("bytes per connection", "B"),
    "server_cpu_us_per_op": Figure("server CPU us each", "us"),
    "server_heap_bytes_per_session": Figure("server bytes per session", "B"),
    "client_heap_bytes_per_session": Figure("client bytes per session", "B"),
    "cpu_ms_per_s": Figure("CPU ms per second, both ends", "ms/s"),
    "busy_p50_us": Figure("busy one: p50 us", "us"),
    "busy_p99_us": Figure("busy one: p99 us", "us"),
    "malloc_bytes_per_session": Figure("bytes per session", "B"),
    "core_bytes_per_session": Figure("bytes of the core", "B"),
    "resident_gib": Figure("resident in all, GiB", "GiB"),
    "server_us_per_resume": Figure("server CPU us per resume", "us"),
    "wall_s": Figure("seconds", "s"),
    "round_trips": Figure("round trips", ""),
    "back_p99_to_cpu": Figure("p99 to all CPU time / cores", ""),
    "back_p50_us": Figure("back after, p50 us", "us"),
    "back_p99_us": Figure("p99 us", "us"),
    "back_max_us": Figure("the last, us", "us"),
    "lost_bytes": Figure("bytes lost", "B"),
    "newcomer_p99_us": Figure("newcomers: p99 us", "us"),
    "newcomers_failed": Figure("newcomers refused", ""),
    "opens_ratio": Figure("new sessions, to one thread", ""),
    "resumes_ratio": Figure("resumes, to one thread", ""),
    "opens_per_s": Figure("new sessions per second", "/s"),
    "resumes_per_s": Figure("resumes per second", "/s"),
}

OVER = {
    "tcp": "TCP",
    "tcp-nodelay": "TCP, TCP_NODELAY",
    "3": "**snet/3**, AES-256-GCM",
    "3-chacha": "snet/3, ChaCha20-Poly1305",
    "2": "snet/2, RC4",
    "2-plain": "snet/2, plain",
    "1": "snet/1, RC4",
    "1-plain": "snet/1, plain",
}


def _over(name: str) -> tuple[str, ...]:
    if name == "tcp-nodelay":
        return ("--over", "tcp", "--nodelay")
    return ("--over", name, *(HISTORY if name[0] in "12" else ()))


def _scene(*arguments: str, over: tuple[str, ...], slow: tuple[str, ...] = ()) -> tuple[Case, ...]:
    """A scene over several wires; those of `slow` are left out of a quick run."""
    return tuple(Case(name, OVER[name], "scene", (*arguments, *_over(name)), quick=name not in slow)
                 for name in over)


TUNNELS = ("tcp", "snet-3", "snet-1-plain", "stunnel", "stunnel-chacha", "spiped",
           "haproxy-tls", "nginx-tls", "ssh", "socat", "socat-64k", "haproxy")
LOOPS = ("tcp", "snet-3", "snet-3-loops", *TUNNELS[2:])
"""The same, and a gateway with two loops; in all other rows gateways have one."""
ENCRYPTED = ("stunnel", "stunnel-chacha", "spiped", "haproxy-tls", "nginx-tls", "ssh")
RARE = ("stunnel-chacha", "nginx-tls", "snet-1-plain", "socat-64k")


def _through(*arguments: str, kind: str = "tunnel",
             peers: tuple[str, ...] = TUNNELS) -> tuple[Case, ...]:
    load = (*arguments, "--over", "tcp") if arguments else ()
    return tuple(Case(name, "", kind, load, name, name not in RARE) for name in peers)


LIBRARY = "Library: a program at both ends"
LOSS = "Loss: what a lost connection costs"
SCALE = "Scale: many sessions, and more than one thread"
TUNNEL = "Tunnel: two processes between a program and its server"

RC4_ALONE = Case("rc4", "RC4 alone, one core", "cipher", ("rc4", "1"))
AES_PASSES = Case("aes", "AES-256-GCM, a pass at each end, alone", "cipher", ("aes-256-gcm", "2"))
SEAL = Case("aead", "AES-256-GCM, a pass at each end, alone, by snet's provider", "core",
            ("seal", "--over", "3"))
STREAM_FLOOR = Case("floor", "the floor: TCP, these passes, a copy at each end", "floor",
                    ("tcp", "aead"))
FLOOR, HARD_FLOOR = ("socat", "aes"), ("socat-64k", "aes")
OPEN_APART = ("open", "--pin", "apart", "--over", "tcp")


def _ping(pin: str, sessions: int) -> tuple[str, ...]:
    return ("ping", "--sessions", str(sessions), "--size", "64", "--pin", pin)


def _library_ping(name: str, pin: str, where: str, p50_bound: float) -> Row:
    return Row(
        name, LIBRARY, f"64 bytes back and forth, one session, {where}",
        ("p50_us", "p99_us", "p999_us", "cpu_us_per_op"),
        _scene(*_ping(pin, 1), over=("tcp", "3", "1-plain")), "tcp",
        (Goal(f"ping-pong, library, {where}: p50 at most {p50_bound:g} of raw TCP", "3", "p50_us",
              p50_bound, False, "of_min", ("tcp",)),
         Goal(f"ping-pong, library, {where}: p99 at most 1.5 of raw TCP", "3", "p99_us", 1.5,
              False, "of_min", ("tcp",))))


def _tunnel_ping(name: str, pin: str, where: str) -> Row:
    return Row(
        name, TUNNEL, f"64 bytes back and forth, one connection, {where}",
        ("p50_us", "p99_us", "p999_us", "tunnel_cpu_us_per_op"), _through(*_ping(pin, 1)), "tcp",
        (Goal(f"tunnel ping-pong, {where}: p50 no more than the best encrypted peer's", "snet-3",
              "p50_us", 1.0, False, "of_min", ENCRYPTED),
         Goal(f"tunnel ping-pong, {where}: p99 at most 1.1 of the best encrypted peer's",
              "snet-3", "p99_us", 1.1, False, "of_min", ENCRYPTED)), peers=True)


LOSS_WORDS = {"down": "server to client", "up": "client to server"}
LOSS_TRIPS = {("3", "down"): 2.0, ("2", "down"): 3.0, ("3", "up"): 2.5, ("3-early", "up"): 1.5}
"""Round trips from a loss to the first byte, TCP's own for the new connection included."""
SPARE_US = 1000.0


def _loss(direction: str, trip_ms: int) -> Row:
    """Loss to first byte. The proxy that delays bytes accepts at once, so that the round trip which
    TCP needs for a connection costs nothing here, and is not in the bound either. How long half a
    round trip really takes there is what TCP needs in the same round."""
    over = {"tcp": "TCP, connected anew", "3": OVER["3"], "2": OVER["2"]}
    if direction == "up":
        over["3-early"] = "snet/3, --early-data"
    delay = f"delay-{trip_ms // 2}" if trip_ms else "tcp"
    cases, goals = [], []
    for name, words in over.items():
        wire, _, early = name.partition("-")
        arguments = ("loss", "--direction", direction, *_over(wire),
                     *(("--early-data",) if early else ()))
        cases.append(Case(name, words, "tunnel", arguments, delay))
        if (name, direction) in LOSS_TRIPS:
            trips = LOSS_TRIPS[name, direction]
            what = f"loss to first byte, {LOSS_WORDS[direction]}, {words.replace('*', '')}, "
            if trip_ms:
                goals.append(Goal(
                    f"{what}{trip_ms} ms away: {trips:g} round trips, TCP's own not counted, and "
                    f"at most 1 ms: beyond {2 * (trips - 1):g} times TCP's half, p50", name,
                    "p50_us",
                    SPARE_US, False, "minus", ("tcp",), "us", 2 * (trips - 1)))
            else:
                goals.append(Goal(f"{what}no distance: at most 1 ms, p50", name, "p50_us",
                                  SPARE_US, False, unit="us"))
    return Row(f"loss-{direction}-{trip_ms}", LOSS,
               f"Loss to first byte, {LOSS_WORDS[direction]}, {trip_ms} ms round trip",
               ("p50_us", "p99_us"), tuple(cases), goals=tuple(goals), quick=trip_ms == 20)


CUT_BYTES, LONG_BYTES = 20 << 20, 48 << 20
CUT_OVER = ("3", "2", "1")


def _cuts(direction: str, every: str) -> Row:
    """A stream whose connections are cut again and again, after the same bytes for each wire."""
    size = every.replace("M", " MiB").replace("k", " KiB")
    where = f"{LOSS_WORDS[direction]}, cuts each {size}"
    return Row(f"cuts-{direction}-{every.lower()}", LOSS, f"20 MiB, {where} on average",
               ("wall_s", "mib_per_s", "cpu_s_per_gib"),
               tuple(Case(name, OVER[name], "path",
                          ("stream", "--bytes", str(CUT_BYTES), "--direction", direction,
                           *_over(name)), f"cut-{every}") for name in CUT_OVER), "2",
               (Goal(f"20 MiB, {where}: snet/3 takes no longer than snet/2", "3", "wall_s", 1.0,
                     False, "of_max", ("2",)),), quick=every == "100k")


def _long(direction: str) -> Row:
    """A stream over a path that holds what is on its way."""
    where = f"{LOSS_WORDS[direction]}, 100 ms round trip"
    return Row(f"long-{direction}", LOSS, f"48 MiB, {where}, through a proxy that buffers",
               ("round_trips", "wall_s", "cpu_s_per_gib"),
               tuple(Case(name, OVER[name], "path",
                          ("stream", "--bytes", str(LONG_BYTES), "--direction", direction,
                           *_over(name)), "delay-50") for name in ("tcp", "3", "2")), "tcp",
               (Goal(f"48 MiB, {where}: at most 14 round trips", "3", "round_trips", 14, False),),
               quick=direction == "down")


APART, TOGETHER = "ends on two cores", "all on one core"

ROWS = (
    Row("stream-64k", LIBRARY, "One way, writes of 64 KiB", ("mib_per_s", "cpu_s_per_gib"),
        (*_scene("stream", "--write", "65536",
                 over=("tcp", "3", "3-chacha", "1-plain", "1", "2"), slow=("2",)),
         SEAL, STREAM_FLOOR, RC4_ALONE),
        "tcp",
        (Goal("one stream, 64 KiB writes, snet/3 AES-256-GCM: at least 0.6 of raw TCP", "3",
              "mib_per_s", 0.6, True, "of_max", ("tcp",)),
         Goal("or, where AES or TCP is as fast as here, at least 0.9 of the floor", "3",
              "mib_per_s", 0.9, True, "of_max", ("floor",)),
         Goal("the same, snet/1 plain, history 1 MiB: CPU per GiB at most 1.5 of raw TCP",
              "1-plain", "cpu_s_per_gib", 1.5, False, "of_max", ("tcp",)),
         *(Goal(f"the same, snet/{wire} RC4: at least 0.9 of RC4 alone on one core", wire,
                "mib_per_s", 0.9, True, "of_max", ("rc4",)) for wire in ("1", "2")))),
    Row("stream-1k", LIBRARY, "One way, writes of 1 KiB", ("mib_per_s", "cpu_s_per_gib"),
        _scene("stream", "--write", "1024", over=("tcp-nodelay", "tcp", "3", "1-plain")),
        "tcp-nodelay",
        (Goal("1 KiB writes: at least 2 times raw TCP with TCP_NODELAY", "3", "mib_per_s", 2.0,
              True, "of_max", ("tcp-nodelay",)),)),
    _library_ping("ping", "apart", APART, 1.15),
    _library_ping("ping-together", "together", TOGETHER, 1.3),
    Row("ping-100", LIBRARY, "64 bytes back and forth, 100 sessions",
        ("per_s", "p50_us", "p99_us", "cpu_us_per_op"),
        _scene(*_ping("none", 100), over=("tcp", "3", "1-plain")), "tcp",
        (Goal("100 sessions, library: at least 0.65 of the round trips of raw TCP", "3", "per_s",
              0.65, True, "of_max", ("tcp",)),
         Goal("100 sessions, library: p99 at most 2 times raw TCP", "3", "p99_us", 2.0, False,
              "of_min", ("tcp",)))),
    Row("open", LIBRARY, "New sessions, each with a byte and its answer",
        ("per_s", "cpu_us_per_op"),
        _scene("open", over=("tcp", "3", "2", "1-plain"), slow=("2",)), "tcp"),
    Row("tunnel-64k", TUNNEL, "One way, writes of 64 KiB", ("mib_per_s", "tunnel_cpu_s_per_gib"),
        (*_through("stream", "--write", "65536"), AES_PASSES), "tcp",
        (Goal("tunnel bulk: at least 1.3 times the fastest encrypted peer", "snet-3", "mib_per_s",
              1.3, True, "of_max", ENCRYPTED),
         Goal("tunnel bulk: CPU per GiB at most 0.7 of ssh", "snet-3", "tunnel_cpu_s_per_gib",
              0.7, False, "of_min", ("ssh",)),
         Goal("tunnel bulk: CPU per GiB at most 1.25 times two plain socat relays in a row plus "
              "one AEAD pass at each end", "snet-3", "tunnel_cpu_s_per_gib", 1.25, False,
              "of_sum", FLOOR),
         Goal("the same floor with buffers of 64 KiB in socat, which nobody asked for", "snet-3",
              "tunnel_cpu_s_per_gib", 1.25, False, "of_sum", HARD_FLOOR)), peers=True),
    Row("tunnel-1k", TUNNEL, "One way, writes of 1 KiB", ("mib_per_s", "tunnel_cpu_s_per_gib"),
        _through("stream", "--write", "1024", "--nodelay"), "tcp", peers=True,
        note="The program sets TCP_NODELAY."),
    _tunnel_ping("tunnel-ping", "apart", APART),
    _tunnel_ping("tunnel-ping-together", "together", TOGETHER),
    Row("tunnel-ping-100", TUNNEL, "64 bytes back and forth, 100 connections",
        ("per_s", "p50_us", "p99_us", "tunnel_cpu_us_per_op"),
        _through(*_ping("none", 100), peers=LOOPS), "tcp", peers=True),
    Row("tunnel-open", TUNNEL, "New connections, each with a byte and its answer",
        ("per_s", "tunnel_cpu_us_per_op"), _through("open", peers=LOOPS), "tcp",
        (Goal("new sessions per second through the tunnel: at least 3 times stunnel", "snet-3",
              "per_s", 3.0, True, "of_max", ("stunnel",)),), peers=True),
    Row("tunnel-idle", TUNNEL, "Memory of both ends for each idle connection",
        ("bytes_per_connection",), _through(kind="hold", peers=TUNNELS[1:]), peers=True),
    Row("resume", LOSS, "Resumes, connections cut again and again",
        ("server_cpu_us_per_op", "per_s", "p50_us", "p99_us"),
        _scene("resume", over=("tcp", "3", "2", "1")), "",
        (Goal("server CPU per resume beyond TCP's accept, read, write, close, snet/3: at most "
              "120 us", "3", "server_cpu_us_per_op", 120, False, "minus", ("tcp",), "us"),
         *(Goal(f"the same, snet/{wire}: at most 10 us", wire, "server_cpu_us_per_op", 10, False,
                "minus", ("tcp",), "us") for wire in ("1", "2")))),
    *(_loss(direction, trip_ms) for direction in ("down", "up") for trip_ms in (0, 20, 100)),
    *(_cuts(direction, every) for direction in ("down", "up") for every in CUTS),
    *(_long(direction) for direction in ("down", "up")),
    Row("sessions", SCALE, "64 bytes back and forth, more and more sessions of snet/3",
        ("per_s", "p50_us", "p99_us", "cpu_us_per_op"),
        tuple(Case(str(count), f"{count:,} sessions", "scene",
                   (*_ping("none", count), *_over("3"))) for count in (1, 10, 100, 1000)),
        quick=False),
    Row("idle", SCALE, "Attached sessions that are silent, one among them busy",
        ("server_heap_bytes_per_session", "client_heap_bytes_per_session", "cpu_ms_per_s",
         "busy_p50_us", "busy_p99_us"),
        (*(Case(str(count), f"{count:,} sessions", "scene",
                ("idle", "--sessions", str(count), *_over("3")), quick=count < 1000)
           for count in (1, 100, 8000)),
         Case("8000-heartbeat", "8,000 sessions, a sign of life from each every second", "scene",
              ("idle", "--sessions", "8000", "--heartbeat", "1", *_over("3")), quick=False)),
        goals=(Goal("idle session, attached: at most 2.5 KiB of user-space memory", "8000",
                    "server_heap_bytes_per_session", 2560, False, unit="B"),)),
    Row("detached", SCALE, "Detached sessions in one process",
        ("malloc_bytes_per_session", "core_bytes_per_session", "resident_gib",
         "server_us_per_resume"),
        tuple(Case(str(count), f"{count:,} sessions", "core",
                   ("detached", "--sessions", str(count), "--resumes", str(count // 20),
                    *_over("3")), quick=count < 1000000,
                   once=count == 1000000)
              for count in (5000, 1000000)),
        goals=(Goal("idle session, detached, nothing unacknowledged: at most 1 KiB", "1000000",
                    "malloc_bytes_per_session", 1024, False, unit="B"),
               Goal("1,000,000 detached in at most 1.2 GiB", "1000000", "resident_gib", 1.2, False,
                    unit="GiB"))),
    Row("storm", SCALE, "All connections cut with bytes on their way, over snet/3",
        ("back_p99_us", "back_p99_to_cpu", "server_cpu_us_per_op", "back_p50_us", "back_max_us",
         "lost_bytes", "newcomer_p99_us", "newcomers_failed"),
        (Case("resume", "200 sessions cut again and again, as above", "scene",
              ("resume", *_over("3"))),
         Case("1000", "1,000 sessions", "scene", ("storm", "--sessions", "1000", *_over("3"))),
         Case("8000", "8,000 sessions", "scene", ("storm", "--sessions", "8000", *_over("3")),
              quick=False),
         Case("20001", "20,001 sessions in three processes", "three",
              ("storm", "--sessions", "6667", *_over("3")), quick=False)),
        goals=(
            Goal("storm of 8,000 sessions: server CPU per resume at most 1.3 of that when they are "
                 "cut again and again", "8000", "server_cpu_us_per_op", 1.3, False, "of_max",
                 ("resume",)),
            Goal("storm of 8,000 sessions: all CPU time / cores: p99 at most 1.5 of that", "8000",
                 "back_p99_to_cpu", 1.5, False),
            *(Goal(f"storm of {words}: {what}", case, figure, bound, False, unit=unit)
              for case, words in (("8000", "8,000 sessions"), ("20001", "20,000 over three"))
              for what, figure, bound, unit in (
                  ("p99 under 10 s until they are back", "back_p99_us", 1e7, "us"),
                  ("no byte lost", "lost_bytes", 0, "B"),
                  ("newcomers still served", "newcomers_failed", 0, ""))))),
    Row("loops", SCALE, "A gateway with one loop and with two, on the processor that it has",
        ("gateway_cpu_us_per_op",),
        (Case("open-1", "new sessions, one loop", "tunnel", OPEN_APART, "snet-3"),
         Case("open-2", "new sessions, two loops", "tunnel", OPEN_APART, "snet-3-loops"),
         Case("resume-1", "resumes, one loop", "cuts", (), "snet-3-cut-1"),
         Case("resume-2", "resumes, two loops", "cuts", (), "snet-3-cut-2")),
        goals=tuple(
            Goal(f"gateway with two loops: at least 1.8 times as many {words} as with one, so at "
                 "most 1.11 of its CPU for each", f"{name}-2", "gateway_cpu_us_per_op", 2 / 1.8,
                 False, "of_max", (f"{name}-1",))
            for name, words in (("open", "new sessions"), ("resume", "resumes"))),
        note="Clients are on the other one."),
    Row("threads", SCALE, "Two threads, core and registry on recorded input",
        ("opens_ratio", "resumes_ratio", "opens_per_s", "resumes_per_s"),
        (Case("3", OVER["3"], "core", ("threads", "--threads", "2", "--over", "3")),),
        goals=tuple(Goal(f"two threads: at least 1.7 times one thread in {what} per second", "3",
                         f"{figure}_ratio", 1.7, True)
                    for what, figure in (("new sessions", "opens"), ("resumes", "resumes"))),
        quick=False),
)
