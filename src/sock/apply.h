/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Apply: from what a program settles, struct snet_config, to what the core and the driver take.
 *
 * Thread: any.
 */
#ifndef SNET_SOCK_APPLY_H
#define SNET_SOCK_APPLY_H

#include <snet/config.h>
#include <snet/uv.h>

/* `config` is one of snet_config_take, whose fields all count; what it points to is borrowed. */
void snet_apply_own_client(const struct snet_config *config, struct snet_client_config *ret_client);
void snet_apply_own_server(const struct snet_config *config, struct snet_server_config *ret_server);
void snet_apply_own_core(const struct snet_config *config, struct snet_core_config *ret_core);

#endif
