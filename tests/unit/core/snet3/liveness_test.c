/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Signs of life, and everything else that time does [PROTO 20.2]; bounds of how much [PROTO 20.1].
 */
#include "core/snet3/liveness.h"

#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

static void heartbeat_is_what_is_wanted_within_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(snet_v3_liveness_heartbeat(0), SNET_SECOND_NS);
    assert_int_equal(snet_v3_liveness_heartbeat(SNET_SECOND_NS - 1), SNET_SECOND_NS);
    assert_int_equal(snet_v3_liveness_heartbeat(77 * SNET_SECOND_NS), 77 * SNET_SECOND_NS);
    assert_int_equal(snet_v3_liveness_heartbeat(UINT64_MAX), 600 * SNET_SECOND_NS);
}

static void link_without_a_first_byte_is_closed_in_time(void **state)
{
    (void)state;
    struct core_pair ends;
    const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_intrude(&ends);
    core_pair_pass(&ends, SNET_FIRST_BYTES_TIMEOUT_DEFAULT_NS - 1);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_pass(&ends, 1);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
    core_pair_close(&ends);
}

static void link_with_half_a_message_is_closed_in_time(void **state)
{
    static const uint8_t head[] = {0xC3, 1, 3, 1, 1, 0, 100, 0, 7, 7, 7};
    (void)state;
    struct core_pair ends;
    const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, true);
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_intrude(&ends);
    core_pair_pass(&ends, SNET_SECOND_NS);
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, head, sizeof head);
    core_pair_pass(&ends, SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS - SNET_SECOND_NS - 1);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_pass(&ends, 1);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
    core_pair_close(&ends);
}

/* A link that is met by silence counts as well. */
static void links_in_their_handshake_are_bounded_and_the_oldest_goes(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    scene.config.server.handshakes_max = 3;
    v3_setup_open(&scene, SNET_NOISE_NNPSK0); /* no peer is here */
    v3_peer_connect(&scene.peer);
    struct core_pair_conn *oldest = scene.peer.conn;
    v3_peer_hello(&scene.peer,
                  &(struct snet_v3_offer){.window = V3_PEER_WINDOW, .max_record = 16384});
    v3_peer_send(&scene.peer);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(oldest->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
        (void)core_pair_intrude(&scene.ends);
    }
    assert_int_equal(oldest->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
    assert_int_equal(oldest->sides[CORE_PAIR_SERVER].err, SNET_ERR_HANDSHAKES_FULL);
    v3_setup_close(&scene);
}

/* --- Heartbeats --------------------------------------------------------------------------- */

static void silent_link_is_asked_for_a_sign_of_life_and_is_dead_without_one(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    core_pair_pass(&scene.ends, 15 * SNET_SECOND_NS - 1);
    assert_int_equal(v3_peer_hear(&scene.peer), 0);
    core_pair_pass(&scene.ends, 1);
    assert_true(v3_peer_take_record(&scene.peer));
    const struct snet_v3_frame *ping = v3_peer_frame(&scene.peer, SNET_V3_FRAME_PING);
    assert_non_null(ping);
    core_pair_pass(&scene.ends, 5 * SNET_SECOND_NS - 1);
    v3_peer_put(&scene.peer,
                &(struct snet_v3_frame){.type = SNET_V3_FRAME_PONG, .number = ping->number});
    v3_peer_say(&scene.peer);
    core_pair_pass(&scene.ends, 15 * SNET_SECOND_NS - 1);
    assert_int_equal(v3_peer_hear(&scene.peer), 0);
    core_pair_pass(&scene.ends, 1);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_non_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_PING));
    core_pair_pass(&scene.ends, 5 * SNET_SECOND_NS - 1);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_pass(&scene.ends, 1);
    v3_peer_expect_closed(&scene.peer, SNET_CLOSE_RESET);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    v3_setup_close(&scene);
}

/* Any record is a sign of life, but there is no second PING before the PONG [PROTO 16.5]. */
static void link_is_not_asked_again_before_it_has_answered(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    core_pair_pass(&scene.ends, 15 * SNET_SECOND_NS);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_non_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_PING));
    for (unsigned i = 0; i < 20; i++) {
        core_pair_pass(&scene.ends, 4 * SNET_SECOND_NS);
        v3_peer_put_data(&scene.peer, i, 1);
        v3_peer_say(&scene.peer);
        while (v3_peer_take_record(&scene.peer)) {
            assert_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_PING));
        }
    }
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_pass(&scene.ends, 20 * SNET_SECOND_NS);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    v3_setup_close(&scene);
}

static void idle_session_lives_for_ever(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    for (unsigned second = 0; second < 3600; second++) {
        core_pair_pass(&ends, SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
    }
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST], 0);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 0);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], 1);
    core_pair_close(&ends);
}

/* Both ends notice by themselves that the path is gone, and the session goes on. */
static void dead_path_is_found_out_by_both_ends(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_pass(&ends, 20 * SNET_SECOND_NS);
    assert_int_equal(conn->sides[CORE_PAIR_CLIENT].err, SNET_ERR_LINK_TIMEOUT);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    core_pair_pass(&ends, SNET_SECOND_NS);
    conn = core_pair_connect(&ends);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_RESUMED], 1);
    core_pair_close(&ends);
}

/* --- The wait time ------------------------------------------------------------------------ */

static void session_without_a_link_expires_at_both_ends(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, 300 * SNET_SECOND_NS - 1);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    core_pair_pass(&ends, 1);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_EXPIRED);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_EXPIRED);
    core_pair_close(&ends);
}

/* --- Records ------------------------------------------------------------------------------ */

/* New keys in the middle of a stream, at both ends at once [PROTO 12.4]. */
static void records_take_new_keys_without_a_word(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    struct snet_v3_link *client = snet_v3_link_of(conn->sides[CORE_PAIR_CLIENT].link);
    struct snet_v3_link *server = snet_v3_link_of(conn->sides[CORE_PAIR_SERVER].link);
    assert_int_equal(client->seal.rekey_records, 65536);
    client->seal.rekey_records = server->open.rekey_records = 4;
    for (unsigned i = 0; i < 20; i++) {
        core_pair_write(&ends, ends.client, 10);
        core_pair_settle(&ends, conn);
    }
    assert_true(client->seal.generation >= 5);
    assert_int_equal(server->open.generation, client->seal.generation);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 200);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 0);
    core_pair_close(&ends);
}

static void records_are_padded_to_what_is_wanted(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.client.session.pad_bytes = 256;
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    uint8_t data[1000];
    for (size_t len = 1; len < 600; len += 83) {
        core_pair_write(&ends, ends.client, len);
        const size_t taken = core_pair_take(&ends, conn, CORE_PAIR_CLIENT, data, sizeof data);
        assert_int_equal((taken - 2 - 16) % 256, 0);
        core_pair_feed(&ends, conn, CORE_PAIR_SERVER, data, taken);
        core_pair_settle(&ends, conn);
    }
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    core_pair_close(&ends);
}

/* The least that a peer may take [PROTO 13.2, 16.1]. */
static void records_fit_a_peer_that_takes_the_least(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_welcome welcome;
    char name[300] = {0};
    v3_setup_prepare(&scene);
    v3_setup_open(&scene, SNET_NOISE_NK);
    v3_peer_connect(&scene.peer);
    v3_peer_hello(&scene.peer,
                  &(struct snet_v3_offer){.window = V3_PEER_WINDOW, .max_record = 512});
    v3_peer_send(&scene.peer);
    v3_peer_take_reply(&scene.peer, &welcome);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
    v3_peer_put(&scene.peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_PING});
    v3_peer_say(&scene.peer);
    memset(name, 'a', 255);
    memcpy(name + 255, ":65535", 7);
    assert_int_equal(snet_session_migrate(scene.ends.served, name, SNET_SECOND_NS, scene.ends.now),
                     SNET_OK);
    core_pair_write(&scene.ends, scene.ends.served, 20000);
    snet_session_shutdown(scene.ends.served, scene.ends.now);
    size_t len = 0;
    bool fin = false;
    while (v3_peer_hear(&scene.peer) > 0) {
        assert_true((scene.peer.in[0] | scene.peer.in[1] << 8) <= 512 + 16);
        assert_true(v3_peer_take_record(&scene.peer));
        const struct snet_v3_frame *data = v3_peer_frame(&scene.peer, SNET_V3_FRAME_DATA);
        len += data == NULL ? 0 : data->bytes.len;
        fin = fin || v3_peer_frame(&scene.peer, SNET_V3_FRAME_FIN) != NULL;
    }
    assert_int_equal(len, 20000);
    assert_true(fin);
    v3_setup_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heartbeat_is_what_is_wanted_within_its_bounds),
        cmocka_unit_test(link_without_a_first_byte_is_closed_in_time),
        cmocka_unit_test(link_with_half_a_message_is_closed_in_time),
        cmocka_unit_test(links_in_their_handshake_are_bounded_and_the_oldest_goes),
        cmocka_unit_test(silent_link_is_asked_for_a_sign_of_life_and_is_dead_without_one),
        cmocka_unit_test(link_is_not_asked_again_before_it_has_answered),
        cmocka_unit_test(idle_session_lives_for_ever),
        cmocka_unit_test(dead_path_is_found_out_by_both_ends),
        cmocka_unit_test(session_without_a_link_expires_at_both_ends),
        cmocka_unit_test(records_take_new_keys_without_a_word),
        cmocka_unit_test(records_are_padded_to_what_is_wanted),
        cmocka_unit_test(records_fit_a_peer_that_takes_the_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
