/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/added.h"

#include <stdatomic.h>
#include <string.h>

/* An item is there before the count says so. */
struct added {
    atomic_size_t suite_count;
    atomic_size_t cipher_count;
    const snet_suite *suites[SNET_SUITES_ADDED_MAX];
    const struct snet_cipher *ciphers[SNET_CIPHERS_ADDED_MAX];
};

static struct added added;

/* --- Suites ---------------------------------------------------------------------------------- */

bool snet_added_has_suite(uint32_t id)
{
    const size_t count = atomic_load(&added.suite_count);
    bool found = id < SNET_SUITE_PRIVATE_FIRST; /* whether there is one is the core's to say */
    for (size_t i = 0; i < count; i++) {
        found = found || added.suites[i]->id == id;
    }
    return found;
}

snet_err snet_added_suite(const snet_suite *suite)
{
    const size_t count = atomic_load(&added.suite_count);
    const snet_err err = snet_suite_check(suite);
    if (err != SNET_OK) {
        return err;
    }
    if (snet_added_has_suite(suite->id)) {
        return SNET_ERR_INVALID;
    }
    if (count == SNET_SUITES_ADDED_MAX) {
        return SNET_ERR_LIMIT;
    }
    added.suites[count] = suite;
    atomic_store(&added.suite_count, count + 1);
    return SNET_OK;
}

snet_err snet_added_fill(snet_core *core)
{
    const size_t count = atomic_load(&added.suite_count);
    snet_err err = SNET_OK;
    for (size_t i = 0; i < count && err == SNET_OK; i++) {
        err = snet_core_suite_add(core, added.suites[i]);
    }
    return err;
}

/* --- Stream ciphers -------------------------------------------------------------------------- */

const struct snet_cipher *snet_added_find_cipher(const char *name)
{
    const size_t count = atomic_load(&added.cipher_count);
    const struct snet_cipher *found =
        strcmp(name, snet_cipher_rc4()->name) == 0 ? snet_cipher_rc4() : NULL;
    for (size_t i = 0; i < count && found == NULL; i++) {
        found = strcmp(name, added.ciphers[i]->name) == 0 ? added.ciphers[i] : NULL;
    }
    return found;
}

/* Whether a name can stand in a config and in an error. */
static bool added_name_ok(const char *name)
{
    size_t len = 0;
    for (; name != NULL && name[len] != '\0'; len++) {
        if (len == SNET_CIPHER_NAME_MAX_BYTES || name[len] <= ' ' || name[len] > '~') {
            return false;
        }
    }
    return len > 0;
}

snet_err snet_added_cipher(const struct snet_cipher *cipher)
{
    const size_t count = atomic_load(&added.cipher_count);
    const bool functions = cipher->init != NULL && cipher->apply != NULL && cipher->save != NULL &&
                           cipher->load != NULL;
    if (!functions || !added_name_ok(cipher->name) ||
        cipher->state_bytes > SNET_CIPHER_STATE_MAX_BYTES ||
        snet_added_find_cipher(cipher->name) != NULL) {
        return SNET_ERR_INVALID;
    }
    if (count == SNET_CIPHERS_ADDED_MAX) {
        return SNET_ERR_LIMIT;
    }
    added.ciphers[count] = cipher;
    atomic_store(&added.cipher_count, count + 1);
    return SNET_OK;
}
