# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""An echo over a URL from Python, with events that are pulled: echo.py URL BYTES"""
import ctypes as c
import os
import sys

snet = c.CDLL(os.environ.get("LIBSNET", "libsnet.so.1"), use_errno=True)
RESUMED = 4


class Error(c.Structure):
    _fields_ = [("err", c.c_int32), ("os_err", c.c_int32),
                ("option", c.c_char * 48), ("text", c.c_char * 200)]


class Event(c.Structure):
    _fields_ = [("type", c.c_uint32), ("err", c.c_int32), ("socket", c.c_void_p),
                ("user", c.c_void_p), ("after_ns", c.c_uint64), ("resent_bytes", c.c_uint64),
                ("attempt", c.c_uint32), ("reserved", c.c_uint32)]


for name in ("snet_events_new", "snet_config_new", "snet_dial_url"):
    getattr(snet, name).restype = c.c_void_p
for call in (snet.snet_read, snet.snet_write):
    call.restype, call.argtypes = c.c_ssize_t, (c.c_void_p, c.c_char_p, c.c_size_t)
snet.snet_events_next.argtypes = (c.c_void_p, c.POINTER(Event), c.c_size_t, c.c_uint64)

url, total = sys.argv[1], int(sys.argv[2])
error, event, resumes = Error(), Event(), 0
events, config = c.c_void_p(snet.snet_events_new()), c.c_void_p(snet.snet_config_new())
snet.snet_config_set_events(config, events)
server = snet.snet_dial_url(url.encode(), config, c.byref(error)) or sys.exit(error.text.decode())
buffer = c.create_string_buffer(16384)
for done in range(0, total, 16384):
    sent, got = os.urandom(16384), b""
    if snet.snet_write(server, sent, len(sent)) != len(sent):
        raise OSError(c.get_errno(), os.strerror(c.get_errno()))
    while len(got) < len(sent):
        size = snet.snet_read(server, buffer, len(buffer))
        if size <= 0:
            raise OSError(c.get_errno(), os.strerror(c.get_errno()))
        got += buffer.raw[:size]
    assert got == sent, f"other bytes behind {done}"
    while snet.snet_events_next(events, c.byref(event), c.sizeof(event), 0) == 1:
        resumes += event.type == RESUMED
snet.snet_close(c.c_void_p(server))
snet.snet_config_free(config)
snet.snet_events_free(events)
assert snet.snet_library_close(c.c_uint64(5_000_000_000)) == 0
print(f"{total} bytes, {resumes} resumes")
