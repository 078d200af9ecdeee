/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A deterministic environment for tests: counted memory that can be made to fail, and random bytes
 * from a seed, with values that a test can put in front of them per purpose.
 */
#ifndef SNET_TESTS_SUPPORT_TEST_ENV_H
#define SNET_TESTS_SUPPORT_TEST_ENV_H

#include <snet/env.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEST_ENV_QUEUE_MAX 64u
#define TEST_ENV_PURPOSES 5u

struct test_env {
    struct snet_env env; /* give this to the code under test */
    uint64_t seed;
    size_t live_count;    /* allocations not yet given back */
    size_t alloc_count;   /* allocations so far */
    size_t fail_at;       /* the allocation with this number fails, 0 for none */
    uint64_t fail_one_in; /* one in so many allocations fails, 0 for none */
    size_t fail_after;    /* all allocations beyond this number fail, 0 for none */
    const void *watched;  /* an allocation of which is looked at ... */
    size_t watched_len;   /* ... so much when it is given back: */
    bool watched_wiped;   /* whether it held nothing but zeros then */
    size_t note_count;
    struct snet_note last_note;
    uint64_t queued[TEST_ENV_PURPOSES][TEST_ENV_QUEUE_MAX];
    size_t queued_count[TEST_ENV_PURPOSES];
    size_t queued_next[TEST_ENV_PURPOSES];
};

void test_env_init(struct test_env *test, uint64_t seed);
/* The next 8-byte draw for `purpose` yields `value`, little-endian. */
void test_env_queue(struct test_env *test, enum snet_random_purpose purpose, uint64_t value);

/* The next number of the seeded sequence: splitmix64, good enough to place faults. */
static inline uint64_t test_env_next(struct test_env *test)
{
    test->seed += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = test->seed;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

/* The next number below `bound`, which is not 0. Inline: most bounds are constants. */
static inline uint64_t test_env_below(struct test_env *test, uint64_t bound)
{
    return test_env_next(test) % bound;
}

#endif
