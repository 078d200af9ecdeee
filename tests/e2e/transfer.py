#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""A large transfer, both directions at once, through a proxy that cuts about every MiB.

    transfer.py [--size MIB] [--runs N] [--wire W]... [--cut-every SIZE]

The release runs it with --size 1024 --runs 10. Every run prints one line; the exit code is 0 when
all bytes of all runs arrived intact and in order.
"""

import argparse
import hashlib
import os
import random
import socket
import sys
import threading
import time

from e2e_support import LOOPBACK, WIRES, cuts_of, path_through_chaos

PIECE = 1 << 18
STALL_SECONDS = 60


def blocks(seed: int, size: int):
    """Yield a stream of `size` bytes that only `seed` decides."""
    pool = random.Random(seed).randbytes(4 << 20)
    offset = 0
    while offset < size:
        start = (offset * 2654435761) % (len(pool) - PIECE)
        piece = pool[start:start + min(PIECE, size - offset)]
        yield piece
        offset += len(piece)


class End:
    """One end of the transfer: sends its stream, and digests what comes."""

    def __init__(self, sock: socket.socket, seed: int, size: int) -> None:
        sock.settimeout(STALL_SECONDS)
        self.sock, self.size = sock, size
        self.received = 0
        self.digest = hashlib.sha256()
        self.failure = None
        self.threads = [threading.Thread(target=self.send, args=(seed,)),
                        threading.Thread(target=self.receive)]
        for thread in self.threads:
            thread.start()

    def send(self, seed: int) -> None:
        """Send the whole stream."""
        try:
            for piece in blocks(seed, self.size):
                self.sock.sendall(piece)
        except OSError as error:
            self.failure = f"send: {error}"

    def receive(self) -> None:
        """Receive as many bytes as the other end sends."""
        try:
            while self.received < self.size:
                piece = self.sock.recv(PIECE)
                if not piece:
                    break
                self.digest.update(piece)
                self.received += len(piece)
        except OSError as error:
            self.failure = f"receive: {error}"

    def join(self) -> None:
        """Wait for both directions."""
        for thread in self.threads:
            thread.join()


def expected(seed: int, size: int) -> str:
    """Return the digest of a stream."""
    digest = hashlib.sha256()
    for piece in blocks(seed, size):
        digest.update(piece)
    return digest.hexdigest()


def one_run(wire: str, size: int, cut_every: str, number: int) -> bool:
    """Transfer once; print what happened."""
    seeds = int.from_bytes(os.urandom(4)), int.from_bytes(os.urandom(4))
    started = time.monotonic()
    with socket.create_server((LOOPBACK, 0)) as listener:
        backend = f"{LOOPBACK}:{listener.getsockname()[1]}"
        with (
            path_through_chaos(backend, wire, "--cut-every", cut_every) as (tunnel, network, _),
            socket.create_connection((LOOPBACK, tunnel.port)) as near,
        ):
            listener.settimeout(STALL_SECONDS)
            far, _ = listener.accept()
            with far:
                ends = End(near, seeds[0], size), End(far, seeds[1], size)
                for end in ends:
                    end.join()
            cuts = cuts_of(network)
    seconds = time.monotonic() - started
    wanted = expected(seeds[1], size), expected(seeds[0], size)
    # Thousands of losses without an overrun: the history covers the buffers [PROTO 5.4].
    intact = all(end.digest.hexdigest() == digest for end, digest in zip(ends, wanted))
    failures = "; ".join(f"{end.failure} after {end.received} bytes" for end in ends if end.failure)
    verdict = "intact" if intact else f"BROKEN {failures}"
    print(f"run {number}, wire {wire}: {size >> 20} MiB each way, {cuts} cuts, {seconds:.1f} s, "
          f"{2 * size / seconds / (1 << 20):.0f} MiB/s: {verdict}", flush=True)
    return intact and cuts > 0


def main() -> int:
    """Run what the options say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=48, help="MiB in each direction")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--wire", action="append", choices=WIRES)
    parser.add_argument("--cut-every", default="1M")
    options = parser.parse_args()
    results = [one_run(wire, options.size << 20, options.cut_every, number)
               for wire in options.wire or WIRES for number in range(1, options.runs + 1)]
    print(f"{sum(results)} of {len(results)} runs intact")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
