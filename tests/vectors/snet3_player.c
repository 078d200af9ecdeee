/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Plays one dialogue of snet/3 between two cores, as its standard input says line by line, and
 * answers each step. Only make_snet3_vectors.py talks to it.
 *
 *   setup SUITE EARLY PAD SERVER_SECRET CLIENT_SECRET PSK AUTHORIZED SERVICE
 *   draw END key|cid HEX                      random bytes for what comes
 *   END OP CONNECTION NUMBER HEX TEXT         one step: answered by HEX ERROR TOLD
 *   used END                                  how many bytes were drawn, of keys and of cids
 *
 * END is 0 for the client and 1 for the server, OP a number of enum snet3_op, and - stands for
 * nothing.
 */
#include "tests/support/hex.h"
#include "tests/support/unit.h"
#include "tests/vectors/snet3_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAYER_LINE_MAX (2u * SNET3_BYTES_MAX + 256u)
#define PLAYER_WORDS_MAX 9u

/* Splits a line at its blanks; what the last word is may have some of its own. */
static unsigned player_split(char *line, char **ret_words, unsigned max)
{
    unsigned count = 0;
    line[strcspn(line, "\n")] = '\0';
    for (char *at = line; at != NULL && count < max; count++) {
        ret_words[count] = at;
        at = count + 1 < max ? strchr(at, ' ') : NULL;
        if (at != NULL) {
            *at++ = '\0';
        }
        if (strcmp(ret_words[count], "-") == 0) {
            ret_words[count] = "";
        }
    }
    return count;
}

static unsigned player_number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

static void player_answer(const struct snet3_result *result)
{
    (void)printf("%s", result->len == 0 ? "-" : "");
    for (size_t i = 0; i < result->len; i++) {
        (void)printf("%02x", result->data[i]);
    }
    (void)printf(" %s %s\n", snet_err_name(result->err), result->told);
}

struct player {
    struct snet3_setup setup;
    struct snet3_end ends[2];
    struct snet3_result result;
    char setup_line[PLAYER_LINE_MAX];
    char line[PLAYER_LINE_MAX];
};

static void player_setup(struct player *player)
{
    char *words[PLAYER_WORDS_MAX];
    memcpy(player->setup_line, player->line, sizeof player->line);
    assert_int_equal(player_split(player->setup_line, words, 9), 9);
    player->setup = (struct snet3_setup){
        .suite = player_number(words[1]),
        .early = player_number(words[2]) != 0,
        .pad_bytes = player_number(words[3]),
        .server_secret = words[4],
        .client_secret = words[5],
        .psk = words[6],
        .authorized = words[7],
        .service = words[8],
    };
    snet3_end_begin(&player->ends[0], &player->setup, false);
    snet3_end_begin(&player->ends[1], &player->setup, true);
}

static void player_draw(struct player *player)
{
    char *words[PLAYER_WORDS_MAX];
    assert_int_equal(player_split(player->line, words, 4), 4);
    snet3_end_draw(&player->ends[player_number(words[1]) & 1u],
                   strcmp(words[2], "key") == 0 ? SNET_RANDOM_KEY : SNET_RANDOM_SESSION_ID,
                   words[3]);
}

static void player_used(struct player *player)
{
    char *words[PLAYER_WORDS_MAX];
    assert_int_equal(player_split(player->line, words, 2), 2);
    const struct test_env *env = &player->ends[player_number(words[1]) & 1u].env;
    (void)printf("%zu %zu\n", 8 * env->queued_next[SNET_RANDOM_KEY],
                 8 * env->queued_next[SNET_RANDOM_SESSION_ID]);
}

static void player_step(struct player *player)
{
    char *words[PLAYER_WORDS_MAX];
    assert_int_equal(player_split(player->line, words, 6), 6);
    const struct snet3_step step = {
        .op = (enum snet3_op)player_number(words[1]),
        .connection = player_number(words[2]),
        .number = player_number(words[3]),
        .hex = words[4],
        .text = words[5],
    };
    snet3_end_do(&player->ends[player_number(words[0]) & 1u], &step, &player->result);
    player_answer(&player->result);
}

int main(void)
{
    struct player player = {0};
    while (fgets(player.line, sizeof player.line, stdin) != NULL) {
        if (strncmp(player.line, "setup", 5) == 0) {
            player_setup(&player);
        } else if (strncmp(player.line, "draw", 4) == 0) {
            player_draw(&player);
        } else if (strncmp(player.line, "used", 4) == 0) {
            player_used(&player);
        } else {
            player_step(&player);
        }
        (void)fflush(stdout);
    }
    snet3_end_finish(&player.ends[0]);
    snet3_end_finish(&player.ends[1]);
    return 0;
}
