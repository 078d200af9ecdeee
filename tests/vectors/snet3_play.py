# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Plays a dialogue of snet/3 by way of the C program snet3_player, and takes it down."""

import hashlib
import shlex
import subprocess
from typing import Any

from snet3_crypto import public_key

OPS = (
    "open", "connect", "send", "receive", "write", "read", "shutdown", "abort", "move",
    "migrate", "wait", "cut", "eof", "reset", "close", "restart",
)  # fmt: skip
"""In the order of enum snet3_op."""

ENDS = ("client", "server")
FLIGHTS_MAX = 64
DRAWS_MAX = 8

Step = dict[str, Any]


def drawn(label: str, count: int) -> bytes:
    """Return bytes that look random and depend on nothing but the label."""
    return hashlib.shake_128(f"snet/3 {label}".encode("ascii")).digest(count)


class Setup:
    """What both ends of a dialogue are told."""

    def __init__(self, name: str, pattern: int, suite: int, **options: Any) -> None:
        self.name = name
        self.pattern = pattern
        self.suite = suite
        self.service = options.get("service", "")
        self.early = options.get("early", False)
        self.pad_bytes = options.get("pad_bytes", 0)
        self.server_secret = drawn(f"{name} server secret", 32) if pattern != 3 else b""
        self.client_secret = drawn(f"{name} client secret", 32) if pattern == 2 else b""
        self.psk = drawn(f"{name} psk", 32) if pattern == 3 else b""
        self.authorized = b""
        if pattern == 2:
            denied = options.get("denied", False)
            other = drawn(f"{name} other client", 32) if denied else self.client_secret
            self.authorized = public_key(other)

    def line(self) -> str:
        """Return the line of the player's input."""
        keys = (self.server_secret, self.client_secret, self.psk, self.authorized)
        words = [str(self.suite), str(int(self.early)), str(self.pad_bytes)]
        words += [key.hex() or "-" for key in keys] + [self.service or "-"]
        return " ".join(["setup", *words])


class Play:
    """A running dialogue, and the steps so far."""

    def __init__(self, player: str, setup: Setup) -> None:
        self.setup = setup
        self.steps: list[Step] = []
        self.open: set[tuple[str, int]] = set()
        self.closing: list[tuple[str, int, str]] = []
        self.count = 0
        self.written = {end: 0 for end in ENDS}
        # Line by line in both directions; it ends when its input does.
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            shlex.split(player), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._tell(setup.line())
        self.draws = {
            (end, kind): [drawn(f"{setup.name} {end} {kind} {i}", size) for i in range(DRAWS_MAX)]
            for end, kind, size in (("client", "key", 32), ("server", "key", 32),
                                    ("server", "cid", 13))
        }  # fmt: skip
        for (end, kind), values in self.draws.items():
            for value in values:
                self._tell(f"draw {ENDS.index(end)} {kind} {value.hex()}")

    def _tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")

    def _answer(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"{self.setup.name}: the player is gone after {self.steps[-1:]}"
        return line.rstrip("\n")

    def _do(self, end: str, op: str, step: Step, hexed: str = "") -> tuple[str, str]:
        """Let one end do one step; return what it sent or read, and its error."""
        number = step.get("ms", step.get("code", step.get("deadline_ms", 0)))
        text = step.get("text", step.get("address", "")) or "-"
        self._tell(
            f"{ENDS.index(end)} {OPS.index(op)} {step.get('connection', 0)} {number} "
            f"{hexed or '-'} {text}"
        )
        out, err, told = self._answer().split(" ", 2)
        if told:
            step_told = step.setdefault("told", {})
            step_told[end] = "; ".join(filter(None, (step_told.get(end), told)))
        for event in told.split("; "):
            if event.startswith("close "):
                _, connection, how, _ = event.split(" ")
                self.closing.append((end, int(connection), how))
        return ("" if out == "-" else out), err

    def begin(self) -> None:
        """The client opens its session."""
        step: Step = {"do": "open", "end": "client"}
        self._do("client", "open", step)
        self.steps.append(step)

    def connect(self) -> int:
        """A new connection; returns its number."""
        connection = self.count
        self.count += 1
        step: Step = {"do": "connect", "connection": connection}
        for end in ENDS:
            self._do(end, "connect", step)
            self.open.add((end, connection))
        self.steps.append(step)
        return connection

    def flight(self, connection: int, sender: str, arrive: int | None = None) -> bool:
        """One end sends all it has, of which the first bytes arrive; False if there was nothing."""
        step: Step = {"do": "flight", "from": sender, "connection": connection}
        if (sender, connection) not in self.open:
            return False
        sent, _ = self._do(sender, "send", step)
        cut = len(sent) if arrive is None else 2 * arrive
        step["bytes"] = sent[:cut]
        if sent[cut:]:
            step["lost"] = sent[cut:]
        if step["bytes"]:
            self._do(ENDS[1 - ENDS.index(sender)], "receive", step, step["bytes"])
        if sent or "told" in step:
            self.steps.append(step)
        return bool(sent)

    def settle(self, *connections: int) -> None:
        """Both ends send until nothing more comes, and close what they were told to close."""
        for _ in range(FLIGHTS_MAX):
            moved = [self.flight(c, end) for c in connections for end in ENDS]
            if not any(moved):
                if not self.closing:
                    return
                self._close(*self.closing.pop(0))
        raise AssertionError(f"{self.setup.name} does not settle")

    def _close(self, end: str, connection: int, how: str) -> None:
        step: Step = {"do": "close", "end": end, "connection": connection, "how": how}
        other = ENDS[1 - ENDS.index(end)]
        if (end, connection) in self.open:
            self._do(end, "close", step)
            self.open.discard((end, connection))
            if (other, connection) in self.open:
                self._do(other, "eof" if how == "FIN" else "reset", step)
                if how != "FIN":
                    self.open.discard((other, connection))
            self.steps.append(step)

    def cut(self, connection: int) -> None:
        """The connection breaks at both ends."""
        step: Step = {"do": "cut", "connection": connection}
        for end in ENDS:
            self._do(end, "cut", step)
            self.open.discard((end, connection))
        self.closing = [closing for closing in self.closing if closing[1] != connection]
        self.steps.append(step)

    def write(self, end: str, count: int) -> None:
        """An application writes bytes of its own."""
        data = drawn(f"{self.setup.name} {end} writes", self.written[end] + count)
        step: Step = {"do": "write", "end": end, "bytes": data[self.written[end] :].hex()}
        self.written[end] += count
        self._do(end, "write", step, step["bytes"])
        self.steps.append(step)

    def read(self, end: str) -> None:
        """An application reads all there is."""
        step: Step = {"do": "read", "end": end}
        step["bytes"], step["then"] = self._do(end, "read", step)
        self.steps.append(step)

    def both_read(self) -> None:
        """Both applications read."""
        for end in ENDS:
            self.read(end)

    def call(self, end: str, op: str, **fields: Any) -> None:
        """Another call of an application: shutdown, abort, move, migrate, restart."""
        step: Step = {"do": op, "end": end, **fields}
        self._do(end, op, step)
        self.steps.append(step)

    def wait(self, duration_ms: int) -> None:
        """Time passes at both ends."""
        step: Step = {"do": "wait", "ms": duration_ms}
        for end in ENDS:
            self._do(end, "wait", step)
        self.steps.append(step)

    def finish(self) -> dict[str, Any]:
        """End the player and return the dialogue as the file has it."""
        used = []
        for end in range(2):
            self._tell(f"used {end}")
            used.append([int(word) for word in self._answer().split()])
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(timeout=60) == 0, self.setup.name
        assert not self.closing, f"{self.setup.name}: {self.closing} were not closed"

        def values(end: int, kind: str, used_bytes: int) -> list[str]:
            drawn_values = self.draws[ENDS[end], kind]
            count = used_bytes // (32 if kind == "key" else 16)
            assert count < len(drawn_values), "not enough was drawn"
            return [value.hex() for value in drawn_values[:count]]

        setup = self.setup
        return {
            "name": setup.name,
            "pattern": setup.pattern,
            "suite": setup.suite,
            "service": setup.service,
            "early": setup.early,
            "pad_bytes": setup.pad_bytes,
            "server_secret": setup.server_secret.hex(),
            "client_secret": setup.client_secret.hex(),
            "psk": setup.psk.hex(),
            "authorized": setup.authorized.hex(),
            "client_ephemerals": values(0, "key", used[0][0]),
            "server_ephemerals": values(1, "key", used[1][0]),
            "server_cid_randoms": values(1, "cid", used[1][1]),
            "steps": self.steps,
        }
