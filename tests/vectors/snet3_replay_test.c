/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Replays the dialogues of tests/data/snet3.json in both roles: the core gets what one end got, the
 * bytes of the other end, random numbers, and what its application did, and must send the same
 * bytes, deliver the same bytes and tell its application the same.
 */
#include "tests/support/hex.h"
#include "tests/support/unit.h"
#include "tests/vectors/snet3_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLAY_DRAWS_MAX 9u

/* A step, and what must come of it. */
struct snet3_line {
    struct snet3_step step;
    const char *out;
    const char *err;
    const char *told;
};

struct snet3_lines {
    const struct snet3_line *list;
    size_t count;
};

struct snet3_dialogue {
    const char *name;
    struct snet3_setup setup;
    const char *keys[2][REPLAY_DRAWS_MAX]; /* of client and server, up to a NULL */
    const char *cids[2][REPLAY_DRAWS_MAX];
    struct snet3_lines steps[2];
};

/* tidy: allow layer because snet3_to_c.py makes it from tests/data while building */
#include "snet3_dialogues.inc"

#define DIALOGUE_COUNT (sizeof dialogues / sizeof dialogues[0])

static void replay_draws(struct snet3_end *end, enum snet_random_purpose purpose,
                         const char *const *draws)
{
    for (size_t i = 0; draws[i] != NULL; i++) {
        snet3_end_draw(end, purpose, draws[i]);
    }
}

/* Everything that was drawn then is drawn now. */
static void replay_check_draws(const struct snet3_end *end, enum snet_random_purpose purpose)
{
    assert_int_equal(end->env.queued_next[purpose], end->env.queued_count[purpose]);
}

static void replay_line(struct snet3_end *end, const struct snet3_line *line, size_t index,
                        struct snet3_result *result)
{
    snet3_end_do(end, &line->step, result);
    if (strcmp(result->told, line->told) != 0) {
        fail_msg("step %zu of this end: told \"%s\", not \"%s\"", index, result->told, line->told);
    }
    if (strcmp(snet_err_name(result->err), line->err) != 0) {
        fail_msg("step %zu of this end: %s, not %s", index, snet_err_name(result->err), line->err);
    }
    if (strlen(line->out) != 2 * result->len) {
        fail_msg("step %zu of this end: %zu bytes, not %zu", index, result->len,
                 strlen(line->out) / 2);
    }
    ASSERT_HEX(result->data, result->len, line->out);
}

static void replay_run(const struct snet3_dialogue *dialogue, unsigned side)
{
    struct snet3_end end;
    struct snet3_result result;
    snet3_end_begin(&end, &dialogue->setup, side == 1);
    replay_draws(&end, SNET_RANDOM_KEY, dialogue->keys[side]);
    replay_draws(&end, SNET_RANDOM_SESSION_ID, dialogue->cids[side]);
    for (size_t i = 0; i < dialogue->steps[side].count; i++) {
        replay_line(&end, &dialogue->steps[side].list[i], i, &result);
    }
    replay_check_draws(&end, SNET_RANDOM_KEY);
    replay_check_draws(&end, SNET_RANDOM_SESSION_ID);
    snet3_end_finish(&end);
}

static void snet3_replays_as_client(void **state)
{
    replay_run(*state, 0);
}

static void snet3_replays_as_server(void **state)
{
    replay_run(*state, 1);
}

int main(void)
{
    struct CMUnitTest tests[2 * DIALOGUE_COUNT];
    char names[2 * DIALOGUE_COUNT][64];
    static const CMUnitTestFunction roles[] = {snet3_replays_as_client, snet3_replays_as_server};
    for (size_t i = 0; i < 2 * DIALOGUE_COUNT; i++) {
        const struct snet3_dialogue *dialogue = &dialogues[i / 2];
        (void)snprintf(names[i], sizeof names[i], "%s as %s", dialogue->name,
                       i % 2 == 0 ? "client" : "server");
        tests[i] = (struct CMUnitTest){
            .name = names[i],
            .test_func = roles[i % 2],
            .initial_state = (void *)(uintptr_t)dialogue,
        };
    }
    return cmocka_run_group_tests_name("snet/3", tests, NULL, NULL);
}
