# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""A server of snet/3 for tests: it answers by the rules, and otherwise where a test says so."""

import dataclasses
import socket
import time
from collections.abc import Callable, Iterable

from snet3_carrier import Carrier
from snet3_keys import CidMaker, NotAuthentic, mac1, psk_id, reject_proof, same
from snet3_link import LOOPBACK, BadFraming, Link, run
from snet3_noise import (
    Handshake,
    Secrets,
    ZeroResult,
    exchange,
    new_private_key,
    prologue,
    public_key,
)
from snet3_session import Session, Terms
from snet3_wire import (
    FINAL_CODES,
    FLAG_EARLY,
    LIMIT_LEAD_MAX,
    MAGIC,
    STATUS_EARLY,
    VERSION,
    Abort,
    Accept,
    Code,
    Header,
    Malformed,
    Offer,
    Pattern,
    Reject,
    Resume,
    Start,
    Suite,
    Type,
    Violation,
    Welcome,
    decode_auth,
)

SILENCE_SECONDS = 10.0


@dataclasses.dataclass
class Settings:
    """What a server is and serves."""

    private: bytes | None = dataclasses.field(default_factory=new_private_key)
    psks: list[bytes] = dataclasses.field(default_factory=list)
    authorized: set[bytes] | None = None
    terms: Terms = dataclasses.field(default_factory=lambda: Terms(65536, 16384))
    heartbeat_s: int = 15
    resume_window_ms: int = 60_000
    accepts_when_over: bool = False
    closes_when_over: bool = True
    says_when_over: bool = True

    @property
    def first_key(self) -> bytes:
        """The key that cids and tokens are made with."""
        return self.private or self.psks[0]


@dataclasses.dataclass
class Credential:
    """What a client may resume from."""

    cid: bytes
    resume_secret: bytes = b""


class ServerSession:
    """A session as its server sees it, or an embryo of one."""

    def __init__(self, session: Session, suite: Suite, confirmed: Credential) -> None:
        self.session = session
        self.suite = suite
        self.confirmed = confirmed
        self.pending: Credential | None = None
        self.attempt = 0
        self.live: Carrier | None = None
        self.pending_carrier: Carrier | None = None
        self.is_embryo = True
        self.handshake: Handshake | None = None
        self.auth_link: Link | None = None
        self.client_public: bytes | None = None
        self.service: bytes | None = None
        self.resumed = 0
        self.unauthentic = 0
        self.ended: Code | None = None
        self.resumes: list[Resume] = []

    def __repr__(self) -> str:
        at = "live" if self.live else "detached"
        return f"<{at}, attempt {self.attempt}, ended {self.ended}, {self.session}>"

    @property
    def holders(self) -> list[Carrier]:
        """The carriers that live."""
        return [carrier for carrier in (self.live, self.pending_carrier) if carrier]

    def credentials(self) -> list[Credential]:
        """Return the one or two credentials."""
        return [held for held in (self.confirmed, self.pending) if held]


class Rejected(Exception):
    """A request gets a REJECT."""

    def __init__(self, code: int, cid: bytes | None = None, retry_after: int = 0) -> None:
        super().__init__(str(code))
        self.reject = Reject(code, retry_after)
        self.cid = cid


class Silence(Exception):
    """A request gets no answer."""


class Server:
    """Listens on a loopback port, or is given sockets."""

    def __init__(self, settings: Settings | None = None, *, listens: bool = True) -> None:
        self.settings = settings or Settings()
        self.cids = CidMaker(self.settings.first_key)
        self.sessions: list[ServerSession] = []
        self.tombs: dict[bytes, Code] = {}
        self.requests: list[Header] = []
        self.refuse_next: list[Rejected | Silence] = []
        self.edit_answer: Callable[[bytes], bytes] = lambda message: message
        self.new_session: Callable[[ServerSession], None] = lambda held: None
        self.new_carrier: Callable[[Carrier], None] = lambda carrier: None
        self.new_link: Callable[[Link], None] = lambda link: None
        self._greeting: list[Link] = []
        self._silent: list[Link] = []
        self._lingering: list[Link] = []
        self._listener = socket.create_server((LOOPBACK, 0)) if listens else None
        if self._listener:
            self._listener.setblocking(False)
            self.port = self._listener.getsockname()[1]

    def __repr__(self) -> str:
        return f"<server of {self.sessions}, greeting {len(self._greeting)}>"

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        for link in self.links():
            link.close()
        if self._listener:
            self._listener.close()

    @property
    def public(self) -> bytes:
        """The public key to pin."""
        return public_key(self.settings.private)

    def forget_all(self) -> None:
        """Be as after a restart with the same keys."""
        for link in self.links():
            link.reset()
        self._greeting, self._silent, self._lingering = [], [], []
        self.sessions.clear()
        self.tombs.clear()

    # Party

    def links(self) -> Iterable[Link]:
        """Return the links that live."""
        held = [carrier.link for one in self.sessions for carrier in one.holders]
        waiting = [one.auth_link for one in self.sessions if one.auth_link]
        return held + waiting + self._greeting + self._silent + self._lingering

    def listeners(self) -> Iterable[socket.socket]:
        """Return the listening socket."""
        return [self._listener] if self._listener else []

    def adopt(self, sock: socket.socket) -> None:
        """Take a connection as if it had been accepted."""
        link = Link(sock)
        self.new_link(link)
        self._greeting.append(link)

    def adopt_new(self) -> None:
        """Accept connections, and answer what they ask."""
        try:
            while self._listener:
                self.adopt(self._listener.accept()[0])
        except BlockingIOError:
            pass
        for link in list(self._greeting):
            self._greet(link)

    def step(self) -> None:
        """Move what can be moved."""
        self.adopt_new()
        for link in self._silent:
            link.fill()
            link.inbox.clear()
            if link.peer_ended or time.monotonic() > link.began + SILENCE_SECONDS:
                link.close("silence is over")
        for held in list(self.sessions):
            self._step_session(held)
        for link in self._lingering:
            link.linger()
        self._silent = [link for link in self._silent if not link.lost]
        self._lingering = [link for link in self._lingering if not link.lost]

    # Requests

    def _greet(self, link: Link) -> None:
        link.fill()
        try:
            message = link.take_message()
            if message is None:
                if link.lost or link.peer_ended:
                    link.close("closed while greeting")
                    self._greeting.remove(link)
                return
            self._greeting.remove(link)
            header, body = message
            self.requests.append(header)
            if link.inbox:
                raise Violation(f"{len(link.inbox)} bytes behind {header}")
            if self.refuse_next:
                raise self.refuse_next.pop(0)
            self._answer(link, header, body)
        except BadFraming:
            self._greeting.remove(link)
            link.close("bad header")
        except ZeroResult:
            link.close("an exchange of zeros")
        except Silence:
            self._silent.append(link)
        except Rejected as refusal:
            self._refuse(link, header, body, refusal)

    def _refuse(self, link: Link, asked: Header, body: bytes, refusal: Rejected) -> None:
        reject = refusal.reject
        header = Header(Type.REJECT, asked.pattern, asked.suite, 20, 0, asked.version)
        is_proven = reject.code in FINAL_CODES or reject.code == Code.BUSY
        if refusal.cid is not None and is_proven and not any(reject.proof):
            token = self.cids.token(refusal.cid)
            reject.proof = reject_proof(token, header, reject, body[17:49])
        link.outbox += self.edit_answer(header.encode() + reject.encode())
        self._let_go(link)

    def _let_go(self, link: Link) -> None:
        link.finish()
        self._lingering.append(link)

    def _reply(self, link: Link, asked: Header, kind: Type, body: bytes) -> None:
        header = Header(kind, asked.pattern, asked.suite, len(body))
        link.outbox += self.edit_answer(header.encode() + body)

    def _answer(self, link: Link, header: Header, body: bytes) -> None:
        if header.magic != MAGIC or header.type not in (Type.HELLO, Type.RESUME):
            raise BadFraming(str(header))
        if header.version != VERSION:
            raise Silence
        if header.type == Type.HELLO:
            self._answer_hello(link, header, body)
        else:
            self._answer_resume(link, header, body)

    def _known_psk(self, header: Header, body: bytes) -> bytes | None:
        """Check what shows that the client is no stranger [PROTO 14.1]."""
        settings = self.settings
        if header.pattern == Pattern.NNPSK0:
            for psk in settings.psks:
                if same(psk_id(psk), body[:16]):
                    return psk
            raise Silence
        if not settings.private:
            raise Silence
        if not same(mac1(self.public, header.encode() + body[:-16]), body[-16:]):
            raise Silence
        return None

    def _answer_hello(self, link: Link, header: Header, body: bytes) -> None:
        psk = self._known_psk(header, body)
        if header.flags:
            raise Rejected(Code.BAD_FORMAT)
        is_served = header.pattern in tuple(Pattern)
        if header.pattern == Pattern.NK and self.settings.authorized is not None:
            is_served = False
        if not is_served:
            raise Rejected(Code.BAD_PATTERN)
        if header.suite not in tuple(Suite):
            raise Rejected(Code.BAD_SUITE)
        handshake = Handshake(
            Pattern(header.pattern), Suite(header.suite),
            prologue(header.encode(), body[:16] if psk else b""),
            Secrets(own_private=self.settings.private, psk=psk), is_client=False,
        )
        try:
            payload = handshake.read(body[16:] if psk else body[:-16])
        except (NotAuthentic, ZeroResult) as error:
            raise Silence from error
        try:
            offer = Offer.decode(payload)
        except Malformed as error:
            raise Rejected(Code.BAD_FORMAT) from error
        self._begin(link, header, handshake, offer)

    def _begin(self, link: Link, header: Header, handshake: Handshake, offer: Offer) -> None:
        cid = self.cids.make()
        terms = self.settings.terms
        welcome = Welcome(
            cid, self.cids.token(cid), terms.window, terms.max_record,
            self.settings.heartbeat_s, self.settings.resume_window_ms,
        )
        self._reply(link, header, Type.HELLO_REPLY, handshake.write(welcome.encode()))
        peer = Terms(offer.window, offer.max_record)
        session = Session(terms, peer, is_client=False)
        held = ServerSession(session, Suite(header.suite), Credential(cid))
        held.service = dict(offer.tlvs).get(1)
        if header.pattern == Pattern.XK:
            held.handshake, held.auth_link = handshake, link
        else:
            self._embody(held, link, handshake, 0)
            held.live.may_send = False
        self.sessions.append(held)

    def _embody(
        self, held: ServerSession, link: Link, handshake: Handshake, told: int
    ) -> None:
        held.confirmed.resume_secret = handshake.keys.resume_secret
        held.live = Carrier(link, held.session, held.suite, handshake.keys, told)
        held.live.confirmed = True
        self.new_carrier(held.live)

    def _step_auth(self, held: ServerSession) -> None:
        link = held.auth_link
        link.flush()
        link.fill()
        message = link.take_message()
        if message is None:
            if link.lost or link.peer_ended:
                link.close("closed before AUTH")
                self.sessions.remove(held)
            return
        header, body = message
        if (header.type, header.version, header.pattern, header.suite, header.flags) != (
            Type.AUTH, VERSION, Pattern.XK, held.suite, 0
        ):
            raise Violation(f"{header} instead of AUTH")
        decode_auth(held.handshake.read(body))
        held.client_public = held.handshake.peer_static
        held.auth_link = None
        self._embody(held, link, held.handshake, 0)
        if held.client_public not in (self.settings.authorized or {held.client_public}):
            held.live.send_raw(Start(0), Abort(Code.DENIED))
            self._let_go(link)
            self.sessions.remove(held)
            return
        held.is_embryo = False
        self.new_session(held)

    # Resuming

    def _find(self, cid: bytes) -> tuple[ServerSession, Credential]:
        for held in self.sessions:
            for credential in held.credentials():
                if credential.cid == cid and credential.resume_secret:
                    return held, credential
        raise Rejected(self.tombs.get(cid, Code.UNKNOWN), cid)

    def _answer_resume(self, link: Link, header: Header, body: bytes) -> None:
        cid = body[:17]
        if header.flags & ~FLAG_EARLY:
            raise Rejected(Code.BAD_FORMAT)
        if header.pattern != Pattern.NNPSK0:
            raise Rejected(Code.BAD_PATTERN)
        if header.suite not in tuple(Suite):
            raise Rejected(Code.BAD_SUITE)
        if cid[0] >> 5:
            raise Rejected(Code.BUSY)
        if self.cids.node(cid) != 0:
            raise Rejected(Code.BUSY, cid)
        held, credential = self._find(cid)
        if header.suite != held.suite:
            raise Rejected(Code.BAD_SUITE)
        ephemeral = new_private_key()
        handshake = Handshake(
            Pattern.NNPSK0, held.suite, prologue(header.encode(), cid),
            Secrets(psk=credential.resume_secret, ephemeral=ephemeral), is_client=False,
        )
        try:
            payload = handshake.read(body[17:])
        except NotAuthentic as error:
            raise Rejected(Code.BAD_AUTH) from error
        try:
            request = Resume.decode(payload, header.flags)
        except Malformed as error:
            raise Rejected(Code.BAD_FORMAT) from error
        if request.attempt <= held.attempt:
            raise Rejected(Code.STALE)
        sent, lead = held.session.sent, request.limit - request.recv_next
        if request.recv_next > sent or lead > LIMIT_LEAD_MAX:
            self.end(held, Code.BAD_OFFSET)
            raise Rejected(Code.BAD_OFFSET, cid)
        # Noise would find zeros when ACCEPT is written, and then too much has changed already.
        exchange(ephemeral, body[17:49])
        self._accept(link, header, handshake, (held, credential, request))

    def _accept(
        self, link: Link, header: Header, handshake: Handshake,
        found: tuple[ServerSession, Credential, Resume],
    ) -> None:
        held, credential, request = found
        session = held.session
        session.take_counts(request.recv_next, request.limit)
        if session.over and not self.settings.accepts_when_over:
            self.end(held, Code.CLOSED_OK)
            raise Rejected(Code.CLOSED_OK, credential.cid)
        if credential is held.pending:
            if held.pending_carrier and request.planned:
                # The client lives on that link already: R8.
                self._confirm(held, held.pending_carrier)
            held.confirmed = credential
        status = self._take_early(session, request)
        held.pending = Credential(self.cids.make())
        held.attempt = request.attempt
        held.resumes.append(request)
        if held.pending_carrier:
            held.pending_carrier.link.close("a newer attempt")
            held.pending_carrier = None
        if held.live and not request.planned:
            held.live.link.close("the client has lost it")
            self._drop_live(held)
        counts = session.counts()
        cid = held.pending.cid
        accept = Accept(counts.recv_next, counts.limit, cid, self.cids.token(cid), status)
        self._reply(link, header, Type.ACCEPT, handshake.write(accept.encode()))
        held.pending.resume_secret = handshake.keys.resume_secret
        carrier = Carrier(link, session, held.suite, handshake.keys, counts.recv_next)
        carrier.may_send = not held.live and not held.is_embryo
        held.pending_carrier = carrier
        self.new_carrier(carrier)

    def _take_early(self, session: Session, request: Resume) -> int:
        end = request.early_off + len(request.early)
        if not request.early or request.early_off > session.recv_next or end > session.limit:
            return 0
        session.take_data(request.early_off, request.early)
        return STATUS_EARLY

    # Sessions

    def _drop_live(self, held: ServerSession) -> None:
        held.unauthentic += held.live.unauthentic
        held.live = None

    def _confirm(self, held: ServerSession, carrier: Carrier) -> None:
        """An authentic record has come on the pending link: R3 of 15.1."""
        if held.live:
            held.live.link.close("the client has moved")
            self._drop_live(held)
        held.live, held.pending_carrier = carrier, None
        held.confirmed, held.pending = held.pending, None
        held.resumed += 1
        carrier.may_send = carrier.confirmed = True
        self._ripen(held)

    def _ripen(self, held: ServerSession) -> None:
        if held.is_embryo:
            held.is_embryo = False
            self.new_session(held)

    def _step_session(self, held: ServerSession) -> None:
        if held.auth_link:
            self._step_auth(held)
            return
        carrier = held.pending_carrier
        if carrier:
            carrier.take_in()
            if carrier.heard:
                self._confirm(held, carrier)
            else:
                carrier.put_out()
                if carrier.link.lost:
                    held.pending_carrier = None
        if held.live:
            self._step_live(held, held.live)

    def _step_live(self, held: ServerSession, carrier: Carrier) -> None:
        carrier.take_in()
        if carrier.heard and not carrier.may_send:
            carrier.may_send = True
            self._ripen(held)
        if held.session.aborted:
            self.end(held, Code.ABORTED)
            return
        if carrier.link.peer_ended and held.session.over and carrier.fin_ack_sent:
            raise Violation("the client closed first")
        carrier.put_out()
        is_over = held.session.over and carrier.fin_ack_sent
        if carrier.link.lost:
            self._drop_live(held)
        elif is_over and self.settings.closes_when_over:
            if self.settings.says_when_over:
                carrier.end_with(Abort(Code.CLOSED_OK))
            self.end(held, Code.CLOSED_OK)

    def end(self, held: ServerSession, code: Code) -> None:
        """End a session, and remember how."""
        held.ended = code
        for credential in held.credentials():
            self.tombs[credential.cid] = code
        for carrier in held.holders:
            held.unauthentic += carrier.unauthentic
            if not carrier.link.lost:
                carrier.close_in_good_order()
                self._lingering.append(carrier.link)
        held.live = held.pending_carrier = None
        self.sessions.remove(held)

    def abort(self, held: ServerSession, code: int, text: bytes = b"") -> None:
        """End a session by ABORT."""
        if held.live:
            held.live.end_with(Abort(code, text))
        self.end(held, Code.ABORTED)

    # What tests want

    def wait_for_session(self, seconds: float = 10.0, *others: object) -> ServerSession:
        """Wait until there is a session, and return the newest."""
        run(
            [self, *others],
            lambda: any(not held.is_embryo for held in self.sessions),
            seconds,
        )
        return [held for held in self.sessions if not held.is_embryo][-1]
