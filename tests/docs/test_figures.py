#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""Counts, sizes and times in documents are those of the sources.

FIGURES says for each figure where it stands and what it is: an expression over the constants of the
sources, or a count of files, rows and recordings. In the documents of COVERED no figure stands
without such a row. What cannot be counted, because it was measured, is in MEASURED, with how.
"""

import ast
import functools
import json
import re
import unittest
from collections.abc import Iterator
from pathlib import Path

from docs_support import ROOT

LIMITS = "docs/limits.md"
TESTING = "docs/testing.md"
MEMORY = "docs/internals/memory.md"
WAITS = "docs/internals/waits.md"
STATES = "docs/internals/states.md"
ENDING = "docs/internals/ending.md"
BYTE = "docs/internals/byte.md"
RESUME = "docs/internals/resume.md"
LEGACY = "docs/legacy-wires.md"
SNET3 = "docs/snet3.md"
SECURITY = "docs/security.md"
BENCHMARKS = "docs/benchmarks.md"
COVERED = (LIMITS, TESTING, MEMORY, WAITS, STATES, ENDING, BYTE)

DEFINE = re.compile(r"^#define (\w+) +((?:\\\n|[^\n])+)$", re.MULTILINE)
NOT_NUMBERS = re.compile(r"\b[a-z]\w*\(|/\*.*?\*/|\bUINT64_C\b|(?<=\d)[uUlL]+\b")
NAME = re.compile(r"\b[A-Za-z_]\w+\b")
MADE = re.compile(r"<!-- \w+: made by .*?<!-- end -->", re.DOTALL)
CODE = re.compile(r"^```.*?^```$|`[^`]*`|\]\([^)]*\)", re.MULTILINE | re.DOTALL)
NOT_FIGURES = re.compile(
    r"snet/\d|^\s*\d+\. |^- (\d+, )*\d+: |\[\d{4}\b|\bclauses? [\d.]+( to [\d.]+)?|\(\d+\.\d+\)"
    r"|\b[A-Za-z][\w-]*\d[\w-]*\b|: \d+\.\d\)", re.MULTILINE)
DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@functools.cache
def constants() -> dict[str, str]:
    """The constants of the sources that may be numbers: name and expression."""
    found = {}
    for folder in ("include", "src", "tests/sim"):
        for path in sorted((ROOT / folder).rglob("*.[ch]")):
            for name, text in DEFINE.findall(path.read_text()):
                found[name] = NOT_NUMBERS.sub("", text.replace("\\\n", " "))
    return found


def value(expression: str) -> float:
    """What an expression over constants amounts to."""
    for _ in range(20):
        names = set(NAME.findall(expression)) & set(constants())
        if not names:
            break
        for name in names:
            expression = re.sub(rf"\b{name}\b", f"({constants()[name]})", expression)
    return arithmetic(ast.parse(expression, mode="eval").body)


def arithmetic(node: ast.expr) -> float:
    """Integers, and the four operations and shifts on them."""
    if isinstance(node, ast.Constant):
        return node.value
    if not isinstance(node, ast.BinOp):
        raise ValueError(ast.dump(node))
    left, right = arithmetic(node.left), arithmetic(node.right)
    return {
        ast.Add: lambda: left + right,
        ast.Sub: lambda: left - right,
        ast.Mult: lambda: left * right,
        ast.Div: lambda: left / right,
        ast.FloorDiv: lambda: left // right,
        ast.LShift: lambda: int(left) << int(right),
    }[type(node.op)]()


def files(pattern: str) -> int:
    """How many files there are."""
    return len(list(ROOT.glob(pattern)))


def found(pattern: str, path: str) -> int:
    """How often something stands in a file."""
    return len(re.findall(pattern, (ROOT / path).read_text(), re.MULTILINE))


def recordings() -> int:
    """Conversations of the published programs."""
    return len(json.loads((ROOT / "tests/data/legacy-wire.json").read_text()))


def dialogues() -> int:
    """Dialogues of snet/3 of our own."""
    return len(json.loads((ROOT / "tests/data/snet3.json").read_text())["dialogues"])


def mutants() -> int:
    """Rules that are left out of the models, one at a time, and must break a claim."""
    row = r"^#define (\w+) \d+ +/\* (?:[A-Z]+ )?(?!case:)\w+: "
    models = ("credentials", "handover", "legacy", "stream")
    return sum(found(row, f"tests/model/{name}.pml") for name in models)


def seeds() -> int:
    """What ctest gives the simulator."""
    text = (ROOT / "tests/CMakeLists.txt").read_text()
    return int(re.search(r"NAME sim\.seeds COMMAND snet_sim --seeds (\d+)", text)[1])


def goal(start: str) -> float:
    """What the benchmark that is published has measured for a goal."""
    return cell("## Goals", start, 3)


def cell(heading: str, start: str, column: int) -> float:
    """The median in a cell of the first table behind a heading in docs/benchmarks.md."""
    rest = (ROOT / BENCHMARKS).read_text().split(f"\n{heading}\n", 1)[1]
    line = next(line for line in rest.split("\n") if line.startswith(f"| {start}"))
    return float(line.split("|")[column].split("(")[0].replace(",", ""))


MIB, KIB, S, MS = "/ 1048576", "/ 1024", "/ SNET_SECOND_NS", "/ SNET_MS_NS"
IDLE = "idle session, attached"
DETACHED = "idle session, detached"
LIBRARY = "<!-- begin library -->"
TUNNELS = "<!-- begin tunnel -->"
TRIPS = "### 64 bytes back and forth, one connection, ends on two cores"
RECORD = "(SNET_V3_RECORD_BYTES + 18)"
FIGURES: list[tuple[str, str, object]] = [
    # (document, words with {} for the figure, what it is)
    (LIMITS, "for {} s,", f"SNET_V3_CONFIRM_NS {S}"),
    (LIMITS, "at most {} of them", "SNET_HANDSHAKES_DEFAULT_MAX"),
    (LIMITS, "more than {} ms after the hello", f"SNET_GRACE_DEFAULT_NS {MS}"),
    (LIMITS, "bytes it sent ({} MiB)", f"SNET_HISTORY_DEFAULT_BYTES {MIB}"),
    (LIMITS, "have {} MiB each by default", f"SNET_BUDGET_DEFAULT_BYTES {MIB}"),
    (LIMITS, "{} MiB each way by", f"SNET_WINDOW_DEFAULT_BYTES {MIB}"),
    (LIMITS, "no more than {} MiB, or", f"SNET_WINDOW_DEFAULT_BYTES {MIB}"),
    (LIMITS, "say, up to {} MiB", f"SNET_WINDOW_MAX_BYTES {MIB}"),
    (LIMITS, "and {} KiB |", f"SNET_INBOX_DEFAULT_BYTES {KIB}"),
    (LIMITS, "says FIN within {} s", f"SNET_ENDING_SHOWN_MAX_NS {S}"),
    (LIMITS, "an idle session of snet/3 takes {} bytes", lambda: goal(IDLE)),
    (LIMITS, "without a connection {}, so", lambda: goal(DETACHED)),
    (TESTING, "sleep for up to {} s", f"SIM_ASLEEP_MAX_NS {S}"),
    (TESTING, "in the {} situations", lambda: found(r"^\| S\d+ \|", "docs/socket-semantics.md")),
    (TESTING, "has {} recorded conversations", recordings),
    (TESTING, "The {} dialogues of snet/3", dialogues),
    (TESTING, "runs {} of them. The seed", seeds),
    (TESTING, "be made for up to {} s", f"SIM_AWAY_MAX_NS {S}"),
    (TESTING, "for up to {} s somebody else", f"SIM_AWAY_MAX_NS {S}"),
    (TESTING, "connection carries {}", "SIM_RATE_MIN_BYTES"),
    (TESTING, "to {} bytes a second each way", "SIM_RATE_MIN_BYTES << (SIM_RATE_KINDS - 1)"),
    (TESTING, "above a size of {}", "SIM_HOLE_MIN_BYTES"),
    (TESTING, "to {} bytes vanish", "SIM_HOLE_MIN_BYTES + SIM_HOLE_RANGE_BYTES - 1"),
    (TESTING, "up to {} strangers at once", "SIM_FLOOD_MAX"),
    (TESTING, "the other up to {} s later", f"TEAM_LONG_NS {S}"),
    (TESTING, "does nothing for up to {} s", f"SIM_STILL_MAX_NS {S}"),
    (TESTING, "one of {} KiB over snet/3", f"2 * MAIN_EVERY_BYTE_3_HALF {KIB}"),
    (TESTING, "{} mutants leave", mutants),
    (TESTING, "{} targets, one function each", lambda: files("tests/fuzz/*_fuzz.c")),
    (MEMORY, "in pages of {} bytes", "SNET_PAGE_BYTES"),
    (MEMORY, "{} of them data", "SNET_PAGE_BYTES - 8"),
    (MEMORY, "a core has {} of those", "SNET_SLOTS_MAX"),
    (MEMORY, "a relay for each session, {} KiB", f"SNET_RELAY_BUFFER_BYTES {KIB}"),
    (MEMORY, "at most {} KiB for each full socket", f"SNET_STREAM_WRITER_COPY_BYTES {KIB}"),
    (MEMORY, "bounded by {} MiB", f"SNET_WINDOW_DEFAULT_BYTES {MIB}"),
    (MEMORY, "options say up to {} MiB", f"SNET_WINDOW_MAX_BYTES {MIB}"),
    (MEMORY, "({} pages)",
     "(SNET_WINDOW_DEFAULT_BYTES + 2 * (SNET_PAGE_BYTES - 9)) // (SNET_PAGE_BYTES - 8)"),
    (MEMORY, "{} is what the first page", "SNET_PAGE_BYTES - 9"),
    (MEMORY, "({} bytes at most)", RECORD),
    (MEMORY, "a handshake message that does ({})", "SNET_V3_MESSAGE_MAX_BYTES"),
    (MEMORY, "did not take ({})", "SNET_V3_OUT_FILL_MAX_BYTES"),
    (MEMORY, "makes up to {} sessions in turn", "SNET_PRESSURE_RECLAIM_MAX"),
    (MEMORY, "with a capacity of {} KiB", f"SNET_V3_SEND_FIRST_BYTES {KIB}"),
    (MEMORY, "no more than {} KiB ahead", f"SNET_V3_SEND_FIRST_BYTES {KIB}"),
    (SNET3, "becomes {} x (rate", "SNET_WINDOW_ROUND_TRIPS"),
    (SNET3, "measured in {} s, as", f"SNET_WINDOW_RTT_KEEP_NS {S}"),
    (SNET3, "{} us at least, and as no", "SNET_WINDOW_RTT_MIN_NS // 1000"),
    (SNET3, "than {} times what a limit took", "SNET_WINDOW_RTT_ROUNDS"),
    (SNET3, "and {} KiB that wait", f"SNET_V3_UNALLOWED_MAX_BYTES {KIB}"),
    (SNET3, "holds at most {} KiB more", f"SNET_V3_SEND_FIRST_BYTES {KIB}"),
    (MEMORY, "Up to {} KiB of it are given", f"SNET_WINDOW_UNRESERVED_BYTES {KIB}"),
    (MEMORY, "begins with {} KiB while", f"SNET_WINDOW_FIRST_BYTES {KIB}"),
    (MEMORY, "with {} KiB afterwards", f"SNET_WINDOW_UNRESERVED_BYTES {KIB}"),
    (MEMORY, "has not sent for {} s", f"SNET_RESERVES_LEND_NS {S}"),
    (MEMORY, "for it beyond {} KiB",
        f"(SNET_RESERVES_KEPT_BYTES + SNET_WINDOW_UNRESERVED_BYTES) {KIB}"),
    (MEMORY, "new credit for {} KiB", f"SNET_WINDOW_FIRST_BYTES {KIB}"),
    (MEMORY, "may hold {} KiB", f"SNET_HOLDERS_FREE_BYTES {KIB}"),
    (MEMORY, "At most {} KiB in a send buffer", f"SNET_V3_UNALLOWED_MAX_BYTES {KIB}"),
    (MEMORY, "no more than {} KiB, and give", f"SNET_HOLDERS_FREE_BYTES {KIB}"),
    (MEMORY, "last link came from: {} bits", "LINK_IPV4_NETWORK * 8"),
    (MEMORY, "of IPv4, {} of IPv6", "LINK_IPV6_NETWORK * 8"),
    (MEMORY, "with a link: age above {} s and 4 round trips", f"SNET_HOLDERS_STALL_NS {S}"),
    (MEMORY, "above 20 s and {} round", "SNET_HOLDERS_ROUND_TRIPS"),
    (MEMORY, "above its share: age above {} s and 4", f"SNET_HOLDERS_SHARE_STALL_NS {S}"),
    (MEMORY, "age above 1 s and {} round trips", "SNET_HOLDERS_ROUND_TRIPS"),
    (MEMORY, "more than {} KiB for one session", f"SNET_HOLDERS_FREE_BYTES {KIB}"),
    (MEMORY, "blocks of {} KiB", f"SNET_PAGE_BLOCKS_BYTES {KIB}"),
    (WAITS, "its session holds {} KiB", f"SNET_HOLDERS_FREE_BYTES {KIB}"),
    (MEMORY, "have {} MiB each by default", f"SNET_BUDGET_DEFAULT_BYTES {MIB}"),
    (MEMORY, "and {} more in each pool", "SNET_POOL_CACHE_MAX"),
    (MEMORY, "tries again after {} ms", f"SNET_SESSION_MEMORY_RETRY_NS {MS}"),
    (WAITS, "are woken every {} ms", f"SNET_PRESSURE_WAKE_NS {MS}"),
    (WAITS, "| {} ms have passed (`write_at_ns`)", f"SNET_SESSION_MEMORY_RETRY_NS {MS}"),
    (WAITS, "| {} ms have passed (`out_retry`)", f"SNET_V3_OUT_RETRY_NS {MS}"),
    (WAITS, "more comes, or {} s has passed", f"SNET_PADDING_DEFAULT_NS {S}"),
    (WAITS, "asks up to {} histories", "SNET_PRESSURE_RECLAIM_MAX"),
    (MEMORY, "with H of {} MiB", f"SNET_HISTORY_DEFAULT_BYTES {MIB}"),
    (MEMORY, "send budget of {} MiB", f"SNET_BUDGET_DEFAULT_BYTES {MIB}"),
    (MEMORY, "for {} sessions", "SNET_BUDGET_DEFAULT_BYTES // SNET_PAGE_BYTES // "
     "((SNET_HISTORY_DEFAULT_BYTES // 2 + SNET_PAGE_BYTES - 9) // (SNET_PAGE_BYTES - 8))"),
    (STATES, "{} KiB at most, and the session", f"SNET_V3_PENDING_MAX_BYTES {KIB}"),
    (STATES, "the alarm: {} ms", f"SNET_GRACE_DEFAULT_NS {MS}"),
    (STATES, "the alarm: {} s, when", f"SNET_PADDING_DEFAULT_NS {S}"),
    (STATES, "with no more than {} of them", "SNET_PADDING_DATA_MAX_BYTES"),
    (STATES, "recognised it, or the alarm: {} ms", f"SERVER_SEEN_NS {MS}"),
    (STATES, "| {} zeros |", "24"),
    (ENDING, "({} s), a client", f"SNET_ENDED_KEEP_DEFAULT_NS {S}"),
    (ENDING, "{} s later", f"SNET_ENDING_ROW_NS {S}"),
    (MEMORY, "in flight and {} KiB more", f"SNET_V3_UNALLOWED_MAX_BYTES {KIB}"),
    (MEMORY, "Of {} round trips", "SNET_HOLDERS_ROUND_TRIPS"),
    (MEMORY, "{} s count at most", f"SNET_HOLDERS_TRIPS_MAX_NS {S}"),
    (ENDING, "within {} s, or until", f"SNET_ENDING_ROW_NS {S}"),
    (ENDING, "the same within {} s", "STDIO_FLUSH_MS / 1000"),
    (ENDING, "session, {} of them", "SNET_TOMBSTONES_DEFAULT_MAX"),
    (BYTE, "at most {} KiB of the rest", f"SNET_STREAM_WRITER_COPY_BYTES {KIB}"),
    (BYTE, "is {} KiB whatever the inbox holds", f"SNET_V3_READ_MAX_BYTES {KIB}"),
    (BYTE, "in {} ms at the latest", f"SNET_FLOW_ACK_NS {MS}"),
    (RESUME, "set to {} s (", f"SNET_DEAD_PEER_TIMEOUT_DEFAULT_NS {S}"),
    (RESUME, "the next one {} ms after", "SNET_STREAM_DIAL_STAGGER_MS"),
    (RESUME, "acknowledgement for {} s,", f"SNET_V3_STALL_TIMEOUT_NS {S}"),
    (RESUME, "or {} round trips,", "SNET_V3_STALL_ROUND_TRIPS"),
    (LEGACY, "| server: first bytes, 4.1 | accepted | {} s",
     f"SNET_FIRST_BYTES_TIMEOUT_DEFAULT_NS {S}"),
    (LEGACY, "| server: rest of a hello or request | accepted | {} s",
     f"SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS {S}"),
    (LEGACY, "| server: grace for padding, 4.3 | 16 bytes read | {} ms",
     f"SNET_GRACE_DEFAULT_NS {MS}"),
    (LEGACY, "fewer than 4 of them {} s after", f"SNET_PADDING_DEFAULT_NS {S}"),
    (LEGACY, "| client: the same beside a live link | connected | {} s",
     f"SNET_CLIENT_HANDOVER_NS {S}"),
    (LEGACY, "| client: a session begins | opened | {} s", f"SNET_CONNECT_TIMEOUT_DEFAULT_NS {S}"),
    (LEGACY, "| both: a session without a link | link lost | {} s",
     f"SNET_RESUME_TIMEOUT_DEFAULT_NS {S}"),
    (LEGACY, "| server: a session it has closed, 7.2 | FIN sent | {} s",
     f"SNET_ENDED_KEEP_DEFAULT_NS {S}"),
    (LEGACY, "| both: an orderly close | FIN sent | {} s", "SNET_STREAM_FINISH_MS / 1000"),
    (LEGACY, "The ceiling is {} ms at first", f"SNET_BACKOFF_FIRST_NS {MS}"),
    (LEGACY, "every attempt, up to {} s", f"SNET_BACKOFF_MAX_NS {S}"),
    (LEGACY, "up to {} more attempts follow", "SNET_CLIENT_HANDOVER_MAX"),
    (LEGACY, "at most {} sessions and", "SNET_SESSIONS_DEFAULT_MAX"),
    (LEGACY, "sessions and {} links in their handshake", "SNET_HANDSHAKES_DEFAULT_MAX"),
    (SNET3, "| max_record | {d} |", "SNET_V3_RECORD_BYTES"),
    (SNET3, "positions 0..window. 4096 to {} MiB", f"SNET_WINDOW_MAX_BYTES {MIB}"),
    (SNET3, "| window | {} KiB, grows", f"SNET_WINDOW_FIRST_BYTES {KIB}"),
    (SNET3, "| 64 KiB, grows to {} MiB", f"SNET_WINDOW_DEFAULT_BYTES {MIB}"),
    (SNET3, "| 4 KiB..{} MiB, an eighth", f"SNET_WINDOW_MAX_BYTES {MIB}"),
    (SNET3, "| 256 KiB, grows to {} MiB", f"SNET_WINDOW_DEFAULT_BYTES {MIB}"),
    (SNET3, "| 2 max_record..{} MiB, an", f"SNET_WINDOW_MAX_BYTES {MIB}"),
    (SNET3, "| send buffer | {} KiB, grows", f"SNET_V3_SEND_FIRST_BYTES {KIB}"),
    (SNET3, "before R3 | {} KiB", f"SNET_V3_PENDING_MAX_BYTES {KIB}"),
    (SNET3, "would have been open for {} ms", f"SNET_V3_RESUME_EVERY_NS {MS}"),
    (SNET3, "or for {} ms if at least", f"SNET_V3_RESUME_MOVED_NS {MS}"),
    (SNET3, "if at least {d} bytes moved on it", "SNET_V3_RESUME_MOVED_BYTES"),
    (SNET3, "after a random time below {} ms", f"SNET_BACKOFF_MOVED_NS {MS}"),
    (SNET3, "or had moved {d}", "SNET_V3_PROGRESS_SOON_BYTES"),
    (SNET3, "resumes of a session | {}/s", "SNET_SECOND_NS / SNET_V3_RESUME_EVERY_NS"),
    (SNET3, "/s, {} at once", "SNET_V3_RESUME_BURST"),
    (SNET3, "each with {d} new bytes", "SNET_V3_RESUME_MOVED_BYTES"),
    (SNET3, "since the last | {d}/s", "SNET_SECOND_NS / SNET_V3_RESUME_MOVED_NS"),
    (SNET3, "| sessions | {} |", "SNET_SESSIONS_DEFAULT_MAX"),
    (SNET3, "| T_SNIFF | accepted | {} s", f"SNET_FIRST_BYTES_TIMEOUT_DEFAULT_NS {S}"),
    (SNET3, "| T_HS, server | accepted | {} s", f"SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS {S}"),
    (SNET3, "| T_ACK | a byte arrived | {} ms", f"SNET_FLOW_ACK_NS {MS}"),
    (SNET3, "| heartbeat | the last byte arrived | {} s", f"SNET_HEARTBEAT_DEFAULT_NS {S}"),
    (SNET3, "| | PING sent | {} s", f"SNET_HEARTBEAT_DEAD_NS {S}"),
    (SNET3, "| resume window, wait time | link lost | {} s", f"SNET_RESUME_TIMEOUT_DEFAULT_NS {S}"),
    (BENCHMARKS, "tunnel of snet/3 carries {.1} GiB/s",
     lambda: cell(TUNNELS, "**snet**", 2) / 1024),
    (BENCHMARKS, "one of stunnel {.1}", lambda: cell(TUNNELS, "stunnel", 2) / 1024),
    (BENCHMARKS, "of ssh {.1}", lambda: cell(TUNNELS, "ssh", 2) / 1024),
    (BENCHMARKS, "through it takes {.0} us", lambda: cell(TRIPS, "**snet**", 2)),
    (BENCHMARKS, "through stunnel's {.0}", lambda: cell(TRIPS, "stunnel", 2)),
    (BENCHMARKS, "{.2} times as long as TCP", lambda: goal("ping-pong, library, ends on two")),
    (BENCHMARKS, "carry {.1} GiB/s encrypted", lambda: cell(LIBRARY, "**snet/3**", 2) / 1024),
    (BENCHMARKS, "TCP carries {.1}", lambda: cell(LIBRARY, "TCP", 2) / 1024),
    (BENCHMARKS, "costs a server {} us", lambda: goal("server CPU per resume")),
    (BENCHMARKS, "is back in {.1} ms", lambda: goal("loss to first byte, server") / 1000),
    (BENCHMARKS, "back within {.1} s", lambda: goal("storm of 8,000 sessions: p99") / 1e6),
    (BENCHMARKS, "idle session takes {} bytes", lambda: goal(IDLE)),
    (BENCHMARKS, "and {} without a connection", lambda: goal(DETACHED)),
    (SECURITY, "| sessions | {}, or", "SNET_SESSIONS_DEFAULT_MAX"),
    (SECURITY, "answered | {} for each network", "SNET_TURNS_OWNER_MAX"),
    (SECURITY, "have turns: {} ms", f"DRIVE_TURN_NS {MS}"),
    (SECURITY, "at most {}, in each turn", "DRIVE_TURN_HELLOS"),
    (SECURITY, "a hash, for {} of them", "SNET_REPLAYS_PLACES * SNET_REPLAYS_PER_PLACE"),
    (LIMITS, "they come from, {} bits", "LINK_IPV4_NETWORK * 8"),
    (LIMITS, "of IPv4 or {} of IPv6", "LINK_IPV6_NETWORK * 8"),
    (LIMITS, "beyond {} waiting", "SNET_TURNS_OWNER_MAX"),
    (LIMITS, "may have (`ulimit -Hn`), {} are kept", "SERVE_KEEP_DESCRIPTORS"),
    (LIMITS, "1,024 are enough for {}",
        "(1024 - SERVE_KEEP_DESCRIPTORS) // SERVE_SESSION_DESCRIPTORS"
        " - (1024 - SERVE_KEEP_DESCRIPTORS) // SERVE_HANDSHAKES_DIVISOR"),
    (LIMITS, "sessions, {} sessions", "SNET_SESSIONS_DEFAULT_MAX"),
    (LIMITS, "take {}. The gateway", "SNET_SESSIONS_DEFAULT_MAX * SERVE_SESSION_DESCRIPTORS"
        " + SNET_HANDSHAKES_DEFAULT_MAX * 2 + SERVE_KEEP_DESCRIPTORS"),
    (MEMORY, "shown nothing for {} s, with", f"SNET_HOLDERS_SHOW_NS {S}"),
    (MEMORY, "The {} oldest of each row", "SNET_HOLDERS_SEATS_LOOK_MAX"),
    (MEMORY, "is kept for {} s without a link", f"SERVER_UNPROVEN_KEEP_NS {S}"),
    (SECURITY, "one message, at most {} bytes", "SNET_V3_MESSAGE_MAX_BYTES"),
    (SECURITY, "| resumes of one session | {} a second",
     "SNET_SECOND_NS / SNET_V3_RESUME_EVERY_NS"),
]
MEASURED = [
    # (document, words with the figure, how it was measured)
    (LIMITS, "also on 32 bits", "a property"),
    (LIMITS, "about every MiB, 20 MiB took an eighth", "two runs of the row, each way"),
    (LIMITS, "about every 100 KiB 3 to 5 times as long", "the same"),
    (LIMITS, "about every 20 KiB 3 to 15 times", "the same"),
    (LIMITS, "16M for the defaults", "the histories of the published programs"),
    (LIMITS, "about 1 KiB beside its connection", "docs/internals/memory.md, rounded"),
    (LIMITS, "1.4 KiB more", "docs/internals/memory.md, its handshake"),
    (LIMITS, "about 3 KiB", "docs/internals/memory.md, rounded"),
    (LIMITS, "about 2 KiB", "docs/internals/memory.md, rounded"),
    (LIMITS, "about 1 KiB", "docs/internals/memory.md, rounded"),
    (LIMITS, "are about 1.2 GiB", "a million times the figure before it"),
    (LIMITS, "10,000 laptops that sleep are 10 MiB and 10,000 descriptors",
     "that many times the figure before it"),
    (TESTING, "one allocation in 60 fails", "tests/sim, at its worst"),
    (TESTING, "A transfer of 1 GiB each way", "tests/e2e/transfer.py --size 1024"),
    (TESTING, "with some 2,100 cuts each", "tests/e2e/transfer.py --size 1024"),
    (TESTING, "takes no 32 bits", "a property"),
    (MEMORY, "A registry keeps 8 to 16 bytes", "a bucket or two for each entry"),
    (MEMORY, "some 250 KiB when the first core",
     "what CRYPTO_set_mem_functions sees of it, OpenSSL 3.0"),
    (MEMORY, "0.49 of the history", "what a reader who stands still lets in, with such buffers"),
]


def plain(document: str) -> str:
    """A document as one line."""
    return " ".join((ROOT / document).read_text().split())


def written(words: str, figure: object) -> str:
    """The words with the figure in them."""
    number = figure() if callable(figure) else value(figure)
    rounded = re.search(r"{\.(\d)}", words)
    if rounded:
        return words.replace(rounded[0], f"{number:.{rounded[1]}f}")
    if number != int(number):
        raise AssertionError(f"{words!r}: {number} is no whole number")
    return words.replace("{}", f"{int(number):,}").replace("{d}", str(int(number)))


def variants(text: str) -> Iterator[str]:
    """With and without a comma in numbers of four digits."""
    yield text
    yield re.sub(r"\b(\d),(\d{3})\b", r"\1\2", text)


def prose(document: str) -> str:
    """A document without its code and what a tool has made."""
    return CODE.sub(" ", MADE.sub(" ", (ROOT / document).read_text()))


class Figures(unittest.TestCase):
    """What can be counted."""

    def test_figures_are_those_of_the_sources(self) -> None:
        for document, words, figure in FIGURES:
            text = written(words, figure)
            with self.subTest(document=document, words=text):
                self.assertTrue(any(each in plain(document) for each in variants(text)),
                                f"{document} does not say: {text}")

    def test_measured_figures_still_stand_where_they_are_explained(self) -> None:
        for document, words, _ in MEASURED:
            with self.subTest(document=document, words=words):
                self.assertIn(words, plain(document))

    def test_no_figure_stands_without_a_row(self) -> None:
        rows = [(document, written(words, figure)) for document, words, figure in FIGURES]
        rows += [(document, words) for document, words, _ in MEASURED]
        for document in COVERED:
            text = " ".join(NOT_FIGURES.sub(" ", prose(document)).split())
            for _, words in [row for row in rows if row[0] == document]:
                for each in variants(" ".join(NOT_FIGURES.sub(" ", CODE.sub(" ", words)).split())):
                    text = text.replace(each, " ")
            rest = [text[max(0, match.start() - 30):match.end() + 20]
                    for match in DIGITS.finditer(text)]
            with self.subTest(document=document):
                self.assertEqual(rest, [], "no row of FIGURES or MEASURED")

    def test_paths_of_documents_exist(self) -> None:
        for document in {row[0] for row in FIGURES} | {row[0] for row in MEASURED}:
            self.assertTrue(Path(ROOT, document).exists(), document)


if __name__ == "__main__":
    unittest.main()
