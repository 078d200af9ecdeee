#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The Debian packages install, build programs, among them the guide's, and leave nothing behind.

They go into scratch roots, never onto this machine: dpkg is told of another root, with this
machine's list of packages as its own, so that what they depend on is really looked up. Where mounts
are allowed, they also go onto a copy of the whole machine, which ends with the test.
"""

import os
import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from abi_support import BUILD, CC, CONSUMER, FLAGS, LINE, ROOT, files_below, libraries, need, run

sys.path.append(str(ROOT / "tests" / "docs"))

from docs_support import expect_guide, follow_guide, shell

NAMES = ("libsnet1", "libsnet-dev", "snet")
STATUS = Path("/var/lib/dpkg/status")
UNSHARE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--mount", "--map-root-user")
MOUNTS = """
set -eu
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/copy"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/copy"
mount --bind /dev "$1/copy/dev"
mount --bind "$2" "$1/copy/mnt"
"""
"""Makes a copy of the machine below $1, with $2 as its /mnt; only a new namespace sees it."""
ON_THE_COPY = """
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp
mkdir -p /tmp && cd /tmp
dpkg -i /mnt/libsnet1_*.deb /mnt/libsnet-dev_*.deb /mnt/snet_*.deb
cc /mnt/consumer/consumer.c -o consumer $(pkg-config --cflags --libs snet)
./consumer
snet --version
cd /mnt/guide && bash -eu -o pipefail script && cd /tmp
dpkg --purge snet libsnet-dev libsnet1
if ./consumer 2>/dev/null; then exit 1; fi
[ ! -e /usr/bin/snet ]
"""
"""What a user types, on that copy; the program finds the library without being told where."""


class DebCase(unittest.TestCase):
    """The packages, built once."""

    @classmethod
    def setUpClass(cls):
        cls.debs = BUILD / "deb"
        run(ROOT / "tools" / "deb", cls.debs)
        cls.packages = {name: cls.find(name) for name in NAMES}

    @classmethod
    def find(cls, name):
        """The one package of that name."""
        [path] = cls.debs.glob(f"{name}_*.deb")
        return path

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def root(self, status):
        """A new scratch root whose installed packages are those of a status file."""
        root = Path(tempfile.mkdtemp(dir=self.folder))
        for name in ("info", "updates", "triggers"):
            (root / "var/lib/dpkg" / name).mkdir(parents=True)
        (root / "var/lib/dpkg/status").write_bytes(status)
        return root

    def dpkg(self, root, *words, fails=False):
        """Run dpkg on a scratch root; without root's rights it only seems to have them."""
        rights = () if os.geteuid() == 0 else ("fakeroot",)
        path = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
        return run(*rights, "dpkg", f"--root={root}", "--force-not-root", *words, fails=fails,
                   PATH=path)


class Packages(DebCase):
    """In a scratch root."""

    def test_nothing_installs_where_what_it_needs_is_missing(self):
        lacking = {"libsnet1": "libuv1", "libsnet-dev": "libsnet1", "snet": "libc6"}
        for name, wanted in lacking.items():
            said = self.dpkg(self.root(b""), "-i", self.packages[name], fails=True)
            self.assertRegex(said, rf"{name}\S* depends on {wanted}\b")

    def test_packages_build_a_program_and_go_without_a_trace(self):
        root = self.root(STATUS.read_bytes())
        before = set(files_below(root))
        self.dpkg(root, "-i", *self.packages.values())
        [pc] = root.rglob("snet.pc")
        self.expect_programs(root, pc)
        self.expect_guide_in(root, pc)
        self.assertIn("libsnet-dev", self.dpkg(root, "-r", "libsnet1", fails=True))
        self.dpkg(root, "--purge", *reversed(NAMES))
        after = set(files_below(root)) - before
        self.assertEqual({name for name in after if not name.startswith("var/lib/dpkg/")}, set())

    def expect_programs(self, root, pc):
        """A program builds with what is installed, by both ways, and the command runs."""
        path = {"LD_LIBRARY_PATH": str(pc.parent.parent)}
        words = run("pkg-config", "--cflags", "--libs", "snet", PKG_CONFIG_PATH=str(pc.parent))
        program = self.folder / "consumer"
        run(*CC, *FLAGS, CONSUMER / "consumer.c", "-o", program, *words.split())
        self.assertEqual(run(program, **path), LINE)
        self.assertIn("libsnet.so.1", libraries(program))
        build = self.folder / "build"
        run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", build, f"-DCMAKE_C_COMPILER={CC[0]}",
            f"-DCMAKE_PREFIX_PATH={root}/usr")
        run("cmake", "--build", build)
        self.assertEqual(run(build / "consumer", **path), LINE)
        version = re.search(r"\(([^)]+)\)", (ROOT / "debian" / "changelog").read_text())[1]
        self.assertIn(version, run(root / "usr/bin/snet", "--version"))

    def expect_guide_in(self, root, pc):
        """The guide's programs build with what is installed, and do what it says."""
        there = Path(tempfile.mkdtemp(dir=self.folder))
        status, output = shell(follow_guide(there), str(there), {
            **os.environ, "PATH": f"{root}/usr/bin:{os.environ['PATH']}",
            "PKG_CONFIG_PATH": str(pc.parent), "LD_LIBRARY_PATH": str(pc.parent.parent)})
        self.assertEqual(status, 0, output)
        expect_guide(output)

    def test_packages_serve_a_whole_machine(self):
        there = Path(tempfile.mkdtemp(dir=self.folder))
        shared = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            run(*UNSHARE, "sh", "-c", MOUNTS, "sh", there, shared)
        except (AssertionError, OSError):
            self.skipTest("no mounts here: the packages were tried in a scratch root only")
        for package in self.packages.values():
            shutil.copy(package, shared)
        shutil.copytree(CONSUMER, shared / "consumer")
        (shared / "guide").mkdir()
        (shared / "guide" / "script").write_text(follow_guide(shared / "guide"))
        script = MOUNTS + 'exec chroot "$1/copy" sh -c "$3"'
        said = run(*UNSHARE, "sh", "-c", script, "sh", there, shared, ON_THE_COPY)
        self.assertIn(LINE, said)
        expect_guide(said)


if __name__ == "__main__":
    need("dpkg", "dpkg-buildpackage", "dh", "fakeroot", "cmake", "ninja", "pkg-config", "objdump")
    unittest.main()
