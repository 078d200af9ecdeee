/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * From the flat config of <snet/config.h> to what the core and its drivers take: for programs with
 * a loop of their own that want the options, files and URLs that sockets have. The gateway is one.
 *
 * Source-stable tier: a program that was built against these declarations is built again for
 * another release.
 *
 * Ownership: what comes out borrows from the config, which has to stay until it was used. Thread:
 * any.
 */
#ifndef SNET_APPLY_H
#define SNET_APPLY_H

#include <snet/config.h>
#include <snet/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What snet_client_open and snet_uv_connect take. Errors: as snet_config_check for SNET_USE_DIAL.
 */
SNET_API SNET_MUST_USE snet_err snet_apply_client(const struct snet_config *config,
                                                  struct snet_client_config *ret_client,
                                                  struct snet_error *ret_error);
/* What snet_server_new and snet_uv_serve take. Errors: as snet_config_check for SNET_USE_LISTEN. */
SNET_API SNET_MUST_USE snet_err snet_apply_server(const struct snet_config *config,
                                                  struct snet_server_config *ret_server,
                                                  struct snet_error *ret_error);

#ifdef __cplusplus
}
#endif
#endif
