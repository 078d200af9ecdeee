# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Tunnels: how each pair is configured, started on ports of loopback, watched and ended.

A peer says by two commands how its ends are run: the server's end listens on `middle` and forwards
to `back`, the client's end listens on `front` and forwards to `middle`. Both stay in the
foreground. Keys and files are made in a temporary folder; nothing of the machine's is read or
changed.
"""

import contextlib
import getpass
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import machine

HOST = machine.LOOPBACK
START_SECONDS = 10.0
END_SECONDS = 0.5
SBIN = "/usr/sbin:/sbin"
CONNECTIONS = 20000
DELAYS_MS = (10, 50)
CUTS = ("1M", "100k", "20k")
CUT_SEED = 1
"""The cuts are the same for each wire and in each round."""
SOCAT_BYTES = 8192
"""What socat has if nothing is said."""
AES, CHACHA = "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"


class Failed(Exception):
    """A peer or a load that cannot be measured, with the reason for the table."""


class Place(NamedTuple):
    """Where a tunnel is set up."""

    folder: Path
    front: int
    middle: int
    back: int
    path: int
    """Where a network between the ends listens, if the tunnel has one."""
    snet: str


Command = list[str]
Ends = tuple[Command, ...]


class Peer(NamedTuple):
    """A tunnel: `ends` makes what it needs in the folder, and returns the commands of its server,
    of its client, and of the network between them, if it has one. Without them the load goes
    straight to the backend."""

    name: str
    label: str
    needs: tuple[str, ...]
    ends: Callable[[Place], Ends] | None
    trip_ms: int = 0
    """The round trip, if it is a slow network."""


def _make(*command: str) -> str:
    """Run a program that makes keys, and return what it says."""
    run = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    if run.returncode != 0:
        raise Failed(f"{command[0]}: {run.stderr.strip()[-200:]}")
    return run.stdout


def _snet_secure(place: Place, loops: int = 1) -> Ends:
    key = place.folder / "server.key"
    public = _make(place.snet, "keygen", "--out", str(key)).strip()
    server = [place.snet, "serve", "--key", str(key), "--listen", f"{HOST}:{place.middle}",
              "--to", f"{HOST}:{place.back}", "--threads", str(loops)]
    client = [place.snet, "connect", "--server-key", public, "--suite", "aes-256-gcm",
              "--listen", f"{HOST}:{place.front}", f"{HOST}:{place.middle}"]
    return server, client


def _snet_loops(place: Place) -> Ends:
    return _snet_secure(place, 2)


def _snet_cut(place: Place, loops: int) -> Ends:
    """With a network between the ends that cuts all connections when it is told to."""
    server, client = _snet_secure(place, loops)
    client[-1] = f"{HOST}:{place.path}"
    return server, client, [place.snet, "chaos", "--listen", f"{HOST}:{place.path}",
                            "--to", f"{HOST}:{place.middle}"]


def _snet_plain(place: Place) -> Ends:
    server = [place.snet, "serve", "--wire", "1", "--plain", "--listen", f"{HOST}:{place.middle}",
              "--to", f"{HOST}:{place.back}", "--threads", "1"]
    client = [place.snet, "connect", "--wire", "1", "--plain",
              "--listen", f"{HOST}:{place.front}", f"{HOST}:{place.middle}"]
    return server, client


STUNNEL = """foreground = yes
pid =
syslog = no
debug = warning
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
[bench]
client = {client}
accept = {host}:{accept}
connect = {host}:{connect}
sslVersionMin = TLSv1.3
ciphersuites = {suite}
{trust}
"""


def _certificate(place: Place) -> tuple[Path, Path]:
    """A key of a server, and the certificate that its clients know it by."""
    key, cert = place.folder / "server.key", place.folder / "server.crt"
    _make("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
          "-nodes", "-keyout", str(key), "-out", str(cert), "-days", "30", "-subj",
          "/CN=snet-bench")
    return key, cert


def _stunnel(place: Place, suite: str) -> Ends:
    key, cert = _certificate(place)
    server, client = place.folder / "server.conf", place.folder / "client.conf"
    server.write_text(STUNNEL.format(
        client="no", host=HOST, accept=place.middle, connect=place.back, suite=suite,
        trust=f"cert = {cert}\nkey = {key}"), encoding="ascii")
    client.write_text(STUNNEL.format(
        client="yes", host=HOST, accept=place.front, connect=place.middle, suite=suite,
        trust=f"CAfile = {cert}\nverifyPeer = yes"), encoding="ascii")
    return ["stunnel", str(server)], ["stunnel", str(client)]


def _spiped(place: Place) -> Ends:
    key = place.folder / "spiped.key"
    key.write_bytes(os.urandom(32))
    common = ["-F", "-n", "0", "-k", str(key)]
    return (["spiped", "-d", "-s", f"[{HOST}]:{place.middle}", "-t", f"[{HOST}]:{place.back}",
             *common],
            ["spiped", "-e", "-s", f"[{HOST}]:{place.front}", "-t", f"[{HOST}]:{place.middle}",
             *common])


SSHD = """ListenAddress {host}:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
Ciphers aes256-gcm@openssh.com
LogLevel ERROR
"""


def _ssh(place: Place) -> Ends:
    for name in ("host_key", "user_key"):
        _make("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place.folder / name))
    config = place.folder / "sshd_config"
    config.write_text(SSHD.format(host=HOST, port=place.middle, folder=place.folder),
                      encoding="ascii")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    options = ("BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=no",
               "UserKnownHostsFile=/dev/null", "ExitOnForwardFailure=yes", "Compression=no",
               "Ciphers=aes256-gcm@openssh.com", "LogLevel=ERROR")
    client = ["ssh", "-F", "none", "-N", "-i", str(place.folder / "user_key"), "-p",
              str(place.middle), "-L", f"{HOST}:{place.front}:{HOST}:{place.back}"]
    for option in options:
        client += ["-o", option]
    sshd = shutil.which("sshd", path=os.environ.get("PATH", "") + ":" + SBIN) or "sshd"
    return [sshd, "-D", "-e", "-f", str(config)], [*client, f"{getpass.getuser()}@{HOST}"]


def _socat_relay(listen: int, to: int, buffer_bytes: int) -> Command:
    return ["socat", "-b", str(buffer_bytes),
            f"TCP-LISTEN:{listen},bind={HOST},fork,reuseaddr,backlog=1024,nodelay",
            f"TCP:{HOST}:{to},nodelay"]


def _socat(place: Place, buffer_bytes: int) -> Ends:
    return (_socat_relay(place.middle, place.back, buffer_bytes),
            _socat_relay(place.front, place.middle, buffer_bytes))


HAPROXY = """global
    maxconn {connections}
    nbthread 1
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
listen relay
    bind {host}:{listen} {accepts}
    server next {host}:{to} {dials}
"""
HAPROXY_TLS = f"ssl ssl-min-ver TLSv1.3 ciphersuites {AES}"


def _haproxy_pair(place: Place, accepts: str, dials: str) -> Ends:
    """Two proxies; `accepts` and `dials` are the options of the hop between them."""
    commands = []
    for listen, to, options in ((place.middle, place.back, {"accepts": accepts, "dials": ""}),
                                (place.front, place.middle, {"accepts": "", "dials": dials})):
        config = place.folder / f"haproxy-{listen}.cfg"
        config.write_text(HAPROXY.format(host=HOST, listen=listen, to=to,
                                         connections=CONNECTIONS // 4, **options),
                          encoding="ascii")
        commands.append(["haproxy", "-db", "-f", str(config)])
    return commands[0], commands[1]


def _haproxy(place: Place) -> Ends:
    return _haproxy_pair(place, "", "")


def _haproxy_tls(place: Place) -> Ends:
    key, cert = _certificate(place)
    both = place.folder / "server.pem"
    both.write_bytes(cert.read_bytes() + key.read_bytes())
    return _haproxy_pair(place, f"{HAPROXY_TLS} crt {both}",
                         f"{HAPROXY_TLS} verify required ca-file {cert}")


NGINX = """load_module {module};
daemon off;
master_process off;
pid {folder}/{end}.pid;
error_log stderr error;
worker_rlimit_nofile {descriptors};
events {{ worker_connections {connections}; }}
stream {{
    server {{
        listen {host}:{listen}{ssl};
        proxy_pass {host}:{to};
        proxy_timeout 1h;
        {tls}
    }}
}}
"""
NGINX_SERVER = """ssl_certificate {cert};
        ssl_certificate_key {key};
        ssl_protocols TLSv1.3;
        ssl_conf_command Ciphersuites {suite};"""
NGINX_CLIENT = """proxy_ssl on;
        proxy_ssl_protocols TLSv1.3;
        proxy_ssl_conf_command Ciphersuites {suite};
        proxy_ssl_verify on;
        proxy_ssl_name snet-bench;
        proxy_ssl_trusted_certificate {cert};"""
NGINX_STREAM = Path("/usr/lib/nginx/modules/ngx_stream_module.so")


def _nginx_tls(place: Place) -> Ends:
    if not NGINX_STREAM.is_file():
        raise Failed("not installed: libnginx-mod-stream")
    key, cert = _certificate(place)
    commands = []
    for end, listen, to, ssl, tls in (
            ("server", place.middle, place.back, " ssl", NGINX_SERVER),
            ("client", place.front, place.middle, "", NGINX_CLIENT)):
        config = place.folder / f"nginx-{end}.conf"
        config.write_text(NGINX.format(
            module=NGINX_STREAM, folder=place.folder, end=end, host=HOST, listen=listen, to=to,
            ssl=ssl, descriptors=CONNECTIONS, connections=CONNECTIONS // 2,
            tls=tls.format(cert=cert, key=key, suite=AES)), encoding="ascii")
        commands.append(["nginx", "-e", "stderr", "-c", str(config)])
    return commands[0], commands[1]


def _network(*faults: str) -> Callable[[Place], Ends]:
    """A bad network in place of a tunnel: one process. It holds bytes, and no handshake of TCP."""
    def ends(place: Place) -> Ends:
        return [], [place.snet, "chaos", "--listen", f"{HOST}:{place.front}",
                    "--to", f"{HOST}:{place.back}", *faults]

    return ends


PEERS = {peer.name: peer for peer in (
    Peer("tcp", "direct, no tunnel", (), None),
    Peer("snet-3", "**snet**, wire 3, AES-256-GCM", (), _snet_secure),
    Peer("snet-3-loops", "snet, wire 3, AES-256-GCM, a gateway with 2 loops", (), _snet_loops),
    *(Peer(f"snet-3-cut-{loops}", "snet, wire 3, whose connections are cut", (),
           lambda place, loops=loops: _snet_cut(place, loops)) for loops in (1, 2)),
    Peer("snet-1-plain", "snet, wire 1, plain", (), _snet_plain),
    Peer("stunnel", "stunnel, TLS 1.3, AES-256-GCM", ("stunnel", "openssl"),
         lambda place: _stunnel(place, AES)),
    Peer("stunnel-chacha", "stunnel, TLS 1.3, ChaCha20", ("stunnel", "openssl"),
         lambda place: _stunnel(place, CHACHA)),
    Peer("spiped", "spiped", ("spiped",), _spiped),
    Peer("haproxy-tls", "two haproxy, TLS 1.3, AES-256-GCM", ("haproxy", "openssl"),
         _haproxy_tls),
    Peer("nginx-tls", "two nginx, TLS 1.3, AES-256-GCM", ("nginx", "openssl"), _nginx_tls),
    Peer("ssh", "ssh -L, aes256-gcm", ("ssh", "ssh-keygen", "sshd"), _ssh),
    Peer("socat", "two socat relays, plain", ("socat",),
         lambda place: _socat(place, SOCAT_BYTES)),
    Peer("socat-64k", "two socat relays, plain, 64 KiB buffers", ("socat",),
         lambda place: _socat(place, 65536)),
    Peer("haproxy", "two haproxy relays, plain", ("haproxy",), _haproxy),
    *(Peer(f"delay-{delay}", f"snet chaos, {delay} ms each way", (),
           _network("--delay", f"{delay}ms"), 2 * delay) for delay in DELAYS_MS),
    *(Peer(f"cut-{every}", f"snet chaos, cuts each {every}", (),
           _network("--cut-every", every, "--seed", str(CUT_SEED))) for every in CUTS),
)}


def custom(text: str) -> Peer:
    """A peer of the user's: NAME=COMMAND, a line of bash that runs both ends in the foreground.

    {front}, {middle}, {back} are ports of loopback, {folder} is a folder of its own.
    """
    name, found, command = text.partition("=")
    if not found or not name or not command:
        raise ValueError(f"a peer is NAME=COMMAND, not {text!r}")

    def ends(place: Place) -> Ends:
        line = command
        for field in ("front", "middle", "back", "folder"):
            line = line.replace("{" + field + "}", str(getattr(place, field)))
        return [], ["bash", "-c", line]

    return Peer(name, name, ("bash",), ends)


def cpus_of(pin: str, server: bool) -> set[int] | None:
    """The processors of one end: `apart` stands for two machines, the client's and the server's."""
    cpus = sorted(os.sched_getaffinity(0))
    if pin == "none":
        return None
    return {cpus[1 % len(cpus)] if server and pin == "apart" else cpus[0]}


class Running(NamedTuple):
    """A tunnel that is up."""

    via: int
    back: int
    processes: list[subprocess.Popen]

    def pids(self) -> list[int]:
        """The processes that were started; what these started lives below them."""
        return [process.pid for process in self.processes]

    def gateway(self) -> list[int]:
        """The server's end alone."""
        return self.pids()[:1]

    def check(self) -> None:
        """Fail if one of its ends has died."""
        for process in self.processes:
            if process.poll() is not None:
                raise Failed(f"{Path(process.args[0]).name} ended with {process.returncode}")


def _start(command: Command, cpus: set[int] | None, log: Path) -> subprocess.Popen:
    environment = {**os.environ, "PATH": os.environ.get("PATH", "/usr/bin:/bin") + ":" + SBIN}
    with log.open("wb") as output:
        try:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment,
                start_new_session=True,
                preexec_fn=(lambda: os.sched_setaffinity(0, cpus)) if cpus else None)
        except OSError as error:
            raise Failed(f"{command[0]}: {error.strerror}") from error


def _await_port(port: int, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not machine.listens(port):
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            name = Path(process.args[0]).name
            said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise Failed(f"{name} {'ended' if ended else 'does not listen'}"
                         + (f": {said[-1][:160]}" if said else ""))
        time.sleep(0.01)


def end(processes: list[subprocess.Popen]) -> None:
    """End processes and all below them, by pid: children first, or they would be orphans."""
    pids = machine.family([process.pid for process in processes])
    for number, seconds in ((signal.SIGTERM, END_SECONDS), (signal.SIGKILL, END_SECONDS)):
        for pid in reversed(pids):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while pids and time.monotonic() < deadline:
            for process in processes:
                process.poll()
            pids = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
            time.sleep(0.01)
    for process in processes:
        process.wait(END_SECONDS)


def missing(peer: Peer) -> list[str]:
    """The programs that a peer needs and the machine lacks."""
    path = os.environ.get("PATH", "") + ":" + SBIN
    return [program for program in peer.needs if shutil.which(program, path=path) is None]


@contextlib.contextmanager
def tunnel(peer: Peer, snet: str, pin: str) -> Iterator[Running]:
    """Run a tunnel: a backend that listens on `back` is reached by `via`."""
    back = machine.free_port()
    if peer.ends is None:
        yield Running(back, back, [])
        return
    if missing(peer):
        raise Failed(f"not installed: {', '.join(missing(peer))}")
    processes: list[subprocess.Popen] = []
    with tempfile.TemporaryDirectory(prefix="snet-bench-") as folder:
        ports = [machine.free_port() for _ in range(3)]
        place = Place(Path(folder), ports[0], ports[1], back, ports[2], snet)
        try:
            ends = zip(("server", "client", "path"), peer.ends(place),
                       (place.middle, place.front, place.path))
            for name, command, port in ends:
                if command:
                    log = place.folder / f"{name}.log"
                    processes.append(_start(command, cpus_of(pin, name == "server"), log))
                    _await_port(port, processes[-1], log)
            yield Running(place.front, back, processes)
        finally:
            end(processes)
