/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The options of `snet-bench`, in a table of the form of app/schema.h, about struct
 * snet_bench_options. The uses are the scenes that take an option.
 */
#ifndef SNET_BENCH_SCENES_SCHEMA_H
#define SNET_BENCH_SCENES_SCHEMA_H

#include "app/schema.h"
#include "bench/scenes/scene.h"

/* clang-format off */
#define SNET_BENCH_SCHEMA(X)                                                                       \
    X("over", over_index, CHOICE, 0, 7, "3|3-chacha|tcp|1|1-plain|1-padded|2|2-plain", "3",        \
      SNET_BENCH_USE_ALL,                                                                          \
      "What carries the bytes; 3 has AES-256-GCM, 3-chacha ChaCha20-Poly1305")                     \
    X("seconds", measure_ns, TIME, SNET_MS_NS, SNET_SECOND_NS * 600, "", "3s",                     \
      SNET_BENCH_USE_SOCKETS, "How long to measure")                                               \
    X("pin", pin, CHOICE, 0, 2, "none|together|apart", "none", SNET_BENCH_USE_SOCKETS,             \
      "Both processes on the first processor, or each on one of its own")                          \
    X("write", write_bytes, BYTES, 1, SNET_BENCH_SIZE_MAX_BYTES, "", "64k",                        \
      SNET_BENCH_USE_STREAM, "Size of each write")                                                 \
    X("bytes", stream_bytes, BYTES, 1, UINT64_C(1) << 40, "", "", SNET_BENCH_USE_STREAM,           \
      "This many, however long they take, in place of --seconds")                                  \
    X("size", size_bytes, BYTES, 1, SNET_BENCH_SIZE_MAX_BYTES, "", "64",                           \
      SNET_BENCH_USE_PING | SNET_BENCH_USE_RESUME | SNET_BENCH_USE_IDLE, "Size of each message")   \
    X("sessions", sessions, COUNT, 1, SNET_BENCH_SESSIONS_MAX, "", "", SNET_BENCH_USE_SESSIONS,    \
      "How many sessions at a time")                                                               \
    X("part", part, CHOICE, 0, 3, "stream|open|resume|ping", "stream", SNET_BENCH_USE_CORE,        \
      "What is done")                                                                              \
    X("count", count, BYTES, 1, UINT64_C(1) << 40, "", "",                                        \
      SNET_BENCH_USE_CORE | SNET_BENCH_USE_SEAL,                                                   \
      "This many sessions, resumes, bytes or round trips; the default depends on the part")        \
    X("resumes", resumes, COUNT, 1, SNET_BENCH_SESSIONS_MAX, "", "5000",                           \
      SNET_BENCH_USE_DETACHED, "This many sessions resume afterwards")                             \
    X("attached", attached, FLAG, 0, 1, "", "no", SNET_BENCH_USE_DETACHED,                         \
      "The sessions keep their links, for comparison")                                             \
    X("threads", threads, COUNT, 1, SNET_BENCH_THREADS_MAX, "", "2", SNET_BENCH_USE_THREADS,       \
      "How many threads")                                                                          \
    X("direction", down, CHOICE, 0, 1, "up|down", "up",                                            \
      SNET_BENCH_USE_STREAM | SNET_BENCH_USE_LOSS, "From client to server, or the other way")      \
    X("early-data", early_data, FLAG, 0, 1, "", "no", SNET_BENCH_USE_LOSS,                         \
      "Send bytes along with a resume of snet/3")                                                  \
    X("heartbeat", heartbeat_ns, TIME, SNET_HEARTBEAT_MIN_NS, SNET_HEARTBEAT_MAX_NS, "", "15s",    \
      SNET_BENCH_USE_IDLE | SNET_BENCH_USE_STORM, "As for snet serve")                             \
    X("history", history_bytes, BYTES, SNET_HISTORY_MIN_BYTES, SNET_HISTORY_MAX_BYTES, "", "",     \
      SNET_BENCH_USE_ALL & ~SNET_BENCH_USE_SEAL, "As for snet serve")                              \
    X("nodelay", nodelay, FLAG, 0, 1, "", "no", SNET_BENCH_USE_STREAM,                             \
      "Set TCP_NODELAY, of tcp; the wires always have it")                                         \
    X("listen", listen, TEXT, 1, 319, "ADDR", "127.0.0.1:0", SNET_BENCH_USE_SOCKETS,               \
      "Address of the server end")                                                                 \
    X("via", via, TEXT, 1, 319, "ADDR", "", SNET_BENCH_USE_SOCKETS,                                \
      "What the client end dials instead: a tunnel or proxy that leads there")
/* clang-format on */

#endif
