/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A program of the stable ABI, to be compiled with headers of another version than the library's:
 * a listener, a dial, an event, what is known of both ends, and a byte each way. Behind and before
 * each struct that the library fills are bytes that must stay, and the program also gives sizes
 * that are shorter than its structs.
 *
 * TALK_FUTURE_BYTES says how much longer the headers made each struct that carries a size, in a
 * last field `future`. Exits 0 when all is well, else prints the line that is not.
 */
#include <snet/config.h>
#include <snet/error.h>
#include <snet/file.h>
#include <snet/key.h>
#include <snet/socket.h>
#include <snet/version.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef TALK_FUTURE_BYTES
#define TALK_FUTURE_BYTES 0u
#endif
#define TALK_SECONDS_MAX 20u
#define TALK_WAIT_NS (10 * SNET_SECOND_NS)
#define TALK_GUARD 0xAA
#define TALK_GUARD_BYTES 256u
#define TALK_BYTES_MAX 4096u
#define TALK_INFOS_MAX 3u

#define TALK_EXPECT(condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)printf("talk.c:%d: not so: %s\n", __LINE__, #condition);                         \
            return -1;                                                                             \
        }                                                                                          \
    } while (0)

struct talk {
    struct snet_key secret;
    struct snet_key public_key;
    snet_events *events;
    snet_socket *listener;
    snet_socket *client;
    snet_socket *server;
    char address[128];
};

/* An output of the library in the middle of bytes that are not its own. */
struct talk_output {
    uint64_t words[(TALK_BYTES_MAX + 2 * TALK_GUARD_BYTES) / sizeof(uint64_t)];
};

static void *talk_place(struct talk_output *output)
{
    memset(output, TALK_GUARD, sizeof *output);
    return (unsigned char *)output + TALK_GUARD_BYTES;
}

static int talk_all(const unsigned char *bytes, size_t len, int value)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != value) {
            return 0;
        }
    }
    return 1;
}

/* Whether nothing but `size` bytes was written. */
static int talk_guarded(const struct talk_output *output, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)output;
    const size_t end = TALK_GUARD_BYTES + size;
    return talk_all(bytes, TALK_GUARD_BYTES, TALK_GUARD) &&
           talk_all(bytes + end, sizeof *output - end, TALK_GUARD);
}

/* Whether what the library does not know of a struct of `size` bytes is 0. */
static int talk_tail(const void *place, size_t size)
{
    return talk_all((const unsigned char *)place + size - TALK_FUTURE_BYTES, TALK_FUTURE_BYTES, 0);
}

/* --- Inputs ---------------------------------------------------------------------------------- */

static int talk_sizes(const struct talk *talk)
{
    static const uint32_t sizes[] = {0, 1, 7, 8, sizeof(struct snet_config) + 1, UINT32_MAX};
    struct snet_config config = SNET_CONFIG_INIT;
    struct snet_error error;
    TALK_EXPECT(config.size == sizeof config);
    config.key = &talk->secret;
    TALK_EXPECT(snet_config_check(&config, SNET_USE_LISTEN, &error) == SNET_OK);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        config.size = sizes[i];
        TALK_EXPECT(snet_config_check(&config, SNET_USE_LISTEN, &error) == SNET_ERR_INVALID);
        memset(&error, 0, sizeof error);
        TALK_EXPECT(snet_listen("127.0.0.1:0", &config, &error) == NULL);
        TALK_EXPECT(error.err == SNET_ERR_INVALID && strcmp(error.option, "size") == 0);
    }
    return 0;
}

/* A byte that this library does not know must not be taken for nothing. */
static int talk_too_new(const struct talk *talk)
{
    const size_t size = sizeof(struct snet_config);
    for (size_t i = size - TALK_FUTURE_BYTES; i < size; i++) {
        struct snet_config config = SNET_CONFIG_INIT;
        struct snet_error error = {.err = SNET_OK};
        config.key = &talk->secret;
        ((unsigned char *)&config)[i] = 1;
        TALK_EXPECT(snet_listen("127.0.0.1:0", &config, &error) == NULL);
        TALK_EXPECT(error.err == SNET_ERR_TOO_NEW);
        config.key = NULL;
        config.server_key = &talk->public_key;
        TALK_EXPECT(snet_dial_start(talk->address, &config, &error) == NULL);
        TALK_EXPECT(error.err == SNET_ERR_TOO_NEW);
        TALK_EXPECT(snet_library_open(&config, &error) == SNET_ERR_TOO_NEW);
        TALK_EXPECT(snet_config_check(&config, SNET_USE_DIAL, &error) == SNET_ERR_TOO_NEW);
    }
    return 0;
}

/* --- Outputs --------------------------------------------------------------------------------- */

static int talk_event(const struct talk *talk, size_t size)
{
    struct talk_output output;
    struct snet_event *event = talk_place(&output);
    TALK_EXPECT(snet_events_next(talk->events, event, size, TALK_WAIT_NS) == 1);
    TALK_EXPECT(talk_guarded(&output, size));
    TALK_EXPECT(event->type == SNET_EVENT_OPENED);
    if (size == sizeof *event) {
        TALK_EXPECT(event->socket == talk->client && talk_tail(event, size));
    }
    return 0;
}

static int talk_info(const struct talk *talk)
{
    struct talk_output output;
    struct snet_info *info = talk_place(&output);
    TALK_EXPECT(snet_socket_info(talk->server, info, sizeof *info) == 0);
    TALK_EXPECT(talk_guarded(&output, sizeof *info) && talk_tail(info, sizeof *info));
    TALK_EXPECT(info->session_id != 0 && info->state == SNET_STATE_ATTACHED);
    TALK_EXPECT(info->wire == SNET_WIRE_3 && strncmp(info->address, "127.0.0.1:", 10) == 0);
    info = talk_place(&output);
    TALK_EXPECT(snet_socket_info(talk->server, info, 12) == 0);
    TALK_EXPECT(talk_guarded(&output, 12) && info->state == SNET_STATE_ATTACHED);
    return 0;
}

static int talk_list(const struct talk *talk)
{
    struct talk_output output;
    struct snet_info *infos = talk_place(&output);
    const size_t size = sizeof infos[0];
    int listening = 0;
    TALK_EXPECT(TALK_INFOS_MAX * size <= TALK_BYTES_MAX);
    TALK_EXPECT(snet_socket_list(infos, size, TALK_INFOS_MAX) == TALK_INFOS_MAX);
    TALK_EXPECT(talk_guarded(&output, TALK_INFOS_MAX * size));
    for (size_t i = 0; i < TALK_INFOS_MAX; i++) {
        TALK_EXPECT(talk_tail(&infos[i], size));
        listening +=
            infos[i].state == SNET_STATE_LISTENING && strcmp(infos[i].address, talk->address) == 0;
    }
    TALK_EXPECT(listening == 1);
    infos = talk_place(&output);
    TALK_EXPECT(snet_socket_list(infos, 24, 2) == TALK_INFOS_MAX && talk_guarded(&output, 48));
    return 0;
}

static int talk_totals(void)
{
    struct talk_output output;
    struct snet_totals *totals = talk_place(&output);
    snet_library_totals(totals, sizeof *totals);
    TALK_EXPECT(talk_guarded(&output, sizeof *totals) && talk_tail(totals, sizeof *totals));
    TALK_EXPECT(totals->sessions == 2 && totals->connections == 2);
    totals = talk_place(&output);
    snet_library_totals(totals, 8);
    TALK_EXPECT(talk_guarded(&output, 8));
    return 0;
}

/* Structs that never grow, and texts. */
static int talk_fixed(const struct talk *talk)
{
    struct talk_output output;
    struct snet_error *error = talk_place(&output);
    TALK_EXPECT(snet_dial("nowhere", NULL, error) == NULL);
    TALK_EXPECT(talk_guarded(&output, sizeof *error) && error->err < 0 && error->text[0] != 0);
    char *text = talk_place(&output);
    snet_key_format(&talk->public_key, text);
    TALK_EXPECT(talk_guarded(&output, SNET_KEY_TEXT_BYTES));
    struct snet_key *key = talk_place(&output);
    TALK_EXPECT(snet_key_public(&talk->secret, key) == SNET_OK);
    TALK_EXPECT(talk_guarded(&output, sizeof *key));
    struct snet_pollfd polls[2] = {
        {.socket = talk->client, .events = SNET_POLL_OUT},
        {.fd = -1, .events = SNET_POLL_IN, .revents = -1},
    };
    TALK_EXPECT(snet_poll(polls, 2, TALK_WAIT_NS) == 1);
    TALK_EXPECT(polls[0].revents == SNET_POLL_OUT && polls[1].revents == 0);
    return 0;
}

/* --- Talking --------------------------------------------------------------------------------- */

static int talk_open(struct talk *talk)
{
    struct snet_config config = SNET_CONFIG_INIT;
    struct talk_output output;
    struct snet_info *info = talk_place(&output);
    TALK_EXPECT(snet_key_generate(&talk->secret) == SNET_OK);
    TALK_EXPECT(snet_key_public(&talk->secret, &talk->public_key) == SNET_OK);
    config.key = &talk->secret;
    talk->listener = snet_listen("127.0.0.1:0", &config, NULL);
    TALK_EXPECT(talk->listener != NULL);
    TALK_EXPECT(snet_socket_info(talk->listener, info, sizeof *info) == 0);
    TALK_EXPECT(talk_guarded(&output, sizeof *info) && talk_tail(info, sizeof *info));
    memcpy(talk->address, info->address, sizeof talk->address);
    talk->events = snet_events_new();
    TALK_EXPECT(talk->events != NULL);
    return 0;
}

static int talk_dial(struct talk *talk)
{
    struct snet_config config = SNET_CONFIG_INIT;
    config.server_key = &talk->public_key;
    config.events = talk->events;
    talk->client = snet_dial(talk->address, &config, NULL);
    TALK_EXPECT(talk->client != NULL);
    talk->server = snet_accept(talk->listener);
    TALK_EXPECT(talk->server != NULL);
    return 0;
}

static int talk_bytes(const struct talk *talk)
{
    struct talk_output output;
    unsigned char *byte = talk_place(&output);
    TALK_EXPECT(snet_write(talk->client, "a", 1) == 1);
    TALK_EXPECT(snet_read(talk->server, byte, 1) == 1);
    TALK_EXPECT(*byte == 'a' && talk_guarded(&output, 1));
    TALK_EXPECT(snet_write(talk->server, "b", 1) == 1);
    TALK_EXPECT(snet_read(talk->client, byte, 1) == 1);
    TALK_EXPECT(*byte == 'b' && talk_guarded(&output, 1));
    return 0;
}

static int talk_close(struct talk *talk)
{
    TALK_EXPECT(snet_close(talk->client) == 0);
    TALK_EXPECT(snet_close(talk->server) == 0);
    return 0;
}

/* Twice, since an event is taken once: by the struct's size, and by one that ends at its type. */
static int talk_twice(struct talk *talk)
{
    static const size_t sizes[] = {sizeof(struct snet_event), sizeof(uint32_t)};
    for (size_t i = 0; i < 2; i++) {
        TALK_EXPECT(talk_dial(talk) == 0 && talk_event(talk, sizes[i]) == 0);
        TALK_EXPECT(talk_bytes(talk) == 0);
        TALK_EXPECT(i > 0 || (talk_info(talk) == 0 && talk_list(talk) == 0));
        TALK_EXPECT(i > 0 || (talk_totals() == 0 && talk_fixed(talk) == 0));
        TALK_EXPECT(talk_close(talk) == 0);
    }
    return 0;
}

int main(void)
{
    static struct talk talk;
    (void)alarm(TALK_SECONDS_MAX);
    int result = talk_open(&talk);
    if (result == 0 && (talk_sizes(&talk) != 0 || talk_too_new(&talk) != 0)) {
        result = -1;
    }
    if (result == 0) {
        result = talk_twice(&talk);
    }
    snet_events_free(talk.events);
    (void)snet_close(talk.listener);
    return result == 0 ? 0 : 1;
}
