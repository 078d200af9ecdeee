/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a text that is no address, and what it would have to be.
 *
 * Thread: any.
 */
#ifndef SNET_APP_ADDRESS_HINT_H
#define SNET_APP_ADDRESS_HINT_H

/* A sentence for a text that snet_stream_address_check refuses; static. */
const char *snet_address_hint(const char *text);

#endif
