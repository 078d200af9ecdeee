# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What is measured, and what is to be reached: rows, their cases and their goals, as data.

A row is one question; its cases answer it one after the other in each round, so that they can be
compared in pairs. The words of goals are those of the project's own list.
"""

from typing import NamedTuple

from figures import Goal

HISTORY = ("--history", "1048576")
"""Wires 1 and 2 keep what was sent whether it arrived or not: it is stated, as it costs memory."""


class Case(NamedTuple):
    """One answer. `kind` says how it is measured: by a scene of `snet bench`, by a scene through
    the tunnel `peer`, by holding idle connections through it, or by a pass of the cipher
    `arguments[0]` alone."""

    name: str
    label: str
    kind: str
    arguments: tuple[str, ...] = ()
    peer: str = ""
    quick: bool = True


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
    "bytes_per_connection": Figure("bytes per connection", "B"),
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


TUNNELS = ("tcp", "snet-3", "snet-1-plain", "stunnel", "stunnel-chacha", "spiped", "ssh", "socat",
           "haproxy")
ENCRYPTED = ("stunnel", "stunnel-chacha", "spiped", "ssh")
RARE = ("stunnel-chacha", "snet-1-plain")


def _through(*arguments: str, kind: str = "tunnel",
             peers: tuple[str, ...] = TUNNELS) -> tuple[Case, ...]:
    return tuple(Case(name, "", kind, arguments, name, name not in RARE) for name in peers)


LIBRARY = "Library: a program at both ends"
TUNNEL = "Tunnel: two processes between a program and its server"

RC4_ALONE = Case("rc4", "RC4 alone, one core", "cipher", ("rc4", "1"))
AES_PASSES = Case("aes", "AES-256-GCM, a pass at each end, alone", "cipher", ("aes-256-gcm", "2"))
FLOOR = ("socat", "aes")


def _ping(pin: str, sessions: int) -> tuple[str, ...]:
    return ("ping", "--sessions", str(sessions), "--size", "64", "--pin", pin)


def _library_ping(name: str, pin: str, where: str) -> Row:
    return Row(
        name, LIBRARY, f"64 bytes back and forth, one session, {where}",
        ("p50_us", "p99_us", "p999_us", "cpu_us_per_op"),
        _scene(*_ping(pin, 1), over=("tcp", "3", "1-plain")), "tcp",
        (Goal(f"ping-pong, library, {where}: p50 at most 1.15 of raw TCP", "3", "p50_us", 1.15,
              False, "of_min", ("tcp",)),
         Goal(f"ping-pong, library, {where}: p99 at most 1.5 of raw TCP", "3", "p99_us", 1.5,
              False, "of_min", ("tcp",))))


def _tunnel_ping(name: str, pin: str, where: str) -> Row:
    return Row(
        name, TUNNEL, f"64 bytes back and forth, one connection, {where}",
        ("p50_us", "p99_us", "p999_us", "tunnel_cpu_us_per_op"), _through(*_ping(pin, 1)), "tcp",
        (Goal(f"tunnel ping-pong, {where}: p50 no more than the best encrypted peer's", "snet-3",
              "p50_us", 1.0, False, "of_min", ENCRYPTED),
         Goal(f"tunnel ping-pong, {where}: p99 at most half of the best encrypted peer's",
              "snet-3", "p99_us", 0.5, False, "of_min", ENCRYPTED)), peers=True)


APART, TOGETHER = "ends on two cores", "all on one core"

ROWS = (
    Row("stream-64k", LIBRARY, "One way, writes of 64 KiB", ("mib_per_s", "cpu_s_per_gib"),
        (*_scene("stream", "--write", "65536",
                 over=("tcp", "3", "3-chacha", "1-plain", "1", "2"), slow=("2",)), RC4_ALONE),
        "tcp",
        (Goal("one stream, 64 KiB writes, snet/3 AES-256-GCM: at least 0.6 of raw TCP", "3",
              "mib_per_s", 0.6, True, "of_max", ("tcp",)),
         Goal("the same, snet/1 plain, history 1 MiB: at least 0.85 of raw TCP", "1-plain",
              "mib_per_s", 0.85, True, "of_max", ("tcp",)),
         Goal("the same, snet/1 RC4: at least 0.8 of RC4 alone on one core", "1", "mib_per_s", 0.8,
              True, "of_max", ("rc4",)),
         Goal("the same: at least 1.25 times the published Go version, which reached 422 MiB/s "
              "beside 2,250 of raw TCP: 0.234 of raw TCP", "1", "mib_per_s", 1.25 * 422 / 2250,
              True, "of_max", ("tcp",)))),
    Row("stream-1k", LIBRARY, "One way, writes of 1 KiB", ("mib_per_s", "cpu_s_per_gib"),
        _scene("stream", "--write", "1024", over=("tcp-nodelay", "tcp", "3", "1-plain")),
        "tcp-nodelay",
        (Goal("1 KiB writes: at least 2 times raw TCP with TCP_NODELAY", "3", "mib_per_s", 2.0,
              True, "of_max", ("tcp-nodelay",)),)),
    _library_ping("ping", "apart", APART),
    _library_ping("ping-together", "together", TOGETHER),
    Row("ping-100", LIBRARY, "64 bytes back and forth, 100 sessions",
        ("per_s", "p50_us", "p99_us", "cpu_us_per_op"),
        _scene(*_ping("none", 100), over=("tcp", "3", "1-plain")), "tcp"),
    Row("open", LIBRARY, "New sessions, each with a byte and its answer",
        ("per_s", "cpu_us_per_op"),
        _scene("open", over=("tcp", "3", "2", "1-plain"), slow=("2",)), "tcp"),
    Row("tunnel-64k", TUNNEL, "One way, writes of 64 KiB", ("mib_per_s", "tunnel_cpu_s_per_gib"),
        (*_through("stream", "--write", "65536"), AES_PASSES), "tcp",
        (Goal("tunnel bulk: at least 1.3 times the fastest of stunnel, ssh and spiped", "snet-3",
              "mib_per_s", 1.3, True, "of_max", ENCRYPTED),
         Goal("tunnel bulk: CPU per GiB at most 1.25 times two plain socat relays in a row plus "
              "one AEAD pass at each end", "snet-3", "tunnel_cpu_s_per_gib", 1.25, False,
              "of_sum", FLOOR)), peers=True),
    Row("tunnel-1k", TUNNEL, "One way, writes of 1 KiB", ("mib_per_s", "tunnel_cpu_s_per_gib"),
        _through("stream", "--write", "1024", "--nodelay"), "tcp", peers=True,
        note="The program sets TCP_NODELAY."),
    _tunnel_ping("tunnel-ping", "apart", APART),
    _tunnel_ping("tunnel-ping-together", "together", TOGETHER),
    Row("tunnel-ping-100", TUNNEL, "64 bytes back and forth, 100 connections",
        ("per_s", "p50_us", "p99_us", "tunnel_cpu_us_per_op"), _through(*_ping("none", 100)),
        "tcp", peers=True),
    Row("tunnel-open", TUNNEL, "New connections, each with a byte and its answer",
        ("per_s", "tunnel_cpu_us_per_op"), _through("open"), "tcp",
        (Goal("new sessions per second through the tunnel: at least 4 times stunnel", "snet-3",
              "per_s", 4.0, True, "of_max", ("stunnel",)),), peers=True),
    Row("tunnel-idle", TUNNEL, "Memory of both ends for each idle connection",
        ("bytes_per_connection",), _through(kind="hold", peers=TUNNELS[1:]), peers=True),
)
