# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Prints the round trips of an established session, in microseconds: median, p99 and slowest.

A process of its own: threads beside it would share its interpreter, and not the gateway's time.
"""

import subprocess
import sys
import time

PINGS_PER_SECOND = 200


def main() -> None:
    """Ping for so many seconds through the command that follows."""
    seconds, command = float(sys.argv[1]), sys.argv[2:]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, bufsize=0) as process:
        trips = []
        for _ in range(int(seconds * PINGS_PER_SECOND)):
            began = time.perf_counter()
            process.stdin.write(b"e")
            if process.stdout.read(1) != b"e":
                sys.exit("the session has ended")
            trips.append(time.perf_counter() - began)
            time.sleep(1 / PINGS_PER_SECOND)
        process.terminate()
    trips = sorted(trips[1:])
    print(*(f"{trips[int((len(trips) - 1) * part)] * 1e6:.0f}" for part in (0.5, 0.99, 1)))


if __name__ == "__main__":
    main()
