/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* snet/3 from end to end: two cores, connections that the test moves and breaks. */
#include "core/snet3/wire.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#include <string.h>

static void secure_stream_carries_bytes_both_ways(void **state)
{
    (void)state;
    struct ends ends;
    const struct ends_config config = ends_config_for(SNET_WIRE_3, true);
    ends_open(&ends, &config);
    struct ends_conn *conn = ends_begin(&ends);
    ends_write(&ends, ends.client, 5000);
    ends_write(&ends, ends.served, 7000);
    ends_settle(&ends, conn);
    assert_int_equal(ends_read(&ends, ends.served, 0), 5000);
    assert_int_equal(ends_read(&ends, ends.client, 0), 7000);
    ends_close(&ends);
}

/* Logs of both ends call the session alike; only who has its first secret can compute it. */
static void secure_stream_has_one_number_at_both_ends_for_all_its_life(void **state)
{
    (void)state;
    struct ends ends;
    struct snet_session_info client;
    struct snet_session_info served;
    uint64_t id = 0;
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    for (unsigned round = 0; round < 2; round++) {
        snet_session_info(ends.client, &client);
        snet_session_info(ends.served, &served);
        assert_int_not_equal(client.id, 0);
        assert_int_equal(client.id, served.id);
        assert_true(round == 0 || client.id == id);
        id = client.id;
        conn = ends_reconnect(&ends, conn, SNET_SECOND_NS);
        ends_settle(&ends, conn);
    }
    ends_close(&ends);
}

/* A new link has new keys, and what both ends forget is gone [PROTO 12.3]. */
static void secure_stream_has_other_keys_on_every_link(void **state)
{
    (void)state;
    struct ends ends;
    uint8_t secrets[3][2][SNET_HASH_BYTES];
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    for (unsigned round = 0; round < 3; round++) {
        const struct snet_secure_link *client = snet_secure_link_of(conn->sides[ENDS_CLIENT].link);
        const struct snet_secure_link *server = snet_secure_link_of(conn->sides[ENDS_SERVER].link);
        assert_null(client->shake);
        assert_null(server->shake);
        assert_memory_equal(client->seal.secret, server->open.secret, SNET_HASH_BYTES);
        assert_memory_equal(client->open.secret, server->seal.secret, SNET_HASH_BYTES);
        memcpy(secrets[round][0], client->seal.secret, SNET_HASH_BYTES);
        memcpy(secrets[round][1], client->open.secret, SNET_HASH_BYTES);
        conn = ends_reconnect(&ends, conn, 2 * SNET_SECOND_NS);
        ends_settle(&ends, conn);
    }
    for (unsigned i = 0; i < 6; i++) {
        for (unsigned j = 0; j < i; j++) {
            assert_memory_not_equal(secrets[i / 2][i % 2], secrets[j / 2][j % 2], SNET_HASH_BYTES);
        }
    }
    ends_close(&ends);
}

static void secure_stream_goes_on_after_a_loss(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    uint64_t up = 0;
    uint64_t down = 0;
    for (unsigned round = 0; round < 5; round++) {
        ends_write(&ends, ends.client, 3000);
        ends_write(&ends, ends.served, 2000);
        (void)ends_move(&ends, conn, ENDS_CLIENT, 1000);
        (void)ends_move(&ends, conn, ENDS_SERVER, 2050);
        conn = ends_reconnect(&ends, conn, SNET_SECOND_NS);
        ends_settle(&ends, conn);
        up += ends_read(&ends, ends.served, up);
        down += ends_read(&ends, ends.client, down);
        assert_int_equal(up, 3000 * (round + 1));
        assert_int_equal(down, 2000 * (round + 1));
    }
    ends_close(&ends);
}

/*
 * While an ACCEPT is on its way, the old link still delivers. The first ACK on the new one is then
 * ahead of what is sent again there, and what is sent next must not be taken for what follows it.
 */
static void secure_stream_is_not_confused_by_acks_ahead_of_what_is_sent_again(void **state)
{
    (void)state;
    struct ends ends;
    struct ends_conn *old = ends_begin_on(&ends, SNET_WIRE_3);
    snet_secure_session_of(ends.client)->peer_max_record = SNET_SECURE_FRAME_RECORD_MIN_BYTES;
    ends_write(&ends, ends.client, 20000);
    snet_client_network_changed(ends.client, ends.now);
    ends_drain(&ends);
    struct ends_conn *new = ends_connect(&ends);
    (void)ends_move(&ends, new, ENDS_CLIENT, 4096);
    (void)ends_move(&ends, old, ENDS_CLIENT, 65536);
    ends_write(&ends, ends.client, 1000);
    (void)ends_move(&ends, new, ENDS_SERVER, 4096);
    (void)ends_move(&ends, new, ENDS_CLIENT, 1500);
    ends_settle(&ends, new);
    assert_int_equal(ends_read(&ends, ends.served, 0), 21000);
    ends_settle(&ends, new);
    struct snet_session_info info;
    snet_session_info(ends.client, &info);
    assert_int_equal(info.unacked, 0);
    ends_close(&ends);
}

static void secure_stream_ends_each_direction_by_itself(void **state)
{
    (void)state;
    struct ends ends;
    uint8_t byte = 0;
    size_t len = 0;
    struct ends_conn *conn = ends_begin_on(&ends, SNET_WIRE_3);
    ends_write(&ends, ends.client, 100);
    snet_session_shutdown(ends.client, ends.now);
    ends_settle(&ends, conn);
    assert_int_equal(ends_read(&ends, ends.served, 0), 100);
    assert_int_equal(snet_session_read(ends.served, &byte, 1, &len, ends.now), SNET_ERR_CLOSED);
    assert_int_equal(ends.events[ENDS_SERVER][SNET_EVENT_ENDED], 0);
    ends_write(&ends, ends.served, 50);
    ends_settle(&ends, conn);
    assert_int_equal(ends_read(&ends, ends.client, 0), 50);
    snet_session_shutdown(ends.served, ends.now);
    ends_settle(&ends, conn);
    assert_int_equal(ends.ended[ENDS_CLIENT], SNET_ERR_CLOSED);
    assert_int_equal(ends.ended[ENDS_SERVER], SNET_ERR_CLOSED);
    ends_close(&ends);
}

static void secure_stream_is_flushed_when_all_is_acknowledged(void **state)
{
    (void)state;
    struct ends ends;
    const struct ends_config config = ends_config_for(SNET_WIRE_3, false);
    ends_open(&ends, &config);
    assert_int_equal(snet_session_flush(ends.client), SNET_ERR_AGAIN);
    struct ends_conn *conn = ends_begin(&ends);
    assert_int_equal(snet_session_flush(ends.client), SNET_OK);
    ends_write(&ends, ends.client, 100);
    const unsigned before = ends.events[ENDS_CLIENT][SNET_EVENT_WRITABLE];
    assert_int_equal(snet_session_flush(ends.client), SNET_ERR_AGAIN);
    ends_settle(&ends, conn);
    ends_pass(&ends, SNET_FLOW_ACK_NS);
    assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_WRITABLE], before);
    ends_settle(&ends, conn);
    assert_int_equal(ends.events[ENDS_CLIENT][SNET_EVENT_WRITABLE], before + 1);
    assert_int_equal(snet_session_flush(ends.client), SNET_OK);
    ends_write(&ends, ends.client, 1);
    snet_session_abort(ends.client, ends.now);
    assert_int_equal(snet_session_flush(ends.client), SNET_ERR_ABORTED);
    ends_close(&ends);
}

static void stream_of_an_old_wire_cannot_be_flushed(void **state)
{
    (void)state;
    struct ends ends;
    (void)ends_begin_on(&ends, SNET_WIRE_2);
    assert_int_equal(snet_session_flush(ends.client), SNET_ERR_STATE);
    ends_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secure_stream_carries_bytes_both_ways),
        cmocka_unit_test(secure_stream_has_one_number_at_both_ends_for_all_its_life),
        cmocka_unit_test(secure_stream_has_other_keys_on_every_link),
        cmocka_unit_test(secure_stream_goes_on_after_a_loss),
        cmocka_unit_test(secure_stream_is_not_confused_by_acks_ahead_of_what_is_sent_again),
        cmocka_unit_test(secure_stream_ends_each_direction_by_itself),
        cmocka_unit_test(secure_stream_is_flushed_when_all_is_acknowledged),
        cmocka_unit_test(stream_of_an_old_wire_cannot_be_flushed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
