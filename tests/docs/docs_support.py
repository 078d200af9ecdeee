# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Documents as they are written: their blocks, and an installation in which these are tried.

SNET_BUILD names the build that is installed. Shells get a limited time; what they began is ended.
"""

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77
SECONDS = 120
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INTO = re.compile(r"into `([\w.]+)`:\s*$")
GUIDE = "docs/guide.md"
GUIDE_PORTS = ("7000", "7001")
MARK = "==== block {} ===="


class Block(NamedTuple):
    """A fenced block: its language, its text, and the file that the line before it names."""

    language: str
    text: str
    file: str | None


def blocks(document: str) -> list[Block]:
    """The fenced blocks of a document, in order."""
    text = (ROOT / document).read_text()
    found = []
    for match in FENCE.finditer(text):
        into = INTO.search(text[: match.start()].rstrip())
        found.append(Block(match[1], match[2], into[1] if into else None))
    return found


def free_port() -> int:
    """A port of loopback that nobody has now, and that the system gives to nobody.

    It is used a while later: one of those that the system gives out could be taken by then.
    """
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(first // 2, first)
        with socket.socket() as listening, contextlib.suppress(OSError):
            listening.bind(("127.0.0.1", port))
            return port


def guide_script(found: list[Block]) -> str:
    """The blocks of sh of the guide with a mark before each, and with ports that are free."""
    text = ""
    for index, block in enumerate(found):
        if block.language == "sh":
            text += f"echo '{MARK.format(index)}'\n{block.text}"
    for port in GUIDE_PORTS:
        text = re.sub(rf":{port}\b", f":{free_port()}", text)
    return text


def follow_guide(folder: Path) -> str:
    """Put the programs of the guide into a folder; the script to run there, for bash."""
    found = blocks(GUIDE)
    for block in found:
        if block.file is not None:
            (folder / block.file).write_text(block.text)
    return guide_script(found)


def expect_guide(output: str) -> None:
    """Fail unless each command of the guide has printed what the guide says."""
    parts = re.split(r"^==== block (\d+) ====\n", output, flags=re.MULTILINE)
    said = {int(index): text for index, text in zip(parts[1::2], parts[2::2])}
    for index, block in enumerate(blocks(GUIDE)):
        if block.language == "text" and said.get(index - 1) != block.text:
            raise AssertionError(f"not what the guide says, {block.text!r}:\n{output}")


@contextlib.contextmanager
def installed() -> Iterator[dict[str, str]]:
    """The environment of somebody who has installed the build, as `make install` does."""
    build = os.environ.get("SNET_BUILD")
    if build is None:
        print("skipped: SNET_BUILD does not say where the build is")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as prefix:
        command = ["cmake", "--install", build, "--prefix", prefix]
        subprocess.run(command, capture_output=True, timeout=60, check=True)
        packages = next(Path(prefix).rglob("snet.pc")).parent
        yield {
            **os.environ,
            "PATH": f"{prefix}/bin:{os.environ['PATH']}",
            "PKG_CONFIG_PATH": str(packages),
            "LD_LIBRARY_PATH": str(packages.parent),
        }


def shell(script: str, folder: str, environment: dict[str, str]) -> tuple[int, str]:
    """Run a script of bash: its status and all that it said. Ends what it left behind."""
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(["bash", "-eu", "-o", "pipefail", "-c", script], cwd=folder,
                                   env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            status = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            status = -1
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        output.seek(0)
        return status, output.read()
