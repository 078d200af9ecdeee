/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Stream bytes that ride along with a RESUME [PROTO 19.3]. */
#include "core/snet3/state.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

/* A client with 100 bytes at the server, which has read them. */
static void begin_with_bytes(struct v3_setup *scene)
{
    v3_setup_begin(scene);
    v3_peer_put_data(&scene->peer, 0, 100);
    v3_peer_say(&scene->peer);
    assert_int_equal(core_pair_read(&scene->ends, scene->ends.served, 0), 100);
}

/* Resumes with early bytes `from..from + len`. */
static void begin_early(struct v3_setup *scene, uint64_t from, size_t len)
{
    static uint8_t early[SNET_V3_EARLY_MAX_BYTES];
    test_pattern_fill(early, len, from);
    v3_peer_connect(&scene->peer);
    v3_peer_resume(&scene->peer, &(struct snet_v3_resume){.attempt = scene->peer.attempt + 1,
                                                          .limit = V3_PEER_WINDOW,
                                                          .early_off = from,
                                                          .early = {early, len}});
}

static void expect_accept(struct v3_setup *scene, uint64_t recv_next, bool taken)
{
    struct snet_v3_accept accept;
    v3_peer_send(&scene->peer);
    v3_peer_take_accept(&scene->peer, &accept);
    assert_int_equal(accept.recv_next, recv_next);
    assert_int_equal(accept.early_taken, taken);
}

static void early_bytes_without_the_flag_are_malformed(void **state)
{
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    begin_early(&scene, 100, 10);
    assert_int_equal(scene.peer.message[5], SNET_V3_FLAG_EARLY);
    /* The flag is authenticated: without it this is no RESUME of the session. */
    scene.peer.message[5] = 0;
    v3_peer_send(&scene.peer);
    v3_peer_expect_reject(&scene.peer, SNET_V3_BAD_AUTH, false);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 100), 0);
    v3_setup_close(&scene);
}

static void early_bytes_beyond_what_is_wanted_or_allowed_are_ignored(void **state)
{
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    begin_early(&scene, 101, 10);
    expect_accept(&scene, 100, false);
    for (uint64_t at = 100; at + 4096 <= V3_PEER_WINDOW; at += 4096) {
        begin_early(&scene, at, 4096);
        expect_accept(&scene, at + 4096, true);
    }
    /* What was read before has made room for as much behind the first window. */
    const uint64_t end = 100 + (V3_PEER_WINDOW - 100) / 4096 * 4096;
    begin_early(&scene, end, 10);
    expect_accept(&scene, end + 10, true);
    begin_early(&scene, end + 10, 100 + V3_PEER_WINDOW - end - 10 + 1);
    expect_accept(&scene, end + 10, false);
    begin_early(&scene, end + 10, 100 + V3_PEER_WINDOW - end - 10);
    expect_accept(&scene, 100 + V3_PEER_WINDOW, true);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 100), V3_PEER_WINDOW);
    v3_setup_close(&scene);
}

static void early_bytes_that_are_partly_known_are_taken_from_there_on(void **state)
{
    (void)state;
    struct v3_setup scene;
    begin_with_bytes(&scene);
    begin_early(&scene, 40, 50);
    expect_accept(&scene, 100, true);
    begin_early(&scene, 40, 100);
    expect_accept(&scene, 140, true);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 100), 40);
    /* They come by a record as well: delivered once. */
    v3_peer_put_start(&scene.peer, 90);
    v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
    v3_peer_put_data(&scene.peer, 90, 60);
    v3_peer_say(&scene.peer);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 140), 10);
    v3_setup_close(&scene);
}

static void early_bytes_that_are_replayed_are_not_looked_at(void **state)
{
    (void)state;
    struct v3_setup scene;
    uint8_t message[400];
    begin_with_bytes(&scene);
    begin_early(&scene, 100, 50);
    const size_t len = scene.peer.message_len;
    memcpy(message, scene.peer.message, len);
    expect_accept(&scene, 150, true);
    struct core_pair_conn *pending = scene.peer.conn;
    for (unsigned i = 0; i < 3; i++) {
        struct v3_peer thief;
        struct snet_v3_reject reject;
        v3_peer_open(&thief, &scene.ends, SNET_NOISE_NK);
        v3_peer_connect(&thief);
        v3_peer_send_bytes(&thief, message, len);
        (void)v3_peer_take_reject(&thief, &reject);
        assert_int_equal(reject.code, i == 2 ? SNET_V3_UNKNOWN : SNET_V3_STALE);
        v3_peer_close(&thief);
        if (i == 1) {
            v3_peer_put_start(&scene.peer, 150);
            v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
            v3_peer_say(&scene.peer);
        }
    }
    assert_int_equal(pending->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 100), 50);
    v3_setup_close(&scene);
}

/* Held back and delivered late, for the first time: right bytes, at their place. */
static void
early_bytes_that_are_late_are_delivered_once_and_only_before_a_newer_attempt(void **state)
{
    (void)state;
    for (unsigned newer = 0; newer < 2; newer++) {
        struct v3_setup scene;
        struct snet_v3_reject reject;
        uint8_t message[400];
        begin_with_bytes(&scene);
        begin_early(&scene, 100, 50);
        const size_t len = scene.peer.message_len;
        memcpy(message, scene.peer.message, len);
        if (newer == 1) {
            begin_early(&scene, 100, 20);
            expect_accept(&scene, 120, true);
        }
        core_pair_pass(&scene.ends, 100 * SNET_SECOND_NS);
        v3_peer_connect(&scene.peer);
        v3_peer_send_bytes(&scene.peer, message, len);
        if (newer == 1) {
            (void)v3_peer_take_reject(&scene.peer, &reject);
            assert_int_equal(reject.code, SNET_V3_STALE);
        }
        assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 100), newer == 1 ? 20 : 50);
        v3_setup_close(&scene);
    }
}

/* --- Clients ------------------------------------------------------------------------------ */

static void client_sends_early_bytes_only_when_configured_to(void **state)
{
    (void)state;
    for (unsigned early = 0; early < 2; early++) {
        struct core_pair ends;
        struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
        config.client.early_data = early == 1;
        core_pair_open(&ends, &config);
        struct core_pair_conn *conn = core_pair_begin(&ends);
        core_pair_write(&ends, ends.client, 5000);
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
        const size_t first = core_pair_read(&ends, ends.served, 0);
        assert_int_equal(first, early == 1 ? 4096 : 0);
        core_pair_settle(&ends, conn);
        assert_int_equal(core_pair_read(&ends, ends.served, first), 5000 - first);
        core_pair_close(&ends);
    }
}

/* Whatever is lost after them: RESUME, ACCEPT, or the first record. */
static void client_delivers_early_bytes_once_whatever_is_lost(void **state)
{
    (void)state;
    for (unsigned lost = 0; lost < 4; lost++) {
        struct core_pair ends;
        struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
        config.client.early_data = true;
        core_pair_open(&ends, &config);
        struct core_pair_conn *conn = core_pair_begin(&ends);
        uint64_t up = 0;
        for (unsigned round = 0; round < 4; round++) {
            core_pair_write(&ends, ends.client, 1000);
            conn = core_pair_reconnect(&ends, conn, 5 * SNET_SECOND_NS);
            (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, lost == 0 ? 100 : SIZE_MAX);
            (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, lost < 2 ? 0 : SIZE_MAX);
            (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, lost < 3 ? 0 : SIZE_MAX);
            up += core_pair_read(&ends, ends.served, up);
        }
        conn = core_pair_reconnect(&ends, conn, 10 * SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
        up += core_pair_read(&ends, ends.served, up);
        assert_int_equal(up, 4000);
        core_pair_close(&ends);
    }
}

/* Without credit there is nothing that may ride along. */
static void client_keeps_early_bytes_within_its_credit(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.client.early_data = true;
    config.server.session.inbox_bytes = SNET_WINDOW_MIN_BYTES;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 6000);
    core_pair_settle(&ends, conn);
    for (unsigned round = 0; round < 2; round++) {
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        uint8_t message[8200];
        const size_t len = core_pair_take(&ends, conn, CORE_PAIR_CLIENT, message, sizeof message);
        assert_int_equal(message[5], round == 0 ? 0 : SNET_V3_FLAG_EARLY);
        assert_int_equal(len, round == 0 ? 109 : 109 + 1904);
        core_pair_feed(&ends, conn, CORE_PAIR_SERVER, message, len);
        core_pair_settle(&ends, conn);
        if (round == 0) {
            assert_int_equal(core_pair_read(&ends, ends.served, 0), 4096);
            (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER,
                                 SIZE_MAX); /* the credit for the rest */
        }
    }
    assert_int_equal(core_pair_read(&ends, ends.served, 4096), 1904);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(early_bytes_without_the_flag_are_malformed),
        cmocka_unit_test(early_bytes_beyond_what_is_wanted_or_allowed_are_ignored),
        cmocka_unit_test(early_bytes_that_are_partly_known_are_taken_from_there_on),
        cmocka_unit_test(early_bytes_that_are_replayed_are_not_looked_at),
        cmocka_unit_test(
            early_bytes_that_are_late_are_delivered_once_and_only_before_a_newer_attempt),
        cmocka_unit_test(client_sends_early_bytes_only_when_configured_to),
        cmocka_unit_test(client_delivers_early_bytes_once_whatever_is_lost),
        cmocka_unit_test(client_keeps_early_bytes_within_its_credit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
