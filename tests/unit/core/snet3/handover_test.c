/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* From one link to the next: who says what when, on both [PROTO 15.3]. */
#include "core/snet3/wire.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <stdlib.h>
#include <string.h>

/* --- LOST --------------------------------------------------------------------------------- */

static void server_answers_a_lost_client_with_data_though_it_saw_no_loss(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    struct ends_conn *before = scene.peer.conn;
    ends_write(&scene.ends, scene.ends.served, 1000);
    peer_resume_to_accept(&scene.peer, SNET_SECURE_CAUSE_LOST, 0);
    assert_int_equal(before->sides[ENDS_SERVER].how, SNET_CLOSE_RESET);
    assert_int_equal(before->sides[ENDS_SERVER].err, SNET_ERR_LINK_REPLACED);
    assert_int_equal(scene.ends.events[ENDS_SERVER][SNET_EVENT_LOST], 1);
    assert_true(peer_take_record(&scene.peer));
    assert_int_equal(scene.peer.frames[0].type, SNET_SECURE_FRAME_START);
    assert_non_null(peer_frame(&scene.peer, SNET_SECURE_FRAME_ACK));
    assert_int_equal(peer_frame(&scene.peer, SNET_SECURE_FRAME_DATA)->bytes.len, 1000);
    peer_confirm(&scene.peer, 1000);
    assert_int_equal(scene.ends.events[ENDS_SERVER][SNET_EVENT_RESUMED], 1);
    scene_close(&scene);
}

/* [PROTO 20.1] */
static void server_sends_64_kib_at_most_to_a_client_that_has_not_confirmed(void **state)
{
    (void)state;
    struct scene scene;
    struct snet_secure_accept accept;
    scene_begin(&scene);
    ends_write(&scene.ends, scene.ends.served, 150000);
    peer_say_resume(&scene.peer, &(struct snet_secure_resume){.attempt = 1, .limit = 1000000});
    peer_take_accept(&scene.peer, &accept);
    assert_int_equal(peer_take_data(&scene.peer), 65536);
    ends_pass(&scene.ends, SNET_SECOND_NS);
    assert_int_equal(peer_hear(&scene.peer), 0);
    peer_confirm(&scene.peer, 0);
    assert_int_equal(peer_take_data(&scene.peer), 150000 - 65536);
    scene_close(&scene);
}

/* [PROTO 20.2] */
static void pending_link_is_closed_in_time_and_it_alone(void **state)
{
    (void)state;
    for (unsigned cause = 0; cause < 2; cause++) {
        struct scene scene;
        scene_begin(&scene);
        struct ends_conn *before = scene.peer.conn;
        peer_resume_to_accept(&scene.peer, (enum snet_secure_cause)cause, 0);
        ends_pass(&scene.ends, SNET_HANDSHAKE_DEFAULT_NS - 1);
        assert_int_equal(scene.peer.conn->sides[ENDS_SERVER].how, SNET_CLOSE_NONE);
        ends_pass(&scene.ends, 1);
        assert_int_equal(scene.peer.conn->sides[ENDS_SERVER].how, SNET_CLOSE_RESET);
        assert_int_equal(before->sides[ENDS_SERVER].how,
                         cause == SNET_SECURE_CAUSE_LOST ? SNET_CLOSE_RESET : SNET_CLOSE_NONE);
        peer_resume_to_accept(&scene.peer, SNET_SECURE_CAUSE_LOST, 0);
        peer_confirm(&scene.peer, 0);
        assert_int_equal(scene.ends.events[ENDS_SERVER][SNET_EVENT_RESUMED], 1);
        scene_close(&scene);
    }
}

static void session_does_not_expire_while_a_link_is_pending(void **state)
{
    (void)state;
    for (unsigned late = 0; late < 2; late++) {
        struct scene scene;
        scene_prepare(&scene);
        scene.config.server.session.wait_ns = 20 * SNET_SECOND_NS;
        scene_open(&scene, SNET_NOISE_NK);
        peer_begin(&scene.peer);
        ends_eof(&scene.ends, scene.peer.conn, ENDS_SERVER);
        ends_pass(&scene.ends, 19 * SNET_SECOND_NS);
        peer_resume_to_accept(&scene.peer, SNET_SECURE_CAUSE_LOST, 0);
        ends_pass(&scene.ends, SNET_HANDSHAKE_DEFAULT_NS - 1);
        assert_int_equal(scene.ends.events[ENDS_SERVER][SNET_EVENT_ENDED], 0);
        if (late == 0) {
            peer_confirm(&scene.peer, 0);
            assert_int_equal(scene.ends.events[ENDS_SERVER][SNET_EVENT_RESUMED], 1);
        } else {
            ends_pass(&scene.ends, 2);
            assert_int_equal(scene.ends.ended[ENDS_SERVER], SNET_ERR_EXPIRED);
        }
        scene_close(&scene);
    }
}

/* --- PLANNED ------------------------------------------------------------------------------ */

/* A direction goes on with another context, where it stood. */
static void record_move(struct snet_record *to, void *ctx, struct snet_record *from)
{
    const struct snet_record_config config = {.suite = from->suite,
                                              .ctx = ctx,
                                              .secret = from->secret,
                                              .max_record_bytes = SNET_SECURE_RECORD_BYTES};
    assert_int_equal(from->generation, 0);
    assert_int_equal(snet_record_init(to, from->crypto, &config), SNET_OK);
    to->seq = from->seq;
    snet_record_deinit(from);
}

static void server_is_silent_on_a_planned_link_until_it_is_proven(void **state)
{
    (void)state;
    struct scene scene;
    struct peer older;
    scene_begin(&scene);
    older = scene.peer; /* goes on beside the new link */
    older.in = malloc(PEER_IN_MAX_BYTES);
    record_move(&older.seal, older.ctx[0], &scene.peer.seal);
    record_move(&older.open, older.ctx[1], &scene.peer.open);
    snet_writer_init(&older.plain, older.record + 2, 1000);
    ends_write(&scene.ends, scene.ends.served, 1000);
    peer_resume_to_accept(&scene.peer, SNET_SECURE_CAUSE_PLANNED, 0);
    peer_expect_silence(&scene.peer);
    /* Both directions of the old link go on, and what is acknowledged there is gone. */
    assert_int_equal(peer_take_data(&older), 1000);
    peer_put_ack(&older, 700, PEER_WINDOW);
    peer_put_data(&older, 0, 50);
    peer_say(&older);
    ends_write(&scene.ends, scene.ends.served, 500);
    ends_pass(&scene.ends, SNET_SECOND_NS);
    peer_expect_silence(&scene.peer);
    assert_int_equal(ends_read(&scene.ends, scene.ends.served, 0), 50);
    /* The resume said position 0; the first record begins behind what was acknowledged since. */
    peer_confirm(&scene.peer, 0);
    assert_int_equal(older.conn->sides[ENDS_SERVER].how, SNET_CLOSE_RESET);
    assert_true(peer_take_record(&scene.peer));
    assert_int_equal(scene.peer.frames[0].type, SNET_SECURE_FRAME_START);
    assert_int_equal(scene.peer.frames[0].offset, 700);
    assert_int_equal(peer_frame(&scene.peer, SNET_SECURE_FRAME_ACK)->offset, 50);
    assert_int_equal(peer_frame(&scene.peer, SNET_SECURE_FRAME_DATA)->bytes.len, 800);
    assert_int_equal(scene.ends.events[ENDS_SERVER][SNET_EVENT_LOST], 0);
    snet_record_deinit(&older.seal);
    snet_record_deinit(&older.open);
    free(older.in);
    scene_close(&scene);
}

static void server_speaks_on_a_planned_link_when_the_other_one_is_lost(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    struct ends_conn *before = scene.peer.conn;
    ends_write(&scene.ends, scene.ends.served, 1000);
    peer_resume_to_accept(&scene.peer, SNET_SECURE_CAUSE_PLANNED, 0);
    peer_expect_silence(&scene.peer);
    ends_cut(&scene.ends, before);
    assert_int_equal(peer_take_data(&scene.peer), 1000);
    scene_close(&scene);
}

/* --- Two cores [PROTO 19.1] --------------------------------------------------------------- */

/* A client that is asked to move does so beside its link, which carries both directions on. */
static struct ends_conn *begin_move(struct ends *ends, struct ends_conn *conn)
{
    const unsigned dials = ends->events[ENDS_CLIENT][SNET_EVENT_DIAL];
    snet_client_network_changed(ends->client, ends->now);
    ends_drain(ends);
    assert_int_equal(ends->events[ENDS_CLIENT][SNET_EVENT_DIAL], dials + 1);
    struct ends_conn *next = ends_connect(ends);
    ends_settle(ends, conn);
    assert_int_equal(conn->sides[ENDS_CLIENT].how, SNET_CLOSE_NONE);
    return next;
}

static void handover_keeps_both_directions_going_and_loses_nothing(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    uint64_t up = 0;
    uint64_t down = 0;
    for (unsigned round = 0; round < 6; round++) {
        struct ends_conn *next = begin_move(&ends, conn);
        ends_write(&ends, ends.client, 3000);
        ends_write(&ends, ends.served, 3000);
        /* Of these, some pass on the old link, before and behind RESUME and ACCEPT. */
        (void)ends_move(&ends, conn, ENDS_SERVER, round * 500);
        (void)ends_move(&ends, next, ENDS_CLIENT, SIZE_MAX);
        (void)ends_move(&ends, conn, ENDS_CLIENT, round * 600);
        ends_pass(&ends, 40 * SNET_MS_NS);
        if (round % 2 == 0) {
            ends_settle(&ends, conn); /* acks of both overtake the resume */
        }
        (void)ends_move(&ends, next, ENDS_SERVER, SIZE_MAX);
        assert_int_equal(conn->sides[ENDS_CLIENT].how, SNET_CLOSE_RESET);
        assert_int_equal(conn->sides[ENDS_CLIENT].err, SNET_ERR_LINK_REPLACED);
        assert_int_equal(conn->sides[ENDS_SERVER].how, SNET_CLOSE_NONE);
        ends_settle(&ends, next);
        assert_int_equal(conn->sides[ENDS_SERVER].how, SNET_CLOSE_RESET);
        up += ends_read(&ends, ends.served, up);
        down += ends_read(&ends, ends.client, down);
        assert_int_equal(up, 3000 * (round + 1));
        assert_int_equal(down, 3000 * (round + 1));
        conn = next;
    }
    assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_LOST], 0);
    assert_int_equal(ends.events[ENDS_SERVER][SNET_EVENT_LOST], 0);
    ends_close(&ends);
}

static void handover_that_fails_costs_nothing(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    struct ends_conn *next = begin_move(&ends, conn);
    (void)ends_move(&ends, next, ENDS_CLIENT, SIZE_MAX);
    ends_cut(&ends, next); /* the server has accepted, and the client does not know */
    ends_write(&ends, ends.client, 100);
    ends_settle(&ends, conn);
    assert_int_equal(ends_read(&ends, ends.served, 0), 100);
    const unsigned dials = ends.events[ENDS_CLIENT][SNET_EVENT_DIAL];
    ends_pass(&ends, SNET_SECOND_NS);
    assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_DIAL], dials + 1);
    next = ends_connect(&ends);
    ends_settle(&ends, next);
    assert_true(snet_session_link(ends.client) == next->sides[ENDS_CLIENT].link);
    assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_LOST], 0);
    ends_close(&ends);
}

static void handover_goes_on_when_the_old_link_is_lost_meanwhile(void **state)
{
    (void)state;
    for (unsigned when = 0; when < 3; when++) {
        struct ends ends;
        struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
        struct ends_conn *next = begin_move(&ends, conn);
        ends_write(&ends, ends.served, 100);
        if (when > 0) {
            (void)ends_move(&ends, next, ENDS_CLIENT, SIZE_MAX);
        }
        ends_cut(&ends, conn);
        const unsigned dials = ends.events[ENDS_CLIENT][SNET_EVENT_DIAL];
        ends_settle(&ends, next);
        assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_DIAL], dials);
        assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_RESUMED], 1);
        assert_int_equal(ends_read(&ends, ends.client, 0), 100);
        ends_close(&ends);
    }
}

/* An attempt that was given up, and whose RESUME arrives when a later one was accepted. */
static void resume_that_was_given_up_and_arrives_late_is_refused(void **state)
{
    uint8_t late[200];
    (void)state;
    for (unsigned proven = 0; proven < 2; proven++) {
        struct ends ends;
        struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
        conn = ends_reconnect(&ends, conn, SNET_SECOND_NS);
        const size_t len = ends_take(&ends, conn, ENDS_CLIENT, late, sizeof late);
        conn = ends_reconnect(&ends, conn, 2 * SNET_SECOND_NS);
        if (proven == 0) {
            (void)ends_move(&ends, conn, ENDS_CLIENT, SIZE_MAX);
        } else {
            ends_settle(&ends, conn);
        }
        struct ends_conn *ghost = ends_intrude(&ends);
        ends_feed(&ends, ghost, ENDS_SERVER, late, len);
        assert_int_equal(ghost->sides[ENDS_SERVER].how, SNET_CLOSE_FIN);
        assert_int_equal(ends_take(&ends, ghost, ENDS_SERVER, late, sizeof late), 28);
        assert_int_equal(late[8], proven == 0 ? SNET_SECURE_STALE : SNET_SECURE_UNKNOWN);
        ends_settle(&ends, conn);
        ends_write(&ends, ends.client, 100);
        ends_settle(&ends, conn);
        assert_int_equal(ends_read(&ends, ends.served, 0), 100);
        ends_close(&ends);
    }
}

/* No acknowledgement for 2 s, or for 8 round trips if these take longer. */
static void client_moves_from_a_path_that_acknowledges_nothing(void **state)
{
    (void)state;
    for (unsigned slow = 0; slow < 2; slow++) {
        struct ends ends;
        const struct ends_config config = ends_config_for(SNET_WIRE_3, false);
        ends_open(&ends, &config);
        struct ends_conn *conn = ends_connect(&ends);
        ends_pass(&ends, slow * SNET_SECOND_NS); /* the round trip of the handshake */
        ends_settle(&ends, conn);
        const uint64_t limit_ns = slow == 0 ? 2 * SNET_SECOND_NS : 8 * SNET_SECOND_NS;
        ends_pass(&ends, 3 * SNET_SECOND_NS); /* nothing is out, nothing is suspicious */
        ends_write(&ends, ends.client, 100);
        uint8_t lost[1000];
        assert_true(ends_take(&ends, conn, ENDS_CLIENT, lost, sizeof lost) > 100);
        const unsigned dials = ends.events[ENDS_CLIENT][SNET_EVENT_DIAL];
        ends_pass(&ends, limit_ns - 1);
        assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_DIAL], dials);
        ends_pass(&ends, 1);
        assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_DIAL], dials + 1);
        assert_non_null(snet_session_link(ends.client));
        struct ends_conn *next = ends_connect(&ends);
        ends_settle(&ends, next);
        assert_int_equal(ends_read(&ends, ends.served, 0), 100);
        assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_LOST], 0);
        ends_close(&ends);
    }
}

static void client_takes_fresh_keys_as_often_as_it_wants(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_config config = ends_config_for(SNET_WIRE_3, false);
    config.client.epoch_ns = 60 * SNET_SECOND_NS;
    ends_open(&ends, &config);
    struct ends_conn *conn = ends_begin(&ends);
    for (unsigned round = 1; round < 4; round++) {
        for (unsigned second = 0; second < 59; second++) {
            ends_pass(&ends, SNET_SECOND_NS);
            ends_settle(&ends, conn);
        }
        assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_DIAL], round);
        ends_pass(&ends, SNET_SECOND_NS);
        assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_DIAL], round + 1);
        conn = ends_connect(&ends);
        ends_settle(&ends, conn);
        assert_true(snet_session_link(ends.client) == conn->sides[ENDS_CLIENT].link);
    }
    assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_LOST], 0);
    ends_close(&ends);
}

/* The numbers of records run out: the link goes, the session does not [PROTO 12.4]. */
static void session_goes_on_when_the_records_of_a_link_have_run_out(void **state)
{
    (void)state;
    for (unsigned side = 0; side < 2; side++) {
        struct ends ends;
        struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
        snet_secure_link_of(conn->sides[side].link)->seal.seq = SNET_RECORD_SEQ_MAX;
        snet_session *writer = side == ENDS_CLIENT ? ends.client : ends.served;
        snet_session *reader = side == ENDS_CLIENT ? ends.served : ends.client;
        ends_write(&ends, writer, 100);
        ends_settle(&ends, conn);
        ends_pass(&ends, SNET_SECOND_NS);
        ends_settle(&ends, conn);
        ends_pass(&ends, SNET_SECOND_NS);
        conn = ends_connect(&ends);
        ends_settle(&ends, conn);
        assert_int_equal(ends_read(&ends, reader, 0), 100);
        ends_close(&ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(server_answers_a_lost_client_with_data_though_it_saw_no_loss),
        cmocka_unit_test(server_sends_64_kib_at_most_to_a_client_that_has_not_confirmed),
        cmocka_unit_test(pending_link_is_closed_in_time_and_it_alone),
        cmocka_unit_test(session_does_not_expire_while_a_link_is_pending),
        cmocka_unit_test(server_is_silent_on_a_planned_link_until_it_is_proven),
        cmocka_unit_test(server_speaks_on_a_planned_link_when_the_other_one_is_lost),
        cmocka_unit_test(handover_keeps_both_directions_going_and_loses_nothing),
        cmocka_unit_test(handover_that_fails_costs_nothing),
        cmocka_unit_test(handover_goes_on_when_the_old_link_is_lost_meanwhile),
        cmocka_unit_test(resume_that_was_given_up_and_arrives_late_is_refused),
        cmocka_unit_test(client_moves_from_a_path_that_acknowledges_nothing),
        cmocka_unit_test(client_takes_fresh_keys_as_often_as_it_wants),
        cmocka_unit_test(session_goes_on_when_the_records_of_a_link_have_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
