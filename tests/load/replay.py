# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Says one message on as many connections as it can, until its input ends; prints two counts.

The counts: connections, at least as many as it is told, and those that were answered. A process of
its own: threads beside it would share its interpreter, and what they measure would be their turns
in that.
"""

import collections
import select
import socket
import sys
import time

LOOPBACK = "127.0.0.1"
OPEN_MAX = 50
LOOK_SECONDS = 0.1


def let_go(sock: socket.socket) -> bool:
    """Close it, and return whether it was answered."""
    with sock:
        try:
            return bool(sock.recv(64))
        except OSError:
            return False


def main() -> None:
    """Replay to the port, from the address, the message in hexadecimal digits, so many times."""
    port, address, message = int(sys.argv[1]), sys.argv[2], bytes.fromhex(sys.argv[3])
    least = int(sys.argv[4])
    count = answered = 0
    recent = collections.deque()
    look_at = 0.0
    while True:
        if time.monotonic() >= look_at:
            look_at = time.monotonic() + LOOK_SECONDS
            if count >= least and select.select([sys.stdin], [], [], 0.0)[0]:
                break
        try:
            sock = socket.create_connection((LOOPBACK, port), 5.0, (address, 0))
            sock.sendall(message)
            sock.setblocking(False)
        except OSError:
            continue
        count += 1
        recent.append(sock)
        if len(recent) > OPEN_MAX:
            answered += let_go(recent.popleft())
    answered += sum(let_go(sock) for sock in recent)
    print(count, answered)


if __name__ == "__main__":
    main()
