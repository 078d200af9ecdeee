# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""A client and a server of snet/1, snet/1 padded and snet/2, written from the wire's description.

The client runs in its caller's thread and does nothing by itself: the caller says when bytes
move, when a link dies and when it is resumed. The server comes in two forms: `Listener`, which
a test drives step by step, and `ServerPeer`, which serves in threads of its own.
"""

import random
import socket
import threading
import time
from collections.abc import Iterable

from legacy_handshake import Refused, client_new, client_resume, server_new, server_resume
from legacy_link import Cut, End, Link, LinkClosed, Predicate, TimedOut, bounded_listener
from legacy_session import ImpossibleCounts, Session
from legacy_wire import (
    PRIME,
    REFUSAL,
    WIRE_2,
    Hello,
    MalformedRequest,
    Resume,
    is_proof_of,
    read_request,
)

SESSION_SECONDS = 60.0


class Secrets:
    """Keys, ids and challenges from one seeded source, so that a run can be repeated."""

    def __init__(self, seed: int, *, published: bool = True) -> None:
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._ids: set[int] = set()
        self._published = published

    def private(self) -> int:
        """Return a private key."""
        with self._lock:
            return self._random.randrange(2, PRIME - 2)

    def conn_id(self) -> int:
        """Return the next id, as published servers do, or one like those of ours."""
        with self._lock:
            while True:
                drawn = self._draw()
                if drawn not in self._ids:
                    self._ids.add(drawn)
                    return drawn

    def _draw(self) -> int:
        if self._published:
            return len(self._ids) + 1
        return self._random.getrandbits(56) << 8 | 0x80 | self._random.getrandbits(6)

    def challenge(self) -> bytes:
        """Return a challenge; the one of zero bytes would look like a refusal."""
        with self._lock:
            return self._random.randrange(1, 2**64).to_bytes(8, "little")


class ClientPeer:
    """The client of one session."""

    def __init__(self, port: int, wire: str, *, encrypt: bool = True, seed: int = 1) -> None:
        self.port = port
        self.wire = wire
        self.encrypt = encrypt
        self.secrets = Secrets(seed)
        self.session: Session | None = None
        self.link: Link | None = None
        self.resumes = 0

    def __enter__(self) -> "ClientPeer":
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Connect and begin the session."""
        link = Link.connect(self.port)
        try:
            private = self.secrets.private()
            self.session = client_new(link, self.wire, private, self.encrypt)
        except Exception:
            link.close()
            raise
        self.attach(link)

    def attach(self, link: Link) -> None:
        """Use a link whose handshake is over."""
        if self.link:
            self.link.close()
        link.session = self.session
        self.link = link

    def resume(self) -> tuple[int, int]:
        """Continue on a new connection, and return the counts that the server answered.

        On snet/1 a refusal is a connection closed without an answer.
        """
        link = Link.connect(self.port)
        try:
            counts = client_resume(link, self.wire, self.session)
        except LinkClosed as error:
            link.close()
            if self.wire == WIRE_2:
                raise
            raise Refused(str(error)) from error
        except Exception:
            link.close()
            raise
        self.attach(link)
        self.resumes += 1
        return counts

    def exchange(
        self, until: Predicate, seconds: float = SESSION_SECONDS, cuts: Iterable[Cut] = ()
    ) -> None:
        """Move bytes until a goal is reached, over as many links as the cuts make of it.

        A link that the server ends is resumed too.
        """
        deadline = time.monotonic() + seconds
        remaining_cuts = iter(cuts)
        while True:
            cut = next(remaining_cuts, None)
            left = deadline - time.monotonic()
            if cut:
                end = self.link.pump_to_cut(until, left, cut)
            else:
                end = self.link.pump(until, left)
            if until():
                return
            self.link.cut(cut.with_reset if cut and end is End.GOAL else True)
            self.resume()

    def close(self) -> None:
        """Close the link, if there is one. The server is not told that the session is over."""
        if self.link:
            self.link.close()


class Listener:
    """A server's listening socket, driven step by step."""

    def __init__(
        self, wire: str, *, encrypt: bool = True, seed: int = 1, published: bool = True
    ) -> None:
        self.wire = wire
        self.encrypt = encrypt
        self.published = published
        self.secrets = Secrets(seed, published=published)
        self._sock = bounded_listener()

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def port(self) -> int:
        """The port that clients connect to."""
        return self._sock.getsockname()[1]

    def close(self) -> None:
        """Listen no longer."""
        self._sock.close()

    def accept(self, seconds: float) -> Link:
        """Wait for a connection; raise TimedOut if none comes."""
        self._sock.settimeout(seconds)
        try:
            return Link(self._sock.accept()[0])
        except TimeoutError as error:
            raise TimedOut(f"no connection within {seconds} s") from error

    def accept_request(self, seconds: float = 30.0) -> tuple[Link, Hello | Resume]:
        """Wait for a connection and read what its client wants."""
        link = self.accept(seconds)
        return link, self.read_request(link)

    def read_request(self, link: Link) -> Hello | Resume:
        """Read what the client of a link wants."""
        return read_request(self.wire, link.read)

    def begin(self, link: Link, hello: Hello) -> Session:
        """Begin a session on a link."""
        link.session = server_new(link, self.wire, hello, self.secrets, self.encrypt)
        link.session.declares_little = not self.published
        return link.session

    def accept_new(self, seconds: float = 30.0) -> tuple[Link, Session]:
        """Wait for a new session; a resume in its place is an error."""
        link, request = self.accept_request(seconds)
        if not isinstance(request, Hello):
            raise Refused(f"expected a hello: {request}")
        return link, self.begin(link, request)

    def resume(self, link: Link, request: Resume, session: Session) -> None:
        """Resume a session on a link."""
        server_resume(link, self.wire, request, session, self.secrets)
        link.session = session

    def accept_resume(self, session: Session, seconds: float = 30.0) -> tuple[Link, Resume]:
        """Wait for a resume of this session; anything else is an error."""
        link, request = self.accept_request(seconds)
        if not isinstance(request, Resume) or request.conn_id != session.conn_id:
            raise Refused(f"expected a resume of {session}: {request}")
        self.resume(link, request, session)
        return link, request

    def refuse(self, link: Link) -> None:
        """Refuse a resume whose request has been read."""
        try:
            if self.wire == WIRE_2:
                link.write(REFUSAL)
        except LinkClosed:
            pass
        link.finish()


class Attached:
    """A session of a ServerPeer, with the link that carries it now."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.link: Link | None = None
        self.links = 0
        self.lock = threading.Lock()

    def displace(self) -> None:
        """Make the thread of the present link let go of the session."""
        try:
            if self.link:
                self.link.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class ServerPeer:
    """A server that serves any number of sessions in threads until it is stopped.

    Subclasses say what the application does (`begin`) and where links die (`next_cut`).
    """

    def __init__(self, wire: str, *, encrypt: bool = True, seed: int = 1) -> None:
        self.listener = Listener(wire, encrypt=encrypt, seed=seed)
        self.sessions: dict[int, Attached] = {}
        self.errors: list[str] = []
        self._stopping = threading.Event()
        self._began = threading.Condition()
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        """The port that clients connect to."""
        return self.listener.port

    def begin(self, session: Session) -> None:
        """Give a new session something to do."""

    def next_cut(self, attached: Attached) -> Cut | None:
        """Say where the link that was just attached dies, if at all."""
        del attached

    def __enter__(self) -> "ServerPeer":
        self._start(self._accept_all)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(10.0)
        self.listener.close()

    def wait_for(self, conn_id: int, seconds: float = 10.0) -> Attached:
        """Return a session, which its client may know a moment before we do."""
        with self._began:
            if not self._began.wait_for(lambda: conn_id in self.sessions, seconds):
                raise TimedOut(f"session {conn_id:#x} did not begin")
            return self.sessions[conn_id]

    def wait_for_first(self, seconds: float = 10.0) -> Attached:
        """Return the session that began first."""
        with self._began:
            if not self._began.wait_for(lambda: bool(self.sessions), seconds):
                raise TimedOut("no session began")
            return next(iter(self.sessions.values()))

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept_all(self) -> None:
        while not self._stopping.is_set():
            try:
                link = self.listener.accept(0.1)
            except TimedOut:
                continue
            self._start(self._serve, link)

    def _serve(self, link: Link) -> None:
        try:
            request = self.listener.read_request(link)
            if isinstance(request, Hello):
                self._serve_new(link, request)
            else:
                self._serve_resume(link, request)
        except (LinkClosed, MalformedRequest, Refused, ImpossibleCounts, TimedOut) as error:
            self.errors.append(repr(error))
            link.reset()

    def _serve_new(self, link: Link, hello: Hello) -> None:
        attached = Attached(self.listener.begin(link, hello))
        self.begin(attached.session)
        with self._began:
            self.sessions[attached.session.conn_id] = attached
            self._began.notify_all()
        with attached.lock:
            self._carry(attached, link)

    def _serve_resume(self, link: Link, request: Resume) -> None:
        attached = self.sessions.get(request.conn_id)
        known = attached and is_proof_of(request.proof, request.signed, attached.session.key)
        if not known:
            self.listener.refuse(link)
            return
        attached.displace()
        with attached.lock:
            self.listener.resume(link, request, attached.session)
            self._carry(attached, link)

    def _carry(self, attached: Attached, link: Link) -> None:
        """Move the session's bytes over this link until one of them or the server ends."""
        attached.link = link
        attached.links += 1
        cut = self.next_cut(attached)
        if not cut:
            end = link.pump(self._stopping.is_set, SESSION_SECONDS)
        else:
            end = link.pump_to_cut(self._stopping.is_set, SESSION_SECONDS, cut)
        if cut and end is End.GOAL and not self._stopping.is_set():
            link.cut(cut.with_reset)
        else:
            link.close()


def seeded_cuts(seed: int, around: int) -> Iterable[Cut]:
    """Yield places to cut, around so many bytes, half of them with RST and half with FIN."""
    source = random.Random(seed)
    while True:
        read = source.randrange(around // 2, around * 3 // 2)
        sent = source.randrange(around // 2, around * 3 // 2)
        yield Cut(read, sent, source.random() < 0.5)


class CuttingServer(ServerPeer):
    """Sends a payload in each session, or echoes, and cuts links at seeded places."""

    def __init__(self, wire: str, *, encrypt: bool, seed: int, payload: bytes | None) -> None:
        super().__init__(wire, encrypt=encrypt, seed=seed)
        self._payload = payload
        self._cuts = iter(seeded_cuts(seed, 300 * 1024))
        self._cuts_lock = threading.Lock()

    def begin(self, session: Session) -> None:
        session.echo = self._payload is None
        session.write(self._payload or b"")

    def next_cut(self, attached: Attached) -> Cut | None:
        with self._cuts_lock:
            return next(self._cuts)
