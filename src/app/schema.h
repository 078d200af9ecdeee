/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The options that snet serve and snet connect have beside the library's (<snet/config.h>), in a
 * table of the same form: X(name, field, type, min, max, values, default, uses, sentence).
 *
 * `field` is that of struct snet_options. `uses` are the subcommands: S serve, C connect.
 */
#ifndef SNET_APP_SCHEMA_H
#define SNET_APP_SCHEMA_H

/* clang-format off */
#define SNET_APP_SCHEMA(X, S, C)                                                                   \
    X("listen", listen, TEXT, 1, 319, "", "", S | C,                                               \
      "Address where programs or clients come in")                                                 \
    X("to", to, TEXT, 1, 319, "", "", S,                                                           \
      "Address of the server to forward each session to")                                          \
    X("eof-wait", eof_wait_ns, TIME, 1, SNET_SECOND_NS * 86400 * 31, "", "30s", C,                 \
      "Wires 1 and 2: a session whose input has ended is given this long without a byte")          \
    X("log-json", log_json, FLAG, 0, 1, "", "no", S | C,                                           \
      "Write log lines as JSON")
/* clang-format on */

#endif
