/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* A server asks its client to go on elsewhere [PROTO 19.2]. */
#include "core/snet3/migrate.h"

#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

static void move_to_an_address_of_another_length_or_kind_ends_the_session(void **state)
{
    static const struct {
        uint8_t bytes[16];
        size_t len;
    } rows[] = {
        {{8, 0, 0, 0, 0, 0, 0, 0, 1, 'a'}, 10},                /* the same, with an address */
        {{8, 0, 0, 0, 0, 1, 1, 0, 0}, 9},                      /* a name without letters */
        {{8, 0, 0, 0, 0, 1, 1, 0, 2, 'a', ' '}, 11},           /* a name that is none */
        {{8, 0, 0, 0, 0, 1, 1, 0, 4, 'u', 'n', 'i', 'x'}, 13}, /* a file of the client's */
        {{8, 0, 0, 0, 0, 4, 1, 0, 3, 1, 2, 3}, 12},            /* IPv4 of 3 bytes */
        {{8, 0, 0, 0, 0, 6, 1, 0, 2, 1, 2}, 11},               /* IPv6 of 2 bytes */
        {{8, 0, 0, 0, 0, 2, 1, 0, 1, 'a'}, 10},                /* a kind that does not exist */
        {{8, 0, 0, 0, 0, 1, 1, 0, 9, 'a'}, 10},                /* cut off */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v3_setup scene;
        v3_setup_serve(&scene);
        v3_peer_put_bytes(&scene.peer, rows[i].bytes, rows[i].len);
        v3_peer_say(&scene.peer);
        v3_peer_expect_abort(&scene.peer, SNET_V3_PROTOCOL);
        assert_int_equal(scene.ends.ended[CORE_PAIR_CLIENT], SNET_ERR_BAD_FRAME);
        assert_null(snet_session_redirect(scene.ends.client));
        v3_setup_close(&scene);
    }
}

static void move_makes_a_planned_resume_at_the_address(void **state)
{
    static const struct {
        enum snet_v3_frame_kind kind;
        const char *bytes;
        uint8_t len;
        uint16_t port;
        const char *address;
    } rows[] = {
        {SNET_V3_FRAME_NAME, "b.example", 9, 4433, "b.example:4433"},
        {SNET_V3_FRAME_IPV4, "\x7f\x00\x00\x01", 4, 1, "127.0.0.1:1"},
        {SNET_V3_FRAME_IPV6, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16, 65535,
         "[2001:db8:0:0:0:0:0:1]:65535"},
        {SNET_V3_FRAME_NAME, "::1", 3, 80, "[::1]:80"},
        {SNET_V3_FRAME_SAME, "", 0, 0, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v3_setup scene;
        struct snet_v3_resume resume;
        struct snet_v3_accept accept = {.limit = V3_PEER_WINDOW, .cid = {9}};
        v3_setup_serve(&scene);
        struct core_pair_conn *before = scene.peer.conn;
        v3_peer_put(&scene.peer, &(struct snet_v3_frame){
                                     .type = SNET_V3_FRAME_MIGRATE,
                                     .number = 5000,
                                     .kind = rows[i].kind,
                                     .port = rows[i].port,
                                     .bytes = {(const uint8_t *)rows[i].bytes, rows[i].len}});
        v3_peer_say(&scene.peer);
        assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_DIAL], 2);
        if (rows[i].address == NULL) {
            assert_null(snet_session_redirect(scene.ends.client));
        } else {
            assert_string_equal(snet_session_redirect(scene.ends.client), rows[i].address);
        }
        v3_peer_connect(&scene.peer);
        v3_peer_take_resume(&scene.peer, &resume);
        assert_int_equal(resume.cause, SNET_V3_CAUSE_PLANNED);
        assert_int_equal(before->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_NONE);
        v3_peer_accept(&scene.peer, &accept);
        v3_peer_send(&scene.peer);
        assert_int_equal(before->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_RESET);
        assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_RESUMED], 1);
        if (rows[i].address != NULL) {
            assert_string_equal(snet_session_redirect(scene.ends.client), rows[i].address);
        }
        v3_setup_close(&scene);
    }
}

/* Whoever answers there must have the session's secret: another key is not trusted. */
static void move_to_a_server_without_the_session_costs_nothing(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_v3_resume resume;
    struct snet_v3_accept accept = {.limit = V3_PEER_WINDOW, .cid = {9}};
    v3_setup_serve(&scene);
    struct core_pair_conn *before = scene.peer.conn;
    v3_peer_put(&scene.peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_MIGRATE});
    v3_peer_say(&scene.peer);
    v3_peer_connect(&scene.peer);
    v3_peer_take_resume(&scene.peer, &resume);
    scene.peer.handshake.noise.chaining_key[0] ^= 1; /* a stranger */
    v3_peer_accept(&scene.peer, &accept);
    v3_peer_send(&scene.peer);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_RESET);
    assert_int_equal(before->sides[CORE_PAIR_CLIENT].how, SNET_CLOSE_NONE);
    assert_int_equal(scene.ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST], 0);
    v3_setup_close(&scene);
}

static void move_is_asked_for_by_servers_with_addresses_only(void **state)
{
    static const char *const bad[] = {"",           "host", "host:",   "host:0",
                                      "host:65536", ":80",  "host:8x", "host:123456"};
    (void)state;
    struct core_pair ends;
    (void)core_pair_begin_on(&ends, SNET_WIRE_3);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(snet_session_migrate(ends.served, bad[i], SNET_SECOND_NS, ends.now),
                         SNET_ERR_ADDRESS);
    }
    assert_int_equal(snet_session_migrate(ends.client, "host:1", SNET_SECOND_NS, ends.now),
                     SNET_ERR_STATE);
    core_pair_close(&ends);
}

static void move_between_two_cores_goes_without_a_loss(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    assert_int_equal(snet_session_migrate(ends.served, "first.example:1", SNET_SECOND_NS, ends.now),
                     SNET_OK);
    assert_int_equal(
        snet_session_migrate(ends.served, "[2001:db8::1]:4433", SNET_SECOND_NS, ends.now), SNET_OK);
    core_pair_write(&ends, ends.served, 100);
    core_pair_settle(&ends, conn);
    assert_string_equal(snet_session_redirect(ends.client), "[2001:db8::1]:4433");
    struct core_pair_conn *next = core_pair_connect(&ends);
    core_pair_settle(&ends, next);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.client, 0), 100);
    assert_true(snet_session_link(ends.client) == next->sides[CORE_PAIR_CLIENT].link);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_LOST], 0);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_LOST], 0);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(move_to_an_address_of_another_length_or_kind_ends_the_session),
        cmocka_unit_test(move_makes_a_planned_resume_at_the_address),
        cmocka_unit_test(move_to_a_server_without_the_session_costs_nothing),
        cmocka_unit_test(move_is_asked_for_by_servers_with_addresses_only),
        cmocka_unit_test(move_between_two_cores_goes_without_a_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
