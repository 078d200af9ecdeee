#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""libcurl, unmodified, on descriptors of snet: through a network that cuts every MiB.

CURL_FETCH names the program; it dials the gateway itself, so that no tunnel is needed.
"""

import functools
import hashlib
import http.server
import os
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from e2e_support import (LOOPBACK, SECURE, SKIPPED, Process, chaos, cuts_of, file_digest, main,
                         make_file, run, serve, server_key)

FETCH = os.environ.get("CURL_FETCH", "")
SIZE = 24 << 20
CUT_EVERY = "1M"
STALL_AFTER = 1 << 20


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, takes uploads, and has one answer that does not say how long it is."""

    digests: list[str] = []
    lengthless = threading.Event()

    def do_PUT(self) -> None:
        """Take an upload."""
        left = int(self.headers["Content-Length"])
        digest = hashlib.sha256()
        while left > 0:
            piece = self.rfile.read(min(left, 1 << 16))
            digest.update(piece)
            left -= len(piece)
        self.digests.append(digest.hexdigest())
        self.send_response(201)
        self.end_headers()

    def do_GET(self) -> None:
        """Serve a file, or an answer that never ends."""
        if self.path != "/endless":
            super().do_GET()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(bytes(STALL_AFTER))
        self.lengthless.wait(60)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class CurlOnDescriptors(unittest.TestCase):
    """What libcurl gets when the network is bad."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.digest = make_file(cls.folder / "file", SIZE)
        handler = functools.partial(Handler, directory=cls.folder)
        cls.server = http.server.ThreadingHTTPServer((LOOPBACK, 0), handler)
        cls.addClassCleanup(cls.server.server_close)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.shutdown)
        cls.addClassCleanup(Handler.lengthless.set)
        cls.backend = f"{LOOPBACK}:{cls.server.server_port}"

    def fetch(self, address: str, how: str, path: str, file: str) -> str:
        """Run the program to its good end, and return what it says."""
        done = run(FETCH, address, server_key().public, how, f"http://{self.backend}{path}",
                   str(self.folder / file), seconds=150)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def test_download_and_upload_arrive_whole(self) -> None:
        with (
            serve(self.backend, wires=SECURE) as gateway,
            chaos(gateway.address, "--cut-every", CUT_EVERY) as network,
        ):
            self.assertIn("1 sockets", self.fetch(network.address, "get", "/file", "copy"))
            self.assertEqual(file_digest(self.folder / "copy"), self.digest)
            self.assertIn("1 sockets", self.fetch(network.address, "put", "/up", "file"))
            self.assertEqual(Handler.digests, [self.digest])
            self.assertGreater(cuts_of(network), 20)

    def test_answer_of_a_session_that_is_lost_is_not_taken_for_whole(self) -> None:
        with serve(self.backend, wires=SECURE) as gateway:
            program = Process(FETCH, gateway.address, server_key().public, "get",
                              f"http://{self.backend}/endless", str(self.folder / "part"))
            with program:
                time.sleep(1.0)
                self.assertIsNone(program.process.poll(), program.log())
                gateway.process.kill()
                gateway.process.wait(10)
                with serve(self.backend, wires=SECURE, listen=gateway.address):
                    self.assertNotEqual(program.process.wait(30), 0)
                self.assertRegex(program.log(), "[Rr]eceiv|reset")


if __name__ == "__main__":
    if not FETCH:
        print("skipped: built without libcurl; tools/bootstrap installs it")
        sys.exit(SKIPPED)
    main()
