/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/test_env.h"

#include <stdlib.h>
#include <string.h>

static void *env_alloc(void *ctx, size_t size_bytes)
{
    struct test_env *test = ctx;
    test->alloc_count++;
    if ((test->fail_one_in != 0 && test_env_below(test, test->fail_one_in) == 0) ||
        test->alloc_count == test->fail_at ||
        (test->fail_after != 0 && test->alloc_count > test->fail_after)) {
        return NULL;
    }
    test->live_count++;
    return malloc(size_bytes);
}

/* The allocation that a test watches goes back: was it wiped? */
static void env_look(struct test_env *test, const uint8_t *memory)
{
    test->watched_wiped = true;
    for (size_t i = 0; i < test->watched_len; i++) {
        test->watched_wiped = test->watched_wiped && memory[i] == 0;
    }
    test->watched = NULL;
}

static void env_free(void *ctx, void *memory)
{
    struct test_env *test = ctx;
    if (memory != NULL && memory == test->watched) {
        env_look(test, memory);
    }
    test->live_count--;
    free(memory);
}

static snet_err env_random(void *ctx, enum snet_random_purpose purpose, uint8_t *ret_bytes,
                           size_t len)
{
    struct test_env *test = ctx;
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        if (i % 8 == 0) {
            size_t *next = &test->queued_next[purpose];
            value = *next < test->queued_count[purpose] ? test->queued[purpose][(*next)++]
                                                        : test_env_next(test);
        }
        ret_bytes[i] = (uint8_t)(value >> (8 * (i % 8)));
    }
    return SNET_OK;
}

static void env_note(void *ctx, const struct snet_note *note)
{
    struct test_env *test = ctx;
    test->note_count++;
    test->last_note = *note;
}

void test_env_init(struct test_env *test, uint64_t seed)
{
    memset(test, 0, sizeof *test);
    test->seed = seed;
    test->env = (struct snet_env){
        .ctx = test,
        .alloc = env_alloc,
        .free = env_free,
        .random = env_random,
        .note = env_note,
    };
}

void test_env_queue(struct test_env *test, enum snet_random_purpose purpose, uint64_t value)
{
    if (test->queued_count[purpose] == TEST_ENV_QUEUE_MAX) {
        abort();
    }
    test->queued[purpose][test->queued_count[purpose]++] = value;
}
