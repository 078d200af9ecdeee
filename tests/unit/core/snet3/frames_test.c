/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What records and frames an end takes, and what each violation costs. */
#include "core/snet3/in.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

/* The link is gone, and the session lives on. */
static void expect_link_lost(struct v3_setup *scene)
{
    v3_peer_expect_closed(&scene->peer, SNET_CLOSE_RESET);
    const struct snet_session_info info = core_pair_info(scene->ends.served);
    assert_int_equal(info.end_err, SNET_OK);
    assert_false(info.attached);
}

/* The session ends at the server, by ABORT at the client, and a tombstone repeats it [PROTO 18.2].
 */
static void expect_violation(struct v3_setup *scene, uint16_t code, snet_err err)
{
    v3_peer_expect_abort(&scene->peer, code);
    assert_int_equal(scene->ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 1);
    assert_int_equal(scene->ends.ended[CORE_PAIR_SERVER], err);
    v3_peer_say_resume(&scene->peer, &(struct snet_v3_resume){.attempt = scene->peer.attempt + 1});
    v3_peer_expect_reject(&scene->peer, SNET_V3_ABORTED, true);
}

/* [PROTO 16.1] */
static void records_of_an_impossible_length_cost_the_link(void **state)
{
    static const uint16_t lens[] = {0, 16, 16384 + 16 + 1, 65535};
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof lens / sizeof lens[0]); i++) {
        struct v3_setup scene;
        uint8_t data[100] = {(uint8_t)lens[i / 2], (uint8_t)(lens[i / 2] >> 8)};
        v3_setup_begin(&scene);
        v3_peer_send_bytes(&scene.peer, data, i % 2 == 0 ? 2 : sizeof data);
        expect_link_lost(&scene);
        v3_setup_close(&scene);
    }
}

static void records_that_are_not_authentic_cost_the_link(void **state)
{
    (void)state;
    for (unsigned at = 0; at < 2 + 8 + 16; at++) {
        struct v3_setup scene;
        v3_setup_begin(&scene);
        v3_peer_put_data(&scene.peer, 0, 5);
        v3_peer_seal(&scene.peer);
        assert_int_equal(scene.peer.message_len, 2 + 8 + 16);
        scene.peer.record[at] ^= 1;
        v3_peer_send_bytes(&scene.peer, scene.peer.record, scene.peer.message_len);
        if (at < 2) {
            /* As a longer one it waits for more, which does not make it better. */
            static const uint8_t more[512];
            v3_peer_send_bytes(&scene.peer, more, sizeof more);
        }
        expect_link_lost(&scene);
        assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 0);
        v3_setup_close(&scene);
    }
}

static void records_that_come_again_or_too_early_cost_the_link(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 2; round++) {
        struct v3_setup scene;
        v3_setup_begin(&scene);
        v3_peer_put_data(&scene.peer, 0, 5);
        v3_peer_say(&scene.peer);
        if (round == 1) {
            v3_peer_put_data(&scene.peer, 5, 5);
            v3_peer_seal(&scene.peer); /* which is lost */
            v3_peer_put_data(&scene.peer, 10, 5);
            v3_peer_seal(&scene.peer);
        }
        v3_peer_send_bytes(&scene.peer, scene.peer.record, scene.peer.message_len);
        expect_link_lost(&scene);
        assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 5);
        v3_setup_close(&scene);
    }
}

static void records_are_taken_in_pieces_of_any_size(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    for (size_t piece = 1; piece < 40; piece++) {
        v3_peer_put_data(&scene.peer, 20 * (piece - 1), 20);
        v3_peer_seal(&scene.peer);
        for (size_t done = 0; done < scene.peer.message_len; done += piece) {
            const size_t left = scene.peer.message_len - done;
            v3_peer_send_bytes(&scene.peer, scene.peer.record + done, left < piece ? left : piece);
        }
        assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 20 * (piece - 1)), 20);
    }
    v3_setup_close(&scene);
}

static void record_of_the_greatest_length_is_taken(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    v3_peer_put_data(&scene.peer, 0, 16384 - 3);
    assert_int_equal(scene.peer.plain.written, 16384);
    v3_peer_say(&scene.peer);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 16384 - 3);
    v3_setup_close(&scene);
}

/* Frames that are unknown, cut off or empty [PROTO 16.2]. */
static void frames_that_cannot_be_end_the_session(void **state)
{
    static const struct {
        uint8_t bytes[8];
        size_t len;
    } rows[] = {
        {{0x0a}, 1},          {{0x3f}, 1},       {{0x80}, 1},          {{0xff}, 1},
        {{0x01, 0, 0}, 3},    {{0x02}, 1},       {{0x01, 5, 0, 1}, 4}, {{0x03, 1}, 2},
        {{0x04, 1, 2, 3}, 4}, {{0x05, 1, 2}, 3}, {{0x06, 1, 2}, 3},    {{0x07, 1, 0, 4, 'a'}, 5},
        {{0x40, 2, 0, 1}, 4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct v3_setup scene;
        v3_setup_begin(&scene);
        v3_peer_put_bytes(&scene.peer, rows[i].bytes, rows[i].len);
        v3_peer_say(&scene.peer);
        expect_violation(&scene, SNET_V3_PROTOCOL, SNET_ERR_BAD_FRAME);
        v3_setup_close(&scene);
    }
}

static void frames_before_a_bad_one_are_processed_in_order(void **state)
{
    static const uint8_t bad = 0xff;
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    v3_peer_put_data(&scene.peer, 0, 5);
    v3_peer_put_data(&scene.peer, 5, 5);
    v3_peer_put_bytes(&scene.peer, &bad, 1);
    v3_peer_say(&scene.peer);
    v3_peer_expect_abort(&scene.peer, SNET_V3_PROTOCOL);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 10);
    v3_setup_close(&scene);
}

static void data_to_the_end_of_the_record_is_data(void **state)
{
    (void)state;
    struct v3_setup scene;
    uint8_t data[1 + 9] = {SNET_V3_FRAME_DATA_END};
    v3_setup_begin(&scene);
    v3_peer_put_data(&scene.peer, 0, 5);
    test_pattern_fill(data + 1, 9, 5);
    v3_peer_put_bytes(&scene.peer, data, sizeof data);
    v3_peer_say(&scene.peer);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 14);
    v3_setup_close(&scene);
}

/* [PROTO 16.3] */
static void start_anywhere_but_first_ends_the_session(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    v3_peer_put_start(&scene.peer, 0);
    v3_peer_say(&scene.peer);
    expect_violation(&scene, SNET_V3_PROTOCOL, SNET_ERR_BAD_FRAME);
    v3_setup_close(&scene);
}

static void start_missing_or_beyond_what_is_wanted_ends_the_session(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        struct v3_setup scene;
        v3_setup_begin(&scene);
        v3_peer_put_data(&scene.peer, 0, 10);
        v3_peer_say(&scene.peer);
        v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
        switch (round) {
        case 0:
            v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
            break;
        case 1:
            v3_peer_put_bytes(&scene.peer, (const uint8_t[]){SNET_V3_FRAME_PAD}, 1);
            v3_peer_put_start(&scene.peer, 10);
            break;
        default:
            v3_peer_put_start(&scene.peer, 11);
        }
        v3_peer_say(&scene.peer);
        expect_violation(&scene, SNET_V3_PROTOCOL, SNET_ERR_BAD_FRAME);
        v3_setup_close(&scene);
    }
}

static void start_below_what_is_wanted_repeats_bytes_that_are_dropped(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    v3_peer_put_data(&scene.peer, 0, 10);
    v3_peer_say(&scene.peer);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 10);
    v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
    v3_peer_put_start(&scene.peer, 3);
    v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
    v3_peer_put_data(&scene.peer, 3, 4);
    v3_peer_put_data(&scene.peer, 7, 8);
    v3_peer_say(&scene.peer);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 10), 5);
    v3_setup_close(&scene);
}

/* [PROTO 16.4] */
static void data_beyond_its_credit_ends_the_session(void **state)
{
    (void)state;
    for (unsigned extra = 0; extra < 2; extra++) {
        struct v3_setup scene;
        v3_setup_begin(&scene);
        for (unsigned i = 0; i < 16; i++) {
            v3_peer_put_data(&scene.peer, 4096 * i, 4096);
            v3_peer_say(&scene.peer);
        }
        if (extra == 0) {
            /* Without credit everything else is still taken. */
            v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
            v3_peer_put_fin(&scene.peer, V3_PEER_WINDOW);
            v3_peer_say(&scene.peer);
            assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), V3_PEER_WINDOW);
        } else {
            v3_peer_put_data(&scene.peer, V3_PEER_WINDOW, 1);
            v3_peer_say(&scene.peer);
            expect_violation(&scene, SNET_V3_FLOW, SNET_ERR_BAD_CREDIT);
        }
        v3_setup_close(&scene);
    }
}

static void fin_elsewhere_than_at_the_present_position_ends_the_session(void **state)
{
    static const uint64_t finals[] = {0, 9, 11, UINT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof finals / sizeof finals[0]; i++) {
        struct v3_setup scene;
        v3_setup_begin(&scene);
        v3_peer_put_data(&scene.peer, 0, 10);
        v3_peer_put_fin(&scene.peer, finals[i]);
        v3_peer_say(&scene.peer);
        expect_violation(&scene, SNET_V3_PROTOCOL, SNET_ERR_BAD_FRAME);
        v3_setup_close(&scene);
    }
}

static void data_behind_fin_ends_the_session(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    v3_peer_put_data(&scene.peer, 0, 10);
    v3_peer_put_fin(&scene.peer, 10);
    v3_peer_put_data(&scene.peer, 10, 1);
    v3_peer_say(&scene.peer);
    expect_violation(&scene, SNET_V3_PROTOCOL, SNET_ERR_BAD_FRAME);
    v3_setup_close(&scene);
}

/* A new link may begin behind the end, or repeat it; but the end stays where it is. */
static void fin_is_taken_again_on_a_new_link_and_stays_where_it_was(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 5; round++) {
        struct v3_setup scene;
        v3_setup_begin(&scene);
        v3_peer_put_data(&scene.peer, 0, 10);
        v3_peer_put_fin(&scene.peer, 10);
        v3_peer_say(&scene.peer);
        v3_peer_resume_to_accept(&scene.peer, SNET_V3_CAUSE_LOST, 0);
        v3_peer_put_start(&scene.peer, round == 0 ? 4 : round < 4 ? 11 : 10);
        v3_peer_put_ack(&scene.peer, 0, V3_PEER_WINDOW);
        switch (round) {
        case 0:
            v3_peer_put_data(&scene.peer, 4, 6);
            v3_peer_put_fin(&scene.peer, 10);
            break;
        case 1:
            break;
        case 2:
            v3_peer_put_data(&scene.peer, 11, 1);
            break;
        case 3:
            v3_peer_put_fin(&scene.peer, 11);
            break;
        default:
            v3_peer_put_data(&scene.peer, 10, 1);
            v3_peer_put_fin(&scene.peer, 11);
        }
        v3_peer_say(&scene.peer);
        if (round < 2) {
            assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
            assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 10);
        } else {
            expect_violation(&scene, SNET_V3_PROTOCOL, SNET_ERR_BAD_FRAME);
        }
        v3_setup_close(&scene);
    }
}

static void fin_ends_one_direction_and_is_acknowledged_at_once(void **state)
{
    uint8_t byte = 0;
    size_t len = 0;
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    v3_peer_put_data(&scene.peer, 0, 10);
    v3_peer_put_fin(&scene.peer, 10);
    v3_peer_say(&scene.peer);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_ACK)->offset, 11);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 10);
    assert_int_equal(snet_session_read(scene.ends.served, &byte, 1, &len, scene.ends.now),
                     SNET_ERR_CLOSED);
    core_pair_write(&scene.ends, scene.ends.served, 100);
    assert_true(v3_peer_take_record(&scene.peer));
    assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_DATA)->bytes.len, 100);
    v3_setup_close(&scene);
}

/* [PROTO 16.5] */
static void padding_and_nothing_else_is_taken_16_times(void **state)
{
    static const uint8_t zeros[10];
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 16; i++) {
            v3_peer_put_bytes(&scene.peer, zeros, sizeof zeros);
            v3_peer_say(&scene.peer);
        }
        assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
        if (round == 0) {
            v3_peer_put_data(&scene.peer, 0, 1);
            v3_peer_put_bytes(&scene.peer, zeros, sizeof zeros);
            v3_peer_say(&scene.peer);
        }
    }
    v3_peer_put_bytes(&scene.peer, zeros, 1);
    v3_peer_say(&scene.peer);
    expect_violation(&scene, SNET_V3_PROTOCOL, SNET_ERR_BAD_FRAME);
    v3_setup_close(&scene);
}

static void put_ping(struct v3_setup *scene, uint32_t token)
{
    v3_peer_put(&scene->peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_PING, .number = token});
}

static void ping_is_answered_at_once_with_its_token(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    for (uint32_t token = 7; token < 10; token++) {
        put_ping(&scene, token);
        v3_peer_say(&scene.peer);
        assert_true(v3_peer_take_record(&scene.peer));
        assert_int_equal(v3_peer_frame(&scene.peer, SNET_V3_FRAME_PONG)->number, token);
    }
    v3_setup_close(&scene);
}

static void ping_before_the_answer_to_another_ends_the_session(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    put_ping(&scene, 1);
    put_ping(&scene, 2);
    v3_peer_say(&scene.peer);
    expect_violation(&scene, SNET_V3_RATE, SNET_ERR_BAD_RATE);
    v3_setup_close(&scene);
}

static void pong_that_nobody_waits_for_and_extensions_are_ignored(void **state)
{
    static const uint8_t lone[] = {0x7f, 0, 0};
    static const uint8_t first[] = {0x40, 3, 0, 0xff, 0xff, 0xff};
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    for (unsigned i = 0; i < 40; i++) {
        v3_peer_put_bytes(&scene.peer, lone, sizeof lone);
        v3_peer_say(&scene.peer);
    }
    v3_peer_put(&scene.peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_PONG, .number = 99});
    v3_peer_put_bytes(&scene.peer, first, sizeof first);
    v3_peer_put_data(&scene.peer, 0, 5);
    v3_peer_say(&scene.peer);
    assert_int_equal(core_pair_read(&scene.ends, scene.ends.served, 0), 5);
    v3_setup_close(&scene);
}

/* [PROTO 17.1] */
static void ack_of_what_was_never_sent_ends_the_session(void **state)
{
    static const uint64_t offsets[] = {100, 101, 102, UINT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        struct v3_setup scene;
        v3_setup_begin(&scene);
        core_pair_write(&scene.ends, scene.ends.served, 100);
        assert_true(v3_peer_take_record(&scene.peer));
        core_pair_write(&scene.ends, scene.ends.served, 5); /* not sent */
        v3_peer_put_ack(&scene.peer, offsets[i], V3_PEER_WINDOW);
        v3_peer_say(&scene.peer);
        if (i == 0) {
            assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_ENDED], 0);
        } else {
            expect_violation(&scene, SNET_V3_PROTOCOL, SNET_ERR_BAD_FRAME);
        }
        v3_setup_close(&scene);
    }
}

/* Only servers send MIGRATE [PROTO 19.2]. */
static void migrate_from_a_client_ends_the_session(void **state)
{
    (void)state;
    struct v3_setup scene;
    v3_setup_begin(&scene);
    v3_peer_put(&scene.peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_MIGRATE});
    v3_peer_say(&scene.peer);
    expect_violation(&scene, SNET_V3_PROTOCOL, SNET_ERR_BAD_FRAME);
    v3_setup_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_an_impossible_length_cost_the_link),
        cmocka_unit_test(records_that_are_not_authentic_cost_the_link),
        cmocka_unit_test(records_that_come_again_or_too_early_cost_the_link),
        cmocka_unit_test(records_are_taken_in_pieces_of_any_size),
        cmocka_unit_test(record_of_the_greatest_length_is_taken),
        cmocka_unit_test(frames_that_cannot_be_end_the_session),
        cmocka_unit_test(frames_before_a_bad_one_are_processed_in_order),
        cmocka_unit_test(data_to_the_end_of_the_record_is_data),
        cmocka_unit_test(start_anywhere_but_first_ends_the_session),
        cmocka_unit_test(start_missing_or_beyond_what_is_wanted_ends_the_session),
        cmocka_unit_test(start_below_what_is_wanted_repeats_bytes_that_are_dropped),
        cmocka_unit_test(data_beyond_its_credit_ends_the_session),
        cmocka_unit_test(fin_elsewhere_than_at_the_present_position_ends_the_session),
        cmocka_unit_test(data_behind_fin_ends_the_session),
        cmocka_unit_test(fin_is_taken_again_on_a_new_link_and_stays_where_it_was),
        cmocka_unit_test(fin_ends_one_direction_and_is_acknowledged_at_once),
        cmocka_unit_test(padding_and_nothing_else_is_taken_16_times),
        cmocka_unit_test(ping_is_answered_at_once_with_its_token),
        cmocka_unit_test(ping_before_the_answer_to_another_ends_the_session),
        cmocka_unit_test(pong_that_nobody_waits_for_and_extensions_are_ignored),
        cmocka_unit_test(ack_of_what_was_never_sent_ends_the_session),
        cmocka_unit_test(migrate_from_a_client_ends_the_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
