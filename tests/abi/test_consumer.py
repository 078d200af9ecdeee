#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""A project of somebody else builds against an installation, and against the sources.

SNET_BUILD is the build to install from, CC the compiler. Nothing is fetched, and nothing is written
outside a temporary folder.
"""

import os
import shlex
import shutil
import tempfile
import unittest
from pathlib import Path

from abi_support import (BUILD, CC, CONSUMER, FLAGS, LINE, ROOT, files_below, libraries, need, run)


class ConsumerCase(unittest.TestCase):
    """A temporary folder, and what says whether a program was built as it should be."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def expect(self, program, shared, **environment):
        """The program works, and has the library inside or beside it."""
        self.assertEqual(run(program, **environment), LINE)
        self.assertEqual("libsnet.so.1" in libraries(program), shared, libraries(program))

    def configure(self, *options):
        """Configure the consumer in a new folder, which is returned."""
        build = Path(tempfile.mkdtemp(dir=self.folder))
        run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", build,
            f"-DCMAKE_C_COMPILER={CC[0]}", *options)
        return build


class Installed(ConsumerCase):
    """Against what `make install` leaves."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        first = Path(folder.name) / "first"
        run("cmake", "--install", BUILD, "--prefix", first)
        cls.first = first
        # Moved, so that whatever held the place of the installation would be found out.
        cls.prefix = Path(folder.name) / "moved"
        shutil.move(first, cls.prefix)
        [cls.pc] = cls.prefix.rglob("snet.pc")

    def pkg_config(self, *options):
        """The words that pkg-config says about snet."""
        return shlex.split(run("pkg-config", *options, "snet", PKG_CONFIG_PATH=str(self.pc.parent)))

    def test_nothing_holds_the_place_of_the_installation(self):
        for path in self.prefix.rglob("*"):
            if path.is_file() and path.suffix in (".pc", ".cmake", ".h"):
                self.assertNotIn(str(self.first), path.read_text(encoding="utf-8"), path)

    def test_installed_headers_need_no_others(self):
        run(ROOT / "tools" / "check_headers.py", "--root", self.prefix)

    def test_pkg_config_links_the_shared_library(self):
        program = self.folder / "consumer"
        run(*CC, *FLAGS, CONSUMER / "consumer.c", "-o", program,
            *self.pkg_config("--cflags", "--libs"))
        self.expect(program, True, LD_LIBRARY_PATH=str(self.pc.parent.parent))
        self.assertNotIn("-lcrypto", self.pkg_config("--libs"))

    def test_pkg_config_links_the_static_library(self):
        words = self.pkg_config("--static", "--cflags", "--libs")
        words = ["-l:libsnet.a" if word == "-lsnet" else word for word in words]
        program = self.folder / "consumer"
        run(*CC, *FLAGS, CONSUMER / "consumer.c", "-o", program, *words)
        self.expect(program, False)

    def test_find_package_refuses_other_versions(self):
        for version in ("0.0", "0.99", "1.0"):
            build = self.folder / version
            said = run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", build, fails=True, *[
                f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DCONSUMER_VERSION={version}"])
            self.assertIn("not", said)
            self.assertIn("snet-config.cmake", said)

    def test_find_package_says_what_is_missing(self):
        build = self.folder / "build"
        said = run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", build, fails=True, *[
            f"-DCMAKE_PREFIX_PATH={self.prefix}"], PKG_CONFIG_LIBDIR=str(self.folder))
        self.assertIn("snet needs libuv", said)

    def test_find_package_gives_both_libraries(self):
        for target, shared in (("snet::snet", True), ("snet::static", False)):
            with self.subTest(target):
                build = self.configure(f"-DCMAKE_PREFIX_PATH={self.prefix}",
                                       f"-DCONSUMER_TARGET={target}")
                run("cmake", "--build", build)
                self.expect(build / "consumer", shared)


class TakenIn(ConsumerCase):
    """Against the sources, as a part of somebody else's project."""

    def expect_library_alone(self, build):
        """Neither the command nor a test was built, and nothing of snet is installed."""
        names = {path.name for path in build.rglob("*")}
        self.assertNotIn("snet_sim", names)
        self.assertEqual([path for path in build.rglob("snet")
                          if path.is_file() and os.access(path, os.X_OK)], [])
        prefix = self.folder / "prefix"
        run("cmake", "--install", build, "--prefix", prefix)
        self.assertEqual(files_below(prefix), ["bin/consumer"])

    def test_fetch_content_gives_the_static_library(self):
        build = self.configure(f"-DCONSUMER_SOURCE={ROOT}")
        run("cmake", "--build", build)
        self.expect(build / "consumer", False)
        self.expect_library_alone(build)
        self.assertEqual(list(build.rglob("libsnet.so*")), [])

    def test_add_subdirectory_gives_the_shared_library_when_that_is_wanted(self):
        build = self.configure(f"-DCONSUMER_SOURCE={ROOT}", "-DCONSUMER_FETCH=OFF",
                               "-DBUILD_SHARED_LIBS=ON")
        run("cmake", "--build", build)
        self.expect(build / "consumer", True)
        self.expect_library_alone(build)


if __name__ == "__main__":
    need("cmake", "ninja", "pkg-config", "objdump")
    unittest.main()
