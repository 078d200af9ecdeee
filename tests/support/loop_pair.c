/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/loop_pair.h"

#include "tests/support/pattern.h"
#include "tests/support/sockets.h"
#include "tests/support/unit.h"
#include "uv/conn.h"

#include <string.h>

#define PAIR_CHUNK_BYTES 4096u

struct test_pair_config test_pair_defaults(void)
{
    const struct snet_session_config session = {.history_bytes = TEST_PAIR_HISTORY_BYTES,
                                                .inbox_bytes = TEST_PAIR_INBOX_BYTES};
    return (struct test_pair_config){
        .client = {.session = session, .wire = SNET_WIRE_2},
        .server = {.session = session, .wires = SNET_WIRE_2},
    };
}

struct test_pair_config test_pair_secure(void)
{
    static const struct snet_key secret = {.bytes = {1, 2, 3}};
    static struct snet_key public_key;
    struct test_pair_config config = test_pair_defaults();
    assert_int_equal(snet_key_public(&secret, &public_key), SNET_OK);
    config.client.wire = SNET_WIRE_3;
    config.client.keys.server = &public_key;
    config.server.wires = SNET_WIRE_3;
    config.server.keys.secrets = &secret;
    config.server.keys.secret_count = 1;
    return config;
}

static void loop_pair_event(void *user, const struct snet_core_event *event)
{
    struct test_pair *pair = user;
    struct test_pair_end *end =
        &pair->ends[event->server == NULL ? TEST_PAIR_CLIENT : TEST_PAIR_SERVER];
    if (event->type == SNET_CORE_EVENT_OPENED && event->server != NULL) {
        end->session = event->session;
    }
    end->counts[event->type]++;
    if (event->type == SNET_CORE_EVENT_LOST) {
        end->lost = event->err;
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        end->ended = event->err;
    }
    if (pair->forward != NULL) {
        pair->forward(pair->user, event);
    }
}

static void loop_pair_note(void *user, const struct snet_note *note)
{
    struct test_pair *pair = user;
    pair->note_count++;
    pair->note = *note;
}

void test_pair_open(struct test_pair *pair, const struct test_pair_config *config)
{
    const struct snet_uv_config driver = {
        .on_event = loop_pair_event, .on_note = loop_pair_note, .user = pair};
    int os_err = 0;
    memset(pair, 0, sizeof *pair);
    test_loop_open(&pair->loop);
    assert_int_equal(snet_uv_new(&pair->loop.uv, &driver, &pair->driver), SNET_OK);
    assert_int_equal(
        snet_uv_serve(pair->driver, "127.0.0.1:0", &config->server, &pair->server, &os_err),
        SNET_OK);
}

void test_pair_connect(struct test_pair *pair, const struct snet_client_config *config,
                       const char *address)
{
    assert_int_equal(
        snet_uv_connect(pair->driver, address, config, &pair->ends[TEST_PAIR_CLIENT].session),
        SNET_OK);
}

void test_pair_begin(struct test_pair *pair, const struct test_pair_config *config)
{
    const struct test_pair_config defaults = test_pair_defaults();
    const struct test_pair_config *used = config == NULL ? &defaults : config;
    test_pair_open(pair, used);
    test_pair_connect(pair, &used->client, snet_uv_server_address(pair->server));
    TEST_LOOP_UNTIL(&pair->loop,
                    test_pair_count(pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_OPENED) == 1 &&
                        test_pair_count(pair, TEST_PAIR_SERVER, SNET_CORE_EVENT_OPENED) == 1);
}

void test_pair_close(struct test_pair *pair)
{
    snet_uv_free(pair->driver);
    pair->driver = NULL;
    test_loop_close(&pair->loop);
}

int test_pair_socket(const struct test_pair *pair, enum test_pair_side side)
{
    const snet_link *link = snet_session_link(pair->ends[side].session);
    assert_non_null(link);
    const struct snet_conn *conn = snet_link_user(link);
    assert_non_null(conn);
    return test_socket_of(conn->stream);
}

void test_pair_cut(struct test_pair *pair)
{
    test_socket_reset(test_pair_socket(pair, TEST_PAIR_CLIENT));
}

size_t test_pair_write(struct test_pair *pair, enum test_pair_side side, size_t len)
{
    uint8_t chunk[PAIR_CHUNK_BYTES];
    snet_session *session = pair->ends[side].session;
    size_t done = 0;
    size_t written = 1;
    while (done < len && written > 0) {
        struct snet_session_info info;
        const size_t want = len - done < sizeof chunk ? len - done : sizeof chunk;
        snet_session_get_info(session, &info);
        test_pattern_fill(chunk, want, info.written);
        if (snet_session_write(session, chunk, want, &written, snet_uv_now(pair->driver)) !=
            SNET_OK) {
            written = 0;
        }
        done += written;
    }
    return done;
}

void test_pair_send(struct test_pair *pair, enum test_pair_side side, size_t len)
{
    size_t done = 0;
    TEST_LOOP_UNTIL(&pair->loop, (done += test_pair_write(pair, side, len - done)) == len);
}

uint64_t test_pair_read(struct test_pair *pair, enum test_pair_side side)
{
    uint8_t chunk[PAIR_CHUNK_BYTES];
    struct test_pair_end *end = &pair->ends[side];
    size_t len = 0;
    while (snet_session_read(end->session, chunk, sizeof chunk, &len, snet_uv_now(pair->driver)) ==
           SNET_OK) {
        test_pattern_expect(chunk, len, end->read);
        end->read += len;
    }
    return end->read;
}

unsigned test_pair_count(const struct test_pair *pair, enum test_pair_side side,
                         enum snet_core_event_type type)
{
    return pair->ends[side].counts[type];
}
