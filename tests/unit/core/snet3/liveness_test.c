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
    assert_int_equal(snet_secure_pulse_heartbeat(0), SNET_SECOND_NS);
    assert_int_equal(snet_secure_pulse_heartbeat(SNET_SECOND_NS - 1), SNET_SECOND_NS);
    assert_int_equal(snet_secure_pulse_heartbeat(77 * SNET_SECOND_NS), 77 * SNET_SECOND_NS);
    assert_int_equal(snet_secure_pulse_heartbeat(UINT64_MAX), 600 * SNET_SECOND_NS);
}

static void link_without_a_first_byte_is_closed_in_time(void **state)
{
    (void)state;
    struct ends ends;
    const struct ends_config config = ends_config_for(SNET_WIRE_3, false);
    ends_open(&ends, &config);
    struct ends_conn *conn = ends_intrude(&ends);
    ends_pass(&ends, SNET_SNIFF_DEFAULT_NS - 1);
    assert_int_equal(conn->sides[ENDS_SERVER].how, SNET_CLOSE_NONE);
    ends_pass(&ends, 1);
    assert_int_equal(conn->sides[ENDS_SERVER].how, SNET_CLOSE_RESET);
    ends_close(&ends);
}

static void link_with_half_a_message_is_closed_in_time(void **state)
{
    static const uint8_t head[] = {0xC3, 1, 3, 1, 1, 0, 100, 0, 7, 7, 7};
    (void)state;
    struct ends ends;
    const struct ends_config config = ends_config_for(SNET_WIRE_3, true);
    ends_open(&ends, &config);
    struct ends_conn *conn = ends_intrude(&ends);
    ends_pass(&ends, SNET_SECOND_NS);
    ends_feed(&ends, conn, ENDS_SERVER, head, sizeof head);
    ends_pass(&ends, SNET_HANDSHAKE_DEFAULT_NS - SNET_SECOND_NS - 1);
    assert_int_equal(conn->sides[ENDS_SERVER].how, SNET_CLOSE_NONE);
    ends_pass(&ends, 1);
    assert_int_equal(conn->sides[ENDS_SERVER].how, SNET_CLOSE_RESET);
    ends_close(&ends);
}

/* A link that is met by silence counts as well. */
static void links_in_their_handshake_are_bounded_and_the_oldest_goes(void **state)
{
    (void)state;
    struct scene scene;
    scene_prepare(&scene);
    scene.config.server.handshakes_max = 3;
    scene_open(&scene, SNET_NOISE_NNPSK0); /* nobody here */
    peer_connect(&scene.peer);
    struct ends_conn *oldest = scene.peer.conn;
    peer_hello(&scene.peer,
               &(struct snet_secure_offer){.window = PEER_WINDOW, .max_record = 16384});
    peer_send(&scene.peer);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(oldest->sides[ENDS_SERVER].how, SNET_CLOSE_NONE);
        (void)ends_intrude(&scene.ends);
    }
    assert_int_equal(oldest->sides[ENDS_SERVER].how, SNET_CLOSE_RESET);
    assert_int_equal(oldest->sides[ENDS_SERVER].err, SNET_ERR_HANDSHAKES_FULL);
    scene_close(&scene);
}

/* --- Heartbeats --------------------------------------------------------------------------- */

static void silent_link_is_asked_for_a_sign_of_life_and_is_dead_without_one(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    ends_pass(&scene.ends, 15 * SNET_SECOND_NS - 1);
    assert_int_equal(peer_hear(&scene.peer), 0);
    ends_pass(&scene.ends, 1);
    assert_true(peer_take_record(&scene.peer));
    const struct snet_secure_frame *ping = peer_frame(&scene.peer, SNET_SECURE_FRAME_PING);
    assert_non_null(ping);
    ends_pass(&scene.ends, 5 * SNET_SECOND_NS - 1);
    peer_put(&scene.peer,
             &(struct snet_secure_frame){.type = SNET_SECURE_FRAME_PONG, .number = ping->number});
    peer_say(&scene.peer);
    ends_pass(&scene.ends, 15 * SNET_SECOND_NS - 1);
    assert_int_equal(peer_hear(&scene.peer), 0);
    ends_pass(&scene.ends, 1);
    assert_true(peer_take_record(&scene.peer));
    assert_non_null(peer_frame(&scene.peer, SNET_SECURE_FRAME_PING));
    ends_pass(&scene.ends, 5 * SNET_SECOND_NS - 1);
    assert_int_equal(scene.peer.conn->sides[ENDS_SERVER].how, SNET_CLOSE_NONE);
    ends_pass(&scene.ends, 1);
    peer_expect_closed(&scene.peer, SNET_CLOSE_RESET);
    assert_int_equal(scene.peer.conn->sides[ENDS_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    assert_int_equal(scene.ends.events[ENDS_SERVER][SNET_EVENT_ENDED], 0);
    scene_close(&scene);
}

/* Any record is a sign of life, but nobody is asked again who has not answered [PROTO 16.5]. */
static void link_is_not_asked_again_before_it_has_answered(void **state)
{
    (void)state;
    struct scene scene;
    scene_begin(&scene);
    ends_pass(&scene.ends, 15 * SNET_SECOND_NS);
    assert_true(peer_take_record(&scene.peer));
    assert_non_null(peer_frame(&scene.peer, SNET_SECURE_FRAME_PING));
    for (unsigned i = 0; i < 20; i++) {
        ends_pass(&scene.ends, 4 * SNET_SECOND_NS);
        peer_put_data(&scene.peer, i, 1);
        peer_say(&scene.peer);
        while (peer_take_record(&scene.peer)) {
            assert_null(peer_frame(&scene.peer, SNET_SECURE_FRAME_PING));
        }
    }
    assert_int_equal(scene.peer.conn->sides[ENDS_SERVER].how, SNET_CLOSE_NONE);
    ends_pass(&scene.ends, 20 * SNET_SECOND_NS);
    assert_int_equal(scene.peer.conn->sides[ENDS_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    scene_close(&scene);
}

static void idle_session_lives_for_ever(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    for (unsigned second = 0; second < 3600; second++) {
        ends_pass(&ends, SNET_SECOND_NS);
        ends_settle(&ends, conn);
    }
    assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_LOST], 0);
    assert_int_equal(ends.events[ENDS_SERVER][SNET_EVENT_LOST], 0);
    assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_DIAL], 1);
    ends_close(&ends);
}

/* Both ends notice by themselves that the path is gone, and the session goes on. */
static void dead_path_is_found_out_by_both_ends(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    ends_pass(&ends, 20 * SNET_SECOND_NS);
    assert_int_equal(conn->sides[ENDS_CLIENT].err, SNET_ERR_LINK_TIMEOUT);
    assert_int_equal(conn->sides[ENDS_SERVER].err, SNET_ERR_LINK_TIMEOUT);
    ends_pass(&ends, SNET_SECOND_NS);
    conn = ends_connect(&ends);
    ends_settle(&ends, conn);
    assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_RESUMED], 1);
    ends_close(&ends);
}

/* --- The wait time ------------------------------------------------------------------------ */

static void session_without_a_link_expires_at_both_ends(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    ends_cut(&ends, conn);
    ends_pass(&ends, 300 * SNET_SECOND_NS - 1);
    assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_ENDED], 0);
    assert_int_equal(ends.events[ENDS_SERVER][SNET_EVENT_ENDED], 0);
    ends_pass(&ends, 1);
    assert_int_equal(ends.ended[ENDS_CLIENT], SNET_ERR_EXPIRED);
    assert_int_equal(ends.ended[ENDS_SERVER], SNET_ERR_EXPIRED);
    ends_close(&ends);
}

/* --- Records ------------------------------------------------------------------------------ */

/* New keys in the middle of a stream, at both ends at once [PROTO 12.4]. */
static void records_take_new_keys_without_a_word(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    struct snet_secure_link *client = snet_secure_link_of(conn->sides[ENDS_CLIENT].link);
    struct snet_secure_link *server = snet_secure_link_of(conn->sides[ENDS_SERVER].link);
    assert_int_equal(client->seal.rekey_records, 65536);
    client->seal.rekey_records = server->open.rekey_records = 4;
    for (unsigned i = 0; i < 20; i++) {
        ends_write(&ends, ends.client, 10);
        ends_settle(&ends, conn);
    }
    assert_true(client->seal.generation >= 5);
    assert_int_equal(server->open.generation, client->seal.generation);
    assert_int_equal(ends_read(&ends, ends.served, 0), 200);
    assert_int_equal(ends.events[ENDS_SERVER][SNET_EVENT_LOST], 0);
    ends_close(&ends);
}

static void records_are_padded_to_what_is_wanted(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_config config = ends_config_for(SNET_WIRE_3, false);
    config.client.session.pad_bytes = 256;
    ends_open(&ends, &config);
    struct ends_conn *conn = ends_begin(&ends);
    uint8_t data[1000];
    for (size_t len = 1; len < 600; len += 83) {
        ends_write(&ends, ends.client, len);
        const size_t taken = ends_take(&ends, conn, ENDS_CLIENT, data, sizeof data);
        assert_int_equal((taken - 2 - 16) % 256, 0);
        ends_feed(&ends, conn, ENDS_SERVER, data, taken);
        ends_settle(&ends, conn);
    }
    assert_int_equal(ends.events[ENDS_SERVER][SNET_EVENT_ENDED], 0);
    ends_close(&ends);
}

/* The least that a peer may take [PROTO 13.2, 16.1]. */
static void records_fit_a_peer_that_takes_the_least(void **state)
{
    (void)state;
    struct scene scene;
    struct snet_secure_welcome welcome;
    char name[300] = {0};
    scene_prepare(&scene);
    scene_open(&scene, SNET_NOISE_NK);
    peer_connect(&scene.peer);
    peer_hello(&scene.peer, &(struct snet_secure_offer){.window = PEER_WINDOW, .max_record = 512});
    peer_send(&scene.peer);
    peer_take_reply(&scene.peer, &welcome);
    peer_put_start(&scene.peer, 0);
    peer_put_ack(&scene.peer, 0, PEER_WINDOW);
    peer_put(&scene.peer, &(struct snet_secure_frame){.type = SNET_SECURE_FRAME_PING});
    peer_say(&scene.peer);
    memset(name, 'a', 255);
    memcpy(name + 255, ":65535", 7);
    assert_int_equal(snet_session_migrate(scene.ends.served, name, SNET_SECOND_NS, scene.ends.now),
                     SNET_OK);
    ends_write(&scene.ends, scene.ends.served, 20000);
    snet_session_shutdown(scene.ends.served, scene.ends.now);
    size_t len = 0;
    bool fin = false;
    while (peer_hear(&scene.peer) > 0) {
        assert_true((scene.peer.in[0] | scene.peer.in[1] << 8) <= 512 + 16);
        assert_true(peer_take_record(&scene.peer));
        const struct snet_secure_frame *data = peer_frame(&scene.peer, SNET_SECURE_FRAME_DATA);
        len += data == NULL ? 0 : data->bytes.len;
        fin = fin || peer_frame(&scene.peer, SNET_SECURE_FRAME_FIN) != NULL;
    }
    assert_int_equal(len, 20000);
    assert_true(fin);
    scene_close(&scene);
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
