#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What the log says of connections that carry nothing: who wonders why it is slow finds out."""

import contextlib
import json
import select
import socket
import socketserver
import struct
import subprocess
import threading
import time
import unittest

from e2e_support import LOOPBACK, SECURE, SNET, Process, connect, main, serve, spoken_by
from test_echo import EchoHandler, EchoServer, dial, receive

PASSES, RESETS, SWALLOWS, STOPS_SHORT = range(4)
SHORT_BYTES = 150
"""Enough for the answer to a resume, and for no record with bytes of the stream."""
HELD_SECONDS = 0.2
"""In this time what the other end says to that answer passes."""
SILENCE_SECONDS = 40.0
"""An attempt that nobody answers is given up after 10 s."""
BARREN = "barren-link"
RESET = struct.pack("ii", 1, 0)


class Path(socketserver.ThreadingTCPServer):
    """The way to a gateway, and what it does to connections that begin from now on."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, to: str) -> None:
        host, _, port = to.rpartition(":")
        self.to = (host, int(port))
        self.mode = PASSES
        self.hit = threading.Semaphore(0)
        self.live: list[socket.socket] = []
        super().__init__((LOOPBACK, 0), PathHandler)
        self.address = f"{LOOPBACK}:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def server_close(self) -> None:
        """Stop, and close: what still served would spin."""
        self.shutdown()
        super().server_close()

    def turn(self, mode: int) -> None:
        """Be like that, and cut what there is; not what comes meanwhile, in place of that."""
        self.mode = mode
        cut, self.live = self.live, []
        for sock in cut:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def wait_for_hits(self, count: int) -> None:
        """Wait until so many connections have carried nothing."""
        for _ in range(count):
            if not self.hit.acquire(timeout=SILENCE_SECONDS):
                raise AssertionError("no attempt to connect")


class PathHandler(socketserver.BaseRequestHandler):
    """One connection."""

    def handle(self) -> None:
        """Do to it what the path does."""
        mode = self.server.mode
        self.server.live.append(self.request)
        with contextlib.suppress(OSError):
            if mode in (PASSES, STOPS_SHORT):
                with socket.create_connection(self.server.to) as behind:
                    self.server.live.append(behind)
                    self.carry(behind, SHORT_BYTES if mode == STOPS_SHORT else 1 << 60)
            else:
                self.request.recv(65536)
                if mode == SWALLOWS:
                    while self.request.recv(65536):
                        pass
        with contextlib.suppress(OSError):
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.request.close()
        if mode != PASSES:
            self.server.hit.release()

    def carry(self, behind: socket.socket, left: int) -> None:
        """Pass on what comes, and `left` bytes of the answer; soon afterwards it is over."""
        ends = {self.request: behind, behind: self.request}
        while ready := select.select(list(ends), [], [], None if left > 0 else HELD_SECONDS)[0]:
            for end in ready:
                data = end.recv(65536)
                if not data:
                    return
                if end is behind:
                    data = data[:left]
                    left -= len(data)
                ends[end].sendall(data)


class Barren(unittest.TestCase):
    """Sessions of which connections carry nothing."""

    def setUp(self) -> None:
        echo = self.enterContext(EchoServer((LOOPBACK, 0), EchoHandler))
        threading.Thread(target=echo.serve_forever, daemon=True).start()
        self.addCleanup(echo.shutdown)
        self.gateway = self.enterContext(serve(f"{LOOPBACK}:{echo.server_address[1]}"))
        self.path = self.enterContext(Path(self.gateway.address))

    def through(self, mode: int, *options: str, hits: int = 3) -> Process:
        """Let connections of a session fail like that; then it goes on."""
        tunnel = self.enterContext(connect(self.path.address, SECURE, *options))
        program = self.enterContext(dial(tunnel.port))
        program.sendall(b"before")
        self.assertEqual(receive(program, 6), b"before")
        self.path.turn(mode)
        program.sendall(b"between")
        self.path.wait_for_hits(hits)
        self.path.turn(PASSES)
        self.assertEqual(receive(program, 7), b"between")
        return tunnel

    def lines(self, process: Process) -> list[str]:
        """Return what the log says of such connections."""
        return [line for line in process.log().splitlines() if BARREN in line]

    def test_it_is_said_once_by_default(self) -> None:
        for mode in (RESETS, STOPS_SHORT):
            with self.subTest(mode=mode):
                [line] = self.lines(self.through(mode))
                for words in (" warning ", "session=", "reason=LINK_", "barren_links=1 ",
                              "a connection moved nothing: short records and addresses of the "
                              "other family are tried"):
                    self.assertIn(words, line)

    def test_each_is_said_with_verbose(self) -> None:
        tunnel = self.through(RESETS, "-v")
        tunnel.wait_for("barren_links=3 ")
        for number, line in enumerate(self.lines(tunnel), 1):
            self.assertIn(f"barren_links={number} ", line)

    def test_it_is_a_line_of_json(self) -> None:
        [line] = self.lines(self.through(RESETS, "--log-json"))
        fields = json.loads(line)
        self.assertEqual((fields["event"], fields["barren_links"]), (BARREN, 1))
        self.assertIn(fields["reason"], ("LINK_RESET", "LINK_FIN", "LINK_LOST"))

    def test_small_segments_are_named_behind_a_silent_path(self) -> None:
        tunnel = self.enterContext(connect(self.path.address, SECURE))
        program = self.enterContext(dial(tunnel.port))
        program.sendall(b"before")
        self.assertEqual(receive(program, 6), b"before")
        self.path.turn(SWALLOWS)
        program.sendall(b"between")
        tunnel.wait_for(BARREN, SILENCE_SECONDS)
        self.path.turn(PASSES)
        self.assertEqual(receive(program, 7), b"between")
        [line] = self.lines(tunnel)
        self.assertRegex(line, r"segment_bytes=[1-9]\d+ .*small TCP segments")

    def test_standard_input_and_output_say_it_with_verbose(self) -> None:
        for options, level in (((), None), (("-v",), "warning")):
            with self.subTest(options=options), Process(
                SNET, "connect", self.path.address, *spoken_by(SECURE), *options,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            ) as tunnel, tunnel.process as ends:
                ends.stdin.write(b"before")
                ends.stdin.flush()
                self.assertEqual(ends.stdout.read(6), b"before")
                self.path.turn(RESETS)
                ends.stdin.write(b"between")
                ends.stdin.flush()
                self.path.wait_for_hits(2)
                self.path.turn(PASSES)
                self.assertEqual(ends.stdout.read(7), b"between")
                ends.stdin.close()
                self.assertEqual(ends.stdout.read(), b"")
                self.assertEqual(ends.wait(10.0), 0)
                if level is None:
                    self.assertEqual(tunnel.log(), "")
                else:
                    self.assertIn(f" {level} connect {BARREN} ", self.lines(tunnel)[0])

    def test_a_gateway_says_it_with_verbose(self) -> None:
        with socket.create_server((LOOPBACK, 0)) as backend:
            gateway = self.enterContext(serve(f"{LOOPBACK}:{backend.getsockname()[1]}"))
            path = self.enterContext(Path(gateway.address))
            tunnel = self.enterContext(connect(path.address, SECURE))
            program = self.enterContext(dial(tunnel.port))
            far = self.enterContext(backend.accept()[0])
            far.sendall(b"before")
            self.assertEqual(receive(program, 6), b"before")
            path.turn(STOPS_SHORT)
            far.sendall(b"between")
            path.wait_for_hits(2)
            gateway.wait_for(rf" debug serve {BARREN} .*: short records are tried")
            path.turn(PASSES)
            self.assertEqual(receive(program, 7), b"between")

    def test_a_path_that_only_cuts_is_not_called_barren(self) -> None:
        tunnel = self.enterContext(connect(self.path.address, SECURE, "-v"))
        program = self.enterContext(dial(tunnel.port))
        for number in range(5):
            program.sendall(b"%d" % number)
            self.assertEqual(receive(program, 1), b"%d" % number)
            time.sleep(0.05)
            self.path.turn(PASSES)
        self.assertEqual(self.lines(tunnel), [])


if __name__ == "__main__":
    main()
