# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""A client of snet/3 that a test holds by the hand, or that resumes by itself."""

import dataclasses
import enum
import socket
from collections.abc import Callable, Iterable

from snet3_carrier import Carrier
from snet3_keys import NotAuthentic, mac1, psk_id, reject_proof, same
from snet3_link import BadFraming, Link, run
from snet3_noise import Handshake, Secrets, ZeroResult, prologue
from snet3_session import Session, Terms
from snet3_wire import (
    FINAL_CODES,
    FLAG_EARLY,
    LIMIT_LEAD_MAX,
    TLV_SERVICE,
    Abort,
    Accept,
    Code,
    Header,
    Malformed,
    Offer,
    Pattern,
    Reject,
    Resume,
    Suite,
    Type,
    Violation,
    Welcome,
    encode_tlvs,
)

OPEN_SECONDS = 10.0
EPHEMERAL = slice(17, 49)


class Outcome(enum.Enum):
    """How a session ended, or why there is none."""

    CLEAN = "ended cleanly"
    UNCONFIRMED = "closed, not confirmed"
    ABORTED = "ABORT"
    REFUSED = "refused"
    LOST = "lost for a final reason"


@dataclasses.dataclass
class Identity:
    """Whom a client trusts, who it is, and how it speaks."""

    pattern: Pattern = Pattern.NK
    suite: Suite = Suite.CHACHA
    server_public: bytes | None = None
    own_private: bytes | None = None
    psk: bytes | None = None


@dataclasses.dataclass
class Attempt:
    """A handshake that waits for its answer."""

    link: Link
    handshake: Handshake
    header: Header
    request: bytes
    told: int
    planned: bool = False
    closed_by: str = ""


class Client:
    """One client with at most one session."""

    def __init__(
        self,
        port: int,
        identity: Identity,
        terms: Terms | None = None,
        *,
        dial: Callable[[], socket.socket] | None = None,
    ) -> None:
        self.port = port
        self.identity = identity
        self.terms = terms or Terms(65536, 16384)
        self.service: bytes | None = None
        self.resumes_alone = False
        self.new_link: Callable[[Link], None] = lambda link: None
        self.new_carrier: Callable[[Carrier], None] = lambda carrier: None
        self.session: Session | None = None
        self.live: Carrier | None = None
        self.attempt: Attempt | None = None
        self.attempts = 0
        self.resumed = 0
        self.unauthentic = 0
        self.cid = self.token = self.resume_secret = b""
        self.welcome: Welcome | None = None
        self.accept: Accept | None = None
        self.outcome: Outcome | None = None
        self.code: int | None = None
        self.text = b""
        self.refusals: list[Reject] = []
        self.forged: list[Reject] = []
        self._dial = dial
        self._awaits_record = False
        self._lingering: list[Link] = []

    def __repr__(self) -> str:
        at = "live" if self.live else "attempting" if self.attempt else "detached"
        return f"<client {at}, {self.outcome} {self.code}, refused {self.refusals} {self.session}>"

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        for link in self.links():
            link.close()

    # Party

    def links(self) -> Iterable[Link]:
        """Return the links that live."""
        found = [holder.link for holder in (self.live, self.attempt) if holder]
        return found + self._lingering

    def listeners(self) -> Iterable[socket.socket]:
        """Return nothing: clients do not listen."""
        return []

    def step(self) -> None:
        """Move what can be moved."""
        if self.attempt:
            self._step_attempt(self.attempt)
        if self.live:
            self._step_live(self.live)
        for link in self._lingering:
            link.linger()
        self._lingering = [link for link in self._lingering if not link.lost]
        is_detached = self.session and not self.live and not self.attempt and not self.outcome
        if self.resumes_alone and is_detached:
            self.send_resume()

    # Asking

    def _connect(self) -> Link:
        link = Link(self._dial()) if self._dial else Link.connect(self.port)
        self.new_link(link)
        return link

    def _secrets(self) -> Secrets:
        identity = self.identity
        return Secrets(identity.server_public, identity.own_private, identity.psk)

    def hello(
        self, *, offer: bytes | None = None, edit: Callable[[Header], Header] = lambda same: same
    ) -> tuple[bytes, Attempt]:
        """Return the bytes of a HELLO and what its answer needs, without a link yet."""
        identity = self.identity
        tlvs = [(TLV_SERVICE, self.service)] if self.service is not None else []
        if offer is None:
            offer = Offer(self.terms.window, self.terms.max_record, tlvs).encode()
        by_psk = identity.pattern is Pattern.NNPSK0
        size = 32 + len(offer) + 16 + 16
        header = edit(Header(Type.HELLO, identity.pattern, identity.suite, size))
        name = psk_id(identity.psk) if by_psk else b""
        handshake = Handshake(
            Pattern(identity.pattern), Suite(identity.suite), prologue(header.encode(), name),
            self._secrets(), is_client=True,
        )
        message = header.encode() + name + handshake.write(offer)
        if not by_psk:
            message += mac1(identity.server_public, message)
        return message, Attempt(None, handshake, header, message, 0)

    def send_hello(self) -> None:
        """Connect and ask for a new session."""
        message, self.attempt = self.hello()
        self.attempt.link = self._connect()
        self.attempt.link.outbox += message

    def resume_message(
        self, *, early: bytes = b"", planned: bool = False, payload: bytes | None = None,
        number: int | None = None, edit: Callable[[Header], Header] = lambda same: same,
    ) -> tuple[bytes, Attempt]:
        """Return the bytes of a RESUME and what its answer needs, without a link yet."""
        if number is None:
            self.attempts += 1
            number = self.attempts
        counts = self.session.counts()
        request = Resume(
            number, counts.recv_next, counts.limit, self.session.acked if early else 0, early,
            planned,
        )
        payload = request.encode() if payload is None else payload
        flags = FLAG_EARLY if early else 0
        size = 17 + 32 + len(payload) + 16
        header = edit(Header(Type.RESUME, Pattern.NNPSK0, self.identity.suite, size, flags))
        handshake = Handshake(
            Pattern.NNPSK0, self.identity.suite, prologue(header.encode(), self.cid),
            Secrets(psk=self.resume_secret), is_client=True,
        )
        body = self.cid + handshake.write(payload)
        told = counts.recv_next
        return header.encode() + body, Attempt(None, handshake, header, body, told, planned)

    def send_resume(self, *, planned: bool = False, early_max: int = 0) -> None:
        """Connect and ask to go on, from the last credential."""
        assert self.attempt is None
        early = self.session.peek(self.session.acked, early_max) if early_max else b""
        message, self.attempt = self.resume_message(early=early, planned=planned)
        self.session.note_sent(self.session.acked + len(early))
        self.attempt.link = self._connect()
        self.attempt.link.outbox += message

    # Answers

    def _end_attempt(self, why: str) -> None:
        self.attempt.link.close(why)
        self.attempt.closed_by = why
        self.attempt = None
        if not self.session and not self.outcome:
            self._end(Outcome.REFUSED, None)

    def _end(self, outcome: Outcome, code: int | None, text: bytes = b"") -> None:
        self.outcome, self.code, self.text = outcome, code, text

    def _step_attempt(self, attempt: Attempt) -> None:
        attempt.link.flush()
        attempt.link.fill()
        try:
            message = attempt.link.take_message()
            if message:
                self._take_answer(attempt, *message)
        except (BadFraming, NotAuthentic, ZeroResult) as error:
            self.unauthentic += 1
            self._end_attempt(repr(error))
        if self.attempt is attempt and (attempt.link.lost or attempt.link.peer_ended):
            self._end_attempt(attempt.link.lost or "closed")

    def _take_answer(self, attempt: Attempt, header: Header, body: bytes) -> None:
        asked = attempt.header
        echo = (asked.version, asked.pattern, asked.suite, 0)
        if (header.version, header.pattern, header.suite, header.flags) != echo:
            raise BadFraming(f"{header} answers {asked}")
        is_resume = asked.type == Type.RESUME
        if header.type == Type.REJECT:
            self._take_reject(attempt, header, Reject.decode(body))
        elif header.type == (Type.ACCEPT if is_resume else Type.HELLO_REPLY):
            payload = attempt.handshake.read(body)
            self._take_accept(attempt, payload) if is_resume else self._open(attempt, payload)
        else:
            raise BadFraming(str(header))

    def _take_reject(self, attempt: Attempt, header: Header, reject: Reject) -> None:
        self.refusals.append(reject)
        self.code = reject.code
        if attempt.header.type == Type.HELLO:
            assert not any(reject.proof), "a REJECT to HELLO has no proof"
            self._end(Outcome.REFUSED, reject.code)
        else:
            proof = reject_proof(self.token, header, reject, attempt.request[EPHEMERAL])
            proven = same(proof, reject.proof)
            if reject.code in FINAL_CODES and not proven:
                self.forged.append(reject)
            elif reject.code in FINAL_CODES:
                self._end_for_good(reject.code)
            elif reject.code != Code.BUSY:
                assert not any(reject.proof), f"{reject} has a proof"
        self._end_attempt(f"refused: {reject}")

    def _end_for_good(self, code: int) -> None:
        """Conclude from a final code with its proof [PROTO 18.3]."""
        session = self.session
        if code == Code.CLOSED_OK and session.finished or code == Code.UNKNOWN and session.over:
            self._end(Outcome.CLEAN, code)
        elif code == Code.UNKNOWN and session.finished and session.fin_received:
            self._end(Outcome.UNCONFIRMED, code)
        else:
            self._end(Outcome.LOST, code)

    def _open(self, attempt: Attempt, payload: bytes) -> None:
        try:
            welcome = self.welcome = Welcome.decode(payload)
        except Malformed as error:
            raise Violation(f"welcome: {error}") from error
        self.cid, self.token = welcome.cid, welcome.token
        if self.identity.pattern is Pattern.XK:
            sealed = attempt.handshake.write(encode_tlvs([]))
            header = Header(Type.AUTH, Pattern.XK, self.identity.suite, len(sealed))
            attempt.link.outbox += header.encode() + sealed
            self._awaits_record = True
        peer = Terms(welcome.window, welcome.max_record)
        self.session = Session(self.terms, peer, is_client=True)
        self._carry(attempt, not self._awaits_record)

    def _take_accept(self, attempt: Attempt, payload: bytes) -> None:
        try:
            accept = self.accept = Accept.decode(payload)
        except Malformed as error:
            raise Violation(f"ACCEPT: {error}") from error
        if accept.limit > accept.recv_next + LIMIT_LEAD_MAX:
            raise Violation(str(accept))
        if self.live:
            self.live.link.close("handed over")
            self.unauthentic += self.live.unauthentic
        self.session.take_counts(accept.recv_next, accept.limit)
        self.cid, self.token = accept.cid, accept.token
        self.resumed += 1
        self._carry(attempt, True)

    def _carry(self, attempt: Attempt, may_send_data: bool) -> None:
        keys = attempt.handshake.keys
        self.resume_secret = keys.resume_secret
        self.live = Carrier(attempt.link, self.session, self.identity.suite, keys, attempt.told)
        self.live.may_send_data = may_send_data
        self.attempt = None
        self.new_carrier(self.live)

    # Records

    def _step_live(self, carrier: Carrier) -> None:
        carrier.take_in()
        if self._awaits_record and carrier.heard:
            self._awaits_record = False
            carrier.may_send_data = True
        aborted = self.session.aborted
        if aborted and not self.outcome:
            is_clean = aborted.code == Code.CLOSED_OK and self.session.over
            outcome = Outcome.CLEAN if is_clean else Outcome.ABORTED
            self._end(outcome, aborted.code, aborted.text)
        carrier.put_out()
        if self.outcome or carrier.link.lost:
            self._drop_live()

    def _drop_live(self) -> None:
        self.unauthentic += self.live.unauthentic
        if not self.live.link.lost:
            self.live.link.finish()
            self._lingering.append(self.live.link)
        self.live = None
        if self._awaits_record and not self.outcome:
            # There is no session before the server's first record [PROTO 14.3].
            self._end(Outcome.REFUSED, None)

    # What tests want

    def open(self, seconds: float = OPEN_SECONDS) -> "Client":
        """Begin a session, and return when the server has said something in it."""
        self.send_hello()
        run([self], lambda: self.outcome or self.live and self.live.heard, seconds)
        assert self.live and not self.outcome, repr(self)
        return self

    def lose(self) -> None:
        """Reset the live link."""
        self.live.link.reset("the test cut it")
        self.step()

    def resume(self, seconds: float = OPEN_SECONDS, **how: object) -> None:
        """Resume, and return when the server has said something on the new link."""
        before = self.live
        self.send_resume(**how)

        def done() -> bool:
            moved = self.live is not before and self.live and self.live.heard
            return bool(self.outcome or moved or self.attempt is None and not self.live)

        run([self], done, seconds)
        assert self.live and not self.outcome, repr(self)

    def transfer(
        self, until: Callable[[], bool], seconds: float = OPEN_SECONDS, *others: object
    ) -> None:
        """Move bytes until a goal is reached."""
        run([self, *others], until, seconds)

    def abort(self, code: int, text: bytes = b"") -> None:
        """End the session by ABORT."""
        self.live.end_with(Abort(code, text))
        self._end(Outcome.ABORTED, code, text)
        self.step()
