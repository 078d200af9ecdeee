/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What may answer a client in the place of its server, and what it makes of that: a session that
 * has begun is not ended by anything that proves nothing.
 */
#include "core/legacy/client.h"

#include "core/client.h"
#include "core/legacy/ending.h"
#include "core/legacy/state.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#include <string.h>

static struct core_pair ends;

static const enum snet_wire wires[] = {SNET_WIRE_1, SNET_WIRE_1_PADDED, SNET_WIRE_2};
#define WIRES (sizeof wires / sizeof wires[0])
#define ROUNDS_MAX 1000u

/* A stranger's answer to a resume: `len` bytes, then a close in good order. */
struct answer {
    const char *data;
    size_t len;
};

static const struct answer portal = {
    "HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n", 56};
static const struct answer zeros = {(const char[24]){0}, 24};
static const struct answer nothing = {NULL, 0};

/* A session over `wire` with 100 bytes up and 50 down, all read; then its link breaks. */
static void open_and_cut(enum snet_wire wire)
{
    struct core_pair_conn *conn = core_pair_begin_on(&ends, wire);
    core_pair_write(&ends, ends.client, 100);
    core_pair_write(&ends, ends.served, 50);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 100);
    assert_int_equal(core_pair_read(&ends, ends.client, 0), 50);
    core_pair_cut(&ends, conn);
}

/* Waits until the client wants a connection. */
static void await_dial(void)
{
    for (unsigned i = 0; i < ROUNDS_MAX && ends.client->dial.state != SNET_DIAL_ASKED &&
                         ends.client->state != SNET_SESSION_ENDED;
         i++) {
        core_pair_pass(&ends, SNET_SECOND_NS / 10);
    }
}

/* The client's next attempt gets this answer. */
static void answer_once(const struct answer *answer)
{
    uint8_t request[SNET_LEGACY_MESSAGE_MAX_BYTES];
    await_dial();
    assert_int_equal(ends.client->dial.state, SNET_DIAL_ASKED);
    ends.conn_count = 1; /* the slots of strangers are used again */
    memset(&ends.conns[1], 0, sizeof ends.conns[1]);
    struct core_pair_conn *conn = core_pair_dial(&ends);
    assert_true(core_pair_take(&ends, conn, CORE_PAIR_CLIENT, request, sizeof request) >= 40);
    if (answer->len > 0) {
        core_pair_feed(&ends, conn, CORE_PAIR_CLIENT, (const uint8_t *)answer->data, answer->len);
    }
    if (conn->sides[CORE_PAIR_CLIENT].link != NULL) {
        core_pair_eof(&ends, conn, CORE_PAIR_CLIENT);
    }
}

/* How long it takes, with this answer each time, until the session ends; and why it does. */
static uint64_t answer_until_the_end(const struct answer *answer, snet_err *ret_err)
{
    const uint64_t begin = ends.now;
    for (unsigned i = 0; i < ROUNDS_MAX && ends.client->state != SNET_SESSION_ENDED; i++) {
        answer_once(answer);
        await_dial();
    }
    *ret_err = ends.ended[CORE_PAIR_CLIENT];
    return ends.now - begin;
}

/* The session works as if nothing had been. */
static void assert_resumes(void)
{
    await_dial();
    struct core_pair_conn *conn = core_pair_connect(&ends);
    core_pair_settle(&ends, conn);
    assert_int_equal(ends.client->state, SNET_SESSION_LIVE);
    core_pair_write(&ends, ends.client, 20);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 100), 20);
}

/* [PROTO 6.2] */
static void client_outlives_a_portal_that_answers_its_resume(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        open_and_cut(wires[i]);
        for (unsigned times = 0; times < 20; times++) {
            answer_once(&portal);
        }
        assert_resumes();
        core_pair_close(&ends);
    }
}

/* [PROTO 8.1]: not earlier, not later, and with what was found last. */
static void client_says_at_the_end_of_its_wait_what_it_found_last(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        snet_err err = SNET_OK;
        open_and_cut(wires[i]);
        assert_int_equal(answer_until_the_end(&portal, &err) / SNET_SECOND_NS,
                         SNET_RESUME_TIMEOUT_DEFAULT_NS / SNET_SECOND_NS);
        assert_int_equal(err, SNET_ERR_BAD_COUNT);
        core_pair_close(&ends);
    }
}

/* [PROTO 6.5]: a message is no better proof than a close; three over ten seconds are believed. */
static void client_believes_refusals_after_ten_seconds(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        snet_err err = SNET_OK;
        open_and_cut(wires[i]);
        const bool message = wires[i] == SNET_WIRE_2;
        answer_once(message ? &zeros : &nothing);
        answer_once(message ? &zeros : &nothing);
        assert_resumes();
        core_pair_cut(&ends, &ends.conns[ends.conn_count - 1]);
        const uint64_t took = answer_until_the_end(message ? &zeros : &nothing, &err);
        assert_in_range(took, SNET_ENDING_ROW_NS, SNET_ENDING_ROW_NS + SNET_SECOND_NS);
        assert_int_equal(err, SNET_ERR_REFUSED);
        core_pair_close(&ends);
    }
}

/* [PROTO 8.1]: what agrees to every resume and then closes does not keep the session for ever. */
static void client_does_not_wait_anew_after_links_that_did_nothing(void **state)
{
    (void)state;
    const uint8_t counts[16] = {[0] = 50, [8] = 100}; /* what the server would say */
    const struct answer agrees = {(const char *)counts, sizeof counts};
    snet_err err = SNET_OK;
    open_and_cut(SNET_WIRE_1);
    const uint64_t took = answer_until_the_end(&agrees, &err);
    assert_int_equal(took / SNET_SECOND_NS, SNET_RESUME_TIMEOUT_DEFAULT_NS / SNET_SECOND_NS);
    assert_int_equal(err, SNET_ERR_EXPIRED);
    core_pair_close(&ends);
}

/* [PROTO 8.1]: but after a link that lived for a second it does. */
static void client_waits_anew_after_a_link_that_lived(void **state)
{
    (void)state;
    open_and_cut(SNET_WIRE_1);
    core_pair_pass(&ends, SNET_RESUME_TIMEOUT_DEFAULT_NS - 2 * SNET_SECOND_NS);
    struct core_pair_conn *conn = core_pair_connect(&ends);
    core_pair_settle(&ends, conn);
    core_pair_pass(&ends, SNET_SESSION_TRIAL_NS);
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, SNET_RESUME_TIMEOUT_DEFAULT_NS - SNET_SECOND_NS);
    assert_int_equal(ends.client->state, SNET_SESSION_DETACHED);
    core_pair_close(&ends);
}

/* [PROTO 6.7] */
static void client_declares_what_it_has_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        uint8_t request[SNET_LEGACY_MESSAGE_MAX_BYTES];
        struct snet_legacy_resume resume;
        open_and_cut(wires[i]);
        core_pair_write(&ends, ends.client, 30); /* while there is no link */
        await_dial();
        struct core_pair_conn *conn = core_pair_dial(&ends);
        const size_t len = core_pair_take(&ends, conn, CORE_PAIR_CLIENT, request, sizeof request);
        assert_int_equal(
            snet_legacy_resume_decode(ends.client->wire->format, request, len, &resume), SNET_OK);
        assert_int_equal(resume.write_count, 100);
        assert_int_equal(resume.read_count, 50);
        core_pair_close(&ends);
    }
}

/* A session of snet/2 whose server has ended its stream of 50 bytes, and whose link broke. */
static void open_ended(void)
{
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_2);
    core_pair_write(&ends, ends.client, 100);
    core_pair_write(&ends, ends.served, 50);
    core_pair_settle(&ends, conn);
    assert_int_equal(core_pair_read(&ends, ends.served, 0), 100);
    snet_session_shutdown(ends.served, ends.now);
    core_pair_drain(&ends);
    core_pair_cut(&ends, conn);
}

/* [PROTO 7.5]: whatever ended the last link, and with one resume. */
static void client_knows_a_proven_end_at_once(void **state)
{
    (void)state;
    open_ended();
    const uint64_t begin = ends.now;
    core_pair_reconnect_until_ended(&ends); /* the server can send its FIN only on the next link */
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_CLOSED);
    assert_int_equal(ends.ended[CORE_PAIR_SERVER], SNET_ERR_CLOSED);
    assert_true(ends.now - begin < SNET_SECOND_NS);
    core_pair_close(&ends);
}

/* [PROTO 7.6]: its reader has all, whatever became of what it has written. */
static void client_that_ended_too_has_all_and_says_what_is_missing(void **state)
{
    (void)state;
    for (unsigned lost = 0; lost < 2; lost++) {
        uint8_t data[64];
        size_t len = 0;
        open_ended();
        if (lost != 0) {
            core_pair_write(&ends, ends.client, 20);
        }
        snet_session_shutdown(ends.client, ends.now);
        for (unsigned i = 0; i < 4 && ends.ended[CORE_PAIR_CLIENT] == SNET_OK; i++) {
            await_dial();
            core_pair_settle(&ends, core_pair_connect(&ends));
        }
        assert_int_equal(ends.ended[CORE_PAIR_CLIENT],
                         lost != 0 ? SNET_ERR_CLOSE_UNCONFIRMED : SNET_ERR_CLOSED);
        assert_int_equal(snet_session_read(ends.client, data, sizeof data, &len, ends.now),
                         SNET_OK);
        assert_int_equal(len, 50);
        assert_int_equal(snet_session_read(ends.client, data, sizeof data, &len, ends.now),
                         SNET_ERR_CLOSED);
        core_pair_close(&ends);
    }
}

/* [PROTO 7.5]: a server that was killed refuses as one does that has ended. */
static void client_takes_no_refusal_for_an_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        snet_err err = SNET_OK;
        struct core_pair_conn *conn = core_pair_begin_on(&ends, wires[i]);
        core_pair_write(&ends, ends.served, 50);
        core_pair_settle(&ends, conn);
        core_pair_eof(&ends, conn, CORE_PAIR_CLIENT); /* by the proxy */
        (void)answer_until_the_end(wires[i] == SNET_WIRE_2 ? &zeros : &nothing, &err);
        assert_int_equal(err, SNET_ERR_REFUSED);
        core_pair_close(&ends);
    }
}

/* [PROTO 8.2]: what speaks first is no server, and says the same again. */
static void client_ends_at_once_what_was_never_a_session(void **state)
{
    static const char banner[] = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";
    const struct answer speaks_first = {banner, sizeof banner - 1};
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        const struct core_pair_config config = core_pair_config_for(wires[i], false);
        core_pair_open(&ends, &config);
        uint8_t hello[SNET_LEGACY_MESSAGE_MAX_BYTES];
        struct core_pair_conn *conn = core_pair_dial(&ends);
        (void)core_pair_take(&ends, conn, CORE_PAIR_CLIENT, hello, sizeof hello);
        core_pair_feed(&ends, conn, CORE_PAIR_CLIENT, (const uint8_t *)banner, sizeof banner - 1);
        core_pair_eof(&ends, conn, CORE_PAIR_CLIENT);
        assert_int_equal(ends.client->state, SNET_SESSION_DETACHED);
        answer_once(&speaks_first);
        assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_BAD_HELLO);
        core_pair_close(&ends);
    }
}

/* [PROTO 8.2]: bytes that are sent again are not new, but they arrive, a few with each link. */
static void client_does_not_wait_while_links_carry_what_was_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < WIRES; i++) {
        struct core_pair_conn *conn = core_pair_begin_on(&ends, wires[i]);
        core_pair_write(&ends, ends.client, 1000);
        for (unsigned round = 0; round < 20; round++) {
            (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, 40); /* a proof, and some more */
            uint8_t lost[1000];
            (void)core_pair_take(&ends, conn, CORE_PAIR_CLIENT, lost, sizeof lost);
            core_pair_cut(&ends, conn);
            const uint64_t cut_ns = ends.now;
            while (ends.client->dial.state != SNET_DIAL_ASKED) {
                core_pair_pass(&ends, SNET_MS_NS);
            }
            if (round > 1) {
                assert_in_range(ends.now - cut_ns, 0, SNET_BACKOFF_MOVED_NS);
            }
            conn = core_pair_connect(&ends);
            do { /* the handshake, and nothing of the stream */
                (void)core_pair_move(&ends, conn, CORE_PAIR_SERVER, SIZE_MAX);
                if (ends.client->state != SNET_SESSION_LIVE) {
                    (void)core_pair_move(&ends, conn, CORE_PAIR_CLIENT, SIZE_MAX);
                }
            } while (ends.client->state != SNET_SESSION_LIVE);
        }
        core_pair_close(&ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(client_outlives_a_portal_that_answers_its_resume),
        cmocka_unit_test(client_says_at_the_end_of_its_wait_what_it_found_last),
        cmocka_unit_test(client_believes_refusals_after_ten_seconds),
        cmocka_unit_test(client_does_not_wait_anew_after_links_that_did_nothing),
        cmocka_unit_test(client_waits_anew_after_a_link_that_lived),
        cmocka_unit_test(client_declares_what_it_has_sent),
        cmocka_unit_test(client_knows_a_proven_end_at_once),
        cmocka_unit_test(client_that_ended_too_has_all_and_says_what_is_missing),
        cmocka_unit_test(client_takes_no_refusal_for_an_end),
        cmocka_unit_test(client_ends_at_once_what_was_never_a_session),
        cmocka_unit_test(client_does_not_wait_while_links_carry_what_was_sent),
    };
    return cmocka_run_group_tests_name("legacy client", tests, NULL, NULL);
}
