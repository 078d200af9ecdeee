/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Stream bytes that ride along with a RESUME [PROTO 19.3]. */
#include "core/snet3/wire.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

/* A client with 100 bytes at the server, which has read them. */
static void begin_with_bytes(struct scene *scene)
{
    scene_begin(scene);
    peer_put_data(&scene->peer, 0, 100);
    peer_say(&scene->peer);
    assert_int_equal(ends_read(&scene->ends, scene->ends.served, 0), 100);
}

/* Resumes with early bytes `from..from + len`. */
static void begin_early(struct scene *scene, uint64_t from, size_t len)
{
    static uint8_t early[SNET_SECURE_EARLY_MAX_BYTES];
    test_pattern_fill(early, len, from);
    peer_connect(&scene->peer);
    peer_resume(&scene->peer, &(struct snet_secure_resume){.attempt = scene->peer.attempt + 1,
                                                           .limit = PEER_WINDOW,
                                                           .early_off = from,
                                                           .early = {early, len}});
}

static void expect_accept(struct scene *scene, uint64_t recv_next, bool taken)
{
    struct snet_secure_accept accept;
    peer_send(&scene->peer);
    peer_take_accept(&scene->peer, &accept);
    assert_int_equal(accept.recv_next, recv_next);
    assert_int_equal(accept.early_taken, taken);
}

static void early_bytes_without_the_flag_are_malformed(void **state)
{
    (void)state;
    struct scene scene;
    begin_with_bytes(&scene);
    begin_early(&scene, 100, 10);
    assert_int_equal(scene.peer.message[5], SNET_SECURE_FLAG_EARLY);
    /* The flag is authenticated: without it this is no RESUME of the session. */
    scene.peer.message[5] = 0;
    peer_send(&scene.peer);
    peer_expect_reject(&scene.peer, SNET_SECURE_BAD_AUTH, false);
    assert_int_equal(ends_read(&scene.ends, scene.ends.served, 100), 0);
    scene_close(&scene);
}

static void early_bytes_beyond_what_is_wanted_or_allowed_are_ignored(void **state)
{
    (void)state;
    struct scene scene;
    begin_with_bytes(&scene);
    begin_early(&scene, 101, 10);
    expect_accept(&scene, 100, false);
    for (uint64_t at = 100; at + 4096 <= PEER_WINDOW; at += 4096) {
        begin_early(&scene, at, 4096);
        expect_accept(&scene, at + 4096, true);
    }
    /* What was read before has made room for as much behind the first window. */
    const uint64_t end = 100 + (PEER_WINDOW - 100) / 4096 * 4096;
    begin_early(&scene, end, 10);
    expect_accept(&scene, end + 10, true);
    begin_early(&scene, end + 10, 100 + PEER_WINDOW - end - 10 + 1);
    expect_accept(&scene, end + 10, false);
    begin_early(&scene, end + 10, 100 + PEER_WINDOW - end - 10);
    expect_accept(&scene, 100 + PEER_WINDOW, true);
    assert_int_equal(ends_read(&scene.ends, scene.ends.served, 100), PEER_WINDOW);
    scene_close(&scene);
}

static void early_bytes_that_are_partly_known_are_taken_from_there_on(void **state)
{
    (void)state;
    struct scene scene;
    begin_with_bytes(&scene);
    begin_early(&scene, 40, 50);
    expect_accept(&scene, 100, true);
    begin_early(&scene, 40, 100);
    expect_accept(&scene, 140, true);
    assert_int_equal(ends_read(&scene.ends, scene.ends.served, 100), 40);
    /* They come by a record as well: delivered once. */
    peer_put_start(&scene.peer, 90);
    peer_put_ack(&scene.peer, 0, PEER_WINDOW);
    peer_put_data(&scene.peer, 90, 60);
    peer_say(&scene.peer);
    assert_int_equal(ends_read(&scene.ends, scene.ends.served, 140), 10);
    scene_close(&scene);
}

static void early_bytes_that_are_replayed_are_not_looked_at(void **state)
{
    (void)state;
    struct scene scene;
    uint8_t message[400];
    begin_with_bytes(&scene);
    begin_early(&scene, 100, 50);
    const size_t len = scene.peer.message_len;
    memcpy(message, scene.peer.message, len);
    expect_accept(&scene, 150, true);
    struct ends_conn *pending = scene.peer.conn;
    for (unsigned i = 0; i < 3; i++) {
        struct peer thief;
        struct snet_secure_reject reject;
        peer_open(&thief, &scene.ends, SNET_NOISE_NK);
        peer_connect(&thief);
        peer_send_bytes(&thief, message, len);
        (void)peer_take_reject(&thief, &reject);
        assert_int_equal(reject.code, i == 2 ? SNET_SECURE_UNKNOWN : SNET_SECURE_STALE);
        peer_close(&thief);
        if (i == 1) {
            peer_put_start(&scene.peer, 150);
            peer_put_ack(&scene.peer, 0, PEER_WINDOW);
            peer_say(&scene.peer);
        }
    }
    assert_int_equal(pending->sides[ENDS_SERVER].how, SNET_CLOSE_NONE);
    assert_int_equal(ends_read(&scene.ends, scene.ends.served, 100), 50);
    scene_close(&scene);
}

/* Held back and delivered late, for the first time: right bytes, at their place. */
static void
early_bytes_that_are_late_are_delivered_once_and_only_before_a_newer_attempt(void **state)
{
    (void)state;
    for (unsigned newer = 0; newer < 2; newer++) {
        struct scene scene;
        struct snet_secure_reject reject;
        uint8_t message[400];
        begin_with_bytes(&scene);
        begin_early(&scene, 100, 50);
        const size_t len = scene.peer.message_len;
        memcpy(message, scene.peer.message, len);
        if (newer == 1) {
            begin_early(&scene, 100, 20);
            expect_accept(&scene, 120, true);
        }
        ends_pass(&scene.ends, 100 * SNET_SECOND_NS);
        peer_connect(&scene.peer);
        peer_send_bytes(&scene.peer, message, len);
        if (newer == 1) {
            (void)peer_take_reject(&scene.peer, &reject);
            assert_int_equal(reject.code, SNET_SECURE_STALE);
        }
        assert_int_equal(ends_read(&scene.ends, scene.ends.served, 100), newer == 1 ? 20 : 50);
        scene_close(&scene);
    }
}

/* --- Clients ------------------------------------------------------------------------------ */

static void client_sends_early_bytes_only_when_it_was_told_to(void **state)
{
    (void)state;
    for (unsigned early = 0; early < 2; early++) {
        struct ends ends;
        struct ends_config config = ends_config_for(SNET_WIRE_3, false);
        config.client.early = early == 1;
        ends_open(&ends, &config);
        struct ends_conn *conn = ends_begin(&ends);
        ends_write(&ends, ends.client, 5000);
        conn = ends_reconnect(&ends, conn, SNET_SECOND_NS);
        (void)ends_move(&ends, conn, ENDS_CLIENT, SIZE_MAX);
        const size_t first = ends_read(&ends, ends.served, 0);
        assert_int_equal(first, early == 1 ? 4096 : 0);
        ends_settle(&ends, conn);
        assert_int_equal(ends_read(&ends, ends.served, first), 5000 - first);
        ends_close(&ends);
    }
}

/* Whatever is lost after them: RESUME, ACCEPT, or the first record. */
static void client_delivers_early_bytes_once_whatever_is_lost(void **state)
{
    (void)state;
    for (unsigned lost = 0; lost < 4; lost++) {
        struct ends ends;
        struct ends_config config = ends_config_for(SNET_WIRE_3, false);
        config.client.early = true;
        ends_open(&ends, &config);
        struct ends_conn *conn = ends_begin(&ends);
        uint64_t up = 0;
        for (unsigned round = 0; round < 4; round++) {
            ends_write(&ends, ends.client, 1000);
            conn = ends_reconnect(&ends, conn, 5 * SNET_SECOND_NS);
            (void)ends_move(&ends, conn, ENDS_CLIENT, lost == 0 ? 100 : SIZE_MAX);
            (void)ends_move(&ends, conn, ENDS_SERVER, lost < 2 ? 0 : SIZE_MAX);
            (void)ends_move(&ends, conn, ENDS_CLIENT, lost < 3 ? 0 : SIZE_MAX);
            up += ends_read(&ends, ends.served, up);
        }
        conn = ends_reconnect(&ends, conn, 10 * SNET_SECOND_NS);
        ends_settle(&ends, conn);
        up += ends_read(&ends, ends.served, up);
        assert_int_equal(up, 4000);
        ends_close(&ends);
    }
}

/* Without credit there is nothing that may ride along. */
static void client_keeps_early_bytes_within_its_credit(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_config config = ends_config_for(SNET_WIRE_3, false);
    config.client.early = true;
    config.server.session.inbox_bytes = SNET_WINDOW_MIN_BYTES;
    ends_open(&ends, &config);
    struct ends_conn *conn = ends_begin(&ends);
    ends_write(&ends, ends.client, 6000);
    ends_settle(&ends, conn);
    for (unsigned round = 0; round < 2; round++) {
        conn = ends_reconnect(&ends, conn, SNET_SECOND_NS);
        uint8_t message[8200];
        const size_t len = ends_take(&ends, conn, ENDS_CLIENT, message, sizeof message);
        assert_int_equal(message[5], round == 0 ? 0 : SNET_SECURE_FLAG_EARLY);
        assert_int_equal(len, round == 0 ? 109 : 109 + 1904);
        ends_feed(&ends, conn, ENDS_SERVER, message, len);
        ends_settle(&ends, conn);
        if (round == 0) {
            assert_int_equal(ends_read(&ends, ends.served, 0), 4096);
            (void)ends_move(&ends, conn, ENDS_SERVER, SIZE_MAX); /* the credit for the rest */
        }
    }
    assert_int_equal(ends_read(&ends, ends.served, 4096), 1904);
    ends_close(&ends);
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
        cmocka_unit_test(client_sends_early_bytes_only_when_it_was_told_to),
        cmocka_unit_test(client_delivers_early_bytes_once_whatever_is_lost),
        cmocka_unit_test(client_keeps_early_bytes_within_its_credit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
