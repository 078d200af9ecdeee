# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What is run for one figure: scenes of `snet-bench`, and what the harness measures itself.

Everything returns a dictionary of figures, or raises `Failed` with a reason for the table. Nothing
takes longer than its limit.
"""

import concurrent.futures
import contextlib
import json
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import machine
from peers import Failed, Peer, Running, tunnel

GRACE_SECONDS = 30.0
"""How much longer than asked a load may take: a slow peer needs long to set up many sessions."""
OVERRUN_SECONDS = 100.0
"""The same for a scene without peers, which gives up by itself before that."""
WORK_SECONDS = 900.0
STEP_SECONDS = 10.0
WARM_UP_SECONDS = 0.3
"""How long scenes with answers run before they measure."""
WARM_CONNECTIONS = 16
IDLE_CONNECTIONS = 200
CUTS_OF_ALL = 8
BACK_SECONDS = 0.6
"""How long all connections have to come back before they are cut again."""
GIB = 2.0 ** 30
COPY_S_PER_GIB = 0.02
"""A copy of what lies in a cache: each end of a session keeps what it sends or receives."""
ADDED = ("sessions", "bytes", "cut", "lost_bytes", "newcomers", "newcomers_failed", "client_cpu_s",
         "server_cpu_s", "per_s", "mib_per_s")
RECORD = 16384
SETTLE_SECONDS = 0.1


class Programs(NamedTuple):
    """What was built for release: the command, whose tunnels are measured, and the scenes."""

    snet: str
    bench: str

    def missing(self) -> list[str]:
        """Those that are not there."""
        return [path for path in self if not Path(path).is_file()]


def scene(bench: str, arguments: list[str], seconds: float | None,
          grace: float = OVERRUN_SECONDS) -> dict:
    """Run one scene for that many seconds, or, if it has no sockets, until it is done."""
    command = [bench, *arguments]
    limit = WORK_SECONDS
    if seconds is not None:
        command += ["--seconds", f"{seconds:g}"]
        limit = seconds + grace
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failed(f"took more than {limit:.0f} s") from None
    except OSError as error:
        raise Failed(f"{bench}: {error.strerror}") from error
    if run.returncode != 0:
        said = run.stderr.strip().splitlines()
        raise Failed(said[-1][:160] if said else f"snet-bench ended with {run.returncode}")
    if seconds is None:
        return without_sockets(read_line(run.stdout))
    figures = read_line(run.stdout)
    add_shares(figures)
    return figures


def add_shares(figures: dict) -> None:
    """What all the CPU time of a storm would take on all processors at once, and how that compares
    with the time that it took."""
    if figures.get("back_p99_us") and figures.get("processors"):
        cpu_s = figures["client_cpu_s"] + figures["server_cpu_s"]
        figures["cpu_share_us"] = 1e6 * cpu_s / figures["processors"]
        figures["back_p99_to_cpu"] = figures["back_p99_us"] / figures["cpu_share_us"]


def without_sockets(figures: dict) -> dict:
    """The figures of a scene in which nothing has a congestion control or a processor."""
    kept = {key: value for key, value in figures.items() if key not in ("congestion", "pin")}
    if "resident_bytes" in kept:
        kept["resident_gib"] = kept["resident_bytes"] / GIB
    if kept.get("bytes") and kept.get("cpu_s"):
        kept["cpu_s_per_gib"] = kept["cpu_s"] * GIB / kept["bytes"]
        kept["mib_per_s"] = kept["bytes"] / 2**20 / kept["cpu_s"]
    return kept


def floor(tcp: dict, aead: dict) -> dict:
    """What a stream costs that does no more than TCP, a pass of a cipher and a copy at each end."""
    if not tcp.get("cpu_s_per_gib") or not aead.get("cpu_s_per_gib"):
        raise Failed("one of its parts was not measured")
    cpu_s = tcp["cpu_s_per_gib"] + aead["cpu_s_per_gib"] + 2 * COPY_S_PER_GIB
    return {"mib_per_s": tcp["mib_per_s"] * tcp["cpu_s_per_gib"] / cpu_s, "cpu_s_per_gib": cpu_s}


def at_once(bench: str, arguments: list[str], seconds: float, count: int) -> dict:
    """Run a scene several times at once, for more sessions than one process may have."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        runs = [pool.submit(scene, bench, arguments, seconds) for _ in range(count)]
    return merged([run.result() for run in runs])


def merged(runs: list[dict]) -> dict:
    """Figures of scenes that ran at once: counts and rates add up, of all others the worst counts.

    For a time that is the longest: a quantile of all together is at most that.
    """
    made = dict(runs[0])
    for key, value in made.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            values = [run[key] for run in runs]
            made[key] = sum(values) if key in ADDED else max(values)
    add_shares(made)
    return made


def read_line(output: str) -> dict:
    """The figures in the one line that a scene writes."""
    try:
        figures = json.loads(output.strip().splitlines()[-1])
    except (IndexError, ValueError):
        raise Failed(f"no figures in {output[-80:]!r}") from None
    if not isinstance(figures, dict):
        raise Failed("the line of figures is no object")
    return figures


def add_cpu(figures: dict, seconds: float, whose: str = "tunnel") -> None:
    """CPU of the tunnel's processes, or of its gateway, per GiB or per operation of the load.

    The CPU time is that of the whole load, what it did before the clock ran included: so are the
    operations that it is divided by.
    """
    figures[f"{whose}_cpu_s"] = seconds
    wall = figures.get("wall_s")
    if figures.get("mib_per_s") and figures.get("bytes"):
        figures[f"{whose}_cpu_s_per_gib"] = seconds * GIB / figures["bytes"]
    elif figures.get("trips") and figures.get("size"):
        figures[f"{whose}_cpu_us_per_op"] = 1e6 * seconds * figures["size"] / figures["bytes"]
    elif figures.get("opened") and wall:
        in_all = figures["opened"] * (wall + WARM_UP_SECONDS) / wall
        figures[f"{whose}_cpu_us_per_op"] = 1e6 * seconds / in_all


def through(peer: Peer, programs: Programs, arguments: list[str], seconds: float,
            grace: float = GRACE_SECONDS) -> dict:
    """Run a scene through a tunnel, and count the tunnel's CPU time."""
    pin = arguments[arguments.index("--pin") + 1] if "--pin" in arguments else "none"
    with tunnel(peer, programs.snet, pin) as running:
        greet(running)
        before = machine.cpu_seconds(running.pids())
        gateway_before = machine.cpu_seconds(running.gateway())
        load = list(arguments)
        if running.processes:
            load += ["--listen", f"{machine.LOOPBACK}:{running.back}",
                     "--via", f"{machine.LOOPBACK}:{running.via}"]
        figures = scene(programs.bench, load, seconds, grace)
        running.check()
        if running.processes:
            time.sleep(SETTLE_SECONDS)
            add_cpu(figures, machine.cpu_seconds(running.pids()) - before)
            add_cpu(figures, machine.cpu_seconds(running.gateway()) - gateway_before, "gateway")
    if peer.trip_ms:
        figures["round_trips"] = 1000 * figures["wall_s"] / peer.trip_ms
    return figures


def _pass_byte(near: socket.socket, far: socket.socket) -> None:
    for source, target in ((near, far), (far, near)):
        source.sendall(b"x")
        if target.recv(1) != b"x":
            raise Failed("a connection through the tunnel ended at once")


def _open(listening: socket.socket, via: int) -> tuple[socket.socket, socket.socket]:
    """A connection through the tunnel, as its two ends, after a byte each way."""
    near = socket.create_connection((machine.LOOPBACK, via), timeout=STEP_SECONDS)
    try:
        near.settimeout(STEP_SECONDS)
        # A tunnel may wait for the first byte before it goes on to the backend.
        near.sendall(b"x")
        far, _ = listening.accept()
    except OSError:
        near.close()
        raise
    far.settimeout(STEP_SECONDS)
    if far.recv(1) != b"x":
        raise Failed("a connection through the tunnel ended at once")
    _pass_byte(near, far)
    return near, far


def greet(running: Running) -> None:
    """Pass a byte through a tunnel, so that nothing of its start is measured."""
    try:
        with socket.create_server((machine.LOOPBACK, running.back)) as listening:
            listening.settimeout(STEP_SECONDS)
            for end in _open(listening, running.via):
                end.close()
    except OSError as error:
        raise Failed(f"nothing passes: {error}") from error


def _keep(stack: contextlib.ExitStack, listening: socket.socket, via: int, count: int) -> None:
    """Open connections through a tunnel that stay open as long as `stack`."""
    deadline = time.monotonic() + GRACE_SECONDS
    for index in range(count):
        if time.monotonic() > deadline:
            raise Failed(f"{index} connections took more than {GRACE_SECONDS:.0f} s")
        for end in _open(listening, via):
            stack.callback(end.close)
    time.sleep(SETTLE_SECONDS)


def _listen(stack: contextlib.ExitStack, back: int) -> socket.socket:
    listening = stack.enter_context(socket.create_server((machine.LOOPBACK, back), backlog=64))
    listening.settimeout(STEP_SECONDS)
    return listening


def hold(peer: Peer, snet: str, count: int) -> dict:
    """Memory of a tunnel's processes for each idle connection through it."""
    with contextlib.ExitStack() as stack:
        running = stack.enter_context(tunnel(peer, snet, "none"))
        try:
            listening = _listen(stack, running.back)
            _keep(stack, listening, running.via, WARM_CONNECTIONS)
            before = machine.memory_bytes(running.pids())
            _keep(stack, listening, running.via, count)
        except OSError as error:
            raise Failed(f"a connection was not served: {error}") from error
        running.check()
        after = machine.memory_bytes(running.pids())
    return {"bytes_per_connection": (after - before) / count, "connections": count, "pin": "none",
            "congestion": machine.congestion()}


def cut_again(peer: Peer, snet: str, count: int) -> dict:
    """CPU of a gateway for each resume, when all connections are cut again and again.

    Its ends are on two processors: what the clients do costs the gateway no time of its own.
    """
    with contextlib.ExitStack() as stack:
        running = stack.enter_context(tunnel(peer, snet, "apart"))
        try:
            _keep(stack, _listen(stack, running.back), running.via, count)
        except OSError as error:
            raise Failed(f"a connection was not served: {error}") from error
        before = machine.cpu_seconds(running.gateway())
        for _ in range(CUTS_OF_ALL):
            running.processes[-1].send_signal(signal.SIGUSR1)
            time.sleep(BACK_SECONDS)
        running.check()
        seconds = machine.cpu_seconds(running.gateway()) - before
    return {"gateway_cpu_us_per_op": 1e6 * seconds / (count * CUTS_OF_ALL),
            "connections": count, "pin": "apart", "congestion": machine.congestion()}


def cipher_pass(cipher: str, seconds: int = 1, ends: int = 2) -> dict:
    """What one pass of a cipher at each end costs, by OpenSSL's own measurement.

    The name of the figure is that of a tunnel, so that both can be added.
    """
    command = ["openssl", "speed", "-mr", "-evp", cipher, "-bytes", str(RECORD),
               "-seconds", str(seconds)]
    if cipher == "rc4":
        command += ["-provider", "legacy", "-provider", "default"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False,
                             timeout=seconds + GRACE_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"openssl speed: {error}") from error
    rate = read_speed(run.stdout)
    return {"mib_per_s": rate / 2**20, "tunnel_cpu_s_per_gib": ends * GIB / rate,
            "cpu_s_per_gib": ends * GIB / rate, "pin": "none"}


def read_speed(output: str) -> float:
    """Bytes per second in what `openssl speed -mr` prints."""
    found = re.search(r"^\+F:\d+:[^:]*:([\d.]+)", output, re.MULTILINE)
    if found is None or float(found[1]) <= 0:
        raise Failed("openssl speed says nothing")
    return float(found[1])
