/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/server.h"

#include "codec/legacy.h"
#include "core/link.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

static struct core_pair ends;

static void open_with(struct core_pair_config config)
{
    core_pair_open(&ends, &config);
}

/* A stranger says a whole hello of snet/1; returns its connection. */
static struct core_pair_conn *hello(void)
{
    static const struct snet_legacy_format format = {.prefixed = false};
    uint8_t data[SNET_LEGACY_MESSAGE_MAX_BYTES];
    struct core_pair_conn *conn = core_pair_intrude(&ends);
    const size_t len = snet_legacy_hello_encode(&format, 12345, data);
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, data, len);
    return conn;
}

static snet_err admit(void)
{
    return snet_server_admit(ends.server, snet_wires_find(SNET_WIRE_2), ends.now);
}

static void server_refuses_unknown_wires(void **state)
{
    (void)state;
    snet_server *server = NULL;
    open_with(core_pair_config_for(SNET_WIRE_1, false));
    static const unsigned bad[] = {SNET_WIRES_ALL + 1, SNET_WIRES_ALL | 1u << 31};
    for (size_t i = 0; i < 2; i++) {
        const struct snet_server_config config = {.wires = bad[i]};
        assert_int_equal(snet_server_new(ends.cores[CORE_PAIR_SERVER], &config, &server),
                         SNET_ERR_INVALID);
    }
    core_pair_close(&ends);
}

/* [PROTO 7.2]: a client relies on it for 25 seconds. */
static void server_refuses_to_linger_for_too_short_a_time(void **state)
{
    (void)state;
    snet_server *server = NULL;
    open_with(core_pair_config_for(SNET_WIRE_1, false));
    struct snet_server_config config = core_pair_config_for(SNET_WIRE_1, true).server;
    config.ended_keep_ns = SNET_ENDED_KEEP_MIN_NS - 1;
    assert_int_equal(snet_server_new(ends.cores[CORE_PAIR_SERVER], &config, &server),
                     SNET_ERR_INVALID);
    config.ended_keep_ns = SNET_ENDED_KEEP_MIN_NS;
    assert_int_equal(snet_server_new(ends.cores[CORE_PAIR_SERVER], &config, &server), SNET_OK);
    core_pair_close(&ends);
}

/* All of it, on every wire: refused, and nothing has changed. */
static void server_update_refuses_what_cannot_change(void **state)
{
    (void)state;
    const struct snet_server_config good = core_pair_config_for(SNET_WIRE_2, true).server;
    open_with(core_pair_config_for(SNET_WIRE_2, true));
    const struct snet_server_config before = ends.server->config;
    static const struct snet_cipher other = {.name = "other"};
    struct snet_server_config bad[12];
    for (unsigned i = 0; i < 12; i++) {
        bad[i] = good;
        bad[i].sessions_max = 7;
    }
    bad[0].wires = SNET_WIRE_2;
    bad[1].wires = SNET_WIRES_ALL + 1;
    bad[2].session.plain = true;
    bad[3].session.cipher = &other;
    bad[4].session.history_bytes = 4096;
    bad[5].session.inbox_bytes = 4096;
    bad[6].session.pad_bytes = 16;
    bad[7].grace_ns = 1;
    bad[8].padding_ns = 1;
    bad[9].ended_keep_ns = SNET_ENDED_KEEP_MIN_NS - 1;
    bad[10].session.heartbeat_ns = SNET_HEARTBEAT_MAX_NS + 1;
    bad[11].keys.node_id = 1;
    for (unsigned i = 0; i < 12; i++) {
        assert_int_equal(snet_server_update(ends.server, &bad[i], ends.now), SNET_ERR_INVALID);
        assert_memory_equal(&ends.server->config, &before, sizeof before);
    }
    core_pair_close(&ends);
}

static void server_update_counts_for_what_begins_afterwards(void **state)
{
    (void)state;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_2, true);
    open_with(config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    config.server.session.resume_timeout_ns = 10 * SNET_SECOND_NS;
    config.server.first_bytes_timeout_ns = SNET_SECOND_NS;
    config.server.sessions_max = 1;
    assert_int_equal(snet_server_update(ends.server, &config.server, ends.now), SNET_OK);
    assert_int_equal(admit(), SNET_ERR_SESSIONS_FULL);
    assert_int_equal(ends.served->resume_timeout_ns, SNET_RESUME_TIMEOUT_DEFAULT_NS);
    struct core_pair_conn *silent = core_pair_intrude(&ends);
    core_pair_pass(&ends, SNET_SECOND_NS);
    assert_int_equal(silent->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_RESET);
    core_pair_write(&ends, ends.client, 10);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 10);
    /* What is not said is the default again. */
    config.server = core_pair_config_for(SNET_WIRE_2, true).server;
    assert_int_equal(snet_server_update(ends.server, &config.server, ends.now), SNET_OK);
    assert_int_equal(admit(), SNET_OK);
    core_pair_close(&ends);
}

/* How many of these connections had to give way. */
static unsigned closed_of(struct core_pair_conn *const *conns, size_t count)
{
    unsigned closed = 0;
    for (size_t i = 0; i < count; i++) {
        const struct core_pair_link *link = &conns[i]->sides[CORE_PAIR_SERVER];
        closed += link->how == SNET_CLOSE_RESET && link->err == SNET_ERR_HANDSHAKES_FULL ? 1 : 0;
    }
    return closed;
}

static void server_update_closes_handshakes_beyond_a_lower_limit(void **state)
{
    (void)state;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_2, true);
    open_with(config);
    struct core_pair_conn *conns[4];
    for (unsigned i = 0; i < 4; i++) {
        conns[i] = core_pair_intrude(&ends);
    }
    config.server.handshakes_max = 2;
    assert_int_equal(snet_server_update(ends.server, &config.server, ends.now), SNET_OK);
    core_pair_drain(&ends);
    assert_int_equal(closed_of(conns, 4), 2);
    (void)core_pair_intrude(&ends); /* there are no more than the limit */
    assert_int_equal(closed_of(conns, 4), 3);
    core_pair_close(&ends);
}

static void server_survives_failing_allocations(void **state)
{
    (void)state;
    snet_server *server = NULL;
    const struct snet_server_config config = core_pair_config_for(SNET_WIRE_1, true).server;
    open_with(core_pair_config_for(SNET_WIRE_1, false));
    struct test_env *env = &ends.env[CORE_PAIR_SERVER];
    size_t nth = 1;
    do {
        env->fail_at = env->alloc_count + nth++;
    } while (snet_server_new(ends.cores[CORE_PAIR_SERVER], &config, &server) == SNET_ERR_NO_MEMORY);
    assert_int_equal(nth, 8); /* six allocations could fail, the seventh was not made */
    env->fail_at = 0;
    snet_link *link = NULL;
    env->fail_at = env->alloc_count + 1;
    assert_int_equal(snet_server_accepted(ends.server, &link, ends.now), SNET_ERR_NO_MEMORY);
    /* The wire's state, then the session: each costs its own connection only. */
    for (nth = 1; nth <= 2; nth++) {
        struct core_pair_conn *conn = core_pair_intrude(&ends);
        env->fail_at = env->alloc_count + nth;
        static const uint8_t zeros[8];
        static const uint8_t key[8] = {2};
        core_pair_feed(&ends, conn, CORE_PAIR_SERVER, zeros, sizeof zeros);
        core_pair_feed(&ends, conn, CORE_PAIR_SERVER, key, sizeof key);
        assert_int_equal(conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_NO_MEMORY);
    }
    (void)core_pair_begin(&ends);
    core_pair_close(&ends);
}

static void server_refuses_sessions_beyond_its_limit(void **state)
{
    (void)state;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_1, false);
    config.server.sessions_max = 3;
    open_with(config);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(hello()->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    }
    snet_session *last = ends.served;
    struct core_pair_conn *conn = hello();
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_SESSIONS_FULL);
    assert_int_equal(ends.env[CORE_PAIR_SERVER].last_note.err, SNET_ERR_SESSIONS_FULL);
    /* Room comes back when one ends. */
    snet_session_free(last, ends.now);
    core_pair_drain(&ends);
    assert_int_equal(hello()->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_close(&ends);
}

/* The address is told behind the call that may make others give way. */
static struct core_pair_conn *intrude_from(uint8_t network)
{
    struct core_pair_conn *conn = core_pair_intrude(&ends);
    const uint8_t address[4] = {10, 0, network, 1};
    snet_link_set_address(conn->sides[CORE_PAIR_SERVER].link, address, sizeof address);
    return conn;
}

static void server_lets_a_handshake_of_the_largest_network_give_way(void **state)
{
    (void)state;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_1, false);
    struct core_pair_conn *conns[16];
    config.server.handshakes_max = 4;
    open_with(config);
    struct core_pair_conn *other = intrude_from(1);
    for (unsigned i = 0; i < 16; i++) {
        conns[i] = intrude_from(2);
    }
    assert_int_equal(other->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    assert_int_equal(conns[15]->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    assert_int_equal(closed_of(conns, 16), 13);
    core_pair_close(&ends);
}

/* Eight bytes of a stranger who is gone would keep a place for as long as a session is kept. */
static void server_gives_up_who_has_shown_nothing_for_a_newcomer(void **state)
{
    (void)state;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_1, false);
    config.server.sessions_max = 3;
    open_with(config);
    struct core_pair_conn *first = hello();
    core_pair_cut(&ends, first);
    core_pair_pass(&ends, 1);
    struct core_pair_conn *second = hello();
    (void)hello();
    assert_int_equal(hello()->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_EVICTED);
    /* Those with a link have a second to show something. */
    assert_int_equal(hello()->sides[CORE_PAIR_SERVER].err, SNET_ERR_SESSIONS_FULL);
    static const uint8_t byte[1] = {7};
    core_pair_feed(&ends, second, CORE_PAIR_SERVER, byte, sizeof byte);
    core_pair_pass(&ends, SNET_HOLDERS_SHOW_NS);
    assert_int_equal(hello()->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    assert_int_equal(hello()->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    assert_int_equal(hello()->sides[CORE_PAIR_SERVER].err, SNET_ERR_SESSIONS_FULL);
    assert_int_equal(second->sides[CORE_PAIR_SERVER].how, SNET_CLOSE_NONE);
    core_pair_close(&ends);
}

/* Beside snet/3 they have half of the places, and keep those for less when they get short. */
static void server_gives_legacy_wires_their_share_and_no_more(void **state)
{
    (void)state;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_1, true);
    config.server.sessions_max = 8;
    config.server.grace_ns = 1;
    open_with(config);
    struct core_pair_conn *conns[4];
    for (unsigned i = 0; i < 4; i++) {
        conns[i] = hello();
        core_pair_pass(&ends, 2);
    }
    assert_int_equal(ends.server->session_count, 4);
    assert_int_equal(hello()->sides[CORE_PAIR_SERVER].err, SNET_ERR_SESSIONS_FULL);
    core_pair_cut(&ends, conns[0]);
    core_pair_pass(&ends, 29 * SNET_SECOND_NS);
    assert_int_equal(ends.server->session_count, 4);
    core_pair_pass(&ends, 2 * SNET_SECOND_NS);
    assert_int_equal(ends.server->session_count, 3);
    core_pair_close(&ends);
}

static void server_that_drains_takes_no_new_sessions(void **state)
{
    (void)state;
    open_with(core_pair_config_for(SNET_WIRE_1, false));
    struct core_pair_conn *conn = core_pair_begin(&ends);
    snet_server_drain(ends.server);
    assert_int_equal(hello()->sides[CORE_PAIR_SERVER].err, SNET_ERR_DRAINING);
    /* An old one goes on, and resumes. */
    core_pair_write(&ends, ends.client, 10);
    core_pair_settle(&ends, core_pair_reconnect(&ends, conn, SNET_SECOND_NS));
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 10);
    core_pair_close(&ends);
}

/* [PROTO 4.2] */
static void server_draws_ids_that_a_mixed_listener_can_tell(void **state)
{
    (void)state;
    open_with(core_pair_config_for(SNET_WIRE_1, true));
    for (unsigned i = 0; i < 200; i++) {
        uint64_t id = 0;
        assert_int_equal(snet_server_draw_id(ends.server, &id), SNET_OK);
        assert_int_equal(id & 0xC0, 0x80);
    }
    core_pair_close(&ends);
}

/* [PROTO 4.2] */
static void server_never_gives_out_zero_or_a_taken_id(void **state)
{
    (void)state;
    uint64_t id = 0;
    open_with(core_pair_config_for(SNET_WIRE_1, false));
    test_env_queue(&ends.env[CORE_PAIR_SERVER], SNET_RANDOM_SESSION_ID, 77);
    (void)core_pair_begin(&ends);
    assert_int_equal(ends.served->id, 77);
    test_env_queue(&ends.env[CORE_PAIR_SERVER], SNET_RANDOM_SESSION_ID, 0);
    test_env_queue(&ends.env[CORE_PAIR_SERVER], SNET_RANDOM_SESSION_ID, 77);
    test_env_queue(&ends.env[CORE_PAIR_SERVER], SNET_RANDOM_SESSION_ID, 78);
    assert_int_equal(snet_server_draw_id(ends.server, &id), SNET_OK);
    assert_int_equal(id, 78);
    for (unsigned i = 0; i < 12; i++) { /* below SERVER_ID_DRAWS_MAX */
        test_env_queue(&ends.env[CORE_PAIR_SERVER], SNET_RANDOM_SESSION_ID, 77);
    }
    /* The last draws come from the seed again: a good one ends the row. */
    assert_int_equal(snet_server_draw_id(ends.server, &id), SNET_OK);
    assert_int_not_equal(id, 77);
    core_pair_close(&ends);
}

static void server_finds_only_sessions_that_live(void **state)
{
    (void)state;
    open_with(core_pair_config_for(SNET_WIRE_1, false));
    (void)core_pair_begin(&ends);
    const uint64_t id = ends.served->id;
    assert_ptr_equal(snet_server_find(ends.server, id), ends.served);
    snet_session_abort(ends.served, ends.now);
    assert_null(snet_server_find(ends.server, id));
    core_pair_close(&ends);
}

struct start_row {
    unsigned wires;
    uint8_t first;
    bool ok;
};

/* [PROTO 4.1] */
static void server_closes_on_first_bytes_of_a_wire_it_does_not_serve(void **state)
{
    static const struct start_row rows[] = {
        {SNET_WIRES_ALL, 0x01, false},
        {SNET_WIRES_ALL & ~(unsigned)SNET_WIRE_3, 0xC3, false},
        {SNET_WIRES_ALL, 'G', false},
        {SNET_WIRES_ALL, 0x16, false},
        {SNET_WIRES_ALL, 0x80, true},
        {SNET_WIRES_ALL, 0xFF, true},
        {SNET_WIRE_1 | SNET_WIRE_1_PADDED, 0xFF, false},
        {SNET_WIRE_2, 0x80, false},
        {SNET_WIRE_1, 0x01, true}, /* any id is a resume there */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct core_pair_config config = core_pair_config_for(SNET_WIRE_1, true);
        config.server.wires = rows[i].wires;
        open_with(config);
        struct core_pair_conn *conn = core_pair_intrude(&ends);
        const uint8_t data[8] = {rows[i].first, 1, 1, 1, 1, 1, 1, 1};
        core_pair_feed(&ends, conn, CORE_PAIR_SERVER, data, sizeof data);
        assert_int_equal(conn->sides[CORE_PAIR_SERVER].err,
                         rows[i].ok ? SNET_OK : SNET_ERR_BAD_START);
        core_pair_close(&ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(server_refuses_unknown_wires),
        cmocka_unit_test(server_refuses_to_linger_for_too_short_a_time),
        cmocka_unit_test(server_update_refuses_what_cannot_change),
        cmocka_unit_test(server_update_counts_for_what_begins_afterwards),
        cmocka_unit_test(server_update_closes_handshakes_beyond_a_lower_limit),
        cmocka_unit_test(server_survives_failing_allocations),
        cmocka_unit_test(server_refuses_sessions_beyond_its_limit),
        cmocka_unit_test(server_lets_a_handshake_of_the_largest_network_give_way),
        cmocka_unit_test(server_gives_up_who_has_shown_nothing_for_a_newcomer),
        cmocka_unit_test(server_gives_legacy_wires_their_share_and_no_more),
        cmocka_unit_test(server_that_drains_takes_no_new_sessions),
        cmocka_unit_test(server_draws_ids_that_a_mixed_listener_can_tell),
        cmocka_unit_test(server_never_gives_out_zero_or_a_taken_id),
        cmocka_unit_test(server_finds_only_sessions_that_live),
        cmocka_unit_test(server_closes_on_first_bytes_of_a_wire_it_does_not_serve),
    };
    return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
