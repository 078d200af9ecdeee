/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* How sessions end, and what is remembered of them [PROTO 18.1, 18.2, 18.3]. */
#include "core/snet3/wire.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

/* --- A clean end -------------------------------------------------------------------------- */

static bool both_ended(const struct ends *ends)
{
    return ends->events[ENDS_CLIENT][SNET_EVENT_ENDED] == 1 &&
           ends->events[ENDS_SERVER][SNET_EVENT_ENDED] == 1;
}

/* Moves single bytes, in turn, and cuts the connection behind `count` of them. */
static bool end_with_a_cut(struct ends *ends, struct ends_conn *conn, unsigned count, bool fin)
{
    unsigned moved = 0;
    bool more = true;
    while (more && moved < count) {
        more = false;
        for (unsigned side = 0; side < 2 && moved < count; side++) {
            const size_t part = ends_move(ends, conn, (enum ends_side)side, 1);
            more = more || part > 0;
            moved += (unsigned)part;
        }
    }
    if (fin) {
        /* In good order, in both directions: no end may take that for more than a loss. */
        ends_eof(ends, conn, ENDS_CLIENT);
        ends_eof(ends, conn, ENDS_SERVER);
    }
    ends_cut(ends, conn);
    return more;
}

static void clean_end_survives_a_cut_behind_every_byte(void **state)
{
    (void)state;
    bool more = true;
    unsigned cuts = 0;
    for (unsigned count = 0; more; count++) {
        struct ends ends;
        struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
        ends_write(&ends, ends.client, 10);
        ends_write(&ends, ends.served, 20);
        snet_session_shutdown(ends.client, ends.now);
        snet_session_shutdown(ends.served, ends.now);
        more = end_with_a_cut(&ends, conn, count, count % 2 == 1);
        for (unsigned round = 0; round < 3 && !both_ended(&ends); round++) {
            ends_pass(&ends, 2 * SNET_SECOND_NS);
            if (ends.events[ENDS_CLIENT][SNET_EVENT_ENDED] == 0) {
                conn = ends_connect(&ends);
                ends_settle(&ends, conn);
            }
        }
        assert_true(both_ended(&ends));
        assert_int_equal(ends.ended[ENDS_CLIENT], SNET_ERR_CLOSED);
        assert_int_equal(ends.ended[ENDS_SERVER], SNET_ERR_CLOSED);
        assert_int_equal(ends_read(&ends, ends.served, 0), 10);
        assert_int_equal(ends_read(&ends, ends.client, 0), 20);
        ends_close(&ends);
        cuts++;
    }
    assert_true(cuts > 100);
}

/* The server's last words are lost with it: a proof that it knows nothing is as good. */
static void clean_end_that_a_new_server_knows_nothing_of_is_clean(void **state)
{
    (void)state;
    struct ends ends;
    const struct ends_config config = ends_config_for(SNET_WIRE_3, false);
    ends_open(&ends, &config);
    struct ends_conn *conn = ends_begin(&ends);
    snet_session_shutdown(ends.client, ends.now);
    snet_session_shutdown(ends.served, ends.now);
    uint8_t last[200];
    (void)ends_move(&ends, conn, ENDS_CLIENT, SIZE_MAX);
    (void)ends_move(&ends, conn, ENDS_SERVER, SIZE_MAX);
    (void)ends_move(&ends, conn, ENDS_CLIENT, SIZE_MAX);
    assert_int_equal(ends.events[ENDS_SERVER][SNET_EVENT_ENDED], 1);
    assert_true(ends_take(&ends, conn, ENDS_SERVER, last, sizeof last) > 0);
    assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_ENDED], 0);
    ends_restart(&ends, &config.server);
    ends_pass(&ends, SNET_SECOND_NS);
    conn = ends_connect(&ends);
    ends_settle(&ends, conn);
    assert_int_equal(ends.ended[ENDS_CLIENT], SNET_ERR_CLOSED);
    ends_close(&ends);
}

/* Whether the other direction had ended makes the difference: what came in was all there is. */
static void end_that_nobody_confirms_is_closed_but_not_confirmed(void **state)
{
    (void)state;
    for (unsigned both = 0; both < 2; both++) {
        struct ends ends;
        struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
        if (both == 1) {
            snet_session_shutdown(ends.served, ends.now);
            ends_settle(&ends, conn);
        }
        snet_session_shutdown(ends.client, ends.now);
        uint8_t lost[200];
        assert_true(ends_take(&ends, conn, ENDS_CLIENT, lost, sizeof lost) > 0);
        ends_cut(&ends, conn);
        while (ends.events[ENDS_CLIENT][SNET_EVENT_ENDED] == 0) {
            ends_pass(&ends, SNET_SECOND_NS);
            snet_client_dial_failed(ends.client, SNET_ERR_CONNECT, ends.now);
            ends_drain(&ends);
        }
        assert_int_equal(ends.ended[ENDS_CLIENT],
                         both == 1 ? SNET_ERR_CLOSE_UNCONFIRMED : SNET_ERR_EXPIRED);
        ends_close(&ends);
    }
}

/* All bytes before it are acknowledged, but it is not: it comes again [PROTO 16.4]. */
static void end_that_was_not_acknowledged_is_sent_again(void **state)
{
    (void)state;
    for (unsigned acked = 0; acked < 2; acked++) {
        struct ends ends;
        struct peer peer;
        const struct ends_config config = ends_config_for(SNET_WIRE_3, false);
        ends_open(&ends, &config);
        peer_open(&peer, &ends, SNET_NOISE_NK);
        peer_begin(&peer);
        ends_write(&ends, ends.served, 10);
        snet_session_shutdown(ends.served, ends.now);
        assert_true(peer_take_record(&peer));
        assert_int_equal(peer_frame(&peer, SNET_SECURE_FRAME_FIN)->offset, 10);
        peer_put_ack(&peer, 10 + acked, PEER_WINDOW);
        peer_say(&peer);
        peer_resume_to_accept(&peer, SNET_SECURE_CAUSE_LOST, 10 + acked);
        assert_true(peer_take_record(&peer));
        assert_int_equal(peer.frames[0].type, SNET_SECURE_FRAME_START);
        assert_int_equal(peer.frames[0].offset, 10 + acked);
        assert_int_equal(peer_frame(&peer, SNET_SECURE_FRAME_FIN) != NULL, acked == 0);
        peer_close(&peer);
        ends_close(&ends);
    }
}

/* A client, and a peer that has its FIN and has said its own. */
static void serve_to_the_end(struct scene *scene)
{
    struct peer *peer = &scene->peer;
    scene_serve(scene);
    snet_session_shutdown(scene->ends.client, scene->ends.now);
    assert_true(peer_take_record(peer));
    assert_non_null(peer_frame(peer, SNET_SECURE_FRAME_FIN));
    peer_put_ack(peer, 1, PEER_WINDOW);
    peer_put_fin(peer, 0);
    peer_say(peer);
    assert_true(peer_take_record(peer));
    assert_int_equal(peer_frame(peer, SNET_SECURE_FRAME_ACK)->offset, 1);
}

static void client_waits_for_the_servers_last_word_and_then_asks_for_it(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        struct scene scene;
        serve_to_the_end(&scene);
        assert_int_equal(scene.peer.conn->sides[ENDS_CLIENT].how, SNET_CLOSE_NONE);
        if (round == 0) {
            peer_put(&scene.peer, &(struct snet_secure_frame){.type = SNET_SECURE_FRAME_ABORT,
                                                              .number = SNET_SECURE_CLOSED_OK});
            peer_say(&scene.peer);
        } else {
            struct snet_secure_resume resume;
            if (round == 1) {
                ends_pass(&scene.ends, SNET_HANDSHAKE_DEFAULT_NS - 1);
                assert_int_equal(scene.peer.conn->sides[ENDS_CLIENT].how, SNET_CLOSE_NONE);
                ends_pass(&scene.ends, 1);
            } else {
                ends_eof(&scene.ends, scene.peer.conn, ENDS_CLIENT); /* of anybody on the path */
            }
            assert_int_equal(scene.ends.events[ENDS_CLIENT][SNET_EVENT_ENDED], 0);
            ends_pass(&scene.ends, SNET_SECOND_NS);
            peer_connect(&scene.peer);
            peer_take_resume(&scene.peer, &resume);
            assert_int_equal(resume.recv_next, 1);
            peer_reject(&scene.peer, SNET_SECURE_CLOSED_OK, 0, true);
            peer_send(&scene.peer);
        }
        assert_int_equal(scene.ends.ended[ENDS_CLIENT], SNET_ERR_CLOSED);
        scene_close(&scene);
    }
}

static void last_word_before_both_directions_have_ended_is_an_abort(void **state)
{
    (void)state;
    struct scene scene;
    scene_prepare(&scene);
    scene_open_server(&scene);
    peer_serve(&scene.peer);
    peer_put_start(&scene.peer, 0);
    peer_put_fin(&scene.peer, 0);
    peer_put(&scene.peer, &(struct snet_secure_frame){.type = SNET_SECURE_FRAME_ABORT,
                                                      .number = SNET_SECURE_CLOSED_OK});
    peer_say(&scene.peer);
    assert_int_equal(scene.ends.ended[ENDS_CLIENT], SNET_ERR_PEER_ABORTED);
    scene_close(&scene);
}

/* --- ABORT -------------------------------------------------------------------------------- */

static void abort_tells_code_and_text_and_ends_both_directions(void **state)
{
    (void)state;
    for (unsigned side = 0; side < 2; side++) {
        struct ends ends;
        struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
        snet_session *own = side == ENDS_CLIENT ? ends.client : ends.served;
        snet_session *other = side == ENDS_CLIENT ? ends.served : ends.client;
        ends_write(&ends, own, 100);
        snet_session_abort_with(own, 0x1234, "no more", ends.now);
        ends_drain(&ends);
        assert_int_equal(ends.ended[side], SNET_ERR_ABORTED);
        assert_int_equal(conn->sides[side].how, SNET_CLOSE_FIN);
        ends_settle(&ends, conn);
        assert_int_equal(ends.ended[1 - side], SNET_ERR_PEER_ABORTED);
        assert_int_equal(ends_info(other).peer_code, 0x1234);
        assert_string_equal(snet_session_peer_text(other), "no more");
        ends_close(&ends);
    }
}

/* Whatever its code, nothing follows it, and the tomb says ABORTED [PROTO 21]. */
static void abort_of_any_code_is_not_answered(void **state)
{
    static const uint16_t codes[] = {0, 1, 16, 19, 20, 22, 32, 37, 0xfff, 0x1000, 0xffff};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct scene scene;
        scene_begin(&scene);
        peer_put(&scene.peer, &(struct snet_secure_frame){.type = SNET_SECURE_FRAME_ABORT,
                                                          .number = codes[i],
                                                          .bytes = {(const uint8_t *)"\0\xff", 2}});
        peer_put_data(&scene.peer, 0, 10);
        peer_say(&scene.peer);
        assert_int_equal(scene.ends.events[ENDS_SERVER][SNET_EVENT_ENDED], 1);
        assert_int_equal(ends_info(scene.ends.served).peer_code, codes[i]);
        assert_int_equal(ends_read(&scene.ends, scene.ends.served, 0), 0);
        assert_int_equal(peer_hear(&scene.peer), 0);
        peer_say_resume(&scene.peer, &(struct snet_secure_resume){.attempt = 1});
        peer_expect_reject(&scene.peer, SNET_SECURE_ABORTED, true);
        scene_close(&scene);
    }
}

static void abort_without_a_link_is_told_by_the_tomb(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    ends_cut(&ends, conn);
    snet_session_abort(ends.served, ends.now);
    ends_pass(&ends, SNET_SECOND_NS);
    conn = ends_connect(&ends);
    ends_settle(&ends, conn);
    assert_int_equal(ends.ended[ENDS_CLIENT], SNET_ERR_PEER_ABORTED);
    ends_close(&ends);
}

static void abort_of_a_client_without_a_link_expires_at_the_server(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    ends_cut(&ends, conn);
    snet_session_abort(ends.client, ends.now);
    ends_pass(&ends, SNET_WAIT_DEFAULT_NS - 1);
    assert_int_equal(ends.events[ENDS_SERVER][SNET_EVENT_ENDED], 0);
    ends_pass(&ends, 1);
    assert_int_equal(ends.ended[ENDS_SERVER], SNET_ERR_EXPIRED);
    ends_close(&ends);
}

/* --- Tombs -------------------------------------------------------------------------------- */

static void tomb_tells_as_long_as_the_resume_window_and_then_nobody_knows(void **state)
{
    (void)state;
    struct scene scene;
    scene_prepare(&scene);
    scene.config.server.session.wait_ns = 20 * SNET_SECOND_NS;
    scene_open(&scene, SNET_NOISE_NK);
    peer_begin(&scene.peer);
    ends_eof(&scene.ends, scene.peer.conn, ENDS_SERVER);
    ends_pass(&scene.ends, 20 * SNET_SECOND_NS);
    assert_int_equal(scene.ends.ended[ENDS_SERVER], SNET_ERR_EXPIRED);
    for (unsigned round = 0; round < 3; round++) {
        peer_connect(&scene.peer);
        if (round == 1) {
            memset(scene.peer.secret, 0, sizeof scene.peer.secret); /* without further checks */
        }
        peer_resume(&scene.peer, &(struct snet_secure_resume){.recv_next = 1000});
        peer_send(&scene.peer);
        peer_expect_reject(&scene.peer, round < 2 ? SNET_SECURE_EXPIRED : SNET_SECURE_UNKNOWN,
                           true);
        ends_pass(&scene.ends, round == 0 ? 20 * SNET_SECOND_NS - 1 : 1);
    }
    scene_close(&scene);
}

/* Both cids that a client can have are remembered. */
static void tomb_is_there_for_each_credential(void **state)
{
    (void)state;
    struct scene scene;
    uint8_t cid[SNET_SECURE_CID_BYTES];
    uint8_t token[SNET_SECURE_TOKEN_BYTES];
    scene_begin(&scene);
    memcpy(cid, scene.peer.cid, sizeof cid);
    memcpy(token, scene.peer.token, sizeof token);
    peer_resume_to_accept(&scene.peer, SNET_SECURE_CAUSE_PLANNED, 0);
    snet_session_abort(scene.ends.served, scene.ends.now);
    ends_drain(&scene.ends);
    for (unsigned round = 0; round < 2; round++) {
        peer_say_resume(&scene.peer, &(struct snet_secure_resume){.attempt = 9});
        peer_expect_reject(&scene.peer, SNET_SECURE_ABORTED, true);
        memcpy(scene.peer.cid, cid, sizeof cid);
        memcpy(scene.peer.token, token, sizeof token);
    }
    scene_close(&scene);
}

static void client_of_a_restarted_server_hears_so_at_once(void **state)
{
    (void)state;
    struct ends ends;
    const struct ends_config config = ends_config_for(SNET_WIRE_3, false);
    ends_open(&ends, &config);
    (void)ends_begin(&ends);
    ends_write(&ends, ends.client, 100);
    ends_restart(&ends, &config.server);
    ends_pass(&ends, SNET_SECOND_NS);
    struct ends_conn *conn = ends_connect(&ends);
    ends_settle(&ends, conn);
    assert_int_equal(ends.ended[ENDS_CLIENT], SNET_ERR_SERVER_RESTARTED);
    ends_close(&ends);
}

/* One with another key can prove nothing: the client goes on trying. */
static void client_of_another_server_goes_on_trying(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_config config = ends_config_for(SNET_WIRE_3, false);
    ends_open(&ends, &config);
    (void)ends_begin(&ends);
    config.server.keys.secrets = &ends_keys()->client;
    ends_restart(&ends, &config.server);
    for (unsigned round = 0; round < 3; round++) {
        ends_pass(&ends, 30 * SNET_SECOND_NS);
        struct ends_conn *conn = ends_connect(&ends);
        ends_settle(&ends, conn);
        assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_ENDED], 0);
    }
    ends_close(&ends);
}

/* On the path, the tomb's code is made one of a clean end: not believed. */
static void tomb_whose_code_is_changed_on_the_path_is_not_believed(void **state)
{
    (void)state;
    struct ends ends;
    uint8_t message[100];
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    snet_session_shutdown(ends.client, ends.now);
    (void)ends_move(&ends, conn, ENDS_CLIENT, SIZE_MAX);
    ends_cut(&ends, conn);
    ends_pass(&ends, SNET_SECOND_NS);
    snet_session_abort(ends.served, ends.now);
    for (unsigned changed = 1; changed < 2; changed--) {
        conn = ends_connect(&ends);
        (void)ends_move(&ends, conn, ENDS_CLIENT, SIZE_MAX);
        assert_int_equal(ends_take(&ends, conn, ENDS_SERVER, message, sizeof message), 28);
        assert_int_equal(message[8], SNET_SECURE_ABORTED);
        message[8] = changed == 1 ? SNET_SECURE_CLOSED_OK : SNET_SECURE_ABORTED;
        ends_feed(&ends, conn, ENDS_CLIENT, message, 28);
        assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_ENDED], 1 - changed);
        ends_pass(&ends, SNET_SECOND_NS);
    }
    assert_int_equal(ends.ended[ENDS_CLIENT], SNET_ERR_PEER_ABORTED);
    ends_close(&ends);
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
        cmocka_unit_test(abort_tells_code_and_text_and_ends_both_directions),
        cmocka_unit_test(abort_of_any_code_is_not_answered),
        cmocka_unit_test(abort_without_a_link_is_told_by_the_tomb),
        cmocka_unit_test(abort_of_a_client_without_a_link_expires_at_the_server),
        cmocka_unit_test(tomb_tells_as_long_as_the_resume_window_and_then_nobody_knows),
        cmocka_unit_test(tomb_is_there_for_each_credential),
        cmocka_unit_test(client_of_a_restarted_server_hears_so_at_once),
        cmocka_unit_test(client_of_another_server_goes_on_trying),
        cmocka_unit_test(tomb_whose_code_is_changed_on_the_path_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
