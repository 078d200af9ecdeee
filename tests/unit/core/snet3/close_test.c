/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* How sessions end, and what is remembered of them [PROTO 18.1, 18.2, 18.3]. */
#include "core/snet3/state.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

/* --- A clean end -------------------------------------------------------------------------- */

static bool both_ended(const struct core_pair *ends)
{
    return ends->events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED] == 1 &&
           ends->events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED] == 1;
}

/* Moves single bytes, in turn, and cuts the connection behind `count` of them. */
static bool end_with_a_cut(struct core_pair *ends, struct core_pair_conn *conn, unsigned count,
                           bool fin)
{
    unsigned moved = 0;
    bool more = true;
    while (more && moved < count) {
        more = false;
        for (unsigned side = 0; side < 2 && moved < count; side++) {
            const size_t part = core_pair_move(ends, conn, (enum core_pair_side)side, 1);
            more = more || part > 0;
            moved += (unsigned)part;
        }
    }
    if (fin) {
        /* In good order, in both directions: no end may take that for more than a loss. */
        core_pair_eof(ends, conn, CORE_PAIR_CLIENT);
        core_pair_eof(ends, conn, CORE_PAIR_SERVER);
    }
    core_pair_cut(ends, conn);
    return more;
}

static void clean_end_survives_a_cut_behind_every_byte(void **state)
{
    (void)state;
    bool more = true;
    unsigned cuts = 0;
    for (unsigned count = 0; more; count++) {
        struct core_pair ends;
        struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
        core_pair_write(&ends, ends.client, 10);
        core_pair_write(&ends, ends.served, 20);
        snet_session_shutdown(ends.client, ends.now);
        snet_session_shutdown(ends.served, ends.now);
        more = end_with_a_cut(&ends, conn, count, count % 2 == 1);
        for (unsigned round = 0; round < 3 && !both_ended(&ends); round++) {
            core_pair_pass(&ends, 2 * SNET_SECOND_NS);
            if (ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED] == 0) {
                conn = core_pair_connect(&ends);
                core_pair_settle(&ends, conn);
            }
        }
        assert_true(both_ended(&ends));
        assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSED);
        assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSED);
        assert_int_equal(core_pair_read(&ends, ends.served, 0), 10);
        assert_int_equal(core_pair_read(&ends, ends.client, 0), 20);
        core_pair_close(&ends);
        cuts++;
    }
    assert_true(cuts > 100);
}

/* The server's last words are lost with it: a proof that it knows nothing is as good. */
static void clean_end_that_a_new_server_knows_nothing_of_is_clean(void **state)
{
    (void)state;
    struct core_pair ends;
    const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    snet_session_shutdown(ends.client, ends.now);
    snet_session_shutdown(ends.served, ends.now);
    uint8_t last[200];
    (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
    (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, SIZE_MAX);
    (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 1);
    assert_true(core_pair_take(&ends, conn, CORE_PAIR_SERVER, last, sizeof last) > 0);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    core_pair_restart(&ends, &config.server);
    core_pair_pass(&ends, SNET_SECOND_NS);
    conn = core_pair_connect(&ends);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSED);
    core_pair_close(&ends);
}

/* Whether the other direction had ended makes the difference: what came in was all there is. */
static void end_that_nobody_confirms_is_closed_but_not_confirmed(void **state)
{
    (void)state;
    for (unsigned both = 0; both < 2; both++) {
        struct core_pair ends;
        struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
        if (both == 1) {
            snet_session_shutdown(ends.served, ends.now);
            core_pair_settle(&ends, conn);
        }
        snet_session_shutdown(ends.client, ends.now);
        uint8_t lost[200];
        assert_true(core_pair_take(&ends, conn, CORE_PAIR_CLIENT, lost, sizeof lost) > 0);
        core_pair_cut(&ends, conn);
        while (ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED] == 0) {
            core_pair_pass(&ends, SNET_SECOND_NS);
            snet_client_dial_failed(ends.client, SNET_ERR_CONNECT, ends.now);
            core_pair_drain(&ends);
        }
        assert_int_equal(ends.ended[CORE_PAIR_CLIENT],
                         both == 1 ? SNET_ERR_CLOSE_UNCONFIRMED : SNET_ERR_EXPIRED);
        core_pair_close(&ends);
    }
}

/* All bytes before it are acknowledged, but it is not: it comes again [PROTO 16.4]. */
static void end_that_was_not_acknowledged_is_sent_again(void **state)
{
    (void)state;
    for (unsigned acked = 0; acked < 2; acked++) {
        struct core_pair ends;
        struct v3_peer peer;
        const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
        core_pair_open(&ends, &config);
        v3_peer_open(&peer, &ends, SNET_NOISE_NK);
        v3_peer_begin(&peer);
        core_pair_write(&ends, ends.served, 10);
        snet_session_shutdown(ends.served, ends.now);
        assert_true(v3_peer_take_record(&peer));
        assert_int_equal(v3_peer_frame(&peer, SNET_V3_FRAME_FIN)->offset, 10);
        v3_peer_put_ack(&peer, 10 + acked, V3_PEER_WINDOW);
        v3_peer_say(&peer);
        v3_peer_resume_to_accept(&peer, SNET_V3_CAUSE_LOST, 10 + acked);
        assert_true(v3_peer_take_record(&peer));
        assert_int_equal(peer.frames[0].type, SNET_V3_FRAME_START);
        assert_int_equal(peer.frames[0].offset, 10 + acked);
        assert_int_equal(v3_peer_frame(&peer, SNET_V3_FRAME_FIN) != NULL, acked == 0);
        v3_peer_close(&peer);
        core_pair_close(&ends);
    }
}

/* A client, and a peer that has its FIN and has said its own. */
static void serve_to_the_end(struct v3_setup *scene)
{
    struct v3_peer *peer = &scene->peer;
    v3_setup_serve(scene);
    snet_session_shutdown(scene->ends.client, scene->ends.now);
    assert_true(v3_peer_take_record(peer));
    assert_non_null(v3_peer_frame(peer, SNET_V3_FRAME_FIN));
    v3_peer_put_ack(peer, 1, V3_PEER_WINDOW);
    v3_peer_put_fin(peer, 0);
    v3_peer_say(peer);
    assert_true(v3_peer_take_record(peer));
    assert_int_equal(v3_peer_frame(peer, SNET_V3_FRAME_ACK)->offset, 1);
}

static void client_waits_for_the_servers_last_word_and_then_asks_for_it(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        struct v3_setup scene;
        serve_to_the_end(&scene);
        assert_int_equal(scene.peer.conn->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_NONE);
        if (round == 0) {
            v3_peer_put(&scene.peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_ABORT,
                                                             .number = SNET_V3_CLOSED_OK});
            v3_peer_say(&scene.peer);
        } else {
            struct snet_v3_resume resume;
            if (round == 1) {
                core_pair_pass(&scene.ends, SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS - 1);
                assert_int_equal(scene.peer.conn->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_NONE);
                core_pair_pass(&scene.ends, 1);
            } else {
                core_pair_eof(&scene.ends, scene.peer.conn,
                              CORE_PAIR_CLIENT); /* of anybody on the path */
            }
            assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
            core_pair_pass(&scene.ends, SNET_SECOND_NS);
            v3_peer_connect(&scene.peer);
            v3_peer_take_resume(&scene.peer, &resume);
            assert_int_equal(resume.recv_next, 1);
            v3_peer_reject(&scene.peer, SNET_V3_CLOSED_OK, 0, true);
            v3_peer_send(&scene.peer);
        }
        assert_int_equal(scene.ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSED);
        v3_setup_close(&scene);
    }
}

static void last_word_before_both_directions_have_ended_is_an_abort(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    v3_setup_open_server(&scene);
    v3_peer_serve(&scene.peer);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_put_fin(&scene.peer, 0);
    v3_peer_put(&scene.peer,
                &(struct snet_v3_frame){.type = SNET_V3_FRAME_ABORT, .number = SNET_V3_CLOSED_OK});
    v3_peer_say(&scene.peer);
    assert_int_equal(scene.ends.ended[CORE_PAIR_CLIENT], SNET_ERR_PEER_ABORTED);
    v3_setup_close(&scene);
}

/* --- ABORT -------------------------------------------------------------------------------- */

static void abort_carries_code_and_text_and_ends_both_directions(void **state)
{
    (void)state;
    for (unsigned side = 0; side < 2; side++) {
        struct core_pair ends;
        struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
        snet_session *own = side == CORE_PAIR_CLIENT ? ends.client : ends.served;
        snet_session *other = side == CORE_PAIR_CLIENT ? ends.served : ends.client;
        core_pair_write(&ends, own, 100);
        snet_session_abort_with(own, 0x1234, "no more", ends.now);
        core_pair_drain(&ends);
        assert_int_equal(ends.ended[side], SNET_ERR_ABORTED);
        assert_int_equal(conn->sides[side].how, SNET_CLOSE_FIN);
        core_pair_settle(&ends, conn);
        assert_int_equal(ends.ended[1 - side], SNET_ERR_PEER_ABORTED);
        assert_int_equal(core_pair_info(other).peer_code, 0x1234);
        assert_string_equal(snet_session_peer_text(other), "no more");
        core_pair_close(&ends);
    }
}

/* Whatever its code, nothing follows it, and the tombstone says ABORTED [PROTO 21]. */
static void abort_of_any_code_is_not_answered(void **state)
{
    static const uint16_t codes[] = {0, 1, 16, 19, 20, 22, 32, 37, 0xfff, 0x1000, 0xffff};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct v3_setup scene;
        v3_setup_begin(&scene);
        v3_peer_put(&scene.peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_ABORT,
                                                         .number = codes[i],
                                                         .bytes = {(const uint8_t *)"\0\xff", 2}});
        v3_peer_put_data(&scene.peer, 0, 10);
        v3_peer_say(&scene.peer);
        assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 1);
        assert_int_equal(core_pair_info(scene.ends.served).peer_code, codes[i]);
        assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 0);
        assert_int_equal(v3_peer_hear(&scene.peer), 0);
        v3_peer_say_resume(&scene.peer, &(struct snet_v3_resume){.attempt = 1});
        v3_peer_expect_reject(&scene.peer, SNET_V3_ABORTED, true);
        v3_setup_close(&scene);
    }
}

static void abort_without_a_link_is_reported_by_the_tombstone(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_cut(&ends, conn);
    snet_session_abort(ends.served, ends.now);
    core_pair_pass(&ends, SNET_SECOND_NS);
    conn = core_pair_connect(&ends);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_PEER_ABORTED);
    core_pair_close(&ends);
}

static void abort_of_a_client_without_a_link_expires_at_the_server(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_cut(&ends, conn);
    snet_session_abort(ends.client, ends.now);
    core_pair_pass(&ends, SNET_RESUME_TIMEOUT_DEFAULT_NS - 1);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    core_pair_pass(&ends, 1);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_EXPIRED);
    core_pair_close(&ends);
}

/* --- Tombstones --------------------------------------------------------------------------- */

static void tombstone_is_kept_for_the_resume_window_and_then_the_name_is_unknown(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    scene.config.server.session.resume_timeout_ns = 20 * SNET_SECOND_NS;
    v3_setup_open(&scene, SNET_NOISE_NK);
    v3_peer_begin(&scene.peer);
    core_pair_eof(&scene.ends, scene.peer.conn, CORE_PAIR_SERVER);
    core_pair_pass(&scene.ends, 20 * SNET_SECOND_NS);
    assert_int_equal(scene.ends.ended[CORE_PAIR_SERVER], SNET_ERR_EXPIRED);
    for (unsigned round = 0; round < 3; round++) {
        v3_peer_connect(&scene.peer);
        if (round == 1) {
            memset(scene.peer.secret, 0, sizeof scene.peer.secret); /* without further checks */
        }
        v3_peer_resume(&scene.peer, &(struct snet_v3_resume){.recv_next = 1000});
        v3_peer_send(&scene.peer);
        v3_peer_expect_reject(&scene.peer, round < 2 ? SNET_V3_EXPIRED : SNET_V3_UNKNOWN, true);
        core_pair_pass(&scene.ends, round == 0 ? 20 * SNET_SECOND_NS - 1 : 1);
    }
    v3_setup_close(&scene);
}

/* Both cids that a client can have are remembered. */
static void tombstone_is_there_for_each_credential(void **state)
{
    (void)state;
    struct v3_setup scene;
    uint8_t cid[SNET_V3_CID_BYTES];
    uint8_t token[SNET_V3_TOKEN_BYTES];
    v3_setup_begin(&scene);
    memcpy(cid, scene.peer.cid, sizeof cid);
    memcpy(token, scene.peer.token, sizeof token);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_PLANNED, 0);
    snet_session_abort(scene.ends.served, scene.ends.now);
    core_pair_drain(&scene.ends);
    for (unsigned round = 0; round < 2; round++) {
        v3_peer_say_resume(&scene.peer, &(struct snet_v3_resume){.attempt = 9});
        v3_peer_expect_reject(&scene.peer, SNET_V3_ABORTED, true);
        memcpy(scene.peer.cid, cid, sizeof cid);
        memcpy(scene.peer.token, token, sizeof token);
    }
    v3_setup_close(&scene);
}

static void client_of_a_restarted_server_hears_so_at_once(void **state)
{
    (void)state;
    struct core_pair ends;
    const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    core_pair_open(&ends, &config);
    (void)core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 100);
    core_pair_restart(&ends, &config.server);
    core_pair_pass(&ends, SNET_SECOND_NS);
    struct core_pair_conn *conn = core_pair_connect(&ends);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_SERVER_RESTARTED);
    core_pair_close(&ends);
}

/* One with another key can prove nothing: the client goes on trying. */
static void client_of_another_server_goes_on_trying(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    core_pair_open(&ends, &config);
    (void)core_pair_begin(&ends);
    config.server.keys.secrets = &core_pair_keys()->client;
    core_pair_restart(&ends, &config.server);
    for (unsigned round = 0; round < 3; round++) {
        core_pair_pass(&ends, 30 * SNET_SECOND_NS);
        struct core_pair_conn *conn = core_pair_connect(&ends);
        core_pair_settle(&ends, conn);
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    }
    core_pair_close(&ends);
}

/* On the path, the tombstone's code is changed to a clean end, which is not believed. */
static void tombstone_whose_code_is_changed_on_the_path_is_not_believed(void **state)
{
    (void)state;
    struct core_pair ends;
    uint8_t message[100];
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    snet_session_shutdown(ends.client, ends.now);
    (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, SNET_SECOND_NS);
    snet_session_abort(ends.served, ends.now);
    for (unsigned changed = 1; changed < 2; changed--) {
        conn = core_pair_connect(&ends);
        (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
        assert_int_equal(core_pair_take(&ends, conn, CORE_PAIR_SERVER, message, sizeof message),
                         28);
        assert_int_equal(message[8], SNET_V3_ABORTED);
        message[8] = changed == 1 ? SNET_V3_CLOSED_OK : SNET_V3_ABORTED;
        core_pair_feed(&ends, conn, CORE_PAIR_CLIENT, message, 28);
        assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 1 - changed);
        core_pair_pass(&ends, SNET_SECOND_NS);
    }
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_PEER_ABORTED);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_end_survives_a_cut_behind_every_byte),
        cmocka_unit_test(clean_end_that_a_new_server_knows_nothing_of_is_clean),
        cmocka_unit_test(end_that_nobody_confirms_is_closed_but_not_confirmed),
        cmocka_unit_test(end_that_was_not_acknowledged_is_sent_again),
        cmocka_unit_test(client_waits_for_the_servers_last_word_and_then_asks_for_it),
        cmocka_unit_test(last_word_before_both_directions_have_ended_is_an_abort),
        cmocka_unit_test(abort_carries_code_and_text_and_ends_both_directions),
        cmocka_unit_test(abort_of_any_code_is_not_answered),
        cmocka_unit_test(abort_without_a_link_is_reported_by_the_tombstone),
        cmocka_unit_test(abort_of_a_client_without_a_link_expires_at_the_server),
        cmocka_unit_test(tombstone_is_kept_for_the_resume_window_and_then_the_name_is_unknown),
        cmocka_unit_test(tombstone_is_there_for_each_credential),
        cmocka_unit_test(client_of_a_restarted_server_hears_so_at_once),
        cmocka_unit_test(client_of_another_server_goes_on_trying),
        cmocka_unit_test(tombstone_whose_code_is_changed_on_the_path_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
