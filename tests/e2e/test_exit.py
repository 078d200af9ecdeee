#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""A program that ends right after its last write: what it wrote still arrives, through cuts.

FD_EXIT names the program, which writes into a descriptor of snet.
"""

import hashlib
import os
import socket
import tempfile
import threading
import unittest
from pathlib import Path

from e2e_support import (LOOPBACK, SECURE, chaos, cuts_of, main, make_file, run, serve, server_key)

PROGRAM = os.environ["FD_EXIT"]
SIZE = 8 << 20
CUT_EVERY = "1M"


class Sink:
    """A server that takes one connection and keeps the digest of what came."""

    def __init__(self) -> None:
        self.listener = socket.create_server((LOOPBACK, 0))
        self.address = f"{LOOPBACK}:{self.listener.getsockname()[1]}"
        self.digest = ""
        self.thread = threading.Thread(target=self.take, daemon=True)
        self.thread.start()

    def take(self) -> None:
        """Read all of one connection."""
        digest = hashlib.sha256()
        peer, _ = self.listener.accept()
        with peer:
            while data := peer.recv(1 << 16):
                digest.update(data)
        self.digest = digest.hexdigest()

    def result(self) -> str:
        """Wait for the end of the connection."""
        self.thread.join(20)
        self.listener.close()
        return self.digest


class ExitAfterTheLastWrite(unittest.TestCase):
    """What arrives of a program that is gone."""

    def check_arrival(self, *mode: str) -> None:
        """Run the program, and compare."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            digest = make_file(path, SIZE)
            sink = Sink()
            with (
                serve(sink.address, wires=SECURE) as gateway,
                chaos(gateway.address, "--cut-every", CUT_EVERY) as network,
            ):
                done = run(PROGRAM, network.address, server_key().public, str(path), *mode,
                           seconds=60)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(sink.result(), digest)
                self.assertGreater(cuts_of(network), 2)

    def test_all_arrives_though_the_program_has_returned_from_main(self) -> None:
        self.check_arrival()

    def test_all_arrives_that_a_forked_child_has_written(self) -> None:
        self.check_arrival("fork")


if __name__ == "__main__":
    main()
