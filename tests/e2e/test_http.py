#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""An HTTP download of 100 MiB with curl through a network that cuts every 4 MiB."""

import functools
import http.server
import tempfile
import threading
import unittest
from pathlib import Path

from e2e_support import (LOOPBACK, WIRES, cuts_of, file_digest, main, make_file, need,
                         path_through_chaos, run)

SIZE = 100 << 20


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a log."""

    protocol_version = "HTTP/1.0"  # the server closes: the end of the stream ends the answer

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class HttpThroughChaos(unittest.TestCase):
    """What curl gets when the network is bad."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.digest = make_file(cls.folder / "file", SIZE)
        handler = functools.partial(QuietHandler, directory=cls.folder)
        cls.server = http.server.ThreadingHTTPServer((LOOPBACK, 0), handler)
        cls.addClassCleanup(cls.server.server_close)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.shutdown)

    def test_download_arrives_whole_over_every_wire(self) -> None:
        backend = f"{LOOPBACK}:{self.server.server_port}"
        for wire in WIRES:
            with (
                self.subTest(wire=wire),
                path_through_chaos(backend, wire, "--cut-every", "4M") as (tunnel, network, _),
            ):
                copy = self.folder / "copy"
                done = run("curl", "-sS", "--fail", "--max-time", "120", "-o", str(copy),
                           f"http://{LOOPBACK}:{tunnel.port}/file", seconds=130)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(file_digest(copy), self.digest)
                self.assertGreater(cuts_of(network), 5)


if __name__ == "__main__":
    need("curl")
    main()
