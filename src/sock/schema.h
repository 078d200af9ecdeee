/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The options of the library: the one table from which the check of a config, snet_config_set and
 * _get, URLs, the command's options and help, and the manual's tables come. An option exists here
 * or nowhere.
 *
 *   X(name, field, type, min, max, values, default, phone, uses, sentence)
 *
 * `field` is that of struct snet_config, and the type one of SNET_TYPE_x. `values` are the words of
 * a CHOICE, whose last may be a range of numbers, or of a SET; "never" where SNET_NEVER is
 * allowed; "shared" for secrets that both ends share. `default` is what zero means, in the words of
 * snet_config_set, and `phone` the same with preset=phone, empty where that is no different. `uses`
 * say where the option may stand: D to dial, L to listen, B of the whole process, U also in URLs, P
 * in programs alone, R that a listener takes over while it serves, S that it means nothing on wires
 * 1 and 2, O nothing on snet/3.
 */
#ifndef SNET_SOCK_SCHEMA_H
#define SNET_SOCK_SCHEMA_H

#include <snet/config.h>

#define SNET_SCHEMA_MS SNET_MS_NS
#define SNET_SCHEMA_SEC SNET_SECOND_NS
#define SNET_SCHEMA_MIN (60 * SNET_SECOND_NS)
#define SNET_SCHEMA_DAY (SNET_SECOND_NS * 86400)
#define SNET_SCHEMA_KI UINT64_C(1024)
#define SNET_SCHEMA_GI (UINT64_C(1024) * 1024 * 1024)

/* clang-format off */
#define SNET_SCHEMA(X, D, L, B, U, P, R, S, O)                                                     \
    X("address", address, TEXT, 1, 319, "", "", "", D | L,                                         \
      "HOST:PORT, [IPv6]:PORT, :PORT or unix:PATH to connect to or to listen on")                  \
    X("service", service, TEXT, 1, 64, "", "", "", D | U, "Service to ask the server for")         \
    X("server-key", server_key, KEY, 1, 1, "", "", "", D | U | S,                                  \
      "Public key of the server: the key itself, or its file")                                     \
    X("key", key, SECRETS, 1, SNET_CONFIG_KEYS_MAX, "", "", "", D | L | U | R | S,                 \
      "File with the secret key of this end; a listener may have 4, to change keys")               \
    X("psk", psk, SECRETS, 1, SNET_CONFIG_PSKS_MAX, "shared", "", "", D | L | U | R | S,           \
      "File with a secret that both ends share, in place of keys; a listener may have 64")         \
    X("authorized", authorized, KEYS, 0, SNET_CONFIG_AUTHORIZED_MAX, "", "", "", L | R | S,        \
      "File with the public keys of the clients to serve, one a line; without it, everyone")       \
    X("node-id", node_id, COUNT, 0, UINT32_MAX, "", "0", "", L | S,                                \
      "Number of this server among those that share its key")                                      \
    X("wire", wires, SET, 1, 15, "1|1-padded|2|3", "3", "", D | L,                                 \
      "Wires to speak, one to dial; only 3 protects its streams")                                  \
    X("suite", suite, CHOICE, 0, SNET_SUITE_PRIVATE_LAST,                                          \
      "fastest|chacha20-poly1305|aes-256-gcm|64-126", "fastest", "", D | U | S,                    \
      "Cipher to offer; a number is one that the program has registered")                          \
    X("preset", preset, CHOICE, 0, 1, "none|phone", "none", "", D | U,                             \
      "Set of defaults: phone is patient and quiet, with small buffers")                           \
    X("connect-timeout", connect_timeout_ns, TIME, SNET_SCHEMA_MS, 31 * SNET_SCHEMA_DAY, "",       \
      "10s", "1m", D | U, "Limit of the time to begin a session")                                  \
    X("retry", retry, FLAG, 0, 2, "", "no", "yes", D | U,                                          \
      "Keep trying until connect-timeout although the name is unknown or the port refuses")        \
    X("handshake-timeout", handshake_timeout_ns, TIME, SNET_SCHEMA_SEC, 10 * SNET_SCHEMA_MIN, "",  \
      "10s", "", D | L | U | R, "Limit of the time of a handshake")                                \
    X("resume-timeout", resume_timeout_ns, TIME, SNET_SCHEMA_MS, 31 * SNET_SCHEMA_DAY, "", "5m",   \
      "1d", D | L | U | R, "How long a session without a connection is kept")                      \
    X("heartbeat", heartbeat_ns, TIME, SNET_SCHEMA_SEC, 10 * SNET_SCHEMA_MIN, "", "15s", "270s",   \
      D | L | U | R | S,                                                                           \
      "A link idle this long is sent a PING; a client without it takes the server's")              \
    X("dead-peer", dead_peer_timeout_ns, TIME, SNET_SCHEMA_SEC, 60 * SNET_SCHEMA_MIN, "", "20s",   \
      "", D | L | U | R, "A connection whose peer is silent this long is dropped")                 \
    X("rekey-interval", rekey_interval_ns, TIME, SNET_SCHEMA_SEC, 31 * SNET_SCHEMA_DAY, "never",   \
      "never", "", D | U | S, "Interval of moves to a new connection with fresh keys")             \
    X("linger", linger_ns, TIME, 0, 60 * SNET_SCHEMA_MIN, "", "5s", "", D | L | U,                 \
      "How long a closed socket goes on sending in the background")                                \
    X("early-data", early_data, FLAG, 0, 1, "", "no", "", D | U | S,                               \
      "Send bytes along with a resume, which saves a round trip")                                  \
    X("pad", pad_bytes, BYTES, 0, 4096, "", "0", "", D | L | U | S,                                \
      "Records are padded to a multiple of this")                                                  \
    X("history", history_bytes, BYTES, 64, SNET_SCHEMA_GI, "", "16M", "256k", D | L | U,           \
      "Limit of sent bytes that are kept; on wires 1 and 2 by default 1M")                         \
    X("inbox", inbox_bytes, BYTES, 4 * SNET_SCHEMA_KI, SNET_SCHEMA_GI, "", "16M", "256k",          \
      D | L | U, "Limit of received bytes not yet read; on wires 1 and 2 by default 256k")         \
    X("plain", plain, FLAG, 0, 1, "", "no", "", D | L | O,                                         \
      "Wires 1 and 2: do not encrypt the stream")                                                  \
    X("cipher", cipher, TEXT, 1, 31, "", "rc4", "", D | L | P | O,                                 \
      "Stream cipher of wires 1 and 2: a name that the program has registered")                    \
    X("sessions-max", sessions_max, COUNT, 1, 16777216, "", "65536", "", L | R,                    \
      "Limit of sessions")                                                                         \
    X("handshakes-max", handshakes_max, COUNT, 1, 1048576, "", "4096", "", L | R,                  \
      "Limit of connections without a session")                                                    \
    X("first-bytes-timeout", first_bytes_timeout_ns, TIME, 100 * SNET_SCHEMA_MS, SNET_SCHEMA_MIN,  \
      "", "5s", "", L | R, "A connection that sends nothing for this long is closed")              \
    X("ended-keep", ended_keep_ns, TIME, 25 * SNET_SCHEMA_SEC, 60 * SNET_SCHEMA_MIN, "", "30s",    \
      "", L | R, "How long an ended session still answers resumes")                                \
    X("backlog", backlog_max, COUNT, 1, 65536, "", "1024", "", L,                                  \
      "Limit of sessions that wait to be accepted")                                                \
    X("nonblocking", nonblocking, FLAG, 0, 1, "", "no", "", D | L | P,                             \
      "Calls that would wait fail with EAGAIN")                                                    \
    X("fd-inherited", fd_inherited, FLAG, 0, 1, "", "no", "", D | L | P,                           \
      "Descriptors stay open across exec")                                                         \
    X("send-budget", send_budget_bytes, BYTES, 4 * SNET_SCHEMA_KI, 1024 * SNET_SCHEMA_GI, "",      \
      "256M", "", B, "Limit of all histories of the process together")                             \
    X("recv-budget", recv_budget_bytes, BYTES, 4 * SNET_SCHEMA_KI, 1024 * SNET_SCHEMA_GI, "",      \
      "256M", "", B, "Limit of all inboxes of the process together")
/* clang-format on */

#endif
