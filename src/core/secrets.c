/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/secrets.h"

#include "base/assert.h"
#include "crypto/secret.h"

#include <stdint.h>

#define SECRETS_PAGE_PLACES (SNET_SECRETS_PAGE_BYTES / SNET_SECRETS_PLACE_BYTES - 1)
/* What the head of a page says until a fork empties it. */
#define SECRETS_MARK 1u

union snet_secrets_place {
    union snet_secrets_place *next; /* of those not in use */
    uint8_t bytes[SNET_SECRETS_PLACE_BYTES];
    max_align_t align;
};

/* The head of a page has the room of a place. */
union secrets_head {
    struct {
        uint64_t mark;
        struct snet_secrets_page *next;
    } of;
    union snet_secrets_place place;
};

struct snet_secrets_page {
    union secrets_head head;
    union snet_secrets_place places[SECRETS_PAGE_PLACES];
};

_Static_assert(sizeof(struct snet_secrets_page) == SNET_SECRETS_PAGE_BYTES, "a page is one page");

void snet_secrets_init(struct snet_secrets *secrets, const struct snet_env *env)
{
    *secrets = (struct snet_secrets){.env = env};
}

static struct snet_secrets_page *secrets_alloc(const struct snet_env *env)
{
    return env->secret_alloc != NULL ? env->secret_alloc(env->ctx, SNET_SECRETS_PAGE_BYTES)
                                     : env->alloc(env->ctx, SNET_SECRETS_PAGE_BYTES);
}

static void secrets_free(const struct snet_env *env, struct snet_secrets_page *page)
{
    snet_secret_wipe(page, sizeof *page);
    if (env->secret_free != NULL) {
        env->secret_free(env->ctx, page, SNET_SECRETS_PAGE_BYTES);
    } else {
        env->free(env->ctx, page);
    }
}

/* In a child with emptied pages the list ends with the first: the others end with the process. */
void snet_secrets_deinit(struct snet_secrets *secrets)
{
    SNET_ASSERT(secrets->used_count == 0);
    while (secrets->pages != NULL) {
        struct snet_secrets_page *page = secrets->pages;
        secrets->pages = page->head.of.next;
        secrets_free(secrets->env, page);
    }
    secrets->unused = NULL;
}

/* Adds the places of one more page to those not in use. */
static bool secrets_grow(struct snet_secrets *secrets)
{
    struct snet_secrets_page *page = secrets_alloc(secrets->env);
    if (page == NULL) {
        return false;
    }
    page->head.of.mark = SECRETS_MARK;
    page->head.of.next = secrets->pages;
    secrets->pages = page;
    for (size_t i = SECRETS_PAGE_PLACES; i > 0; i--) {
        union snet_secrets_place *place = &page->places[i - 1];
        place->next = secrets->unused;
        secrets->unused = place;
    }
    return true;
}

void *snet_secrets_take(struct snet_secrets *secrets)
{
    if (snet_secrets_lost(secrets) || (secrets->unused == NULL && !secrets_grow(secrets))) {
        return NULL;
    }
    union snet_secrets_place *place = secrets->unused;
    secrets->unused = place->next;
    snet_secret_wipe(place, sizeof *place);
    secrets->used_count++;
    return place;
}

void snet_secrets_give(struct snet_secrets *secrets, void *place)
{
    if (place == NULL) {
        return;
    }
    SNET_ASSERT(secrets->used_count > 0);
    union snet_secrets_place *unused = place;
    snet_secret_wipe(unused, sizeof *unused);
    unused->next = secrets->unused;
    secrets->unused = unused;
    secrets->used_count--;
}

bool snet_secrets_lost(const struct snet_secrets *secrets)
{
    return secrets->pages != NULL && secrets->pages->head.of.mark != SECRETS_MARK;
}
