/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Somebody on the path flips one bit of a handshake: the next attempt opens or resumes the session,
 * no byte is wrong, and no session is ever lost. Where an end waits in silence, as the wire wants
 * it to, time passes, and the client ends with the error for that.
 */
#include "core/snet3/state.h"
#include "tests/support/core_pair.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"

#define FLIP_MESSAGE_MAX_BYTES 400u
#define FLIP_BYTES 16384u

/* Takes what is there from `from`, flips bit `bit` of it, and delivers; false: there is no bit. */
static bool flip(struct core_pair *ends, struct core_pair_conn *conn, enum core_pair_side from,
                 size_t bit)
{
    uint8_t message[FLIP_MESSAGE_MAX_BYTES];
    const size_t len = core_pair_take(ends, conn, from, message, sizeof message);
    if (bit >= 8 * len) {
        return false;
    }
    message[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    core_pair_feed(ends, conn, from == CORE_PAIR_CLIENT ? CORE_PAIR_SERVER : CORE_PAIR_CLIENT,
                   message, len);
    return true;
}

static void write_filler(struct core_pair *ends)
{
    static uint8_t filler[FLIP_BYTES];
    size_t written = 0;
    test_pattern_fill(filler, sizeof filler, 0);
    assert_int_equal(snet_session_write(ends->client, filler, sizeof filler, &written, ends->now),
                     SNET_OK);
    assert_int_equal(written, sizeof filler);
    core_pair_drain(ends);
}

/* Connects whenever the client wants to, for a while, without anybody on the path. */
static void go_on(struct core_pair *ends)
{
    for (unsigned second = 0; second < 30; second++) {
        core_pair_pass(ends, SNET_SECOND_NS);
        if (ends->events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL] > ends->conn_count) {
            (void)core_pair_connect(ends);
        }
        for (unsigned i = 0; i < ends->conn_count; i++) {
            core_pair_settle(ends, &ends->conns[i]);
        }
    }
}

static struct core_pair_config flip_config(bool known)
{
    const struct core_pair_keys *keys = core_pair_keys();
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.client.connect_timeout_ns = 60 * SNET_SECOND_NS;
    if (known) {
        config.client.keys.client_secret = &keys->client;
        config.server.keys.authorized = &keys->client_public;
        config.server.keys.authorized_count = 1;
    }
    return config;
}

/* Flips a bit in message number `number` of a new session; false when there are no more. */
static bool flip_begin(unsigned number, size_t bit, bool known)
{
    struct core_pair ends;
    const struct core_pair_config config = flip_config(known);
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_connect(&ends);
    for (unsigned i = 0; i < number; i++) {
        (void)core_pair_move(&ends, conn, i % 2 == 0 ? CORE_PAIR_CLIENT : CORE_PAIR_SERVER,
                             SIZE_MAX);
    }
    const bool more = flip(&ends, conn, number % 2 == 0 ? CORE_PAIR_CLIENT : CORE_PAIR_SERVER, bit);
    core_pair_settle(&ends, conn);
    const bool opened = ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED] == 1;
    if (opened) {
        /* A record whose length has grown is found out when that many bytes have come. */
        write_filler(&ends);
        core_pair_settle(&ends, conn);
    }
    go_on(&ends);
    if (ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED] > 0) {
        const snet_err err = ends.ended[CORE_PAIR_CLIENT];
        assert_true(err == SNET_ERR_NO_ANSWER || err == SNET_ERR_BAD_HELLO ||
                    err == SNET_ERR_BAD_PATTERN || err == SNET_ERR_BAD_SUITE);
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED], 0);
        assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 0);
    } else {
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED], 1);
        assert_non_null(ends.served);
        assert_int_equal(core_pair_read(&ends, ends.served, 0), opened ? FLIP_BYTES : 0);
        core_pair_write(&ends, ends.served, 50);
        go_on(&ends);
        assert_int_equal(core_pair_read(&ends, ends.client, 0), 50);
    }
    core_pair_close(&ends);
    return more;
}

/* HELLO, HELLO_REPLY, and the first record or AUTH [PROTO 12.2, 13.1]. */
static void flip_in_a_new_session_opens_it_or_is_a_clean_error(void **state)
{
    (void)state;
    for (unsigned known = 0; known < 2; known++) {
        for (unsigned number = 0; number < 4; number++) {
            for (size_t bit = 0; flip_begin(number, bit, known == 1); bit++) {
            }
        }
    }
}

/* Flips a bit in message number `number` of a resume; false when there are no more. */
static bool flip_resume(unsigned number, size_t bit, bool early)
{
    struct core_pair ends;
    struct core_pair_config config = flip_config(false);
    config.client.early_data = early;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 60);
    core_pair_write(&ends, ends.served, 60);
    conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
    for (unsigned i = 0; i < number; i++) {
        (void)core_pair_move(&ends, conn, i % 2 == 0 ? CORE_PAIR_CLIENT : CORE_PAIR_SERVER,
                             SIZE_MAX);
    }
    const bool more = flip(&ends, conn, number % 2 == 0 ? CORE_PAIR_CLIENT : CORE_PAIR_SERVER, bit);
    core_pair_settle(&ends, conn);
    go_on(&ends);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 1);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 60);
    assert_int_equal(core_pair_read(&ends, ends.client, 0), 60);
    core_pair_close(&ends);
    return more;
}

/* RESUME, ACCEPT with the server's first record, and the client's [PROTO 12.2, 15.2, 15.4]. */
static void flip_in_a_resume_never_loses_the_session(void **state)
{
    (void)state;
    for (unsigned number = 0; number < 3; number++) {
        for (size_t bit = 0; flip_resume(number, bit, false); bit++) {
        }
    }
}

static void flip_in_a_resume_with_early_bytes_never_loses_the_session(void **state)
{
    (void)state;
    for (size_t bit = 0; flip_resume(0, bit, true); bit++) {
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flip_in_a_new_session_opens_it_or_is_a_clean_error),
        cmocka_unit_test(flip_in_a_resume_never_loses_the_session),
        cmocka_unit_test(flip_in_a_resume_with_early_bytes_never_loses_the_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
