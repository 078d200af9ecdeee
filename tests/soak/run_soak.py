#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Half an hour of everything at once: does anything grow, stop, or go wrong?

  run_soak.py [--minutes N] [--seed N]

redis, scp and an echo go through a gateway, a network that cuts, and tunnels, again and again,
while attackers take their turns on the same gateway. Each round is one line: what went through, and
how much memory and how many descriptors gateway and tunnel have. The verdict is PASSED when every
byte was right, nothing failed, and the second half needs no more than the first.
"""

import argparse
import getpass
import os
import random
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from e2e_support import (LOOPBACK, SECURE, Process, chaos, connect, file_digest, make_file, need,
                         serve)
from test_echo import EchoHandler, EchoServer, dial, receive
from test_redis import Redis, command
from test_ssh import Sshd, scp

ROUND_SECONDS = 20.0
ECHOES = 4
MESSAGE_BYTES = 60_000
COPY_BYTES = 2 << 20
SLACK_BYTES = 24 << 20
SLACK_DESCRIPTORS = 24
ATTACK_PAUSE = 0.005


class Worker(threading.Thread):
    """Does one thing again and again until it is told to stop, or fails."""

    def __init__(self, name: str, once: Callable[[], None]) -> None:
        super().__init__(name=name, daemon=True)
        self.once = once
        self.done = 0
        self.failure = ""
        self.over = threading.Event()

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self.once()
                self.done += 1
        except Exception as error:  # noqa: BLE001: whatever it is, it is the verdict
            self.failure = f"{self.name}: {error!r}"


def echo_once(port: int, dice: random.Random) -> None:
    """Send bytes and get the same back."""
    data = dice.randbytes(dice.randrange(1, MESSAGE_BYTES))
    with dial(port) as sock:
        sock.sendall(data)
        assert receive(sock, len(data)) == data, "a wrong byte came back"


class Counter:
    """A counter in redis, whose every step must count once."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection((LOOPBACK, port), timeout=90)
        self.replies = self.sock.makefile("rb")
        self.count = 0

    def once(self) -> None:
        """Count on."""
        self.count += 1
        self.sock.sendall(command("INCR", "soak"))
        reply = self.replies.readline()
        assert reply == f":{self.count}\r\n".encode(), f"{reply!r} is not {self.count}"
        time.sleep(0.01)


class Copies:
    """A file that scp copies through a session of its own."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address
        self.digest = make_file(folder / "file", COPY_BYTES)

    def once(self) -> None:
        """Copy there, and compare."""
        target = self.folder / "copy"
        done = scp(self.folder, SECURE, self.address, str(self.folder / "file"),
                   f"{getpass.getuser()}@snet.invalid:{target}")
        assert done.returncode == 0, done.stderr
        assert file_digest(target) == self.digest, "scp made another file of it"


# --- Attackers, each one connection ------------------------------------------------------------


def say(port: int, data: bytes, stay: float = 0.0) -> None:
    """Connect, say it, perhaps stay a while, and go."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=5) as sock:
            sock.sendall(data)
            sock.settimeout(max(stay, 0.01))
            sock.recv(4096)
    except OSError:
        pass


def silent(port: int, _: random.Random) -> None:
    """Say nothing for a while."""
    say(port, b"", 0.3)


def garbage(port: int, dice: random.Random) -> None:
    """Say anything."""
    say(port, dice.randbytes(dice.randrange(1, 2000)))


def stranger(port: int, dice: random.Random) -> None:
    """Say a hello of snet/3 without its keys."""
    say(port, bytes((0xC3, 1, 3, 1, 1, 0, 0, 80)) + dice.randbytes(96))


def legacy_hello(port: int, dice: random.Random) -> None:
    """Begin a session of snet/2, and go."""
    say(port, struct.pack(">QQ", 0, dice.getrandbits(64) | 1))


def resume(port: int, dice: random.Random) -> None:
    """Resume what is not there."""
    say(port, bytes((0xC3, 5, 3, 1, 3, 0, 0, 80)) + dice.randbytes(140))


ATTACKS = (silent, garbage, stranger, legacy_hello, resume)


# --- The measure -------------------------------------------------------------------------------


class Sample(NamedTuple):
    """What two processes have of the system after a round."""

    gateway_bytes: int
    gateway_descriptors: int
    tunnel_bytes: int
    tunnel_descriptors: int


def descriptors_of(process: Process) -> int:
    """Count them."""
    return len(os.listdir(f"/proc/{process.process.pid}/fd"))


def grown(samples: list[Sample]) -> list[str]:
    """Say what is larger in the second half than anything in the first."""
    half = len(samples) // 2
    faults = []
    for index, name in enumerate(Sample._fields):
        first = max(sample[index] for sample in samples[:half])
        second = max(sample[index] for sample in samples[half:])
        slack = SLACK_BYTES if name.endswith("bytes") else SLACK_DESCRIPTORS
        if second > first + slack:
            faults.append(f"{name}: {first} in the first half, {second} in the second")
    return faults


def soak(minutes: float, seed: int) -> int:
    """Run rounds until the time is over; returns the exit code."""
    dice = random.Random(seed)
    samples: list[Sample] = []
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        echo = EchoServer((LOOPBACK, 0), EchoHandler)
        threading.Thread(target=echo.serve_forever, daemon=True).start()
        with (
            Redis(name) as redis, Sshd(folder) as sshd,
            serve(f"{LOOPBACK}:{echo.server_address[1]}") as gateway,
            serve(f"unix:{redis.path}") as redis_gateway,
            serve(f"{LOOPBACK}:{sshd.port}") as ssh_gateway,
            chaos(gateway.address, "--cut-every", "300k", "--seed", str(seed)) as network,
            chaos(redis_gateway.address, "--cut-every", "50k") as redis_network,
            chaos(ssh_gateway.address, "--cut-every", "500k") as ssh_network,
            connect(network.address, SECURE) as tunnel,
            connect(redis_network.address, SECURE) as redis_tunnel,
        ):
            workers = [Worker("echo", lambda d=random.Random(seed + n): echo_once(tunnel.port, d))
                       for n in range(ECHOES)]
            workers.append(Worker("redis", Counter(redis_tunnel.port).once))
            workers.append(Worker("scp", Copies(folder, ssh_network.address).once))
            for worker in workers:
                worker.start()
            deadline = time.monotonic() + 60.0 * minutes
            while not faults and time.monotonic() < deadline:
                attack = ATTACKS[len(samples) % len(ATTACKS)]
                attacked = 0
                end = min(deadline, time.monotonic() + ROUND_SECONDS)
                while time.monotonic() < end:
                    attack(gateway.port, dice)
                    attacked += 1
                    time.sleep(ATTACK_PAUSE)
                samples.append(Sample(gateway.rss_bytes(), descriptors_of(gateway),
                                      tunnel.rss_bytes(), descriptors_of(tunnel)))
                last = samples[-1]
                faults = [worker.failure for worker in workers if worker.failure]
                faults += [" ".join(process.arguments[:2]) + " has ended"
                           for process in (gateway, redis_gateway, ssh_gateway, tunnel,
                                           redis_tunnel) if process.process.poll() is not None]
                print(f"{len(samples):3}  {attack.__name__:12} {attacked:5}  "
                      f"echo {sum(worker.done for worker in workers[:ECHOES]):6}  "
                      f"redis {workers[-2].done:6}  scp {workers[-1].done:4}  "
                      f"gateway {last.gateway_bytes >> 20:3} MiB {last.gateway_descriptors:3} fds",
                      flush=True)
            for worker in workers:
                worker.over.set()
            for worker in workers:
                worker.join(150)
                if worker.is_alive():
                    faults.append(f"{worker.name} has stopped moving")
            faults += [worker.failure for worker in workers
                       if worker.failure and worker.failure not in faults]
            idle = [worker.name for worker in workers if worker.done == 0]
            faults += [f"{worker} has done nothing" for worker in idle]
        echo.shutdown()
    if len(samples) > 1:
        faults += grown(samples)
    for fault in faults:
        print(f"FAULT: {fault}")
    print(f"{'FAILED' if faults else 'PASSED'}: {len(samples)} rounds, seed {seed}")
    return 1 if faults else 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    need("redis-server", "redis-cli", "ssh", "scp", "ssh-keygen")
    return soak(options.minutes, options.seed)


if __name__ == "__main__":
    sys.exit(main())
