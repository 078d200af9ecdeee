/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Clients that prove to have a key [PROTO 14.3, 13.3]. */
#include "core/snet3/server.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

static struct core_pair_config config_known(bool authorized)
{
    const struct core_pair_keys *keys = core_pair_keys();
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.client.keys.client_secret = &keys->client;
    config.server.keys.authorized = authorized ? &keys->client_public : &keys->server_public;
    config.server.keys.authorized_count = 1;
    return config;
}

/* --- At the server ------------------------------------------------------------------------ */

/* A peer that has HELLO_REPLY and AUTH in hand. */
static void open_to_auth(struct v3_setup *scene, bool authorized)
{
    scene->config = config_known(authorized);
    v3_setup_open(scene, SNET_NOISE_XK);
    v3_peer_greet(&scene->peer);
    v3_peer_auth(&scene->peer);
}

static void auth_with_any_bit_flipped_drops_the_link_and_opens_nothing(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 8 * 74; bit++) {
        struct v3_setup scene;
        open_to_auth(&scene, true);
        assert_int_equal(scene.peer.message_len, 8 + 66);
        scene.peer.message[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        v3_peer_send(&scene.peer);
        core_pair_pass(&scene.ends, SNET_V3_CONFIRM_NS);
        v3_peer_expect_closed(&scene.peer, SNET_CLOSE_RESET);
        assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 0);
        v3_setup_close(&scene);
    }
}

static void auth_that_is_malformed_drops_the_link_and_opens_nothing(void **state)
{
    (void)state;
    struct v3_setup scene;
    static const uint8_t payload[] = {4, 0, 4, 0, 0, 0}; /* a TLV of no known type */
    const struct snet_v3_header header = {
        .type = SNET_V3_AUTH, .version = 3, .pattern = 2, .suite = 1, .body_len = 70};
    open_to_auth(&scene, true);
    v3_peer_greet(&scene.peer);
    v3_peer_write(&scene.peer, &header, (struct snet_bytes){payload, sizeof payload});
    assert_int_equal(scene.peer.message_len, 78);
    v3_peer_send(&scene.peer);
    v3_peer_expect_closed(&scene.peer, SNET_CLOSE_RESET);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 0);
    v3_setup_close(&scene);
}

static void auth_with_a_key_that_is_not_served_is_denied_by_a_record(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_core_stats stats;
    open_to_auth(&scene, false);
    v3_peer_send(&scene.peer);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(scene.peer.frame_count, 2);
    assert_int_equal(scene.peer.frames[0].type, SNET_V3_FRAME_START);
    assert_int_equal(scene.peer.frames[0].offset, 0);
    assert_int_equal(scene.peer.frames[1].type, SNET_V3_FRAME_ABORT);
    assert_int_equal(scene.peer.frames[1].number, SNET_V3_DENIED);
    v3_peer_expect_closed(&scene.peer, SNET_CLOSE_FIN);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 0);
    snet_core_totals(scene.ends.cores[CORE_PAIR_SERVER], &stats);
    assert_int_equal(stats.sessions, 0);
    v3_setup_close(&scene);
}

/* There is no secret to resume with: the name is unknown. */
static void resume_before_auth_is_unknown(void **state)
{
    (void)state;
    struct v3_setup scene;
    open_to_auth(&scene, true);
    v3_peer_say_resume(&scene.peer, &(struct snet_v3_resume){.attempt = 1});
    v3_peer_expect_reject(&scene.peer, SNET_V3_UNKNOWN, true);
    v3_setup_close(&scene);
}

static void server_says_its_first_record_at_auth_and_knows_the_key(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_key key;
    open_to_auth(&scene, true);
    v3_peer_expect_silence(&scene.peer);
    v3_peer_send(&scene.peer);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 1);
    assert_true(snet_session_peer_key(scene.ends.served, &key));
    assert_memory_equal(key.bytes, core_pair_keys()->client_public.bytes, sizeof key.bytes);
    core_pair_write(&scene.ends, scene.ends.served, 10);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(scene.peer.frames[0].type, SNET_V3_FRAME_START);
    assert_non_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_ACK));
    assert_non_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_DATA));
    /* The client has said no record yet, and can resume all the same. */
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
    v3_setup_close(&scene);
}

/* --- At the client ------------------------------------------------------------------------ */

static const struct snet_v3_welcome welcome_wide = {
    .cid = {1}, .token = {2}, .window = V3_PEER_WINDOW, .max_record = 16384, .heartbeat_s = 15};

/* The client connects and is answered; takes its AUTH. */
static void answer_to_auth(struct v3_peer *peer, const struct snet_v3_welcome *welcome)
{
    v3_peer_connect(peer);
    v3_peer_reply(peer, welcome);
    v3_peer_send(peer);
    v3_peer_take_auth(peer);
}

/* A client with a key, and a peer that has its AUTH. */
static void client_open_to_auth(struct v3_setup *scene, const struct snet_v3_welcome *welcome)
{
    scene->config = config_known(true);
    v3_setup_open_server(scene);
    scene->peer.pattern = SNET_NOISE_XK;
    answer_to_auth(&scene->peer, welcome);
}

static void client_has_no_session_before_the_servers_first_record(void **state)
{
    uint8_t byte = 1;
    size_t written = 0;
    (void)state;
    struct v3_setup scene;
    client_open_to_auth(&scene, &welcome_wide);
    assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED], 0);
    assert_int_equal(snet_session_write(scene.ends.client, &byte, 1, &written, scene.ends.now),
                     SNET_ERR_AGAIN);
    v3_peer_expect_silence(&scene.peer);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
    v3_peer_put_data(&scene.peer, 0, 10);
    v3_peer_say(&scene.peer);
    assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED], 1);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.client, 0), 10);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(scene.peer.frames[0].type, SNET_V3_FRAME_START);
    v3_setup_close(&scene);
}

static void client_that_is_denied_says_so_and_had_no_session(void **state)
{
    (void)state;
    struct core_pair ends;
    const struct core_pair_config config = config_known(false);
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_connect(&ends);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_OPENED], 0);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 1);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_DENIED);
    core_pair_close(&ends);
}

/* It begins anew, and what the former welcome allowed counts no more. */
static void client_that_loses_its_link_first_begins_anew(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_welcome narrow = welcome_wide;
    narrow.window = 5000;
    client_open_to_auth(&scene, &welcome_wide);
    core_pair_cut(&scene.ends, scene.peer.conn);
    core_pair_pass(&scene.ends, SNET_SECOND_NS);
    assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    answer_to_auth(&scene.peer, &narrow);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_put_ack(&scene.peer, 0, 5000);
    v3_peer_say(&scene.peer);
    core_pair_write(&scene.ends, scene.ends.client, 6000);
    assert_int_equal(v3_peer_take_data(&scene.peer), 5000);
    v3_setup_close(&scene);
}

static void client_with_a_forged_first_record_begins_anew(void **state)
{
    (void)state;
    struct v3_setup scene;
    client_open_to_auth(&scene, &welcome_wide);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_seal(&scene.peer);
    scene.peer.record[4] ^= 1;
    v3_peer_send_bytes(&scene.peer, scene.peer.record, scene.peer.message_len);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_RESET);
    assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    core_pair_pass(&scene.ends, SNET_SECOND_NS);
    v3_peer_connect(&scene.peer);
    v3_peer_reply(&scene.peer, &welcome_wide);
    v3_setup_close(&scene);
}

static void session_of_a_known_client_goes_on_after_losses(void **state)
{
    (void)state;
    struct core_pair ends;
    const struct core_pair_config config = config_known(true);
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    for (unsigned round = 0; round < 3; round++) {
        core_pair_write(&ends, ends.client, 1000);
        core_pair_write(&ends, ends.served, 1000);
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
        assert_int_equal(core_pair_read(&ends, ends.served, 1000 * round), 1000);
        assert_int_equal(core_pair_read(&ends, ends.client, 1000 * round), 1000);
    }
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auth_with_any_bit_flipped_drops_the_link_and_opens_nothing),
        cmocka_unit_test(auth_that_is_malformed_drops_the_link_and_opens_nothing),
        cmocka_unit_test(auth_with_a_key_that_is_not_served_is_denied_by_a_record),
        cmocka_unit_test(resume_before_auth_is_unknown),
        cmocka_unit_test(server_says_its_first_record_at_auth_and_knows_the_key),
        cmocka_unit_test(client_has_no_session_before_the_servers_first_record),
        cmocka_unit_test(client_that_is_denied_says_so_and_had_no_session),
        cmocka_unit_test(client_that_loses_its_link_first_begins_anew),
        cmocka_unit_test(client_with_a_forged_first_record_begins_anew),
        cmocka_unit_test(session_of_a_known_client_goes_on_after_losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
