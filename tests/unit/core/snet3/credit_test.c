/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Acknowledgement, credit, and the memory behind them. */
#include "core/snet3/state.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

#define CHUNK_BYTES 65536u
#define MIB (1024u * 1024)
#define ROUND_TRIP_NS (100 * SNET_MS_NS)

/* Writes a lot at once; returns how much was taken. */
static size_t write_chunk(struct core_pair *ends, snet_session *session, size_t len)
{
    static uint8_t chunk[CHUNK_BYTES];
    size_t written = 0;
    const uint64_t from = core_pair_info(session).written;
    len = len < sizeof chunk ? len : sizeof chunk;
    test_pattern_fill(chunk, len, from);
    if (snet_session_write(session, chunk, len, &written, ends->now) != SNET_OK) {
        written = 0;
    }
    core_pair_drain(ends);
    return written;
}

static void say_ack(struct v3_setup *scene, uint64_t recv_next, uint64_t limit)
{
    v3_peer_put_ack(&scene->peer, recv_next, limit);
    v3_peer_say(&scene->peer);
}

/* [PROTO 17.1] */
static void acks_below_what_was_heard_have_no_effect(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    core_pair_write(&scene.ends, scene.ends.served, 100);
    assert_int_equal(v3_peer_take_data(&scene.peer), 100);
    say_ack(&scene, 80, 1000);
    assert_int_equal(core_pair_info(scene.ends.served).unacked, 20);
    say_ack(&scene, 30, 50);
    assert_int_equal(core_pair_info(scene.ends.served).unacked, 20);
    core_pair_write(&scene.ends, scene.ends.served, 70000);
    /* What HELLO allowed still counts. */
    assert_int_equal(v3_peer_take_data(&scene.peer), 65536 - 100);
    v3_setup_close(&scene);
}

static void bytes_are_kept_until_they_are_acknowledged_and_no_longer(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct snet_core_stats stats;
    v3_setup_begin(&scene);
    core_pair_write(&scene.ends, scene.ends.served, 40000);
    assert_int_equal(v3_peer_take_data(&scene.peer), 40000);
    core_pair_pass(&scene.ends, 5 * SNET_SECOND_NS);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
    /* Nothing had arrived, so a short burst goes first [PROTO 16.6]. */
    assert_int_equal(v3_peer_take_data(&scene.peer), SNET_PATH_SMALL_BYTES);
    v3_peer_put_start(&scene.peer, 0);
    say_ack(&scene, SNET_PATH_SMALL_BYTES, V3_PEER_WINDOW);
    assert_int_equal(v3_peer_take_data(&scene.peer), 40000 - SNET_PATH_SMALL_BYTES);
    say_ack(&scene, 39999, V3_PEER_WINDOW);
    snet_core_totals(scene.ends.cores[CORE_PAIR_SERVER], &stats);
    assert_int_equal(stats.send_bytes, SNET_PAGE_BYTES);
    say_ack(&scene, 40000, V3_PEER_WINDOW);
    snet_core_totals(scene.ends.cores[CORE_PAIR_SERVER], &stats);
    assert_int_equal(stats.send_bytes, 0);
    v3_setup_close(&scene);
}

/* [PROTO 17.2] */
static void data_stops_at_the_limit_and_everything_else_goes_on(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    core_pair_write(&scene.ends, scene.ends.served, V3_PEER_WINDOW + 10);
    assert_int_equal(v3_peer_take_data(&scene.peer), V3_PEER_WINDOW);
    v3_peer_put(&scene.peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_PING});
    v3_peer_say(&scene.peer);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_non_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_PONG));
    assert_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_DATA));
    say_ack(&scene, 0, V3_PEER_WINDOW + 4);
    assert_int_equal(v3_peer_take_data(&scene.peer), 4);
    say_ack(&scene, 0, V3_PEER_WINDOW + 10);
    snet_session_shutdown(scene.ends.served, scene.ends.now);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_DATA)->bytes.len, 6);
    assert_non_null(v3_peer_frame(&scene.peer, SNET_V3_FRAME_FIN)); /* beyond the limit */
    v3_setup_close(&scene);
}

/* No page for bytes that were allowed: the link goes, the bytes come again. */
static void want_of_a_page_costs_the_link_and_no_byte(void **state)
{
    (void)state;
    struct v3_setup scene;
    struct v3_peer hog;
    struct snet_v3_accept accept;
    v3_setup_prepare(&scene);
    scene.config.cores[CORE_PAIR_SERVER].recv_budget_bytes = 4 * SNET_PAGE_BYTES;
    v3_setup_open(&scene, SNET_NOISE_NK);
    v3_peer_begin(&scene.peer);
    snet_session *session = scene.ends.served;
    v3_peer_open(&hog, &scene.ends, SNET_NOISE_NK);
    v3_peer_begin(&hog);
    v3_peer_put_data(&hog, 0, 3 * SNET_PAGE_BYTES + 1);
    v3_peer_say(&hog);
    core_pair_write(&scene.ends, session, 50);
    assert_int_equal(v3_peer_take_data(&scene.peer), 50);
    v3_peer_put_data(&scene.peer, 0, 100);
    v3_peer_put_ack(&scene.peer, 50, V3_PEER_WINDOW);
    v3_peer_put_data(&scene.peer, 100, 10); /* must not be taken for those that are missing */
    v3_peer_say(&scene.peer);
    v3_peer_expect_closed(&scene.peer, SNET_CLOSE_RESET);
    assert_int_equal(scene.peer.conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_NO_MEMORY);
    assert_int_equal(core_pair_info(session).end_err, SNET_OK);
    assert_int_equal(core_pair_info(session).unacked, 0);
    assert_int_equal(core_pair_info(session).received, 0);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 3 * SNET_PAGE_BYTES + 1);
    v3_peer_say_resume(&scene.peer, &(struct snet_v3_resume){
                                        .attempt = 1, .recv_next = 50, .limit = V3_PEER_WINDOW});
    v3_peer_take_accept(&scene.peer, &accept);
    assert_int_equal(accept.recv_next, 0);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_put_ack(&scene.peer, 50, V3_PEER_WINDOW);
    v3_peer_put_data(&scene.peer, 0, 110);
    v3_peer_say(&scene.peer);
    assert_int_equal(core_pair_read(&scene.ends, session, 0), 110);
    v3_peer_close(&hog);
    v3_setup_close(&scene);
}

/* [PROTO 17.3] */
static void ack_waits_for_40_ms_or_for_data_to_ride_with(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    v3_peer_put_data(&scene.peer, 0, 10);
    v3_peer_say(&scene.peer);
    core_pair_pass(&scene.ends, 20 * SNET_MS_NS);
    v3_peer_put_data(&scene.peer, 10, 10); /* the time counts from the first */
    v3_peer_say(&scene.peer);
    core_pair_pass(&scene.ends, 20 * SNET_MS_NS - 1);
    assert_int_equal(v3_peer_hear(&scene.peer), 0);
    core_pair_pass(&scene.ends, 1);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_ACK)->offset, 20);
    v3_peer_put_data(&scene.peer, 20, 10);
    v3_peer_say(&scene.peer);
    assert_int_equal(v3_peer_hear(&scene.peer), 0);
    core_pair_write(&scene.ends, scene.ends.served, 5);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(scene.peer.frames[0].type, SNET_V3_FRAME_ACK);
    assert_int_equal(scene.peer.frames[0].offset, 30);
    assert_int_equal(scene.peer.frames[1].type, SNET_V3_FRAME_DATA);
    core_pair_pass(&scene.ends, SNET_SECOND_NS);
    assert_int_equal(v3_peer_hear(&scene.peer), 0);
    v3_setup_close(&scene);
}

static void ack_is_sent_at_once_for_a_quarter_of_the_window(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    v3_peer_put_data(&scene.peer, 0, 16383 - 3);
    v3_peer_say(&scene.peer);
    assert_int_equal(v3_peer_hear(&scene.peer), 0);
    v3_peer_put_data(&scene.peer, 16380, 4);
    v3_peer_say(&scene.peer);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_ACK)->offset, 16384);
    assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_ACK)->limit, 65536);
    /* And so is new credit of that size. */
    uint8_t chunk[16383];
    size_t len = 0;
    assert_int_equal(
        snet_session_read(scene.ends.served, chunk, sizeof chunk, &len, scene.ends.now), SNET_OK);
    assert_int_equal(v3_peer_hear(&scene.peer), 0);
    assert_int_equal(
        snet_session_read(scene.ends.served, chunk, sizeof chunk, &len, scene.ends.now), SNET_OK);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_ACK)->limit, 65536 + 16384);
    v3_setup_close(&scene);
}

/* Sends `total` bytes from one end to the other; each round of it is a round trip. */
static void transfer_from(struct core_pair *ends, struct core_pair_conn *conn,
                          enum core_pair_side from, uint64_t total)
{
    const bool up = from == CORE_PAIR_CLIENT;
    snet_session *writer = up ? ends->client : ends->served;
    snet_session *reader = up ? ends->served : ends->client;
    const uint64_t begin = core_pair_info(reader).received;
    uint64_t read = 0;
    uint64_t written = 0;
    for (unsigned round = 0; read < total; round++) {
        assert_true(round < 1000);
        size_t part = 1;
        while (written < total && part > 0) {
            part = write_chunk(ends, writer, (size_t)(total - written));
            written += part;
        }
        core_pair_pass(ends, ROUND_TRIP_NS / 2);
        (void)core_pair_move(ends, conn, from, SIZE_MAX);
        read += core_pair_read(ends, reader, begin + read);
        core_pair_pass(ends, ROUND_TRIP_NS / 2);
        (void)core_pair_move(ends, conn, up ? CORE_PAIR_SERVER : CORE_PAIR_CLIENT, SIZE_MAX);
    }
    assert_int_equal(read, total);
}

static void transfer(struct core_pair *ends, struct core_pair_conn *conn, uint64_t total)
{
    transfer_from(ends, conn, CORE_PAIR_CLIENT, total);
}

static struct core_pair_conn *open_with_a_round_trip(struct core_pair *ends,
                                                     const struct core_pair_config *config)
{
    core_pair_open(ends, config);
    struct core_pair_conn *conn = core_pair_connect(ends);
    core_pair_pass(ends, ROUND_TRIP_NS);
    (void)core_pair_move(ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
    (void)core_pair_move(ends, conn, CORE_PAIR_SERVER, SIZE_MAX);
    core_pair_pass(ends, ROUND_TRIP_NS);
    core_pair_settle(ends, conn);
    assert_int_equal(core_pair_info(ends->client).rtt_ns, ROUND_TRIP_NS);
    assert_int_equal(core_pair_info(ends->served).rtt_ns, ROUND_TRIP_NS);
    return conn;
}

static void windows_and_buffers_grow_with_the_path_up_to_their_limits(void **state)
{
    (void)state;
    struct core_pair ends;
    struct snet_core_stats stats;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.server.session.inbox_bytes = MIB;
    config.client.session.history_bytes = MIB;
    struct core_pair_conn *conn = open_with_a_round_trip(&ends, &config);
    assert_int_equal(core_pair_info(ends.served).window_bytes, 65536);
    transfer(&ends, conn, 32 * MIB);
    assert_int_equal(core_pair_info(ends.served).window_bytes, MIB);
    assert_int_equal(core_pair_info(ends.client).window_bytes, 65536); /* nothing was sent here */
    size_t room = 0;
    size_t part = 1;
    while (part > 0) {
        part = write_chunk(&ends, ends.client, CHUNK_BYTES);
        room += part;
    }
    assert_int_equal(room, MIB);
    (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
    assert_int_equal(core_pair_read(&ends, ends.served, 32 * MIB), MIB);
    core_pair_pass(&ends, SNET_SECOND_NS);
    core_pair_settle(&ends, conn);
    /* An idle session holds no page, however large its window is. */
    for (unsigned i = 0; i < 2; i++) {
        snet_core_totals(ends.cores[i], &stats);
        assert_int_equal(stats.send_bytes, 0);
        assert_int_equal(stats.recv_bytes, 0);
    }
    core_pair_close(&ends);
}

/* From the first HELLO to the acknowledgement of the last byte. */
static void transfer_of_48_mib_takes_few_round_trips(void **state)
{
    static const enum core_pair_side writers[] = {CORE_PAIR_CLIENT, CORE_PAIR_SERVER};
    (void)state;
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        struct core_pair ends;
        const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
        struct core_pair_conn *conn = open_with_a_round_trip(&ends, &config);
        const uint64_t opened_ns = ends.now;
        transfer_from(&ends, conn, writers[i], 48 * (uint64_t)MIB);
        const uint64_t took_ns = 2 * ROUND_TRIP_NS + ends.now - opened_ns;
        assert_true(took_ns <= 14 * ROUND_TRIP_NS);
        core_pair_close(&ends);
    }
}

/* [PROTO 17.3] */
static void send_buffer_follows_a_limit_only_as_far_as_bytes_were_acknowledged(void **state)
{
    static const uint64_t acked_bytes[] = {0, 1000, V3_PEER_WINDOW};
    const uint64_t first = SNET_V3_SEND_FIRST_BYTES;
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    uint64_t written = 0;
    for (size_t i = 0; i < sizeof acked_bytes / sizeof acked_bytes[0]; i++) {
        size_t part = 1;
        say_ack(&scene, acked_bytes[i], acked_bytes[i] + 16 * (uint64_t)MIB);
        while (part > 0) {
            part = write_chunk(&scene.ends, scene.ends.served, CHUNK_BYTES);
            written += part;
        }
        assert_int_equal(written, acked_bytes[i] + acked_bytes[i] + first);
        (void)v3_peer_take_data(&scene.peer);
    }
    v3_setup_close(&scene);
}

static void windows_of_slow_readers_do_not_grow(void **state)
{
    (void)state;
    struct core_pair ends;
    const struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    struct core_pair_conn *conn = open_with_a_round_trip(&ends, &config);
    uint64_t read = 0;
    for (unsigned round = 0; round < 10; round++) {
        (void)write_chunk(&ends, ends.client, CHUNK_BYTES);
        (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
        core_pair_pass(&ends, 250 * SNET_MS_NS);
        read += core_pair_read(&ends, ends.served, read);
        (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, SIZE_MAX);
    }
    assert_int_equal(read, 10 * CHUNK_BYTES);
    assert_int_equal(core_pair_info(ends.served).window_bytes, 65536);
    core_pair_close(&ends);
}

/* [PROTO 20.1] */
static void windows_and_buffers_are_bounded_by_config_and_budget(void **state)
{
    static const struct {
        uint32_t wanted_bytes;
        uint64_t budget_bytes;
        uint32_t most_bytes;
    } rows[] = {{0, 0, 16 * MIB},
                {64 * MIB, 0, SNET_BUDGET_DEFAULT_BYTES / 8},
                {64 * MIB, 512 * (uint64_t)MIB, 64 * MIB},
                {128 * MIB, 4096 * (uint64_t)MIB, 64 * MIB},
                {0, 64 * (uint64_t)MIB, 8 * MIB},
                {MIB, 64 * (uint64_t)MIB, MIB},
                {0, 65536, 65536}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct core_pair ends;
        struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
        config.server.session.inbox_bytes = rows[i].wanted_bytes;
        config.server.session.history_bytes = rows[i].wanted_bytes;
        config.cores[CORE_PAIR_SERVER].recv_budget_bytes = rows[i].budget_bytes;
        config.cores[CORE_PAIR_SERVER].send_budget_bytes = rows[i].budget_bytes;
        (void)open_with_a_round_trip(&ends, &config);
        const struct snet_v3_session *served = snet_v3_session_of(ends.served);
        assert_int_equal(served->window.max_bytes, rows[i].most_bytes);
        assert_int_equal(served->send_max_bytes, rows[i].most_bytes);
        core_pair_close(&ends);
    }
}

static void windows_grow_only_with_pages_behind_them(void **state)
{
    static const struct {
        uint64_t budget_bytes;
        uint64_t first;
        uint64_t last;
    } rows[] = {{SNET_PAGE_BYTES, 16384, 16384},
                {65536 - SNET_PAGE_BYTES, 16384, 32768},
                {65536, 65536, 65536},
                {2 * MIB, 65536, 262144}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct core_pair ends;
        struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
        config.cores[CORE_PAIR_SERVER].recv_budget_bytes = rows[i].budget_bytes;
        struct core_pair_conn *conn = open_with_a_round_trip(&ends, &config);
        assert_int_equal(core_pair_info(ends.served).window_bytes, rows[i].first);
        if (rows[i].last > rows[i].first) {
            transfer(&ends, conn, 2 * MIB);
        }
        assert_int_equal(core_pair_info(ends.served).window_bytes, rows[i].last);
        core_pair_close(&ends);
    }
}

static void pages_that_were_set_aside_come_back_with_the_end_of_a_session(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_prepare(&scene);
    scene.config.cores[CORE_PAIR_SERVER].recv_budget_bytes =
        65536; /* three quarters: one session */
    v3_setup_open(&scene, SNET_NOISE_NK);
    v3_peer_begin(&scene.peer);
    for (unsigned round = 0; round < 2; round++) {
        struct v3_peer next;
        v3_peer_open(&next, &scene.ends, SNET_NOISE_NK);
        const struct snet_v3_welcome welcome = v3_peer_greet(&next);
        assert_int_equal(welcome.window, round == 0 ? 16384 : 65536);
        v3_peer_close(&next);
        snet_session_abort(scene.ends.served, scene.ends.now);
        core_pair_drain(&scene.ends);
    }
    v3_setup_close(&scene);
}

/* Sessions without a link hold more than their part, and another one finds no page [PROTO 20.1]. */
static void longest_detached_session_is_evicted_when_others_need_its_pages(void **state)
{
    (void)state;
    enum {
        ROOM = SNET_PAGE_DATA_BYTES /* of a page, for the stream */
    };
    struct v3_setup scene;
    struct v3_peer others[2];
    snet_session *sessions[3];
    v3_setup_prepare(&scene);
    scene.config.cores[CORE_PAIR_SERVER].send_budget_bytes = 16 * SNET_PAGE_BYTES;
    v3_setup_open(&scene, SNET_NOISE_NK);
    v3_peer_begin(&scene.peer);
    sessions[0] = scene.ends.served;
    for (unsigned i = 0; i < 2; i++) {
        v3_peer_open(&others[i], &scene.ends, SNET_NOISE_NK);
        v3_peer_begin(&others[i]);
        sessions[i + 1] = scene.ends.served;
    }
    assert_int_equal(write_chunk(&scene.ends, sessions[0], 6 * ROOM), 6 * ROOM);
    core_pair_eof(&scene.ends, scene.peer.conn, CORE_PAIR_SERVER);
    core_pair_pass(&scene.ends, SNET_SECOND_NS);
    assert_int_equal(write_chunk(&scene.ends, sessions[1], 3 * ROOM), 3 * ROOM);
    core_pair_eof(&scene.ends, others[0].conn, CORE_PAIR_SERVER);
    /* As long as there are pages, none is. */
    assert_int_equal(write_chunk(&scene.ends, sessions[2], 7 * ROOM), 7 * ROOM);
    assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
    assert_int_equal(write_chunk(&scene.ends, sessions[2], ROOM), ROOM);
    assert_int_equal(core_pair_info(sessions[0]).end_err, SNET_ERR_EVICTED);
    assert_int_equal(core_pair_info(sessions[1]).end_err, SNET_OK);
    /* What is left is within their part: the writer waits. */
    assert_int_equal(write_chunk(&scene.ends, sessions[2], 6 * ROOM), 5 * ROOM);
    assert_int_equal(write_chunk(&scene.ends, sessions[2], 1), 0);
    assert_int_equal(core_pair_info(sessions[1]).end_err, SNET_OK);
    v3_peer_say_resume(&scene.peer, &(struct snet_v3_resume){.attempt = 1});
    v3_peer_expect_reject(&scene.peer, SNET_V3_EVICTED, true);
    v3_peer_close(&others[0]);
    v3_peer_close(&others[1]);
    v3_setup_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acks_below_what_was_heard_have_no_effect),
        cmocka_unit_test(bytes_are_kept_until_they_are_acknowledged_and_no_longer),
        cmocka_unit_test(data_stops_at_the_limit_and_everything_else_goes_on),
        cmocka_unit_test(want_of_a_page_costs_the_link_and_no_byte),
        cmocka_unit_test(ack_waits_for_40_ms_or_for_data_to_ride_with),
        cmocka_unit_test(ack_is_sent_at_once_for_a_quarter_of_the_window),
        cmocka_unit_test(windows_and_buffers_grow_with_the_path_up_to_their_limits),
        cmocka_unit_test(transfer_of_48_mib_takes_few_round_trips),
        cmocka_unit_test(send_buffer_follows_a_limit_only_as_far_as_bytes_were_acknowledged),
        cmocka_unit_test(windows_of_slow_readers_do_not_grow),
        cmocka_unit_test(windows_and_buffers_are_bounded_by_config_and_budget),
        cmocka_unit_test(windows_grow_only_with_pages_behind_them),
        cmocka_unit_test(longest_detached_session_is_evicted_when_others_need_its_pages),
        cmocka_unit_test(pages_that_were_set_aside_come_back_with_the_end_of_a_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
