/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* How a server answers a HELLO, and how long what comes of it lives. */
#include "core/snet3/refuse.h"
#include "core/snet3/server.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

static const struct snet_v3_offer offer = {.window = V3_PEER_WINDOW, .max_record = 16384};

/* A server whose own client never connects, and a peer of `pattern` with a HELLO in hand. */
static void open_to_hello(struct v3_setup *scene, enum snet_noise_pattern pattern)
{
    v3_setup_open(scene, pattern);
    v3_peer_connect(&scene->peer);
    v3_peer_hello(&scene->peer, &offer);
}

/* The server reads on, says nothing, and closes when the time of a handshake is over. */
static void expect_silence_to_the_end(struct v3_setup *scene)
{
    static const uint8_t more[3000] = {1};
    v3_peer_expect_silence(&scene->peer);
    v3_peer_send_bytes(&scene->peer, more, sizeof more);
    v3_peer_expect_silence(&scene->peer);
    core_pair_pass(&scene->ends, SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS - 1);
    v3_peer_expect_silence(&scene->peer);
    core_pair_pass(&scene->ends, 1);
    v3_peer_expect_closed(&scene->peer, SNET_CLOSE_RESET);
    assert_int_equal(scene->ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 0);
}

/* Row 1 of the table [PROTO 14.1], and what begins no link at all [PROTO 13.1]. */
static void hello_with_a_header_of_no_message_is_closed_before_its_body(void **state)
{
    static const struct {
        uint8_t at;
        uint8_t value;
    } rows[] = {{0, 0xC2}, {1, 0x03}, {1, 0x81}, {1, 0x00}, {6, 75}, {7, 0x09}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v3_setup scene;
        v3_setup_prepare(&scene);
        open_to_hello(&scene, SNET_NOISE_NK);
        scene.peer.message[rows[i].at] = rows[i].value;
        v3_peer_send_bytes(&scene.peer, scene.peer.message, SNET_V3_HEADER_BYTES);
        v3_peer_expect_closed(&scene.peer, SNET_CLOSE_RESET);
        v3_setup_close(&scene);
    }
}

/* Row 2 [PROTO 14.1, 13.1]. */
static void hello_of_another_version_is_met_by_silence(void **state)
{
    (void)state;
    for (unsigned version = 0; version < 256; version += version == 2 ? 2 : 51) {
        struct v3_setup scene;
        v3_setup_prepare(&scene);
        open_to_hello(&scene, SNET_NOISE_NK);
        scene.peer.message[2] = (uint8_t)version;
        v3_peer_mac1(&scene.peer);
        v3_peer_send(&scene.peer);
        expect_silence_to_the_end(&scene);
        v3_setup_close(&scene);
    }
}

/* Row 3: a client that lacks the key gets no answer, whatever else is wrong [PROTO 14.1, 12.6]. */
static void hello_of_a_stranger_is_met_by_silence(void **state)
{
    static const uint8_t places[] = {3, 4, 5, 8, 83};
    (void)state;
    for (size_t i = 0; i < sizeof places; i++) {
        struct v3_setup scene;
        v3_setup_prepare(&scene);
        open_to_hello(&scene, SNET_NOISE_NK);
        scene.peer.message[places[i]] ^= 0x20;
        v3_peer_send(&scene.peer);
        expect_silence_to_the_end(&scene);
        v3_setup_close(&scene);
    }
}

static void hello_with_a_shared_secret_is_met_by_silence_where_there_is_none(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    open_to_hello(&scene, SNET_NOISE_NNPSK0);
    v3_peer_send(&scene.peer);
    expect_silence_to_the_end(&scene);
    v3_setup_close(&scene);
}

static void hello_to_a_key_is_met_by_silence_where_there_is_none(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    scene.config.server.keys =
        (struct snet_server_keys){.psks = &core_pair_keys()->psk, .psk_count = 1};
    open_to_hello(&scene, SNET_NOISE_NK);
    v3_peer_send(&scene.peer);
    expect_silence_to_the_end(&scene);
    v3_setup_close(&scene);
}

/* Rows 4 to 6 in this order: a message that breaks several is refused for the first. */
static void hello_is_refused_for_the_first_thing_that_is_wrong(void **state)
{
    static const struct {
        uint8_t pattern;
        uint8_t suite;
        uint8_t flags;
        uint16_t code;
    } rows[] = {
        {9, 0x7f, 1, SNET_V3_BAD_FORMAT},  {1, 1, 0x80, SNET_V3_BAD_FORMAT},
        {0, 0x7f, 0, SNET_V3_BAD_PATTERN}, {9, 1, 0, SNET_V3_BAD_PATTERN},
        {1, 0x03, 0, SNET_V3_BAD_SUITE},   {1, 0x40, 0, SNET_V3_BAD_SUITE},
        {1, 0x00, 0, SNET_V3_BAD_SUITE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v3_setup scene;
        v3_setup_prepare(&scene);
        scene.config.server.sessions_max = 1;
        open_to_hello(&scene, SNET_NOISE_NK);
        snet_server_drain(scene.ends.server);
        scene.peer.message[3] = rows[i].pattern;
        scene.peer.message[4] = rows[i].suite;
        scene.peer.message[5] = rows[i].flags;
        v3_peer_mac1(&scene.peer);
        v3_peer_send(&scene.peer);
        assert_int_equal(scene.peer.message[3], rows[i].pattern);
        v3_peer_expect_reject(&scene.peer, rows[i].code, false);
        v3_setup_close(&scene);
    }
}

/* Row 5, and the header of an answer [PROTO 14.1, 13.1, 13.5]. */
static void hello_of_nobody_is_refused_where_only_certain_clients_are_served(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_header header;
    v3_setup_prepare(&scene);
    scene.config.server.keys.authorized = &core_pair_keys()->client_public;
    scene.config.server.keys.authorized_count = 1;
    open_to_hello(&scene, SNET_NOISE_NK);
    v3_peer_send(&scene.peer);
    v3_peer_expect_reject(&scene.peer, SNET_V3_BAD_PATTERN, false);
    assert_int_equal(snet_v3_header_decode(scene.peer.message, &header), SNET_OK);
    assert_int_equal(header.version, 3);
    assert_int_equal(header.pattern, SNET_NOISE_NK);
    assert_int_equal(header.suite, 1);
    assert_int_equal(header.flags, 0);
    v3_setup_close(&scene);
}

/* Row 7 comes before row 8: a busy server does not reckon. */
static void hello_to_a_server_without_room_is_asked_to_come_later(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_reject reject;
    v3_setup_prepare(&scene);
    open_to_hello(&scene, SNET_NOISE_NK);
    snet_server_drain(scene.ends.server);
    scene.peer.message[50] ^= 1; /* not authentic, but by a sender that knows the key */
    v3_peer_mac1(&scene.peer);
    v3_peer_send(&scene.peer);
    assert_false(v3_peer_take_reject(&scene.peer, &reject));
    assert_int_equal(reject.code, SNET_V3_BUSY);
    assert_int_equal(reject.retry_after, SNET_V3_RETRY_AFTER);
    v3_peer_expect_closed(&scene.peer, SNET_CLOSE_FIN);
    v3_setup_close(&scene);
}

/* Row 8: no answer says that Noise failed, nor that a point was of small order [PROTO 12.1]. */
static void hello_that_is_not_authentic_is_met_by_silence(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 2; round++) {
        struct v3_setup scene;
        v3_setup_prepare(&scene);
        open_to_hello(&scene, SNET_NOISE_NK);
        if (round == 0) {
            scene.peer.message[50] ^= 1;
        } else {
            memset(scene.peer.message + SNET_V3_HEADER_BYTES, 0, SNET_X25519_BYTES);
        }
        v3_peer_mac1(&scene.peer);
        v3_peer_send(&scene.peer);
        expect_silence_to_the_end(&scene);
        v3_setup_close(&scene);
    }
}

/* Row 9; what no record could be sent with is malformed as well [PROTO 13.2, 20.1]. */
static void hello_with_a_malformed_offer_is_refused(void **state)
{
    static const uint16_t sizes[] = {0, 17, 511, 65519, 65535};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct v3_setup scene;
        const struct snet_v3_offer bad = {.window = V3_PEER_WINDOW, .max_record = sizes[i]};
        v3_setup_prepare(&scene);
        open_to_hello(&scene, SNET_NOISE_NK);
        v3_peer_hello(&scene.peer, &bad);
        v3_peer_send(&scene.peer);
        v3_peer_expect_reject(&scene.peer, SNET_V3_BAD_FORMAT, false);
        v3_setup_close(&scene);
    }
}

static void hello_with_any_window_and_the_bounds_of_records_is_taken(void **state)
{
    static const struct snet_v3_offer offers[] = {{.window = 0, .max_record = 512},
                                                  {.window = UINT32_MAX, .max_record = 65518}};
    (void)state;
    for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++) {
        struct v3_setup scene;
        struct snet_v3_welcome welcome;
        v3_setup_prepare(&scene);
        open_to_hello(&scene, SNET_NOISE_NK);
        v3_peer_hello(&scene.peer, &offers[i]);
        v3_peer_send(&scene.peer);
        v3_peer_take_reply(&scene.peer, &welcome);
        assert_int_equal(welcome.max_record, 16384);
        assert_int_equal(welcome.window, 65536);
        assert_int_equal(welcome.heartbeat_s, 15);
        assert_int_equal(welcome.resume_window_ms, 300000);
        v3_setup_close(&scene);
    }
}

/* [PROTO 14.2] */
static void unconfirmed_says_nothing_before_the_clients_first_record(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    v3_setup_open(&scene, SNET_NOISE_NK);
    v3_peer_greet(&scene.peer);
    core_pair_pass(&scene.ends, SNET_SECOND_NS);
    v3_peer_expect_silence(&scene.peer);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 0);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
    v3_peer_put_data(&scene.peer, 0, 100);
    v3_peer_say(&scene.peer);
    assert_non_null(scene.ends.served);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 100);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(scene.peer.frames[0].type, SNET_V3_FRAME_START);
    assert_int_equal(scene.peer.frames[0].offset, 0);
    assert_non_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_ACK));
    v3_setup_close(&scene);
}

static void unconfirmed_is_not_opened_by_a_forged_record(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    v3_setup_open(&scene, SNET_NOISE_NK);
    v3_peer_greet(&scene.peer);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_seal(&scene.peer);
    scene.peer.record[5] ^= 1;
    v3_peer_send_bytes(&scene.peer, scene.peer.record, scene.peer.message_len);
    v3_peer_expect_closed(&scene.peer, SNET_CLOSE_RESET);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 0);
    /* It can still be resumed, and then it is a session. */
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
    v3_peer_confirm(&scene.peer, 0);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 1);
    assert_true(v3_peer_take_record(&scene.peer));
    v3_setup_close(&scene);
}

static void unconfirmed_is_forgotten_without_a_tombstone(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_welcome welcome;
    struct snet_core_stats stats;
    v3_setup_prepare(&scene);
    open_to_hello(&scene, SNET_NOISE_NK);
    /* The time counts from the answer on, not from the connection [PROTO 20.3]. */
    v3_peer_send_bytes(&scene.peer, scene.peer.message, 8);
    core_pair_pass(&scene.ends, 4 * SNET_SECOND_NS);
    v3_peer_send_bytes(&scene.peer, scene.peer.message + 8, scene.peer.message_len - 8);
    v3_peer_take_reply(&scene.peer, &welcome);
    core_pair_eof(&scene.ends, scene.peer.conn, CORE_PAIR_SERVER);
    core_pair_pass(&scene.ends, SNET_V3_CONFIRM_NS - 1);
    snet_core_totals(scene.ends.cores[CORE_PAIR_SERVER], &stats);
    assert_int_equal(stats.sessions, 1);
    core_pair_pass(&scene.ends, 1);
    snet_core_totals(scene.ends.cores[CORE_PAIR_SERVER], &stats);
    assert_int_equal(stats.sessions, 0);
    v3_peer_say_resume(&scene.peer, &(struct snet_v3_resume){.attempt = 1});
    v3_peer_expect_reject(&scene.peer, SNET_V3_UNKNOWN, true);
    v3_setup_close(&scene);
}

static void unconfirmed_are_bounded_and_one_gives_way(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct core_pair_conn *conns[4];
    struct snet_core_stats stats;
    unsigned closed = 0;
    v3_setup_prepare(&scene);
    scene.config.server.handshakes_max = 3;
    open_to_hello(&scene, SNET_NOISE_NK);
    for (unsigned i = 0; i < 4; i++) {
        conns[i] = scene.peer.conn;
        v3_peer_send(&scene.peer);
        assert_true(v3_peer_hear(&scene.peer) > 0);
        if (i < 3) {
            v3_peer_connect(&scene.peer);
            v3_peer_hello(&scene.peer, &offer);
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        closed += conns[i]->sides[CORE_PAIR_SERVER].err == SNET_ERR_HANDSHAKES_FULL ? 1 : 0;
    }
    assert_int_equal(closed, 1);
    assert_int_equal(conns[3]->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    snet_core_totals(scene.ends.cores[CORE_PAIR_SERVER], &stats);
    assert_int_equal(stats.sessions, 3);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 0);
    v3_setup_close(&scene);
}

/* [PROTO 14.1, 14.2]: who has recorded it can neither confirm it, nor make the server work. */
static void hello_that_comes_again_is_met_by_silence(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_core_stats stats;
    v3_setup_prepare(&scene);
    open_to_hello(&scene, SNET_NOISE_NK);
    v3_peer_send(&scene.peer);
    assert_true(v3_peer_hear(&scene.peer) > 0);
    v3_peer_connect(&scene.peer);
    v3_peer_send(&scene.peer); /* the same bytes */
    v3_peer_expect_silence(&scene.peer);
    snet_core_totals(scene.ends.cores[CORE_PAIR_SERVER], &stats);
    assert_int_equal(stats.sessions, 1);
    v3_setup_close(&scene);
}

/* A driver that has more to do than to answer strangers decides when. */
static void hello_waits_for_its_turn(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    v3_setup_open(&scene, SNET_NOISE_NK);
    snet_core *core = scene.ends.cores[CORE_PAIR_SERVER];
    snet_server_take_turns(scene.ends.server);
    v3_peer_connect(&scene.peer);
    v3_peer_hello(&scene.peer, &offer);
    v3_peer_send(&scene.peer);
    v3_peer_expect_silence(&scene.peer);
    const snet_link *link = scene.peer.conn->sides[CORE_PAIR_SERVER].link;
    assert_int_equal(snet_link_room(link), 0); /* what follows it waits, too */
    assert_true(snet_core_deadline(core) <= scene.ends.now);
    assert_false(snet_server_turn(core, SNET_SERVER_TURN_RESUME, scene.ends.now));
    assert_true(snet_server_turn(core, SNET_SERVER_TURN_HELLO, scene.ends.now));
    assert_true(snet_link_room(link) > 0);
    assert_false(snet_server_turn(core, SNET_SERVER_TURN_HELLO, scene.ends.now));
    core_pair_drain(&scene.ends);
    assert_true(v3_peer_hear(&scene.peer) > 0);
    assert_true(snet_core_deadline(core) > scene.ends.now);
    /* One whose link is gone has none. */
    v3_peer_connect(&scene.peer);
    v3_peer_hello(&scene.peer, &offer);
    v3_peer_send(&scene.peer);
    core_pair_cut(&scene.ends, scene.peer.conn);
    assert_false(snet_server_turn(core, SNET_SERVER_TURN_HELLO, scene.ends.now));
    v3_setup_close(&scene);
}

/* Others were faster: the client hears so under its keys. */
static void unconfirmed_that_finds_no_room_is_turned_away(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct v3_peer other;
    v3_setup_prepare(&scene);
    scene.config.server.sessions_max = 1;
    v3_setup_open(&scene, SNET_NOISE_NK);
    v3_peer_greet(&scene.peer);
    v3_peer_open(&other, &scene.ends, SNET_NOISE_NK);
    v3_peer_begin(&other);
    v3_peer_confirm(&scene.peer, 0);
    v3_peer_expect_abort(&scene.peer, SNET_V3_BUSY);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 1);
    v3_peer_close(&other);
    v3_setup_close(&scene);
}

static void hello_in_every_pattern_and_suite_becomes_a_session(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        struct core_pair ends;
        struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, i % 2 == 0);
        const struct core_pair_keys *keys = core_pair_keys();
        config.client.suite = 1 + i % 2;
        config.client.service = "chat";
        if (i / 2 == 1) {
            config.client.keys.client_secret = &keys->client;
        } else if (i / 2 == 2) {
            config.client.keys = (struct snet_client_keys){.psk = &keys->psk};
            config.server.keys.psks = &keys->psk;
            config.server.keys.psk_count = 1;
        }
        core_pair_open(&ends, &config);
        struct core_pair_conn *conn = core_pair_begin(&ends);
        assert_string_equal(snet_session_service(ends.served), "chat");
        core_pair_write(&ends, ends.client, 3000);
        core_pair_write(&ends, ends.served, 3000);
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
        assert_int_equal(core_pair_read(&ends, ends.served, 0), 3000);
        assert_int_equal(core_pair_read(&ends, ends.client, 0), 3000);
        core_pair_close(&ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_with_a_header_of_no_message_is_closed_before_its_body),
        cmocka_unit_test(hello_of_another_version_is_met_by_silence),
        cmocka_unit_test(hello_of_a_stranger_is_met_by_silence),
        cmocka_unit_test(hello_with_a_shared_secret_is_met_by_silence_where_there_is_none),
        cmocka_unit_test(hello_to_a_key_is_met_by_silence_where_there_is_none),
        cmocka_unit_test(hello_is_refused_for_the_first_thing_that_is_wrong),
        cmocka_unit_test(hello_of_nobody_is_refused_where_only_certain_clients_are_served),
        cmocka_unit_test(hello_to_a_server_without_room_is_asked_to_come_later),
        cmocka_unit_test(hello_that_is_not_authentic_is_met_by_silence),
        cmocka_unit_test(hello_with_a_malformed_offer_is_refused),
        cmocka_unit_test(hello_with_any_window_and_the_bounds_of_records_is_taken),
        cmocka_unit_test(unconfirmed_says_nothing_before_the_clients_first_record),
        cmocka_unit_test(unconfirmed_is_not_opened_by_a_forged_record),
        cmocka_unit_test(unconfirmed_is_forgotten_without_a_tombstone),
        cmocka_unit_test(unconfirmed_are_bounded_and_one_gives_way),
        cmocka_unit_test(hello_that_comes_again_is_met_by_silence),
        cmocka_unit_test(hello_waits_for_its_turn),
        cmocka_unit_test(unconfirmed_that_finds_no_room_is_turned_away),
        cmocka_unit_test(hello_in_every_pattern_and_suite_becomes_a_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
