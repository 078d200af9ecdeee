/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* A server's keys change while it serves: who goes on, and who ends with which word
   [PROTO 18.4]. */
#include "core/snet3/update.h"

#include "core/snet3/state.h"
#include "core/snet3/store.h"
#include "tests/support/unit.h"
#include "tests/support/v3_setup.h"

#include <string.h>

/* The sessions of a test, one for each kind of client. */
struct member {
    snet_session *client;
    snet_session *served;
    struct core_pair_conn *conn;
};

struct fixture {
    struct core_pair_config config;
    struct core_pair ends;
    struct snet_key others[3]; /* keys of nobody at first */
    struct snet_key secrets[SNET_SERVER_SECRETS_MAX];
    struct snet_key psks[2];
};

static const struct core_pair_keys *keys(void)
{
    return core_pair_keys();
}

static struct snet_key public_of(const struct snet_key *secret)
{
    struct snet_key key;
    assert_int_equal(snet_key_public(secret, &key), SNET_OK);
    return key;
}

static struct member member_begin(struct fixture *fixture, const struct snet_client_keys *client)
{
    struct core_pair *ends = &fixture->ends;
    struct snet_client_config config = fixture->config.client;
    config.keys = *client;
    if (ends->conn_count == 0) {
        fixture->config.client = config;
        core_pair_open(ends, &fixture->config);
    } else {
        assert_int_equal(
            snet_client_open(ends->cores[CORE_PAIR_CLIENT], &config, &ends->client, ends->now),
            SNET_OK);
        core_pair_drain(ends);
    }
    struct core_pair_conn *conn = core_pair_connect(ends);
    core_pair_settle(ends, conn);
    return (struct member){.client = ends->client, .served = ends->served, .conn = conn};
}

static void fixture_init(struct fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->config = core_pair_config_for(SNET_WIRE_3, false);
    for (unsigned i = 0; i < 3; i++) {
        memset(fixture->others[i].bytes, (int)(0x60 + i), SNET_KEY_BYTES);
    }
}

static snet_err try_update(struct fixture *fixture)
{
    const snet_err err =
        snet_server_update(fixture->ends.server, &fixture->config.server, fixture->ends.now);
    core_pair_drain(&fixture->ends);
    return err;
}

static void update(struct fixture *fixture)
{
    assert_int_equal(try_update(fixture), SNET_OK);
}

/* The session carries bytes, now and after a new connection. */
static void expect_alive(struct fixture *fixture, struct member *member)
{
    struct core_pair *ends = &fixture->ends;
    ends->client = member->client;
    assert_int_equal(core_pair_info(member->served).end_err, SNET_OK);
    for (unsigned round = 0; round < 2; round++) {
        const uint64_t from = core_pair_info(member->served).received;
        core_pair_write(ends, member->client, 100);
        core_pair_settle(ends, member->conn);
        assert_int_equal(core_pair_read(ends, member->served, from), 100);
        member->conn = core_pair_reconnect(ends, member->conn, SNET_SECOND_NS);
        core_pair_settle(ends, member->conn);
    }
    assert_true(core_pair_info(member->client).attached);
}

/* Both ends have ended: the client was told over the link that it has. */
static void expect_denied(struct fixture *fixture, const struct member *member)
{
    assert_int_equal(core_pair_info(member->served).end_err, SNET_ERR_DENIED);
    core_pair_settle(&fixture->ends, member->conn);
    assert_int_equal(core_pair_info(member->client).end_err, SNET_ERR_DENIED);
    assert_int_equal(core_pair_info(member->client).peer_code, SNET_V3_DENIED);
    assert_string_equal(snet_session_peer_text(member->client),
                        "the server has taken the key of this session away");
}

/* The client had no link; it is told when it tries to resume. */
static void expect_denied_on_return(struct fixture *fixture, const struct member *member)
{
    struct core_pair *ends = &fixture->ends;
    assert_int_equal(core_pair_info(member->served).end_err, SNET_ERR_DENIED);
    assert_int_equal(core_pair_info(member->client).end_err, SNET_OK);
    core_pair_pass(ends, SNET_SECOND_NS);
    ends->client = member->client;
    core_pair_settle(ends, core_pair_connect(ends));
    assert_int_equal(core_pair_info(member->client).end_err, SNET_ERR_DENIED);
}

static void cut(struct fixture *fixture, const struct member *member)
{
    core_pair_cut(&fixture->ends, member->conn);
}

/* --- Keyrings ------------------------------------------------------------------------------ */

/* The next one has the first pair last, and the last shared secret first. */
static void keyring_finds_its_keys_in_another_one_and_which_are_gone(void **state)
{
    (void)state;
    const struct snet_key key[] = {{{1}}, {{2}}, {{3}}, {{4}}, {{5}}, {{6}}};
    const struct snet_key secrets[] = {key[5], key[1], key[0]};
    const struct snet_key psks[] = {key[4], key[5]};
    const struct snet_server_keys before = {
        .secrets = &key[0], .secret_count = 3, .psks = &key[3], .psk_count = 2};
    const struct snet_server_keys after = {
        .secrets = secrets, .secret_count = 3, .psks = psks, .psk_count = 2};
    static const uint8_t expected[] = {
        2, 1, SNET_KEYRING_GONE, SNET_KEYRING_GONE, SNET_KEYRING_GONE, SNET_SERVER_SECRETS_MAX};
    static struct fixture fixture;
    struct snet_keyring *keyrings[2];
    uint8_t places[SNET_KEYRING_PLACES];
    fixture_init(&fixture);
    core_pair_open(&fixture.ends, &fixture.config);
    snet_core *core = fixture.ends.cores[CORE_PAIR_SERVER];
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(
            snet_keyring_new(&core->secrets, core->crypto, i == 0 ? &before : &after, &keyrings[i]),
            SNET_OK);
    }
    snet_keyring_compare(keyrings[0], keyrings[1], places);
    for (unsigned i = 0; i < SNET_KEYRING_PLACES; i++) {
        assert_int_equal(places[i], i < sizeof expected ? expected[i] : SNET_KEYRING_GONE);
    }
    snet_keyring_free(keyrings[0]);
    snet_keyring_free(keyrings[1]);
    core_pair_close(&fixture.ends);
}

/* --- Refusals ----------------------------------------------------------------------------- */

static void update_with_bad_keys_changes_nothing(void **state)
{
    (void)state;
    static struct fixture fixture;
    fixture_init(&fixture);
    struct member anonymous =
        member_begin(&fixture, &(struct snet_client_keys){.server = &keys()->server_public});
    const struct snet_server_keys good = fixture.config.server.keys;
    fixture.config.server.keys.secret_count = 0;
    assert_int_equal(try_update(&fixture), SNET_ERR_INVALID);
    fixture.config.server.keys.secret_count = SNET_SERVER_SECRETS_MAX + 1;
    assert_int_equal(try_update(&fixture), SNET_ERR_INVALID);
    fixture.config.server.keys = good;
    fixture.config.server.keys.node_id++;
    assert_int_equal(try_update(&fixture), SNET_ERR_INVALID);
    expect_alive(&fixture, &anonymous);
    core_pair_close(&fixture.ends);
}

static void update_without_memory_changes_nothing(void **state)
{
    (void)state;
    static struct fixture fixture;
    fixture_init(&fixture);
    struct member anonymous =
        member_begin(&fixture, &(struct snet_client_keys){.server = &keys()->server_public});
    struct test_env *env = &fixture.ends.env[CORE_PAIR_SERVER];
    fixture.config.server.keys.secrets = &fixture.others[0];
    env->fail_at = env->alloc_count + 1;
    assert_int_equal(try_update(&fixture), SNET_ERR_NO_MEMORY);
    env->fail_at = 0;
    expect_alive(&fixture, &anonymous);
    core_pair_close(&fixture.ends);
}

/* --- Keys of the server ------------------------------------------------------------------- */

static void key_added_in_front_serves_old_and_new_clients(void **state)
{
    (void)state;
    static struct fixture fixture;
    fixture_init(&fixture);
    const struct snet_key added = public_of(&fixture.others[0]);
    struct member old =
        member_begin(&fixture, &(struct snet_client_keys){.server = &keys()->server_public});
    fixture.secrets[0] = fixture.others[0];
    fixture.secrets[1] = keys()->server;
    fixture.config.server.keys.secrets = fixture.secrets;
    fixture.config.server.keys.secret_count = 2;
    update(&fixture);
    struct member new = member_begin(&fixture, &(struct snet_client_keys){.server = &added});
    struct member late =
        member_begin(&fixture, &(struct snet_client_keys){.server = &keys()->server_public});
    expect_alive(&fixture, &old);
    expect_alive(&fixture, &new);
    expect_alive(&fixture, &late);
    /* The old one goes, and those that used it. */
    fixture.config.server.keys.secret_count = 1;
    update(&fixture);
    expect_denied(&fixture, &old);
    expect_denied(&fixture, &late);
    expect_alive(&fixture, &new);
    core_pair_close(&fixture.ends);
}

/* Its name is of the root that went with the key: the refusal can be believed all the same. */
static void detached_session_of_a_key_that_went_is_denied_on_return(void **state)
{
    (void)state;
    static struct fixture fixture;
    fixture_init(&fixture);
    struct member anonymous =
        member_begin(&fixture, &(struct snet_client_keys){.server = &keys()->server_public});
    cut(&fixture, &anonymous);
    fixture.config.server.keys.secrets = &fixture.others[0];
    update(&fixture);
    expect_denied_on_return(&fixture, &anonymous);
    core_pair_close(&fixture.ends);
}

/* As many roots later as are remembered, and with the first one back in between. */
static void names_of_former_roots_are_known(void **state)
{
    (void)state;
    static struct fixture fixture;
    fixture_init(&fixture);
    const struct snet_cids *root = NULL;
    enum snet_cids_owner owner = SNET_CIDS_FOREIGN;
    struct member anonymous =
        member_begin(&fixture, &(struct snet_client_keys){.server = &keys()->server_public});
    struct snet_v3_store *store = snet_v3_store_of(fixture.ends.server);
    uint8_t cid[SNET_V3_CID_BYTES];
    memcpy(cid, snet_v3_session_of(anonymous.served)->of.server.credentials.slots[0].cid,
           sizeof cid);
    const struct snet_cids_keys first = *store->cids.keys;
    for (unsigned i = 0; i < SNET_V3_FORMER_ROOTS_MAX + 1; i++) {
        for (unsigned back = 0; i == 1 && back < 2; back++) {
            fixture.config.server.keys.secrets = back == 0 ? &keys()->server : &fixture.others[0];
            update(&fixture);
        }
        fixture.secrets[0] = (struct snet_key){{1, (uint8_t)i}};
        fixture.config.server.keys.secrets = fixture.secrets;
        assert_int_equal(snet_v3_store_find_root(store, cid, &root, &owner), SNET_OK);
        assert_int_equal(owner, SNET_CIDS_OURS);
        assert_memory_equal(root->keys, &first, sizeof first);
        update(&fixture);
        update(&fixture); /* the same again is no other root */
    }
    core_pair_close(&fixture.ends);
}

static void shared_secret_that_goes_ends_its_sessions_alone(void **state)
{
    (void)state;
    static struct fixture fixture;
    fixture_init(&fixture);
    fixture.psks[0] = fixture.others[1];
    fixture.psks[1] = keys()->psk;
    fixture.config.server.keys.psks = fixture.psks;
    fixture.config.server.keys.psk_count = 2;
    struct member live = member_begin(&fixture, &(struct snet_client_keys){.psk = &keys()->psk});
    struct member lost = member_begin(&fixture, &(struct snet_client_keys){.psk = &keys()->psk});
    struct member other =
        member_begin(&fixture, &(struct snet_client_keys){.psk = &fixture.others[1]});
    struct member anonymous =
        member_begin(&fixture, &(struct snet_client_keys){.server = &keys()->server_public});
    cut(&fixture, &lost);
    fixture.config.server.keys.psk_count = 1;
    update(&fixture);
    expect_denied(&fixture, &live);
    expect_denied_on_return(&fixture, &lost);
    expect_alive(&fixture, &other);
    expect_alive(&fixture, &anonymous);
    core_pair_close(&fixture.ends);
}

/* --- Keys of clients ---------------------------------------------------------------------- */

static void client_key_that_goes_ends_its_sessions_alone(void **state)
{
    (void)state;
    static struct fixture fixture;
    fixture_init(&fixture);
    const struct snet_key listed[] = {keys()->client_public, public_of(&fixture.others[2])};
    const struct snet_client_keys first = {.server = &keys()->server_public,
                                           .client_secret = &keys()->client};
    const struct snet_client_keys second = {.server = &keys()->server_public,
                                            .client_secret = &fixture.others[2]};
    fixture.config.server.keys.authorized = listed;
    fixture.config.server.keys.authorized_count = 2;
    fixture.config.server.keys.psks = &keys()->psk;
    fixture.config.server.keys.psk_count = 1;
    struct member live = member_begin(&fixture, &first);
    struct member lost = member_begin(&fixture, &first);
    struct member other = member_begin(&fixture, &second);
    struct member shared = member_begin(&fixture, &(struct snet_client_keys){.psk = &keys()->psk});
    cut(&fixture, &lost);
    fixture.config.server.keys.authorized = &listed[1];
    fixture.config.server.keys.authorized_count = 1;
    update(&fixture);
    expect_denied(&fixture, &live);
    expect_denied_on_return(&fixture, &lost);
    expect_alive(&fixture, &other);
    expect_alive(&fixture, &shared);
    core_pair_close(&fixture.ends);
}

static void list_that_begins_ends_sessions_of_everybody_else(void **state)
{
    (void)state;
    static struct fixture fixture;
    fixture_init(&fixture);
    const struct snet_client_keys known = {.server = &keys()->server_public,
                                           .client_secret = &keys()->client};
    struct member named = member_begin(&fixture, &known);
    struct member anonymous =
        member_begin(&fixture, &(struct snet_client_keys){.server = &keys()->server_public});
    fixture.config.server.keys.authorized = &keys()->client_public;
    fixture.config.server.keys.authorized_count = 1;
    update(&fixture);
    expect_denied(&fixture, &anonymous);
    expect_alive(&fixture, &named);
    /* An empty list is for nobody. */
    fixture.config.server.keys.authorized_count = 0;
    update(&fixture);
    expect_denied(&fixture, &named);
    core_pair_close(&fixture.ends);
}

/* --- Handshakes --------------------------------------------------------------------------- */

/* Who it is becomes known by AUTH, which is judged by the new list. */
static void handshake_that_waits_for_auth_is_judged_by_the_new_list(void **state)
{
    (void)state;
    for (unsigned listed = 0; listed < 2; listed++) {
        struct v3_setup scene;
        v3_setup_prepare(&scene);
        v3_setup_open(&scene, SNET_NOISE_XK);
        v3_peer_greet(&scene.peer);
        v3_peer_auth(&scene.peer);
        scene.config.server.keys.authorized =
            listed == 1 ? &keys()->client_public : &keys()->server_public;
        scene.config.server.keys.authorized_count = 1;
        assert_int_equal(
            snet_server_update(scene.ends.server, &scene.config.server, scene.ends.now), SNET_OK);
        core_pair_drain(&scene.ends);
        v3_peer_send(&scene.peer);
        assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], listed);
        v3_setup_close(&scene);
    }
}

/* An unconfirmed session of a key that went ends with it, and cannot be confirmed. */
static void handshake_with_a_key_that_went_opens_nothing(void **state)
{
    (void)state;
    const struct snet_key other = {{7}};
    for (unsigned pattern = SNET_NOISE_NK; pattern <= SNET_NOISE_XK; pattern++) {
        struct v3_setup scene;
        struct snet_core_stats stats;
        v3_setup_prepare(&scene);
        v3_setup_open(&scene, (enum snet_noise_pattern)pattern);
        v3_peer_greet(&scene.peer);
        scene.config.server.keys.secrets = &other;
        assert_int_equal(
            snet_server_update(scene.ends.server, &scene.config.server, scene.ends.now), SNET_OK);
        core_pair_drain(&scene.ends);
        v3_peer_expect_closed(&scene.peer, SNET_CLOSE_RESET);
        core_pair_pass(&scene.ends, 1);
        snet_core_totals(scene.ends.cores[CORE_PAIR_SERVER], &stats);
        assert_int_equal(stats.sessions, 0);
        assert_int_equal(scene.ends.events[CORE_PAIR_SERVER][SNET_CORE_EVENT_OPENED], 0);
        v3_setup_close(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keyring_finds_its_keys_in_another_one_and_which_are_gone),
        cmocka_unit_test(update_with_bad_keys_changes_nothing),
        cmocka_unit_test(update_without_memory_changes_nothing),
        cmocka_unit_test(key_added_in_front_serves_old_and_new_clients),
        cmocka_unit_test(detached_session_of_a_key_that_went_is_denied_on_return),
        cmocka_unit_test(names_of_former_roots_are_known),
        cmocka_unit_test(shared_secret_that_goes_ends_its_sessions_alone),
        cmocka_unit_test(client_key_that_goes_ends_its_sessions_alone),
        cmocka_unit_test(list_that_begins_ends_sessions_of_everybody_else),
        cmocka_unit_test(handshake_that_waits_for_auth_is_judged_by_the_new_list),
        cmocka_unit_test(handshake_with_a_key_that_went_opens_nothing),
    };
    return cmocka_run_group_tests_name("update", tests, NULL, NULL);
}
