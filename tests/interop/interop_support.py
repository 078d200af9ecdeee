# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The command under test as a process, the programs on its other side, and small helpers.

The command's path comes from the environment variable SNET_BIN. Every process is ended by the
object that started it, and every wait has a limit.
"""

import contextlib
import hashlib
import os
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator

from legacy_link import LOOPBACK, TimedOut

START_SECONDS = 10.0
SOCKET_SECONDS = 20.0
MIXED = "1,1-padded,2"

DEFECT_WORDS = ("Sanitizer", "runtime error:", "assertion")
"""What a build with sanitizers, or a failed assertion, says while it runs."""

EXIT_CLEAN = 0
EXIT_OUTPUT = 1
EXIT_UNAVAILABLE = 69
EXIT_LOST = 74
EXIT_PROTOCOL = 76
EXIT_REFUSED = 77


def free_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        return sock.getsockname()[1]


def connect_local(port: int, seconds: float = START_SECONDS) -> socket.socket:
    """Connect to a port that somebody is about to listen on."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            sock = socket.create_connection((LOOPBACK, port), timeout=SOCKET_SECONDS)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
            continue
        return sock


def receive_exactly(sock: socket.socket, count: int) -> bytes:
    """Return `count` bytes, fewer if the stream ends before."""
    data = bytearray()
    while len(data) < count:
        piece = sock.recv(min(count - len(data), 65536))
        if not piece:
            break
        data += piece
    return bytes(data)


def receive_all(sock: socket.socket) -> tuple[bytes, bool]:
    """Return all bytes until the stream ends, and whether it ended in order, without a reset."""
    data = bytearray()
    while True:
        try:
            piece = sock.recv(65536)
        except ConnectionResetError:
            return bytes(data), False
        if not piece:
            return bytes(data), True
        data += piece


def digest(data: bytes) -> str:
    """Return a short name for data, so that a failure does not print megabytes."""
    return f"{len(data)} bytes {hashlib.sha256(data).hexdigest()[:16]}"


def new_seed() -> int:
    """Return SNET_SEED if it is set, otherwise a fresh seed; failures print it."""
    return int(os.environ.get("SNET_SEED") or random.randrange(2**32))


def in_parallel(cases: dict[str, Callable[[], None]], seconds: float) -> dict[str, str]:
    """Run functions in threads of their own, and return what failed and how."""
    failures = {name: f"not over after {seconds} s" for name in cases}

    def run(name: str, function: Callable[[], None]) -> None:
        try:
            function()
            del failures[name]
        except BaseException as error:  # a failed assertion is a result here, whatever it is
            notes = "\n".join(getattr(error, "__notes__", []))
            failures[name] = f"{type(error).__name__}: {error}\n{notes}"

    threads = [
        threading.Thread(target=run, args=case, daemon=True, name=case[0])
        for case in cases.items()
    ]
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(failures)


def wait_until(goal: Callable[[], bool], seconds: float, what: Callable[[], str]) -> None:
    """Wait for something that other threads do."""
    deadline = time.monotonic() + seconds
    while not goal():
        if time.monotonic() > deadline:
            raise TimedOut(what())
        time.sleep(0.02)


class Command:
    """A running `snet` process."""

    def __init__(
        self, *arguments: str, with_pipes: bool = False, descriptors: int | None = None
    ) -> None:
        self._errors = tempfile.TemporaryFile()
        pipe = subprocess.PIPE if with_pipes else subprocess.DEVNULL
        limited = ["prlimit", f"--nofile={descriptors}:{descriptors}"] if descriptors else []
        self.process = subprocess.Popen(
            [*limited, os.environ["SNET_BIN"], *arguments],
            stdin=pipe, stdout=pipe, stderr=self._errors,
        )

    def __enter__(self) -> "Command":
        return self

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        self.stop()
        errors = self.errors()
        self._errors.close()
        if error is not None:
            error.add_note(f"stderr of snet (exit {self.process.returncode}):\n{errors}")
        elif any(word in errors for word in DEFECT_WORDS):
            raise AssertionError(f"a defect showed on stderr of snet:\n{errors}")

    def errors(self) -> str:
        """Return the end of what the process wrote to stderr."""
        # The process shares the file's position, so that must not move.
        size = os.fstat(self._errors.fileno()).st_size
        start = max(0, size - 3000)
        return os.pread(self._errors.fileno(), size - start, start).decode("utf-8", "replace")

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop the process for a while: it sees all at once what happens meanwhile."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End the process, and free its pipes."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10.0)
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:
                pass


class Serve(Command):
    """`snet serve` in front of a backend of the test."""

    def __init__(
        self, wires: str, *, encrypt: bool = True, history: int = 2**20, wait: int = 60
    ) -> None:
        self.backend = Backend()
        self.port = free_port()
        super().__init__(
            "serve",
            "-v",
            *("--wire", wires),
            *("--listen", f"{LOOPBACK}:{self.port}"),
            *("--to", f"{LOOPBACK}:{self.backend.port}"),
            *("--history", str(history)),
            *("--resume-timeout", f"{int(wait * 1000)}ms"),
            *([] if encrypt else ["--plain"]),
        )

    def __enter__(self) -> "Serve":
        try:
            connect_local(self.port).close()
        except OSError as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def stop(self) -> None:
        super().stop()
        self.backend.close()


class Backend:
    """The server behind `snet serve`: a listening socket whose connections the test holds."""

    def __init__(self) -> None:
        self._listener = socket.create_server((LOOPBACK, 0))
        self._listener.settimeout(SOCKET_SECONDS)
        self.port = self._listener.getsockname()[1]

    def accept(self) -> socket.socket:
        """Wait for the gateway to connect on behalf of a session."""
        sock, _ = self._listener.accept()
        sock.settimeout(SOCKET_SECONDS)
        return sock

    def close(self) -> None:
        """Listen no longer."""
        self._listener.close()


class Bulk:
    """A program that sends a payload and takes what comes, in threads, over any socket."""

    def __init__(self, sock: socket.socket, payload: bytes) -> None:
        self.received = bytearray()
        self._sock = sock
        self._payload = payload
        self._threads = [
            threading.Thread(target=target, daemon=True) for target in (self._send, self._receive)
        ]
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        try:
            self._sock.sendall(self._payload)
        except OSError:
            pass

    def _receive(self) -> None:
        try:
            while piece := self._sock.recv(65536):
                self.received += piece
        except OSError:
            pass

    def end_output(self) -> None:
        """Send the end of the stream behind what has been sent, and go on taking."""
        self._threads[0].join(SOCKET_SECONDS)
        self._sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End both threads."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        for thread in self._threads:
            thread.join(5.0)
        self._sock.close()


class Connect(Command):
    """`snet connect`, on standard input and output or with a local listening port."""

    def __init__(
        self,
        server_port: int,
        wire: str,
        *,
        encrypt: bool = True,
        wait: int = 60,
        local_port: int | None = None,
    ) -> None:
        local = ["--listen", f"{LOOPBACK}:{local_port}"] if local_port else []
        super().__init__(
            "connect",
            f"{LOOPBACK}:{server_port}",
            *("--wire", wire),
            *("--resume-timeout", f"{int(wait * 1000)}ms"),
            *local,
            *([] if encrypt else ["--plain"]),
            with_pipes=not local_port,
        )
        self.output = bytearray()
        self._reader = threading.Thread(target=self._collect, daemon=True)
        if not local_port:
            self._reader.start()

    def _collect(self) -> None:
        try:
            while piece := os.read(self.process.stdout.fileno(), 65536):
                self.output += piece
        except (OSError, ValueError):
            pass

    def feed(self, data: bytes) -> threading.Thread:
        """Write to its standard input in a thread, and leave that open."""

        def write() -> None:
            try:
                self.process.stdin.write(data)
                self.process.stdin.flush()
            except (OSError, ValueError):
                pass

        thread = threading.Thread(target=write, daemon=True)
        thread.start()
        return thread

    def wait(self, seconds: float) -> int:
        """Wait for its end, and return the exit code; all its output is collected by then."""
        code = self.process.wait(seconds)
        self._reader.join(5.0)
        return code

    def wait_for_output(self, count: int, seconds: float = 30.0) -> bytes:
        """Wait until so much came out of it, and return all that did."""
        deadline = time.monotonic() + seconds
        while len(self.output) < count and time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        return bytes(self.output)
