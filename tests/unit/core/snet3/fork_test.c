/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A core in a child of fork, whose secrets are lost: zeros are in their place, which everybody
 * knows. No handshake begins there, at either end.
 */
#include "core/core.h"
#include "core/snet3/state.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#include <string.h>

/* Does to one end what a fork does to the pages of its secrets, of which there is one. */
static void fork_empties(const struct core_pair *ends, enum core_pair_side side)
{
    memset(ends->cores[side]->secrets.pages, 0, SNET_SECRETS_PAGE_BYTES);
}

static void expect_no_connection(struct core_pair *ends)
{
    snet_link *link = NULL;
    assert_int_equal(snet_client_connected(ends->client, &link, ends->now), SNET_ERR_FORKED);
    assert_null(link);
    core_pair_drain(ends);
}

static void fork_ends_a_client_that_was_not_open(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_config config = core_pair_config_for(SNET_WIRE_3, false);
    config.client.keys.client_secret = &core_pair_keys()->client;
    core_pair_open(&ends, &config);
    fork_empties(&ends, CORE_PAIR_CLIENT);
    expect_no_connection(&ends);
    assert_int_equal(ends.ended[CORE_PAIR_CLIENT], SNET_ERR_FORKED);
    core_pair_close(&ends);
}

static void fork_lets_no_client_resume(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    fork_empties(&ends, CORE_PAIR_CLIENT);
    core_pair_cut(&ends, conn);
    core_pair_pass(&ends, SNET_SECOND_NS);
    expect_no_connection(&ends);
    assert_int_equal(ends.events[CORE_PAIR_CLIENT][SNET_CORE_EVENT_ENDED], 0);
    core_pair_close(&ends);
}

/* Whoever has seen the name of a session could take it over in the child. */
static void fork_lets_nobody_resume_by_a_secret_of_zeros(void **state)
{
    (void)state;
    struct core_pair ends;
    struct core_pair_conn *conn = core_pair_begin_on(&ends, SNET_WIRE_3);
    struct snet_credential_secrets *own = snet_v3_session_of(ends.client)->of.client.ticket.secrets;
    memset(own->secret, 0, sizeof own->secret);
    fork_empties(&ends, CORE_PAIR_SERVER);
    conn = core_pair_reconnect(&ends, conn, SNET_SECOND_NS);
    core_pair_settle(&ends, conn);
    assert_null(conn->sides[CORE_PAIR_SERVER].link);
    assert_int_equal(conn->sides[CORE_PAIR_SERVER].err, SNET_ERR_FORKED);
    core_pair_close(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fork_ends_a_client_that_was_not_open),
        cmocka_unit_test(fork_lets_no_client_resume),
        cmocka_unit_test(fork_lets_nobody_resume_by_a_secret_of_zeros),
    };
    return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
