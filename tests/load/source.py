# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The program behind the gateway: sends without end to all that connect to a listening socket.

Those who say something at once get that back, and nothing else. It ends when its input ends. A
process of its own: what is measured beside it shall not wait for its turns in an interpreter.
"""

import select
import socket
import sys
import threading

CHUNK_BYTES = 1 << 20
ASKS_SECONDS = 0.5


def send(sock: socket.socket) -> None:
    """Say it back, or send."""
    chunk = bytes(CHUNK_BYTES)
    try:
        with sock:
            sock.settimeout(None)
            while select.select([sock], [], [], ASKS_SECONDS)[0]:
                said = sock.recv(CHUNK_BYTES)
                if not said:
                    return
                sock.sendall(said)
            while True:
                sock.sendall(chunk)
    except OSError:
        pass


def main() -> None:
    """Serve the listening socket that has this number."""
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        while True:
            ready, _, _ = select.select([listener, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            sock, _ = listener.accept()
            threading.Thread(target=send, args=(sock,), daemon=True).start()


if __name__ == "__main__":
    main()
