# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The machine under the figures: its network, its ports, and what its processes use.

A run has a network namespace of its own when it may: no firewall, no other traffic, all ports free,
and the congestion control that most machines have. Otherwise it says what the machine has.
"""

import itertools
import os
import platform
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

LOOPBACK = "127.0.0.1"
INSIDE = "SNET_BENCH_NAMESPACE"
WANTED = "cubic"
FIRST_PORT, LAST_PORT = 2000, 15999
EPHEMERAL = "16384 65535"
TICKS = os.sysconf("SC_CLK_TCK")
LISTENS = "0A"


def _quiet(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def enter_namespace() -> None:
    """Begin again inside a network namespace, if that is permitted and was not done."""
    if INSIDE in os.environ:
        return
    own = shutil.which("ip") is not None and _quiet("unshare", "--net", "ip", "link")
    os.environ[INSIDE] = "own" if own else "machine"
    if own:
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])


def own_namespace() -> bool:
    """Whether the network is this run's own."""
    return os.environ.get(INSIDE) == "own"


def prepare_network() -> None:
    """Bring loopback up with the wanted congestion control, in a namespace of our own only.

    A namespace may choose the default only among what its machine allows to everybody. A route may
    name any: all sockets of 127.0.0.1 then have it, whatever program they belong to.
    """
    if not own_namespace():
        return
    _quiet("ip", "link", "set", "lo", "up")
    _quiet("sysctl", "-q", "-w", f"net.ipv4.ip_local_port_range={EPHEMERAL}")
    if not _quiet("sysctl", "-q", "-w", f"net.ipv4.tcp_congestion_control={WANTED}"):
        _quiet("ip", "route", "change", "local", LOOPBACK, "dev", "lo", "proto", "kernel", "scope",
               "host", "src", LOOPBACK, "table", "local", "congctl", WANTED)


def raise_limits() -> None:
    """Let this run and all that it starts have as many descriptors as the machine permits."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def congestion() -> str:
    """The congestion control of a connection over loopback, as its socket says."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        with socket.create_connection(listening.getsockname(), timeout=5) as near:
            name = near.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16)
    return name.rstrip(b"\0").decode()


_own_ports = itertools.cycle(range(FIRST_PORT, LAST_PORT + 1))


def free_port() -> int:
    """A port that nobody listens on, and another one each time."""
    if own_namespace():
        return next(_own_ports)
    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        return sock.getsockname()[1]


def listens(port: int) -> bool:
    """Whether somebody listens on a port; asking by a connection would be counted by a peer."""
    for table in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                return True
    return False


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on: the name before it may hold anything."""
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    return text.rpartition(")")[2].split()


def family(roots: list[int]) -> list[int]:
    """The processes named and all that live below them, parents first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                children.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
            except (OSError, IndexError, ValueError):
                continue  # It has just ended.
    found = list(roots)
    for pid in found:
        found += [child for child in children.get(pid, []) if child not in found]
    return found


def cpu_seconds(roots: list[int]) -> float:
    """CPU time of processes, of all that live below them, and of what these have waited for.

    A child that is waited for while we read moves from its own line to its parent's, and would be
    counted twice or never: read until the family stays the same.
    """
    total = 0.0
    for _ in range(20):
        before = family(roots)
        total = 0.0
        for pid in before:
            try:
                total += sum(int(field) for field in _stat(pid)[11:15]) / TICKS
            except (OSError, IndexError, ValueError):
                continue
        if family(roots) == before:
            break
        time.sleep(0.01)
    return total


def memory_bytes(roots: list[int]) -> int:
    """User-space memory of processes and all below them: pages they share are divided by Pss."""
    total = 0
    for pid in family(roots):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def _first_line(*command: str) -> str:
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = [line.strip() for line in (run.stdout + run.stderr).splitlines() if line.strip()]
    return lines[0] if lines else ""


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def describe(snet: str) -> dict[str, str]:
    """What a reader must know of the machine to understand the figures."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    packages = ("stunnel4", "spiped", "openssh-client", "haproxy", "nginx",
                "socat")
    versions = [_first_line(snet, "--version"), _aes_provider(snet),
                _first_line("openssl", "version").partition(" (")[0],
                *map(_package_version, packages)]
    network = "a namespace of its own" if own_namespace() else "the machine's own, shared"
    return {
        "machine": f"{_cpu_model()}, {len(os.sched_getaffinity(0))} cores, {memory:.1f} GiB",
        "system": f"{system}, Linux {platform.release()}",
        "network": f"loopback, {network}",
        "congestion control": congestion(),
        "descriptors": f"{resource.getrlimit(resource.RLIMIT_NOFILE)[0]:,} per process",
        "programs": ", ".join(version for version in versions if version),
        "commit": _first_line("git", "-C", str(Path(__file__).parent), "rev-parse", "--short=12",
                              "HEAD") or "unknown",
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def _aes_provider(snet: str) -> str:
    """Who computes AES-256-GCM in snet, unless that is OpenSSL."""
    done = subprocess.run([snet, "--version"], capture_output=True, text=True, check=False)
    name = re.search(r"^aes-256-gcm by (\S+)$", done.stdout, re.MULTILINE)
    return "" if name is None or name[1] == "openssl" else f"its AES by {name[1]}"


def _package_version(program: str) -> str:
    line = _first_line("dpkg-query", "-W", "-f=${Package} ${Version}\n", program)
    return line if line.startswith(program + " ") else ""
