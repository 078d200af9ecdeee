/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A client that lacks bytes which are gone, and whose server has accepted the very same resume
 * before: both ends say so soon, whoever else repeats that resume, and whatever gets lost.
 */
#include "core/legacy/proof.h"
#include "core/legacy/server.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

static struct core_pair ends;
static struct core_pair_conn *live;

static const enum snet_wire wires[] = {SNET_WIRE_1, SNET_WIRE_1_PADDED, SNET_WIRE_2};
#define WIRES (sizeof wires / sizeof wires[0])
#define HISTORY_BYTES 64u
#define LOST_BYTES 160u

static uint8_t scratch[LOST_BYTES];

struct request {
    uint8_t data[SNET_LEGACY_MESSAGE_MAX_BYTES];
    size_t len;
};

/* An honest session, cut after 10 bytes up and 8 down; the server keeps little. */
static void open_and_cut(enum snet_wire wire)
{
    struct core_pair_config config = core_pair_config_for(wire, false);
    config.server.session.history_bytes = HISTORY_BYTES;
    core_pair_open(&ends, &config);
    live = core_pair_begin(&ends);
    core_pair_write(&ends, ends.client, 10);
    core_pair_write(&ends, ends.served, 8);
    core_pair_settle(&ends, live);
    core_pair_cut(&ends, live);
}

static void wait_for_dial(void)
{
    for (unsigned i = 0; i < 1000 && ends.client->dial.state != SNET_DIAL_ASKED; i++) {
        core_pair_pass(&ends, SNET_SECOND_NS / 10);
    }
}

/* The client resumes, the server accepts, and nothing of what the server sends arrives. */
static void accept_and_lose(struct request *ret_request)
{
    wait_for_dial();
    live = core_pair_dial(&ends);
    ret_request->len =
        core_pair_take(&ends, live, CORE_PAIR_CLIENT, ret_request->data, sizeof ret_request->data);
    struct core_pair_conn *other = core_pair_intrude(&ends);
    core_pair_feed(&ends, other, CORE_PAIR_SERVER, ret_request->data, ret_request->len);
    live->sides[CORE_PAIR_SERVER] = other->sides[CORE_PAIR_SERVER];
    other->sides[CORE_PAIR_SERVER] = (struct core_pair_link){0};
    const size_t reply_len = core_pair_take(&ends, live, CORE_PAIR_SERVER, scratch, sizeof scratch);
    if (ends.client->wire->format->challenged) {
        uint8_t answer[SNET_LEGACY_MAC_BYTES];
        core_pair_feed(&ends, live, CORE_PAIR_CLIENT, scratch, reply_len);
        assert_int_equal(core_pair_take(&ends, live, CORE_PAIR_CLIENT, answer, sizeof answer),
                         sizeof answer);
        core_pair_feed(&ends, live, CORE_PAIR_SERVER, answer, sizeof answer);
    }
    assert_int_equal(ends.served->state, SNET_SESSION_LIVE);
    for (unsigned i = 0; i < LOST_BYTES / 8; i++) {
        core_pair_write(&ends, ends.served, 8);
        assert_int_equal(core_pair_take(&ends, live, CORE_PAIR_SERVER, scratch, sizeof scratch), 8);
    }
    core_pair_cut(&ends, live);
    assert_int_equal(ends.served->state, SNET_SESSION_DETACHED);
}

/* Somebody repeats a request that was accepted; returns how long the answer is. */
static size_t repeat(const struct request *request)
{
    struct core_pair_conn *conn = core_pair_intrude(&ends);
    core_pair_feed(&ends, conn, CORE_PAIR_SERVER, request->data, request->len);
    const size_t len = core_pair_take(&ends, conn, CORE_PAIR_SERVER, scratch, sizeof scratch);
    core_pair_eof(&ends, conn, CORE_PAIR_SERVER);
    return len;
}

static void assert_both_say_overrun(void)
{
    const uint64_t begin = ends.now;
    core_pair_reconnect_until_ended(&ends);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_HISTORY_OVERRUN);
    assert_true(ends.now - begin <= 15 * SNET_SECOND_NS);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_HISTORY_OVERRUN);
    const struct snet_session_info info = core_pair_info(ends.served);
    assert_int_equal(info.written, 8 + LOST_BYTES);
    assert_int_equal(info.peer_received, 8);
    assert_int_equal(info.peer_written, 10);
}

/* [PROTO 6.2]: told, a client of snet/1 shows that it is not somebody who repeats its request. */
static void overrun_of_a_repeated_resume_ends_both(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        struct request request;
        open_and_cut(wires[i]);
        accept_and_lose(&request);
        assert_both_say_overrun();
        core_pair_close(&ends);
    }
}

/* [PROTO 6.2]: what a stranger was told, or what got lost, is told again. */
static void overrun_is_said_to_the_client_though_a_stranger_heard_it_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        struct request request;
        const size_t reply_len = wires[i] == SNET_WIRE_2 ? 24 : 16;
        open_and_cut(wires[i]);
        accept_and_lose(&request);
        for (unsigned j = 0; j < 2; j++) {
            assert_int_equal(repeat(&request), reply_len);
            assert_int_equal(snet_legacy_u64_decode(scratch), 8 + LOST_BYTES);
        }
        assert_int_equal(ends.served->state, SNET_SESSION_DETACHED);
        assert_both_say_overrun();
        core_pair_close(&ends);
    }
}

/*
 * [PROTO 6.4]: requests that were accepted once end nothing, the older one of the same read count
 * neither: their client has all that left the history, and comes back.
 */
static void overrun_by_replays_of_accepted_resumes_ends_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        struct request requests[2];
        open_and_cut(wires[i]);
        for (unsigned j = 0; j < 2; j++) {
            wait_for_dial();
            live = core_pair_connect(&ends);
            struct snet_legacy_resume resume = {
                .id = ends.client->id,
                .write_count = ends.client->history.sent_max,
                .read_count = 8,
            };
            assert_int_equal(snet_legacy_proof_resume(ends.cores[CORE_PAIR_CLIENT], &resume,
                                                      snet_legacy_session_of(ends.client)->key,
                                                      resume.mac),
                             SNET_OK);
            requests[j].len =
                snet_legacy_resume_encode(ends.client->wire->format, &resume, requests[j].data);
            (void)core_pair_move(&ends, live, CORE_PAIR_CLIENT, requests[j].len);
            (void)core_pair_move(&ends, live, CORE_PAIR_SERVER, SIZE_MAX);
            if (wires[i] == SNET_WIRE_2) {
                (void)core_pair_move(&ends, live, CORE_PAIR_CLIENT, SNET_LEGACY_MAC_BYTES);
            }
            if (j == 0) {
                core_pair_write(&ends, ends.client, 5);
                (void)core_pair_take(&ends, live, CORE_PAIR_CLIENT, scratch, sizeof scratch);
                core_pair_cut(&ends, live);
            }
        }
        for (unsigned j = 0; j < LOST_BYTES / 8; j++) {
            core_pair_write(&ends, ends.served, 8);
            (void)core_pair_move(&ends, live, CORE_PAIR_SERVER, SIZE_MAX);
        }
        core_pair_cut(&ends, live);
        for (unsigned j = 0; j < 6; j++) {
            (void)repeat(&requests[j % 2]);
            assert_int_equal(ends.served->state, SNET_SESSION_DETACHED);
        }
        wait_for_dial();
        live = core_pair_connect(&ends);
        core_pair_settle(&ends, live);
        assert_int_equal(ends.served->state, SNET_SESSION_LIVE);
        assert_int_equal(core_pair_read(&ends, ends.client, 0), 8 + LOST_BYTES);
        assert_int_equal(core_pair_read(&ends, ends.served, 0), 15);
        core_pair_close(&ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overrun_of_a_repeated_resume_ends_both),
        cmocka_unit_test(overrun_is_said_to_the_client_though_a_stranger_heard_it_first),
        cmocka_unit_test(overrun_by_replays_of_accepted_resumes_ends_nothing),
    };
    return cmocka_run_group_tests_name("overrun", tests, NULL, NULL);
}
