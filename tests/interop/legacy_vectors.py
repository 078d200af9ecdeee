# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Recorded conversations: loading them, and replaying them through the handshakes and Session."""

import json
from pathlib import Path
from typing import Any

from legacy_handshake import client_new, client_resume, server_new, server_resume
from legacy_session import Session
from legacy_wire import WIRE_1, WIRE_1_PADDED, WIRE_2, Hello, Resume, read_request

Case = dict[str, Any]

WIRE_OF_NAME = {"snet/1": WIRE_1, "snet/1 padded": WIRE_1_PADDED, "snet/2": WIRE_2}
CHALLENGE_POSITION = 16
"""A challenge stands here in a server's answer, to a hello and to a resume alike."""


class Mismatch(Exception):
    """A replay differs from the recording."""


def load(path: Path) -> list[Case]:
    """Return the cases of a file."""
    return json.loads(path.read_text(encoding="ascii"))


def expect(what: str, actual: object, recorded: object) -> None:
    """Raise Mismatch if a replay differs from the recording."""
    if actual != recorded:
        raise Mismatch(f"{what}: {actual!r} instead of {recorded!r}")


class Tape:
    """A channel whose reads come from a recording; what is written is kept."""

    def __init__(self, incoming: bytes) -> None:
        self.incoming = incoming
        self.written = b""

    def read(self, count: int) -> bytes:
        """Return the next recorded bytes."""
        if len(self.incoming) < count:
            raise Mismatch(f"{count} bytes wanted, {len(self.incoming)} recorded")
        head, self.incoming = self.incoming[:count], self.incoming[count:]
        return head

    def write(self, data: bytes) -> None:
        """Keep the bytes."""
        self.written += data


class RecordedSecrets:
    """What the recorded server drew for one link."""

    def __init__(self, case: Case, answer: bytes) -> None:
        self._case = case
        self._answer = answer

    def private(self) -> int:
        """Return the recorded private key."""
        return int(self._case["server_private"], 16)

    def conn_id(self) -> int:
        """Return the recorded id."""
        return self._case["conn_id"]

    def challenge(self) -> bytes:
        """Return the recorded challenge."""
        return self._answer[CHALLENGE_POSITION : CHALLENGE_POSITION + 8]


class Replay:
    """One end of a recorded conversation, played by this implementation."""

    def __init__(self, case: Case, *, is_client: bool) -> None:
        self.case = case
        self.wire = WIRE_OF_NAME[case["wire"]]
        self.is_client = is_client
        self.session: Session | None = None
        ours, theirs = "client_to_server", "server_to_client"
        self.ours, self.theirs = (ours, theirs) if is_client else (theirs, ours)

    def run(self) -> None:
        """Play all links, and raise Mismatch at the first byte that differs."""
        for index, recorded in enumerate(self.case["links"]):
            self._play_link(f"link {index}", recorded)
        app = bytes.fromhex(self.case[f"app_{self.theirs}"])
        expect("plaintext received", bytes(self.session.received), app)
        expect("left to send", self.session.has_to_send(), False)
        expect("secret", self.session.key[::-1].hex(), self.case["secret"])
        expect("id", self.session.conn_id, self.case["conn_id"])

    def _play_link(self, where: str, recorded: dict[str, str]) -> None:
        sent = bytes.fromhex(recorded[self.ours])
        tape = Tape(bytes.fromhex(recorded[self.theirs]))
        if self.is_client:
            self._client_handshake(tape)
        else:
            self._server_handshake(tape, RecordedSecrets(self.case, sent))
        expect(f"{where}, handshake", tape.written, sent[: len(tape.written)])
        stream = sent[len(tape.written) :]
        self.session.take(tape.incoming)
        expect(f"{where}, stream", self._send(len(stream)), stream)
        lost = bytes.fromhex(recorded[f"lost_{self.ours}"])
        if lost:
            expect(f"{where}, lost", self.session.withhold(len(lost)), lost)

    def _send(self, count: int) -> bytes:
        sent = b""
        while len(sent) < count and self.session.has_to_send():
            chunk = self.session.to_send(count - len(sent))
            self.session.mark_sent(len(chunk))
            sent += chunk
        return sent

    def _started(self, session: Session) -> Session:
        session.history_bytes = self.case["history_bytes"]
        session.write(bytes.fromhex(self.case[f"app_{self.ours}"]))
        return session

    def _client_handshake(self, tape: Tape) -> None:
        if self.session:
            client_resume(tape, self.wire, self.session)
            return
        private = int(self.case["client_private"], 16)
        self.session = self._started(client_new(tape, self.wire, private, self.case["encrypt"]))

    def _server_handshake(self, tape: Tape, secrets: RecordedSecrets) -> None:
        request = read_request(self.wire, tape.read)
        if self.session:
            expect("kind of request", type(request), Resume)
            expect("id resumed", request.conn_id, self.session.conn_id)
            server_resume(tape, self.wire, request, self.session, secrets)
            return
        expect("kind of request", type(request), Hello)
        encrypt = self.case["encrypt"]
        self.session = self._started(server_new(tape, self.wire, request, secrets, encrypt))
