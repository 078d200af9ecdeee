/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Many chat clients on one libuv loop, to try chat_server with. All of them join, some
 * of them say one line each, and all must hear every line once, and all the same in the same order.
 *
 *   chat_clients HOST:PORT KEY COUNT [SPEAKERS]
 *
 * What the first to hear something has heard is written down; the others are compared with that.
 */
#include <snet/key.h>
#include <snet/uv.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define CLIENTS_MAX 10000u
/* What everybody hears: a welcome, then a line of each speaker. */
#define CLIENTS_WELCOME "welcome\n"
#define CLIENTS_WELCOME_BYTES 8u
#define CLIENTS_LINE "client %04zu\n"
#define CLIENTS_LINE_BYTES 12u
/* So many speak at once; the next ones do when all have heard them. */
#define CLIENTS_AT_ONCE 20u

struct client {
    struct clients *all;
    snet_session *session;
    size_t heard; /* bytes */
};

struct clients {
    snet_uv *driver;
    struct client *client;
    size_t count;
    size_t speakers;
    size_t spoken; /* speakers that have said their line */
    size_t behind; /* clients that have not heard all that was said */
    size_t ended;
    unsigned resumes; /* of those that have ended */
    char *log;        /* what was heard, by whoever heard it first */
    size_t log_len;
    bool failed;
};

static void clients_fail(struct clients *all, const char *why)
{
    if (!all->failed) {
        (void)fprintf(stderr, "chat_clients: %s\n", why);
    }
    all->failed = true;
    uv_stop(uv_default_loop());
}

static void client_say(struct clients *all, size_t index)
{
    char line[CLIENTS_LINE_BYTES + 1];
    size_t taken = 0;
    (void)snprintf(line, sizeof line, CLIENTS_LINE, index % CLIENTS_MAX);
    if (snet_session_write(all->client[index].session, (const uint8_t *)line, CLIENTS_LINE_BYTES,
                           &taken, snet_uv_now(all->driver)) != SNET_OK ||
        taken != CLIENTS_LINE_BYTES) {
        clients_fail(all, "a client cannot speak");
    }
}

/* Everybody is up to date: the next ones speak, or all leave. */
static void clients_go_on(struct clients *all)
{
    if (all->spoken == 0) {
        (void)printf("%zu have joined\n", all->count);
        (void)fflush(stdout);
    }
    if (all->spoken == all->speakers) {
        for (size_t i = 0; i < all->count; i++) {
            snet_session_shutdown(all->client[i].session, snet_uv_now(all->driver));
        }
        return;
    }
    all->behind = all->count;
    for (unsigned i = 0; i < CLIENTS_AT_ONCE && all->spoken < all->speakers; i++) {
        client_say(all, all->spoken);
        all->spoken++;
    }
}

static void client_heard(struct client *client, char byte)
{
    struct clients *all = client->all;
    const size_t said = CLIENTS_WELCOME_BYTES + all->spoken * CLIENTS_LINE_BYTES;
    if (client->heard == all->log_len && all->log_len < said) {
        all->log[all->log_len] = byte;
        all->log_len++;
    }
    if (client->heard >= all->log_len || all->log[client->heard] != byte) {
        clients_fail(all, "two clients have not heard the same");
        return;
    }
    client->heard++;
    if (client->heard == said) {
        all->behind--;
        if (all->behind == 0) {
            clients_go_on(all);
        }
    }
}

static void client_read(struct client *client)
{
    struct clients *all = client->all;
    char bytes[4096];
    size_t len = 0;
    snet_err err = SNET_OK;
    while (err == SNET_OK && !all->failed) {
        for (size_t i = 0; i < len && !all->failed; i++) {
            client_heard(client, bytes[i]);
        }
        err = snet_session_read(client->session, (uint8_t *)bytes, sizeof bytes, &len,
                                snet_uv_now(all->driver));
    }
}

static void clients_event(void *user, const struct snet_core_event *event)
{
    struct clients *all = user;
    if (event->type == SNET_CORE_EVENT_READABLE) {
        client_read(snet_session_user(event->session));
    } else if (event->type == SNET_CORE_EVENT_ENDED && event->err != SNET_ERR_CLOSED) {
        clients_fail(all, snet_err_message(event->err));
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        struct snet_session_info info;
        snet_session_get_info(event->session, &info);
        all->resumes += info.resumes;
        all->ended++;
        if (all->ended == all->count) {
            uv_stop(uv_default_loop());
        }
    }
}

/* That all have heard the same is known; now, that it was every line, and each once. */
static bool clients_log_is_whole(const struct clients *all)
{
    bool *said = calloc(all->speakers, sizeof *said);
    size_t found = 0;
    bool good = said != NULL && strncmp(all->log, CLIENTS_WELCOME, CLIENTS_WELCOME_BYTES) == 0;
    size_t at = CLIENTS_WELCOME_BYTES;
    for (; good && at < all->log_len; at += CLIENTS_LINE_BYTES) {
        size_t index = 0;
        good = sscanf(all->log + at, CLIENTS_LINE, &index) == 1 && index < all->speakers &&
               !said[index];
        if (good) {
            said[index] = true;
            found++;
        }
    }
    free(said);
    return good && found == all->speakers;
}

static int clients_run(struct clients *all, const char *address, const struct snet_key *key)
{
    const struct snet_uv_config config = {.on_event = clients_event, .user = all};
    const struct snet_client_config client_config = {
        .wire = SNET_WIRE_3,
        .keys = {.server = key},
        .connect_timeout_ns = 60 * SNET_SECOND_NS, /* they all come at once: the last ones wait */
    };
    snet_err err = snet_uv_new(uv_default_loop(), &config, &all->driver);
    for (size_t i = 0; i < all->count && err == SNET_OK; i++) {
        struct client *client = &all->client[i];
        client->all = all;
        err = snet_uv_connect(all->driver, address, &client_config, &client->session);
        if (err == SNET_OK) {
            snet_session_set_user(client->session, client);
        }
    }
    if (err != SNET_OK) {
        clients_fail(all, snet_err_message(err));
        return 1;
    }
    (void)uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    if (!all->failed && !clients_log_is_whole(all)) {
        clients_fail(all, "not every line was heard once");
    }
    (void)printf("%zu heard %zu lines each, the same in the same order; resumed %u times\n",
                 all->ended, (all->log_len - CLIENTS_WELCOME_BYTES) / CLIENTS_LINE_BYTES,
                 all->resumes);
    snet_uv_free(all->driver);
    (void)uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    return all->failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct snet_key key;
    struct rlimit limit; /* each connection takes a descriptor */
    const unsigned long count = argc >= 4 ? strtoul(argv[3], NULL, 10) : 0;
    const unsigned long speakers = argc == 5 ? strtoul(argv[4], NULL, 10) : count;
    if (count == 0 || count > CLIENTS_MAX || speakers > count || argc > 5 ||
        snet_key_parse(argv[2], &key) != SNET_OK) {
        (void)fprintf(stderr, "usage: chat_clients HOST:PORT KEY COUNT [SPEAKERS]\n");
        return 2;
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    struct clients all = {.count = count, .speakers = speakers, .behind = count};
    all.client = calloc(count, sizeof *all.client);
    all.log = calloc(CLIENTS_WELCOME_BYTES + speakers * CLIENTS_LINE_BYTES + 1, 1);
    const int status = all.client != NULL && all.log != NULL ? clients_run(&all, argv[1], &key) : 1;
    free(all.client);
    free(all.log);
    return status;
}
