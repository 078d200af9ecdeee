/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* From one link to the next: what each end may send when, on both [PROTO 15.3]. */
#include "core/snet3/state.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <stdlib.h>
#include <string.h>

/* --- LOST --------------------------------------------------------------------------------- */

static void server_answers_a_lost_client_with_data_though_it_saw_no_loss(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    struct core_pair_conn *before = scene.peer.conn;
    core_pair_write(&scene.ends, scene.ends.served, 1000);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
    assert_int_equal(before->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
    assert_int_equal(before->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_REPLACED);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 1);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(scene.peer.frames[0].type, SNET_V3_FRAME_START);
    assert_non_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_ACK));
    assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_DATA)->bytes.len, 1000);
    v3_peer_confirm(&scene.peer, 1000);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_RESUMED], 1);
    v3_setup_close(&scene);
}

/* [PROTO 20.1] */
static void server_sends_64_kib_at_most_to_a_client_that_has_not_confirmed(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_accept accept;
    v3_setup_begin(&scene);
    core_pair_write(&scene.ends, scene.ends.served, 131072);
    v3_peer_say_resume(&scene.peer, &(struct snet_v3_resume){.attempt = 1, .limit = 1000000});
    v3_peer_take_accept(&scene.peer, &accept);
    assert_int_equal(v3_peer_take_data(&scene.peer), 65536);
    core_pair_pass(&scene.ends, SNET_SECOND_NS);
    assert_int_equal(v3_peer_hear(&scene.peer), 0);
    v3_peer_confirm(&scene.peer, 0);
    assert_int_equal(v3_peer_take_data(&scene.peer), 131072 - 65536);
    v3_setup_close(&scene);
}

/* [PROTO 20.2] */
static void pending_link_is_closed_in_time_and_it_alone(void **state)
{
    (void)state;
    for (unsigned cause = 0; cause < 2; cause++) {
        struct v3_setup scene;
        v3_setup_prepare(&scene);
        scene.config.server.session.heartbeat_ns = SNET_HEARTBEAT_MAX_NS;
        v3_setup_open(&scene, SNET_NOISE_NK);
        v3_peer_begin(&scene.peer);
        struct core_pair_conn *before = scene.peer.conn;
        v3_peer_resume_to_accept(&scene.peer, (enum snet_v3_cause)cause, 0);
        core_pair_pass(&scene.ends, SNET_V3_CONFIRM_NS - 1);
        assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
        core_pair_pass(&scene.ends, 1);
        assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
        assert_int_equal(before->sides[CORE_PAIR_SERVER].how,
                         cause == SNET_V3_CAUSE_LOST ? SNET_CLOSE_RESET : SNET_CLOSE_NONE);
        v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
        v3_peer_confirm(&scene.peer, 0);
        assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_RESUMED], 1);
        v3_setup_close(&scene);
    }
}

static void session_does_not_expire_while_a_link_is_pending(void **state)
{
    (void)state;
    for (unsigned late = 0; late < 2; late++) {
        struct v3_setup scene;
        v3_setup_prepare(&scene);
        scene.config.server.session.resume_timeout_ns = 20 * SNET_SECOND_NS;
        v3_setup_open(&scene, SNET_NOISE_NK);
        v3_peer_begin(&scene.peer);
        core_pair_eof(&scene.ends, scene.peer.conn, CORE_PAIR_SERVER);
        core_pair_pass(&scene.ends, 19 * SNET_SECOND_NS);
        v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
        core_pair_pass(&scene.ends, SNET_V3_CONFIRM_NS - 1);
        assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
        if (late == 0) {
            v3_peer_confirm(&scene.peer, 0);
            assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_RESUMED], 1);
        } else {
            core_pair_pass(&scene.ends, 2);
            assert_int_equal(scene.ends.ended[CORE_PAIR_SERVER], SNET_ERR_EXPIRED);
        }
        v3_setup_close(&scene);
    }
}

/* --- PLANNED ------------------------------------------------------------------------------ */

/* A direction goes on with another context, where it stood. */
static void record_move(struct snet_record *to, void *ctx, struct snet_record *from)
{
    const struct snet_record_config config = {.suite = from->suite,
                                              .ctx = ctx,
                                              .secret = from->secret,
                                              .max_record_bytes = SNET_V3_RECORD_BYTES};
    assert_int_equal(from->generation, 0);
    assert_int_equal(snet_record_init(to, from->crypto, &config), SNET_OK);
    to->seq = from->seq;
    snet_record_deinit(from);
}

static void server_is_silent_on_a_planned_link_until_it_is_proven(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct v3_peer older;
    v3_setup_begin(&scene);
    older = scene.peer; /* goes on beside the new link */
    older.in = malloc(V3_PEER_IN_MAX_BYTES);
    record_move(&older.seal, older.ctx[0], &scene.peer.seal);
    record_move(&older.open, older.ctx[1], &scene.peer.open);
    snet_writer_init(&older.plain, older.record + 2, 1000);
    core_pair_write(&scene.ends, scene.ends.served, 1000);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_PLANNED, 0);
    v3_peer_expect_silence(&scene.peer);
    /* Both directions of the old link go on, and what is acknowledged there is gone. */
    assert_int_equal(v3_peer_take_data(&older), 1000);
    v3_peer_put_ack(&older, 700, V3_PEER_WINDOW);
    v3_peer_put_data(&older, 0, 50);
    v3_peer_say(&older);
    core_pair_write(&scene.ends, scene.ends.served, 500);
    core_pair_pass(&scene.ends, SNET_SECOND_NS);
    v3_peer_expect_silence(&scene.peer);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 50);
    /* The resume said position 0; the first record begins behind what was acknowledged since. */
    v3_peer_confirm(&scene.peer, 0);
    assert_int_equal(older.conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(scene.peer.frames[0].type, SNET_V3_FRAME_START);
    assert_int_equal(scene.peer.frames[0].offset, 700);
    assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_ACK)->offset, 50);
    assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_DATA)->bytes.len, 800);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 0);
    snet_record_deinit(&older.seal);
    snet_record_deinit(&older.open);
    free(older.in);
    v3_setup_close(&scene);
}

static void server_speaks_on_a_planned_link_when_the_other_one_is_lost(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    struct core_pair_conn *before = scene.peer.conn;
    core_pair_write(&scene.ends, scene.ends.served, 1000);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_PLANNED, 0);
    v3_peer_expect_silence(&scene.peer);
    core_pair_cut(&scene.ends, before);
    assert_int_equal(v3_peer_take_data(&scene.peer), 1000);
    v3_setup_close(&scene);
}

/* --- Two cores [PROTO 19.1] --------------------------------------------------------------- */

/* A client that is asked to move does so beside its link, which carries both directions on. */
static struct core_pair_conn *begin_move(struct core_pair *ends, struct core_pair_conn *conn)
{
    const unsigned dials = ends->events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL];
    snet_client_network_changed(ends->client, ends->now);
    core_pair_drain(ends);
    assert_int_equal(ends->events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], dials + 1);
    struct core_pair_conn *next = core_pair_connect(ends);
    core_pair_settle(ends, conn);
    assert_int_equal(conn->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_NONE);
    return next;
}

static void handover_keeps_both_directions_going_and_loses_nothing(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    uint64_t up = 0;
    uint64_t down = 0;
    for (unsigned round = 0; round < 6; round++) {
        struct core_pair_conn *next = begin_move(&ends, conn);
        core_pair_write(&ends, ends.client, 3000);
        core_pair_write(&ends, ends.served, 3000);
        /* Of these, some pass on the old link, before and behind RESUME and ACCEPT. */
        (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, round * 500);
        (void)core_pair_move(&ends, next, CORE_PAIR_CLIENT, SIZE_MAX);
        (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, round * 600);
        core_pair_pass(&ends, 40 * SNET_MS_NS);
        if (round % 2 == 0) {
            core_pair_settle(&ends, conn); /* acks of both overtake the resume */
        }
        (void)core_pair_move(&ends, next, CORE_PAIR_SERVER, SIZE_MAX);
        assert_int_equal(conn->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_RESET);
        assert_int_equal(conn->sides[CORE_PAIR_CLIENT].err, SNET_ERR_LINK_REPLACED);
        assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
        core_pair_settle(&ends, next);
        assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
        up += core_pair_read(&ends, ends.served, up);
        down += core_pair_read(&ends, ends.client, down);
        assert_int_equal(up, 3000 * (round + 1));
        assert_int_equal(down, 3000 * (round + 1));
        conn = next;
    }
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST], 0);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 0);
    core_pair_close(&ends);
}

/* What the server said of the client's end on the old link, the client has not heard. */
static void handover_behind_the_last_bytes_ends_both_clean(void **state)
{
    (void)state;
    uint8_t last[SNET_PAGE_BYTES];
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    struct core_pair_conn *next = begin_move(&ends, conn);
    (void)core_pair_move(&ends, next, CORE_PAIR_CLIENT, SIZE_MAX);
    core_pair_write(&ends, ends.client, 3000);
    snet_session_shutdown(ends.client, ends.now);
    const size_t len = core_pair_take(&ends, conn, CORE_PAIR_CLIENT, last, sizeof last);
    snet_session_shutdown(ends.served, ends.now);
    (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, SIZE_MAX);
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, last, len);
    assert_true(core_pair_take(&ends, conn, CORE_PAIR_SERVER, last, sizeof last) > 0);
    core_pair_settle(&ends, next);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 3000);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSED);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSED);
    core_pair_close(&ends);
}

static void handover_that_fails_costs_nothing(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    struct core_pair_conn *next = begin_move(&ends, conn);
    (void)core_pair_move(&ends, next, CORE_PAIR_CLIENT, SIZE_MAX);
    core_pair_cut(&ends, next); /* the server has accepted, and the client does not know */
    core_pair_write(&ends, ends.client, 100);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 100);
    const unsigned dials = ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL];
    core_pair_pass(&ends, SNET_SECOND_NS);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], dials + 1);
    next = core_pair_connect(&ends);
    core_pair_settle(&ends, next);
    assert_true(snet_session_link(ends.client) == next->sides[CORE_PAIR_CLIENT].link);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST], 0);
    core_pair_close(&ends);
}

static void handover_goes_on_when_the_old_link_is_lost_meanwhile(void **state)
{
    (void)state;
    for (unsigned when = 0; when < 3; when++) {
        struct core_pair ends;
        struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
        struct core_pair_conn *next = begin_move(&ends, conn);
        core_pair_write(&ends, ends.served, 100);
        if (when > 0) {
            (void)core_pair_move(&ends, next, CORE_PAIR_CLIENT, SIZE_MAX);
        }
        core_pair_cut(&ends, conn);
        const unsigned dials = ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL];
        core_pair_settle(&ends, next);
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], dials);
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_RESUMED], 1);
        assert_int_equal(core_pair_read(&ends, ends.client, 0), 100);
        core_pair_close(&ends);
    }
}

/* An attempt that was given up, and whose RESUME arrives when a later one was accepted. */
static void resume_that_was_given_up_and_arrives_late_is_refused(void **state)
{
    uint8_t late[200];
    (void)state;
    for (unsigned proven = 0; proven < 2; proven++) {
        struct core_pair ends;
        struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        const size_t len = core_pair_take(&ends, conn, CORE_PAIR_CLIENT, late, sizeof late);
        conn = core_pair_reconnect(&ends, conn, 2 * SNET_SECOND_NS);
        if (proven == 0) {
            (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
        } else {
            core_pair_settle(&ends, conn);
        }
        struct core_pair_conn *ghost = core_pair_intrude(&ends);
        core_pair_feed(&ends, ghost, CORE_PAIR_SERVER, late, len);
        assert_int_equal(ghost->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_FIN);
        assert_int_equal(core_pair_take(&ends, ghost, CORE_PAIR_SERVER, late, sizeof late), 28);
        assert_int_equal(late[8], proven == 0 ? SNET_V3_STALE : SNET_V3_UNKNOWN);
        core_pair_settle(&ends, conn);
        core_pair_write(&ends, ends.client, 100);
        core_pair_settle(&ends, conn);
        assert_int_equal(core_pair_read(&ends, ends.served, 0), 100);
        core_pair_close(&ends);
    }
}

/* No acknowledgement for 2 s, or for 8 round trips if these take longer. */
static void client_moves_from_a_path_that_acknowledges_nothing(void **state)
{
    (void)state;
    for (unsigned slow = 0; slow < 2; slow++) {
        struct core_pair ends;
        const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
        core_pair_open(&ends, &config);
        struct core_pair_conn *conn = core_pair_connect(&ends);
        core_pair_pass(&ends, slow * SNET_SECOND_NS); /* the round trip of the handshake */
        core_pair_settle(&ends, conn);
        const uint64_t limit_ns = slow == 0 ? 2 * SNET_SECOND_NS : 8 * SNET_SECOND_NS;
        core_pair_pass(&ends, 3 * SNET_SECOND_NS); /* nothing is out, nothing is suspicious */
        core_pair_write(&ends, ends.client, 100);
        uint8_t lost[1000];
        assert_true(core_pair_take(&ends, conn, CORE_PAIR_CLIENT, lost, sizeof lost) > 100);
        const unsigned dials = ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL];
        core_pair_pass(&ends, limit_ns - 1);
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], dials);
        core_pair_pass(&ends, 1);
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], dials + 1);
        assert_non_null(snet_session_link(ends.client));
        struct core_pair_conn *next = core_pair_connect(&ends);
        core_pair_settle(&ends, next);
        assert_int_equal(core_pair_read(&ends, ends.served, 0), 100);
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST], 0);
        core_pair_close(&ends);
    }
}

static void client_takes_fresh_keys_as_often_as_it_wants(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.client.rekey_interval_ns = 60 * SNET_SECOND_NS;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    for (unsigned round = 1; round < 4; round++) {
        for (unsigned second = 0; second < 59; second++) {
            core_pair_pass(&ends, SNET_SECOND_NS);
            core_pair_settle(&ends, conn);
        }
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], round);
        core_pair_pass(&ends, SNET_SECOND_NS);
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], round + 1);
        conn = core_pair_connect(&ends);
        core_pair_settle(&ends, conn);
        assert_true(snet_session_link(ends.client) == conn->sides[CORE_PAIR_CLIENT].link);
    }
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST], 0);
    core_pair_close(&ends);
}

/* The numbers of records run out: the link goes, the session does not [PROTO 12.4]. */
static void session_goes_on_when_the_records_of_a_link_have_run_out(void **state)
{
    (void)state;
    for (unsigned side = 0; side < 2; side++) {
        struct core_pair ends;
        struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
        snet_v3_link_of(conn->sides[side].link)->seal.seq = SNET_RECORD_SEQ_MAX;
        snet_session *writer = side == CORE_PAIR_CLIENT ? ends.client : ends.served;
        snet_session *reader = side == CORE_PAIR_CLIENT ? ends.served : ends.client;
        core_pair_write(&ends, writer, 100);
        core_pair_settle(&ends, conn);
        core_pair_pass(&ends, SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
        core_pair_pass(&ends, SNET_SECOND_NS);
        conn = core_pair_connect(&ends);
        core_pair_settle(&ends, conn);
        assert_int_equal(core_pair_read(&ends, reader, 0), 100);
        core_pair_close(&ends);
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
        cmocka_unit_test(handover_behind_the_last_bytes_ends_both_clean),
        cmocka_unit_test(handover_that_fails_costs_nothing),
        cmocka_unit_test(handover_goes_on_when_the_old_link_is_lost_meanwhile),
        cmocka_unit_test(resume_that_was_given_up_and_arrives_late_is_refused),
        cmocka_unit_test(client_moves_from_a_path_that_acknowledges_nothing),
        cmocka_unit_test(client_takes_fresh_keys_as_often_as_it_wants),
        cmocka_unit_test(session_goes_on_when_the_records_of_a_link_have_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
