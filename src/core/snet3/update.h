/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Update: the keys of a server of snet/3 change while it serves. Sessions that began with a key
 * which is the server's no more, or whose clients are not authorized any more, end [PROTO 18.4].
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_UPDATE_H
#define SNET_CORE_SNET3_UPDATE_H

#include "core/server.h"

/*
 * The server has the keys of `config` from now on; those that it had are wiped. Errors, after which
 * nothing has changed: INVALID (also another node id), NO_MEMORY, CRYPTO.
 */
SNET_MUST_USE snet_err snet_v3_update(snet_server *server, const struct snet_server_config *config,
                                      uint64_t now);

#endif
