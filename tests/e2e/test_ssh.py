#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""scp, both ways, with `snet connect` as ssh's ProxyCommand through a network that cuts.

A real sshd on a free port with keys of its own; nothing of the machine's ssh is read or changed.
"""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from e2e_support import (LOOPBACK, SNET, WIRES, Process, chaos, cuts_of, file_digest, main,
                         make_file, need, run, serve, spoken_by)

SIZE = 16 << 20
SSHD_CONFIG = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
Subsystem sftp internal-sftp
"""


def free_port() -> int:
    """Return a port that nobody listens on: sshd cannot choose one itself."""
    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        return sock.getsockname()[1]


class Sshd(Process):
    """An sshd of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        for name in ("host_key", "user_key"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name), seconds=10)
        config = folder / "sshd_config"
        config.write_text(SSHD_CONFIG.format(port=self.port, folder=folder), encoding="ascii")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        super().__init__(shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-e", "-f", str(config))
        self.wait_for("Server listening")


def scp(folder: Path, wire: str, address: str, source: str,
        target: str) -> subprocess.CompletedProcess:
    """Copy with the tunnel as proxy command, and with the key in the folder."""
    return run("scp", "-q", "-F", "none", "-i", str(folder / "user_key"),
               "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
               "-o", "LogLevel=ERROR",
               "-o", f"ProxyCommand={SNET} connect {' '.join(spoken_by(wire))} {address}",
               source, target, seconds=100)


class ScpThroughChaos(unittest.TestCase):
    """What scp gets when the network is bad."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.sshd = cls.enterClassContext(Sshd(cls.folder))
        cls.digest = make_file(cls.folder / "file", SIZE)

    def copy(self, wire: str, address: str, source: str, target: str) -> None:
        """Copy, and expect that it works."""
        done = scp(self.folder, wire, address, source, target)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_copies_arrive_whole_both_ways(self) -> None:
        remote = f"{getpass.getuser()}@snet.invalid"
        for wire in WIRES:
            with (
                self.subTest(wire=wire),
                serve(f"{LOOPBACK}:{self.sshd.port}") as gateway,
                chaos(gateway.address, "--cut-every", "1M") as network,
            ):
                up, down = self.folder / f"up-{wire}", self.folder / f"down-{wire}"
                self.copy(wire, network.address, str(self.folder / "file"), f"{remote}:{up}")
                self.assertEqual(file_digest(up), self.digest)
                self.copy(wire, network.address, f"{remote}:{up}", str(down))
                self.assertEqual(file_digest(down), self.digest)
                self.assertGreater(cuts_of(network), 5)


if __name__ == "__main__":
    need("ssh", "scp", "ssh-keygen")
    main()
