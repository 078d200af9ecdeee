# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""What the rules look at: a tree of files, and for C a rough parse of each.

The parse knows comments, strings, preprocessor lines, braces and the items at file scope. That is
enough for house rules in code that clang-format has laid out and the compiler has accepted.
"""

import bisect
import functools
import io
import re
import tokenize
from dataclasses import dataclass

_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_CPLUSPLUS = re.compile(r"^#ifdef __cplusplus\n.*?^#endif\b", re.MULTILINE | re.DOTALL)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(<[^>\n]+>|"[^"\n]+")', re.MULTILINE)
_WAIVER = re.compile(r"tidy: allow ([\w-]+)(?: because (\S.*))?")
_GROUP_END = re.compile(r"[()]")
_NOT_NEWLINE = re.compile(r"[^\n]")


def blank(text):
    """The same text with everything but newlines made spaces, so that offsets stay."""
    return _NOT_NEWLINE.sub(" ", text)


def _blank_token(match):
    token = match.group()
    if token[0] == "/":
        return blank(token)
    return token[0] + blank(token[1:-1]) + token[-1]


@dataclass
class Comment:
    """A comment: its offset in the file and its text, marks included."""

    start: int
    text: str


@dataclass
class Function:
    """A function or the declaration of one; `body` is empty for a declaration."""

    name: str
    head: str
    params: int
    start: int
    end: int
    body: str = ""
    body_start: int = 0


@dataclass
class Waiver:
    """An exception somebody asked for; it holds for its own line and the next line of code."""

    rule: str
    reason: str
    lines: tuple
    used: bool = False


def split_params(text):
    """The parameters or arguments in `text`, split at the commas outside brackets."""
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    parts.append(text[start:].strip())
    return [] if parts in ([""], ["void"]) else parts


def function_head(head):
    """The name and the parameters in the head of a function, or None when it is something else."""
    text = head.strip()
    if not text.endswith(")") or "=" in re.sub(r"\(.*\)", "", text, flags=re.DOTALL):
        return None
    groups, depth, start = [], 0, 0
    for match in _GROUP_END.finditer(text):
        if match.group() == "(":
            start = match.start() if depth == 0 else start
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                groups.append((start, match.start()))
    for start, end in groups:
        word = re.search(r"([A-Za-z_]\w*)\s*$", text[:start])
        if word is not None and word.group(1) not in ("__attribute__", "_Alignas", "typeof"):
            return word.group(1), split_params(text[start + 1 : end])
    return None


class Source:
    """One file."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.splitlines()
        self._starts = [0] + [match.end() for match in re.finditer(r"\n", text)]

    def line_of(self, offset):
        """The number of the line, counted from 1, that `offset` is in."""
        return bisect.bisect_right(self._starts, offset)

    def inside(self, *folders):
        """Whether the file is in one of the folders."""
        return self.path.startswith(tuple(folder + "/" for folder in folders))

    @property
    def kind(self):
        """The language: c, python, script (comments with #) or other."""
        name = self.path.rsplit("/", 1)[-1]
        if name.endswith((".c", ".h")):
            return "c"
        if name.endswith(".py") or re.match(r"#!.*\bpython", self.text):
            return "python"
        if name.endswith((".sh", ".cmake")) or name in ("CMakeLists.txt", "Makefile"):
            return "script"
        return "script" if self.text.startswith("#!") else "other"

    @functools.cached_property
    def code(self):
        """C without its comments and the insides of its strings."""
        return _TOKEN.sub(_blank_token, self.text)

    @functools.cached_property
    def plain(self):
        """`code` without preprocessor lines and what is for C++ only."""
        code = _CPLUSPLUS.sub(lambda match: blank(match.group()), self.code)
        return _DIRECTIVE.sub(lambda match: blank(match.group()), code)

    @functools.cached_property
    def includes(self):
        """The includes in order: (offset, name with its brackets or quotes)."""
        found = []
        for match in _INCLUDE.finditer(self.text):
            if not self.code[match.start() : match.end()].isspace():
                found.append((match.start(1), match.group(1)))
        return found

    @functools.cached_property
    def comments(self):
        """The comments, in order."""
        if self.kind == "c":
            matches = _TOKEN.finditer(self.text)
            return [Comment(m.start(), m.group()) for m in matches if m.group()[0] == "/"]
        if self.kind == "python":
            return self._python_comments()
        if self.kind == "script":
            matches = re.finditer(r"^[ \t]*(#.*)|[ \t](#[ \t].*)", self.text, re.MULTILINE)
            return [Comment(m.start(m.lastindex), m.group(m.lastindex)) for m in matches]
        return []

    def _python_comments(self):
        found = []
        try:
            for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
                if token.type == tokenize.COMMENT:
                    offset = self._starts[token.start[0] - 1] + token.start[1]
                    found.append(Comment(offset, token.string))
        except (tokenize.TokenError, SyntaxError):
            pass  # Python itself says it better.
        return found

    @functools.cached_property
    def waivers(self):
        """The exceptions asked for in comments."""
        spots = [(comment.start, comment.text) for comment in self.comments]
        if self.kind == "other":
            spots = [(m.start(), m.group()) for m in re.finditer(r"<!--.*?-->", self.text)]
        found = []
        for start, text in spots:
            match = _WAIVER.search(text)
            if match is not None:
                reason = re.sub(r"\s*(\*/|-->)$", "", match.group(2) or "")
                lines = (self.line_of(start), self.line_of(start + len(text)) + 1)
                found.append(Waiver(match.group(1), reason, lines))
        return found

    @functools.cached_property
    def _items(self):
        """Functions with bodies, and the other items at file scope as (offset, text)."""
        functions, others = [], []
        depth = start = body_start = 0
        head = None
        for match in re.finditer(r"[{};]", self.plain):
            char, offset = match.group(), match.start()
            if char == "{":
                if depth == 0:
                    head = function_head(self.plain[start:offset])
                    body_start = offset
                depth += 1
            elif char == "}":
                depth = max(depth - 1, 0)
                if depth == 0 and head is not None:
                    functions.append(self._function(head, start, body_start, offset))
                    start, head = offset + 1, None
            elif depth == 0:
                others.append((self._skip_space(start), self.plain[start:offset].strip()))
                start = offset + 1
        return functions, others

    def _skip_space(self, offset):
        while offset < len(self.plain) and self.plain[offset].isspace():
            offset += 1
        return offset

    def _function(self, head, start, body_start, end):
        start = self._skip_space(start)
        return Function(
            name=head[0],
            head=self.plain[start:body_start],
            params=len(head[1]),
            start=start,
            end=end,
            body=self.plain[body_start : end + 1],
            body_start=body_start,
        )

    @property
    def functions(self):
        """The functions defined here."""
        return self._items[0]

    @property
    def declarations(self):
        """What else stands at file scope: (offset, text without the semicolon)."""
        return self._items[1]

    @functools.cached_property
    def prototypes(self):
        """The functions declared but not defined here, and function types."""
        found = []
        for start, text in self.declarations:
            trimmed = re.sub(r"\)[\s\w]*$", ")", text)
            head = None if "{" in text else function_head(trimmed)
            if head is not None:
                found.append(Function(head[0], text, len(head[1]), start, start + len(text)))
        return found


class Tree:
    """All files, by their path from the root, with / between folders."""

    def __init__(self, texts):
        self.sources = {path: Source(path, text) for path, text in sorted(texts.items())}

    def of_kind(self, *kinds):
        """The files in these languages."""
        return [source for source in self.sources.values() if source.kind in kinds]

    def get(self, path):
        """The file, or None."""
        return self.sources.get(path)
