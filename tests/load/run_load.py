#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Attacks a gateway with clients that hold what they were given, and prints what others got.

Attackers come once from one network, once from a network each, and once from that of the others.

Figures, not verdicts: a busy machine decides them too. What a count decides is in ctest.
"""

import argparse
import os
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "interop"))

from load_peers import LOOPBACK, Crowd, Hoarder, Loaded, Meter, Reader, dial_from
from interop_support import Command
from snet3_link import TimedOut
from snet3_support import SecureServe, text_of

EACH = "each"
HOARDERS = 20
HOARD_BYTES = 16 << 20
GROW_SECONDS = 30.0
STRANGERS = 320
STRANGER_BYTES = 256 * 1024
HELLOS = 1000
HELLOS_PER_SECOND = 200
DESCRIPTORS = 1024
HELD = 200
# What is measured does not wait for an attacker's turn on the processor that both have.
FIRST = ["chrt", "--fifo", "10"] if os.geteuid() == 0 and shutil.which("chrt") else []
PROCESSORS = sorted(os.sched_getaffinity(0))


def serve(
    *options: str, wires: str = "3", descriptors: int | None = None
) -> Loaded:
    """Return a gateway whose backend sends without end."""
    return Loaded(*options, wires=wires, resume_seconds=300, descriptors=descriptors)


def download(server: SecureServe) -> tuple[Command, Meter]:
    """Start an honest download."""
    command = Command(
        "connect", f"{LOOPBACK}:{server.port}", "--wire", "3",
        "--server-key", text_of(server.public), with_pipes=True,
    )
    return command, Meter(command.process.stdout)


def grow(clients: list[Hoarder]) -> Crowd:
    """Let the server's buffers grow, and return when nobody acknowledges any more."""
    crowd = Crowd(clients)
    until = time.monotonic() + GROW_SECONDS
    while time.monotonic() < until and not all(client.hoards for client in clients):
        time.sleep(0.1)
    return crowd


def places(address: str) -> str:
    """Return an address, or what stands for one network of each attacker."""
    return "a network each" if address == EACH else address


def hoarders(
    server: SecureServe, address: str, count: int = HOARDERS, most: int = HOARD_BYTES
) -> list[Hoarder]:
    """Return attackers, of one address or of a network each."""
    sources = [f"127.98.{1 + n}.1" if address == EACH else address for n in range(count)]
    return [Hoarder(server, source, most) for source in sources]


def run_b1(seconds: int, address: str) -> None:
    """B1: hoarders beside an honest download."""
    with serve() as server:
        command, meter = download(server)
        with command:
            time.sleep(5.0)
            clients = hoarders(server, address)
            crowd = grow(clients)
            begun = len(meter.rates)
            time.sleep(seconds)
            crowd.close()
            meter.close()
            ended = sum(client.evicted for client in clients)
            held = sum(client.received - client.told for client in clients) >> 20
            print(
                f"B1 from {places(address)}: alone {meter.mean(1, 5):.0f} MB/s;"
                f" beside {HOARDERS} hoarders of {held} MiB"
                f" {meter.mean(begun, begun + 20):.0f} in the first 20 s, after 25 s"
                f" {meter.mean(begun + 25):.0f}, worst second {min(meter.rates[begun:]):.0f};"
                f" {ended} hoarders ended EVICTED",
                flush=True,
            )
            print("   ", " ".join(f"{rate:.0f}" for rate in meter.rates), flush=True)


def strangers(server: SecureServe, count: int = STRANGERS) -> list[Reader]:
    """Return clients of as many networks that have gone away with bytes on their way."""
    found = []
    for number in range(count):
        address = f"127.{1 + number // 250}.{1 + number % 250}.1"
        client = Reader(server, address, STRANGER_BYTES).open()
        client.transfer(lambda c=client: c.received >= STRANGER_BYTES // 4)
        client.lose()
        found.append(client)
    return found


def come_back(clients: list[Reader]) -> int:
    """Return how many can still resume."""
    back = 0
    for client in clients:
        try:
            client.resume(5.0)
            back += 1
        except (AssertionError, TimedOut):
            pass
        for link in client.links():
            link.close()
    return back


def run_b2(seconds: int, address: str) -> None:
    """B2: hoarders, a download that wants memory, and strangers who are away."""
    with serve() as server:
        away = strangers(server)
        crowd = grow(hoarders(server, address))
        command, meter = download(server)
        with command:
            time.sleep(seconds)
            meter.close()
        ended = sum(client.evicted for client in crowd.clients)
        crowd.close()
        back = come_back(away)
        print(
            f"B2 from {places(address)}: {back} of {len(away)} strangers came back;"
            f" {ended} hoarders ended EVICTED; download {meter.mean(1):.0f} MB/s",
            flush=True,
        )


def legacy_hello(server: SecureServe, address: str) -> None:
    """Say a hello of snet/1, which begins a session, and go away."""
    with dial_from(address, server.port)() as sock:
        sock.sendall(struct.pack(">QQ", 0, int.from_bytes(os.urandom(8), "big") | 1))
        sock.settimeout(0.2)
        try:
            sock.recv(64)
        except OSError:
            pass


def secure_hello(server: SecureServe, address: str) -> None:
    """Begin a session of snet/3, and go away without a byte."""
    client = Reader(server, address, 65536)
    try:
        client.open(2.0)
    except (AssertionError, TimedOut, OSError):
        pass
    for link in client.links():
        link.close()


def newcomer(server: SecureServe, seconds: float = 5.0) -> float | None:
    """Return how long an honest newcomer waits for the first byte; None: it was not served."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            client = Reader(server, LOOPBACK, 65536).open(seconds)
            client.session.write(b"x")
            client.transfer(lambda c=client: c.received > 0, seconds)
        except (AssertionError, OSError, TimedOut):
            time.sleep(0.05)
            continue
        client.abort(256)
        return time.monotonic() - began
    return None


def say(name: str, waits: list[float | None]) -> None:
    """Print how newcomers fared."""
    served = sorted(wait for wait in waits if wait is not None)
    slow = f"p90 {served[len(served) * 9 // 10]:.2f} s, slowest {served[-1]:.2f}" if served else ""
    print(f"{name}: {len(served)} of {len(waits)} newcomers served; {slow}", flush=True)


def run_b3(seconds: int, address: str) -> None:
    """B3: sessions whose sender is gone, and few descriptors."""
    for name, attack in (("snet/1", legacy_hello), ("snet/3", secure_hello)):
        with serve(wires="3,1", descriptors=DESCRIPTORS) as server:
            waits, began = [], time.monotonic()
            for number in range(HELLOS):
                attack(server, LOOPBACK if address == EACH else address)
                if number % 50 == 49:
                    waits.append(newcomer(server))
                time.sleep(max(0.0, began + number / HELLOS_PER_SECOND - time.monotonic()))
            waits += [newcomer(server) for _ in range(min(seconds, 10))]
            say(f"B3 {HELLOS} sessions of {name} from {places(address)}", waits)


class Replayer:
    """Says one recorded HELLO on as many connections as it can, in a process of its own."""

    def __init__(self, server: SecureServe, address: str, least: int = 0) -> None:
        self.count = self.answered = 0
        message, _ = Reader(server, address, 65536).hello()
        self._process = subprocess.Popen(
            [sys.executable, "-B", str(Path(__file__).with_name("replay.py")),
             str(server.port), address, message.hex(), str(least)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def close(self) -> None:
        """Say it no more when it has been said often enough, and count."""
        counts, _ = self._process.communicate(timeout=20.0)
        self.count, self.answered = map(int, counts.split())


def keep_apart(server: Loaded, other: Command) -> None:
    """Give the gateway a processor of its own, so that attackers take nothing but its time."""
    if len(PROCESSORS) > 1:
        os.sched_setaffinity(server.process.pid, PROCESSORS[:1])
        for process in (os.getpid(), other.process.pid, server.source.pid):
            for task in map(int, os.listdir(f"/proc/{process}/task")):
                os.sched_setaffinity(task, PROCESSORS[1:])


def ping(server: SecureServe, seconds: float) -> subprocess.Popen:
    """Start a session that is established, and measures its round trips."""
    command = [
        os.environ["SNET_BIN"], "connect", f"{LOOPBACK}:{server.port}",
        "--server-key", text_of(server.public),
    ]
    return subprocess.Popen(
        [*FIRST, sys.executable, "-B", str(Path(__file__).with_name("ping.py")),
         str(seconds), *command],
        stdout=subprocess.PIPE, text=True,
    )


def trips(process: subprocess.Popen) -> str:
    """Return what a ping has measured."""
    median, p99, slowest = process.communicate()[0].split()
    return f"{median} us, p99 {p99}, slowest {slowest}"


def run_b4(seconds: int, address: str) -> None:
    """B4: a recorded HELLO again and again, beside a download, a dialogue and newcomers."""
    with serve() as server:
        command, meter = download(server)
        with command:
            keep_apart(server, command)
            alone = trips(ping(server, 5.0))
            source = LOOPBACK if address == EACH else address
            beside = ping(server, min(seconds, 20) - 2.0)
            replayer, waits, began = Replayer(server, source), [], len(meter.rates)
            until = time.monotonic() + min(seconds, 20)
            while time.monotonic() < until:
                waits.append(newcomer(server))
                time.sleep(0.2)
            replayer.close()
            meter.close()
            say(
                f"B4 from {places(address)}: {replayer.count / min(seconds, 20):.0f} a second,"
                f" {replayer.answered} of them answered; bulk {meter.mean(1, 5):.0f} MB/s alone,"
                f" {meter.mean(began):.0f} beside it;"
                f" round trips {alone} alone, {trips(beside)} beside it", waits,
            )


def memory_of(server: SecureServe) -> float:
    """Return how much memory the gateway has of the system, in MB."""
    pages = Path(f"/proc/{server.process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGESIZE") / 1e6


def run_b6(seconds: int, address: str) -> None:
    """B6: sessions that have held memory end, and one stays."""
    with serve() as server:
        before = memory_of(server)
        clients = [Reader(server, LOOPBACK, 1 << 20) for _ in range(HELD)]
        for client in clients:
            client.open()
            client.live.style.sends_acks = False
        crowd = Crowd(clients)
        time.sleep(5.0)
        held = memory_of(server)
        crowd.stop()
        for client in clients[1:]:
            client.abort(256)
        time.sleep(min(seconds, 10))
        print(
            f"B6: {before:.0f} MB before, {held:.0f} with {HELD} sessions, "
            f"{memory_of(server):.0f} when all but one have ended",
            flush=True,
        )


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", default=["b1", "b2", "b3", "b4", "b6"])
    parser.add_argument("--seconds", type=int, default=45, help="how long each attack lasts")
    parser.add_argument("--from", dest="address", action="append",
                        help="the address of attackers; 'each': a network each")
    options = parser.parse_args()
    runs = {"b1": run_b1, "b2": run_b2, "b3": run_b3, "b4": run_b4, "b6": run_b6}
    for scene in options.scenes:
        for address in options.address or ["127.99.9.1", EACH, LOOPBACK]:
            runs[scene](options.seconds, address)


if __name__ == "__main__":
    main()
