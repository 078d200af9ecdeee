/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Providers: which of those in crypto/aead.h computes a cipher. That is settled once in a process,
 * when it is first asked. A provider that is not OpenSSL serves only after it has sealed and opened
 * as OpenSSL does. The environment variable SNET_AEAD=openssl lets none but OpenSSL serve.
 *
 * Thread: any, also in a child of fork: nothing waits for anything.
 */
#ifndef SNET_CRYPTO_PROVIDERS_H
#define SNET_CRYPTO_PROVIDERS_H

#include "crypto/aead.h"

/* Without memory to settle it, OpenSSL serves this time. */
const struct snet_aead *snet_providers_for(enum snet_aead_cipher cipher);
/*
 * Whether a provider is here that does not compute as OpenSSL does, or has failed its own test:
 * true once in a process, for the one line that says so.
 */
bool snet_providers_take_refusal(void);
/*
 * Compares what two providers make of keys, nonces and texts of many lengths, which are drawn but
 * the same each time: sealed and opened, in place and apart, on any alignment, and changed by a
 * bit. Errors: CRYPTO when `aead` is wrong, NO_MEMORY, also when `model` fails.
 */
SNET_MUST_USE snet_err snet_providers_compare(const struct snet_aead *aead,
                                              const struct snet_aead *model,
                                              enum snet_aead_cipher cipher);

#endif
