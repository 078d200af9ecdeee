/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A game loop that asks the network once per frame and never waits for it. The player's moves go to
 * a server that mirrors them (echo_server does), and the mirrored player follows on the screen.
 *
 *   game_loop HOST:PORT KEY FRAMES
 *
 * While the connection is lost the game plays on: moves wait in the send buffer for a while, then
 * the game says that it is offline and sends no more until it is back.
 */
#include <snet/key.h>
#include <snet/socket.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GAME_FRAME_NS (INT64_C(1000000000) / 60)
#define GAME_MOVE_BYTES 8
/* So many bytes on their way are two seconds of moves: nobody wants to see older ones. */
#define GAME_UNACKED_MAX (UINT64_C(120) * GAME_MOVE_BYTES)
/* At the end, the mirror has so many frames to catch up. */
#define GAME_PATIENCE_FRAMES 300u

struct game {
    snet_socket *server;            /* does not block */
    unsigned moves;                 /* sent */
    unsigned mirrored;              /* of these, came back */
    unsigned offline;               /* frames in which no move could be sent */
    bool online;                    /* the last move could be */
    char half[GAME_MOVE_BYTES + 1]; /* the part of the next mirrored move that is here */
    size_t half_len;
    bool over; /* the session has ended, or the mirror is wrong */
    int64_t longest_ns;
};

static int64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void sleep_until(int64_t time_ns)
{
    const struct timespec time = {.tv_sec = (time_t)(time_ns / 1000000000),
                                  .tv_nsec = (long)(time_ns % 1000000000)};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

/* Sends one move, if it is still worth it. So small a write is taken whole or not at all. */
static void game_send(struct game *game)
{
    char move[GAME_MOVE_BYTES + 1];
    (void)snprintf(move, sizeof move, "%07u\n", game->moves % 10000000);
    struct snet_info info;
    (void)snet_socket_info(game->server, &info, sizeof info);
    game->online = info.written_bytes - info.acked_bytes < GAME_UNACKED_MAX &&
                   snet_write(game->server, move, GAME_MOVE_BYTES) == GAME_MOVE_BYTES;
    game->moves += game->online ? 1 : 0;
    game->offline += game->online ? 0 : 1;
}

/* Takes all that has arrived. EAGAIN says that this is all for this frame. */
static void game_receive(struct game *game)
{
    ssize_t len = 1;
    while (len > 0 && !game->over) {
        len =
            snet_read(game->server, game->half + game->half_len, GAME_MOVE_BYTES - game->half_len);
        game->half_len += len > 0 ? (size_t)len : 0;
        if (game->half_len == GAME_MOVE_BYTES) {
            game->over = strtoul(game->half, NULL, 10) != game->mirrored % 10000000;
            game->mirrored++;
            game->half_len = 0;
        }
    }
    if (len == 0 || (len < 0 && errno != EAGAIN)) {
        game->over = true;
    }
}

static void game_frame(struct game *game, bool moving)
{
    const int64_t before_ns = now_ns();
    game_receive(game);
    if (moving) {
        game_send(game);
    }
    const int64_t took_ns = now_ns() - before_ns;
    game->longest_ns = took_ns > game->longest_ns ? took_ns : game->longest_ns;
    /* Here a game would move its world on and draw it. */
}

static void game_play(struct game *game, unsigned frames)
{
    int64_t next_ns = now_ns();
    for (unsigned frame = 0; frame < frames + GAME_PATIENCE_FRAMES && !game->over; frame++) {
        const bool moving = frame < frames;
        if (!moving && (game->moves == game->mirrored || !game->online)) {
            break;
        }
        game_frame(game, moving);
        next_ns += GAME_FRAME_NS;
        sleep_until(next_ns);
    }
}

int main(int argc, char **argv)
{
    struct snet_key key;
    if (argc != 4 || snet_key_parse(argv[2], &key) != SNET_OK) {
        (void)fprintf(stderr, "usage: game_loop HOST:PORT KEY FRAMES\n");
        return 2;
    }
    struct snet_config config = SNET_CONFIG_INIT;
    config.server_key = &key;
    config.nonblocking = 1; /* also the dial: it returns at once, and goes on in the background */
    struct game game = {0};
    struct snet_error error;
    game.server = snet_dial(argv[1], &config, &error);
    if (game.server == NULL) {
        (void)fprintf(stderr, "game_loop: %s\n", error.text);
        return 1;
    }
    game_play(&game, (unsigned)strtoul(argv[3], NULL, 10));
    (void)printf("%u moves sent, %u mirrored, %u frames offline, longest wait %.1f ms\n",
                 game.moves, game.mirrored, game.offline, (double)game.longest_ns / 1e6);
    (void)snet_close(game.server);
    return game.over ? 1 : 0;
}
