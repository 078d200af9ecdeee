/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The options that the command has beside the library's (<snet/config.h>), in tables of the same
 * form: X(name, field, type, min, max, values, default, uses, sentence). `field` is that of the
 * object that the table is about.
 */
#ifndef SNET_APP_SCHEMA_H
#define SNET_APP_SCHEMA_H

#include <snet/schema.h>

#define SNET_APP_UNIT_TEXT ""
#define SNET_APP_UNIT_SECRET ""
#define SNET_APP_UNIT_FLAG ""
#define SNET_APP_UNIT_CHOICE ""
#define SNET_APP_UNIT_COUNT ""
#define SNET_APP_UNIT_BYTES "bytes"
#define SNET_APP_UNIT_TIME "ns"
#define SNET_APP_UNIT_RATE "bytes/s"

/* A row of a table as struct snet_schema_row, for an object of type `object`. */
#define SNET_APP_ROW(object, name, field, type, min, max, values, usual, uses, sentence)           \
    {                                                                                              \
        {                                                                                          \
            name,     values,                                                                      \
            usual,    "",                                                                          \
            sentence, min,                                                                         \
            max,      SNET_TYPE_##type,                                                            \
            uses,     SNET_APP_UNIT_##type},                                                       \
            offsetof(object, field), 0                                                             \
    }

/* The only use of commands that have a table of their own. */
#define SNET_APP_USE SNET_USE_OWN_FIRST

/* clang-format off */

/* struct snet_options; the uses are S serve, C connect. */
#define SNET_APP_SCHEMA(X, S, C)                                                                   \
    X("listen", listen, TEXT, 1, 319, "ADDR", "", S | C,                                           \
      "Address where programs or clients come in")                                                 \
    X("to", to, TEXT, 1, 319, "ADDR", "", S,                                                       \
      "Address of the server to forward each session to")                                          \
    X("threads", threads, COUNT, 1, 32, "", "processors", S,                                       \
      "Loops that sessions are divided among, a thread each; as many as there are processors")     \
    X("eof-wait", eof_wait_ns, TIME, 1, SNET_SECOND_NS * 86400 * 31, "", "30s", C,                 \
      "Wires 1 and 2: a session whose input has ended is given this long without a byte")          \
    X("drain-timeout", drain_timeout_ns, TIME, 1, SNET_SECOND_NS * 86400 * 31, "", "60s", S | C,   \
      "SIGTERM: sessions that have not finished after this long are ended")                        \
    X("log-json", log_json, FLAG, 0, 1, "", "no", S | C,                                           \
      "Write log lines as JSON")

/* struct snet_chaos_config */
#define SNET_APP_CHAOS_SCHEMA(X)                                                                   \
    X("listen", listen, TEXT, 1, 319, "ADDR", "", SNET_APP_USE,                                    \
      "Address where connections come in")                                                         \
    X("to", to, TEXT, 1, 319, "ADDR", "", SNET_APP_USE, "Address to forward them to")              \
    X("cut-every", cut_every_bytes, BYTES, 0, UINT64_C(4) << 30, "", "0", SNET_APP_USE,            \
      "Reset each connection at a random byte, this often on average; 0 is never")                 \
    X("refuse", refuse_ns, TIME, 0, SNET_SECOND_NS * 3600, "", "0", SNET_APP_USE,                  \
      "Once, after the first cut: close the port for this long")                                   \
    X("freeze", freeze, FLAG, 0, 1, "", "no", SNET_APP_USE,                                        \
      "Once, 2 s after the first connection: live connections fall silent without being "          \
      "closed, new ones pass")                                                                     \
    X("delay", delay_ns, TIME, 0, SNET_SECOND_NS * 10, "ms", "0", SNET_APP_USE,                    \
      "Hold bytes for this long, each way; a number alone is milliseconds")                        \
    X("rate", rate_bytes, RATE, 0, UINT64_C(4) << 30, "", "0", SNET_APP_USE,                       \
      "Limit of each direction of a connection, such as 20k/s; 0 is none")                         \
    X("seed", seed, COUNT, 1, UINT32_MAX, "", "", SNET_APP_USE,                                    \
      "Repeat the cuts of another run, which printed it")

/* struct demo_choice */
#define SNET_APP_DEMO_SCHEMA(X)                                                                    \
    X("wire", wire, CHOICE, 0, 3, "3|1|1-padded|2", "3", SNET_APP_USE,                             \
      "Wire to speak; 3 with keys made for this run")                                              \
    X("seed", seed, COUNT, 1, UINT32_MAX, "", "", SNET_APP_USE,                                    \
      "Repeat the cuts of another run, which printed it")

/* struct keygen */
#define SNET_APP_KEYGEN_SCHEMA(X)                                                                  \
    X("out", out, TEXT, 1, 4095, "FILE", "", SNET_APP_USE,                                         \
      "Write the secret key to this new file, with mode 0600, and the public key to standard "     \
      "output; without it they go to standard output and standard error")                          \
    X("shared", shared, FLAG, 0, 1, "", "no", SNET_APP_USE,                                        \
      "Make a secret that both ends share, without a public key: the same file at both, with "     \
      "--psk")                                                                                     \
    X("public", secret, SECRET, 1, 1, "", "", SNET_APP_USE,                                        \
      "Print the public key of the secret key in this file, make nothing")
/* clang-format on */

#endif
