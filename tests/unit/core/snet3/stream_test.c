/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* snet/3 from end to end: two cores, connections that the test moves and breaks. */
#include "core/snet3/state.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#include <string.h>

static void v3_stream_carries_bytes_both_ways(void **state)
{
    (void)state;
    struct core_pair ends;
    const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, true);
    core_pair_open(&ends, &config);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 5000);
    core_pair_write(&ends, ends.served, 7000);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 5000);
    assert_int_equal(core_pair_read(&ends, ends.client, 0), 7000);
    core_pair_close(&ends);
}

/* Logs of both ends call the session alike; the name can be computed from its first secret alone.
 */
static void v3_stream_has_one_number_at_both_ends_for_all_its_life(void **state)
{
    (void)state;
    struct core_pair ends;
    struct snet_session_info client;
    struct snet_session_info served;
    uint64_t id = 0;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    for (unsigned round = 0; round < 2; round++) {
        snet_session_get_info(ends.client, &client);
        snet_session_get_info(ends.served, &served);
        assert_int_not_equal(client.id, 0);
        assert_int_equal(client.id, served.id);
        assert_true(round == 0 || client.id == id);
        id = client.id;
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
    }
    core_pair_close(&ends);
}

/* A new link has new keys, and what both ends forget is gone [PROTO 12.3]. */
static void v3_stream_has_other_keys_on_every_link(void **state)
{
    (void)state;
    struct core_pair ends;
    uint8_t secrets[3][2][SNET_HASH_BYTES];
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    for (unsigned round = 0; round < 3; round++) {
        const struct snet_v3_link *client = snet_v3_link_of(conn->sides[CORE_PAIR_CLIENT].link);
        const struct snet_v3_link *server = snet_v3_link_of(conn->sides[CORE_PAIR_SERVER].link);
        assert_null(client->handshake);
        assert_null(server->handshake);
        assert_memory_equal(client->seal.secret, server->open.secret, SNET_HASH_BYTES);
        assert_memory_equal(client->open.secret, server->seal.secret, SNET_HASH_BYTES);
        memcpy(secrets[round][0], client->seal.secret, SNET_HASH_BYTES);
        memcpy(secrets[round][1], client->open.secret, SNET_HASH_BYTES);
        conn = core_pair_reconnect(&ends, conn, 2 * SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
    }
    for (unsigned i = 0; i < 6; i++) {
        for (unsigned j = 0; j < i; j++) {
            assert_memory_not_equal(secrets[i / 2][i % 2], secrets[j / 2][j % 2], SNET_HASH_BYTES);
        }
    }
    core_pair_close(&ends);
}

static void v3_stream_goes_on_after_a_loss(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    uint64_t up = 0;
    uint64_t down = 0;
    for (unsigned round = 0; round < 5; round++) {
        core_pair_write(&ends, ends.client, 3000);
        core_pair_write(&ends, ends.served, 2000);
        (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, 1000);
        (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, 2050);
        conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
        core_pair_settle(&ends, conn);
        up += core_pair_read(&ends, ends.served, up);
        down += core_pair_read(&ends, ends.client, down);
        assert_int_equal(up, 3000 * (round + 1));
        assert_int_equal(down, 2000 * (round + 1));
    }
    core_pair_close(&ends);
}

/*
 * While an ACCEPT is on its way, the old link still delivers. The first ACK on the new one is then
 * ahead of what is sent again there, and what is sent next must not be taken for what follows it.
 */
static void v3_stream_is_not_confused_by_acks_ahead_of_what_is_sent_again(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *old = core_pair_begin_on(&ends, SNET_WIRE_3);
    snet_v3_session_of(ends.client)->peer_max_record = SNET_V3_FRAME_RECORD_MIN_BYTES;
    core_pair_write(&ends, ends.client, 20000);
    snet_client_network_changed(ends.client, ends.now);
    core_pair_drain(&ends);
    struct core_pair_conn *new = core_pair_connect(&ends);
    (void)core_pair_move(&ends, new, CORE_PAIR_CLIENT, 4096);
    (void)core_pair_move(&ends, old, CORE_PAIR_CLIENT, 65536);
    core_pair_write(&ends, ends.client, 1000);
    (void)core_pair_move(&ends, new, CORE_PAIR_SERVER, 4096);
    (void)core_pair_move(&ends, new, CORE_PAIR_CLIENT, 1500);
    core_pair_settle(&ends, new);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 21000);
    core_pair_settle(&ends, new);
    struct snet_session_info info;
    snet_session_get_info(ends.client, &info);
    assert_int_equal(info.unacked, 0);
    core_pair_close(&ends);
}

static void v3_stream_ends_each_direction_by_itself(void **state)
{
    (void)state;
    struct core_pair ends;
    uint8_t byte = 0;
    size_t len = 0;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    core_pair_write(&ends, ends.client, 100);
    snet_session_shutdown(ends.client, ends.now);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 100);
    assert_int_equal(snet_session_read(ends.served, &byte, 1, &len, ends.now), SNET_ERR_CLOSED);
    assert_int_equal(ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    core_pair_write(&ends, ends.served, 50);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.client, 0), 50);
    snet_session_shutdown(ends.served, ends.now);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSED);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSED);
    core_pair_close(&ends);
}

static void v3_stream_is_flushed_when_all_is_acknowledged(void **state)
{
    (void)state;
    struct core_pair ends;
    const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    core_pair_open(&ends, &config);
    assert_int_equal(snet_session_flush(ends.client), SNET_ERR_AGAIN);
    struct core_pair_conn *conn = core_pair_begin(&ends);
    assert_int_equal(snet_session_flush(ends.client), SNET_OK);
    core_pair_write(&ends, ends.client, 100);
    const unsigned before = ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_WRITABLE];
    assert_int_equal(snet_session_flush(ends.client), SNET_ERR_AGAIN);
    core_pair_settle(&ends, conn);
    core_pair_pass(&ends, SNET_FLOW_ACK_NS);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_WRITABLE], before);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_WRITABLE], before + 1);
    assert_int_equal(snet_session_flush(ends.client), SNET_OK);
    core_pair_write(&ends, ends.client, 1);
    snet_session_abort(ends.client, ends.now);
    assert_int_equal(snet_session_flush(ends.client), SNET_ERR_ABORTED);
    core_pair_close(&ends);
}

static void stream_of_an_old_wire_cannot_be_flushed(void **state)
{
    (void)state;
    struct core_pair ends;
    (void)core_pair_begin_on(&ends, SNET_WIRE_2);
    assert_int_equal(snet_session_flush(ends.client), SNET_ERR_STATE);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v3_stream_carries_bytes_both_ways),
        cmocka_unit_test(v3_stream_has_one_number_at_both_ends_for_all_its_life),
        cmocka_unit_test(v3_stream_has_other_keys_on_every_link),
        cmocka_unit_test(v3_stream_goes_on_after_a_loss),
        cmocka_unit_test(v3_stream_is_not_confused_by_acks_ahead_of_what_is_sent_again),
        cmocka_unit_test(v3_stream_ends_each_direction_by_itself),
        cmocka_unit_test(v3_stream_is_flushed_when_all_is_acknowledged),
        cmocka_unit_test(stream_of_an_old_wire_cannot_be_flushed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
