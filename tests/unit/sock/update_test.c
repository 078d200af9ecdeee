/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * snet_socket_update of <snet/socket.h>: which options change while a listener serves, which do
 * not, and what becomes of sessions whose key goes. tests/tsan runs it, too.
 */
#include <snet/cipher.h>
#include <snet/socket.h>

#include "sock/backlog.h"
#include "sock/loop.h"
#include "sock/option.h"
#include "tests/support/asked.h"
#include "tests/support/core_pair.h"
#include "tests/support/pattern.h"
#include "tests/support/sock_pair.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>

#define TRAFFIC_BYTES ((size_t)512 * 1024)
#define PIECE_BYTES 3000u
#define CUTS 16u

static const struct snet_key other = {{66}};

static void update(struct sock_pair *pair)
{
    struct snet_error error;
    if (snet_socket_update(pair->listener, &pair->server_config, &error) != 0) {
        fail_msg("%s: %s", error.option, error.text);
    }
}

/* Is refused, for this option, and nothing has changed. */
static void refuse(struct sock_pair *pair, const char *option)
{
    struct snet_error error = {.err = SNET_OK};
    const struct snet_config before = pair->listener->backlog->config;
    errno = 0;
    assert_int_equal(snet_socket_update(pair->listener, &pair->server_config, &error), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(error.err, SNET_ERR_OPTION);
    assert_string_equal(error.option, option);
    assert_non_null(strstr(error.text, "cannot change while the listener serves"));
    assert_memory_equal(&pair->listener->backlog->config, &before, sizeof before);
    assert_int_equal(snet_socket_update(pair->listener, &pair->server_config, NULL), -1);
}

/* The session carries a byte each way. */
static void expect_alive(snet_socket *client, snet_socket *server)
{
    char byte = 0;
    assert_int_equal(snet_write(client, "c", 1), 1);
    assert_int_equal(snet_read(server, &byte, 1), 1);
    assert_int_equal(snet_write(server, "s", 1), 1);
    assert_int_equal(snet_read(client, &byte, 1), 1);
    assert_int_equal(byte, 's');
}

static void expect_denied(snet_socket *socket)
{
    char byte = 0;
    assert_int_equal(snet_read(socket, &byte, 1), -1);
    assert_int_equal(errno, EACCES);
    assert_int_equal(snet_socket_error(socket), SNET_ERR_DENIED);
    assert_int_equal(asked(socket).state, SNET_STATE_ENDED);
}

static void await_detached(snet_socket *socket)
{
    while (asked(socket).state != SNET_STATE_DETACHED) {
        (void)sched_yield();
    }
}

/* Another client, with keys of its own. */
struct client {
    struct snet_config config;
    snet_socket *socket;
    snet_socket *server; /* what was accepted */
};

static void client_open(struct client *client, const struct sock_pair *pair)
{
    struct snet_error error;
    client->config.linger_ns = SNET_MS_NS;
    client->socket = snet_dial(pair->address, &client->config, &error);
    if (client->socket == NULL) {
        fail_msg("%s", error.text);
    }
    client->server = snet_accept(pair->listener);
    assert_non_null(client->server);
}

static void client_close(struct client *client)
{
    assert_int_equal(snet_close(client->socket), 0);
    assert_int_equal(snet_close(client->server), 0);
}

/* A client without a key of its own that knows this secret's public key. */
static struct client client_of(const struct snet_key *secret, struct snet_key *ret_public)
{
    struct client client = {.config = SNET_CONFIG_INIT};
    assert_int_equal(snet_key_public(secret, ret_public), SNET_OK);
    client.config.server_key = ret_public;
    return client;
}

/* --- Refusals ------------------------------------------------------------------------------ */

static uint32_t take_all(void *user, const struct snet_info *info)
{
    (void)user;
    (void)info;
    return 0;
}

static void ignore(void *user, const struct snet_event *event)
{
    (void)user;
    (void)event;
}

static void update_names_what_cannot_change(void **state)
{
    (void)state;
    static struct sock_pair pair;
    sock_pair_begin(&pair);
    const struct snet_config good = pair.server_config;
    const struct {
        const char *option;
        struct snet_config config;
    } rows[] = {
        {"address", {.address = "127.0.0.1:1"}},
        {"node-id", {.node_id = 1}},
        {"wire", {.wires = SNET_WIRES_ALL}},
        {"linger", {.linger_ns = 7}},
        {"pad", {.pad_bytes = 64}},
        {"history", {.history_bytes = 8192}},
        {"inbox", {.inbox_bytes = 8192}},
        {"backlog", {.backlog_max = 7}},
        {"nonblocking", {.nonblocking = 1}},
        {"fd-inherited", {.fd_inherited = 1}},
        {"user", {.user = &pair}},
        {"on_event", {.on_event = ignore}},
        {"on_accept", {.on_accept = take_all}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pair.server_config = rows[i].config;
        pair.server_config.size = good.size;
        pair.server_config.key = &other; /* would end the session */
        pair.server_config.resume_timeout_ns = SNET_SECOND_NS;
        pair.server_config.linger_ns =
            rows[i].config.linger_ns != 0 ? rows[i].config.linger_ns : good.linger_ns;
        refuse(&pair, rows[i].option);
    }
    expect_alive(pair.client, pair.server);
    /* Each option of a listener can change, or is among those. */
    for (size_t i = 0; snet_option_at(i) != NULL; i++) {
        const struct snet_option *option = snet_option_at(i);
        bool known = (option->uses & SNET_USE_UPDATE) != 0 || strcmp(option->name, "plain") == 0 ||
                     strcmp(option->name, "cipher") == 0; /* of other wires */
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++) {
            known = known || strcmp(option->name, rows[j].option) == 0;
        }
        assert_true(known || (option->uses & SNET_USE_LISTEN) == 0);
    }
    sock_pair_close(&pair);
}

static void update_checks_its_config_like_listen(void **state)
{
    (void)state;
    static struct sock_pair pair;
    struct snet_error error;
    sock_pair_begin(&pair);
    const struct snet_config good = pair.server_config;
    assert_int_equal(snet_socket_update(pair.listener, NULL, &error), -1);
    assert_string_equal(error.option, "key");
    pair.server_config.heartbeat_ns = 1;
    assert_int_equal(snet_socket_update(pair.listener, &pair.server_config, &error), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(error.err, SNET_ERR_VALUE);
    assert_string_equal(error.option, "heartbeat");
    pair.server_config = good;
    pair.server_config.server_key = &other;
    assert_int_equal(snet_socket_update(pair.listener, &pair.server_config, &error), -1);
    assert_string_equal(error.option, "server-key");
    pair.server_config = good;
    pair.server_config.size = 8;
    assert_int_equal(snet_socket_update(pair.listener, &pair.server_config, &error), -1);
    assert_int_equal(error.err, SNET_ERR_INVALID);
    assert_int_equal(snet_socket_update(pair.client, &good, &error), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(error.err, SNET_ERR_INVALID);
    assert_int_equal(snet_socket_update(NULL, &good, &error), -1);
    assert_int_equal(errno, EBADF);
    expect_alive(pair.client, pair.server);
    sock_pair_close(&pair);
}

/* --- Times and limits ---------------------------------------------------------------------- */

/* Values that are the default, said or not, and the address that it has, are no difference. */
static void update_changes_times_for_what_begins_afterwards(void **state)
{
    (void)state;
    static struct sock_pair pair;
    struct snet_key public_key;
    struct client late = client_of(&core_pair_keys()->server, &public_key);
    sock_pair_begin(&pair);
    pair.server_config.address = "127.0.0.1:0";
    pair.server_config.history_bytes = UINT64_C(16) << 20;
    pair.server_config.backlog_max = 1024;
    pair.server_config.wires = SNET_WIRE_3;
    pair.server_config.resume_timeout_ns = 50 * SNET_MS_NS;
    pair.server_config.handshake_timeout_ns = SNET_SECOND_NS;
    pair.server_config.heartbeat_ns = 30 * SNET_SECOND_NS;
    pair.server_config.first_bytes_timeout_ns = SNET_SECOND_NS;
    pair.server_config.ended_keep_ns = 60 * SNET_SECOND_NS;
    pair.server_config.dead_peer_timeout_ns = 7 * SNET_SECOND_NS;
    pair.server_config.sessions_max = 2;
    pair.server_config.handshakes_max = 7;
    update(&pair);
    client_open(&late, &pair);
    expect_alive(pair.client, pair.server); /* or the third one had its place */
    sock_pair_cut(&pair, true);
    await_detached(pair.server);
    late.config.connect_timeout_ns = 50 * SNET_MS_NS;
    assert_null(snet_dial(pair.address, &late.config, NULL)); /* a third one */
    assert_int_equal(asked(pair.server).state, SNET_STATE_DETACHED);
    sock_pair_mend(&pair);
    expect_alive(pair.client, pair.server);
    /* What is not said is the default again. */
    pair.server_config.sessions_max = 0;
    update(&pair);
    struct client third = client_of(&core_pair_keys()->server, &public_key);
    client_open(&third, &pair);
    client_close(&third);
    client_close(&late);
    sock_pair_close(&pair);
}

static void update_gives_a_later_session_its_time_to_resume(void **state)
{
    (void)state;
    static struct sock_pair pair;
    char byte = 0;
    sock_pair_begin(&pair);
    pair.server_config.resume_timeout_ns = 50 * SNET_MS_NS;
    update(&pair);
    assert_int_equal(snet_close(pair.client), 0);
    assert_int_equal(snet_close(pair.server), 0);
    struct snet_error error;
    pair.client = snet_dial(NULL, &pair.client_config, &error);
    assert_non_null(pair.client);
    pair.server = snet_accept(pair.listener);
    sock_pair_cut(&pair, true);
    assert_int_equal(snet_read(pair.server, &byte, 1), -1); /* within a moment, not 5 minutes */
    assert_int_equal(snet_socket_error(pair.server), SNET_ERR_EXPIRED);
    sock_pair_close(&pair);
}

static void update_changes_times_of_the_old_wires_too(void **state)
{
    (void)state;
    static struct sock_pair pair;
    sock_pair_prepare(&pair);
    pair.client_config.wires = SNET_WIRE_2;
    pair.client_config.server_key = NULL;
    pair.server_config.wires = SNET_WIRE_2;
    pair.server_config.key = NULL;
    pair.server_config.key_count = 0;
    pair.server_config.cipher = "rc4";
    sock_pair_open(&pair);
    pair.server_config.sessions_max = 1;
    pair.server_config.cipher = NULL; /* the same */
    update(&pair);
    expect_alive(pair.client, pair.server);
    pair.client_config.connect_timeout_ns = 50 * SNET_MS_NS;
    assert_null(snet_dial(NULL, &pair.client_config, NULL));
    pair.server_config.plain = 1;
    refuse(&pair, "plain");
    pair.server_config.plain = 0;
    static struct snet_cipher another;
    another = *snet_cipher_rc4();
    another.name = "another";
    assert_int_equal(snet_library_add_cipher(&another), SNET_OK);
    pair.server_config.cipher = "another";
    refuse(&pair, "cipher");
    expect_alive(pair.client, pair.server);
    sock_pair_close(&pair);
}

/* --- Keys ---------------------------------------------------------------------------------- */

static void update_adds_a_key_and_takes_the_old_one_away(void **state)
{
    (void)state;
    static struct sock_pair pair;
    struct snet_key keys[] = {other, core_pair_keys()->server};
    struct snet_key public_key;
    struct client new = client_of(&other, &public_key);
    struct client old = {.config = SNET_CONFIG_INIT};
    sock_pair_begin(&pair);
    old.config.server_key = &core_pair_keys()->server_public;
    pair.server_config.key = keys;
    pair.server_config.key_count = 2;
    update(&pair);
    memset(&keys[1], 0, sizeof keys[1]); /* it was copied */
    client_open(&new, &pair);
    client_open(&old, &pair);
    expect_alive(pair.client, pair.server);
    sock_pair_cut(&pair, false);
    expect_alive(pair.client, pair.server);
    pair.server_config.key_count = 1;
    update(&pair);
    expect_denied(pair.client);
    expect_denied(pair.server);
    expect_denied(old.socket);
    assert_string_equal(asked(old.socket).peer_text,
                        "the server has taken the key of this session away");
    expect_alive(new.socket, new.server);
    old.config.connect_timeout_ns = 50 * SNET_MS_NS;
    assert_null(snet_dial(pair.address, &old.config, NULL));
    client_close(&old);
    client_close(&new);
    sock_pair_close(&pair);
}

/* Of two clients with keys, one with two sessions, of which one has no connection. */
static void update_takes_a_clients_key_away_and_leaves_others_alone(void **state)
{
    (void)state;
    static struct sock_pair pair;
    struct client live = {.config = SNET_CONFIG_INIT};
    struct client stays = {.config = SNET_CONFIG_INIT};
    struct snet_key listed[] = {core_pair_keys()->client_public, {{0}}};
    assert_int_equal(snet_key_public(&other, &listed[1]), SNET_OK);
    sock_pair_prepare(&pair);
    pair.client_config.key = &core_pair_keys()->client;
    pair.server_config.authorized = listed;
    pair.server_config.authorized_count = 2;
    sock_pair_open(&pair);
    live.config.server_key = stays.config.server_key = &core_pair_keys()->server_public;
    live.config.key = &core_pair_keys()->client;
    stays.config.key = &other;
    client_open(&live, &pair);
    client_open(&stays, &pair);
    sock_pair_cut(&pair, true);
    await_detached(pair.server);
    pair.server_config.authorized = &listed[1];
    pair.server_config.authorized_count = 1;
    update(&pair);
    expect_denied(live.server);
    expect_denied(live.socket);
    expect_denied(pair.server);
    assert_int_equal(snet_socket_error(pair.client), SNET_OK);
    sock_pair_mend(&pair);
    expect_denied(pair.client);
    expect_alive(stays.socket, stays.server);
    live.config.connect_timeout_ns = SNET_SECOND_NS;
    struct snet_error error;
    assert_null(snet_dial(pair.address, &live.config, &error));
    assert_int_equal(error.err, SNET_ERR_DENIED);
    client_close(&live);
    client_close(&stays);
    sock_pair_close(&pair);
}

static void update_takes_a_shared_secret_away(void **state)
{
    (void)state;
    static struct sock_pair pair;
    const struct snet_key psks[] = {other, core_pair_keys()->psk};
    struct client stays = {.config = SNET_CONFIG_INIT};
    sock_pair_prepare(&pair);
    pair.client_config.server_key = NULL;
    pair.client_config.psk = &psks[1];
    pair.server_config.key = NULL;
    pair.server_config.key_count = 0;
    pair.server_config.psk = psks;
    pair.server_config.psk_count = 2;
    sock_pair_open(&pair);
    stays.config.psk = &psks[0];
    client_open(&stays, &pair);
    pair.server_config.psk_count = 1;
    update(&pair);
    expect_denied(pair.server);
    expect_denied(pair.client);
    expect_alive(stays.socket, stays.server);
    client_close(&stays);
    sock_pair_close(&pair);
}

/* A pointer with a count of 0 is a list of nobody. */
static void update_to_serve_nobody_ends_all_that_have_no_secret(void **state)
{
    (void)state;
    static struct sock_pair pair;
    struct snet_error error;
    sock_pair_begin(&pair);
    pair.server_config.authorized = &other;
    pair.server_config.authorized_count = 0;
    update(&pair);
    expect_denied(pair.client);
    pair.client_config.key = &core_pair_keys()->client;
    assert_null(snet_dial(NULL, &pair.client_config, &error));
    assert_int_equal(error.err, SNET_ERR_DENIED);
    sock_pair_close(&pair);
}

/* --- Threads ------------------------------------------------------------------------------- */

struct updater {
    struct sock_pair *pair;
    atomic_bool stop;
    atomic_uint done;
    atomic_bool good;
};

/* No machine is so slow, or so fast, that the traffic is over without an update. */
static void updater_await(struct updater *updater)
{
    const unsigned before = updater->done;
    while (updater->good && updater->done == before) {
        (void)sched_yield();
    }
}

static void *update_again_and_again(void *arg)
{
    struct updater *updater = arg;
    const struct snet_key both[] = {core_pair_keys()->server, other};
    struct snet_config config = updater->pair->server_config;
    while (updater->good && !updater->stop) {
        const unsigned round = updater->done++;
        config.key = both;
        config.key_count = 1 + round % 2;
        config.resume_timeout_ns = (1 + round % 100) * SNET_SECOND_NS;
        updater->good = snet_socket_update(updater->pair->listener, &config, NULL) == 0;
    }
    return NULL;
}

static void *write_traffic(void *arg)
{
    snet_socket *socket = arg;
    uint8_t data[PIECE_BYTES];
    for (size_t offset = 0; offset < TRAFFIC_BYTES; offset += sizeof data) {
        test_pattern_fill(data, sizeof data, offset);
        if (snet_write(socket, data, sizeof data) != (ssize_t)sizeof data) {
            break;
        }
    }
    (void)snet_shutdown(socket);
    return NULL;
}

/* Nothing else happens in the process, and a heartbeat would come too late. */
static void update_tells_a_client_at_once(void **state)
{
    (void)state;
    static struct sock_pair pair;
    sock_pair_begin(&pair);
    pair.server_config.key = &other;
    update(&pair);
    const uint64_t until_ns = snet_now() + SNET_HEARTBEAT_DEFAULT_NS / 2;
    while (snet_socket_error(pair.client) == SNET_OK && snet_now() < until_ns) {
        (void)sched_yield(); /* and nothing that would wake the background thread */
    }
    assert_int_equal(snet_socket_error(pair.client), SNET_ERR_DENIED);
    sock_pair_close(&pair);
}

static void update_from_another_thread_leaves_traffic_alone(void **state)
{
    (void)state;
    static struct sock_pair pair;
    struct updater updater = {.pair = &pair, .good = true};
    pthread_t threads[2];
    uint8_t data[PIECE_BYTES];
    size_t offset = 0;
    unsigned cuts = 0; /* connections that come while the listener is updated */
    sock_pair_begin(&pair);
    assert_int_equal(pthread_create(&threads[0], NULL, update_again_and_again, &updater), 0);
    updater_await(&updater);
    assert_int_equal(pthread_create(&threads[1], NULL, write_traffic, pair.client), 0);
    ssize_t len = snet_read(pair.server, data, sizeof data);
    for (; len > 0; len = snet_read(pair.server, data, sizeof data)) {
        test_pattern_expect(data, (size_t)len, offset);
        offset += (size_t)len;
        if (cuts < CUTS && offset > (cuts + 1) * (TRAFFIC_BYTES / (CUTS + 1))) {
            (void)shutdown(pair.link, SHUT_RDWR); /* or there is no other yet */
            updater_await(&updater);
            cuts++;
        }
    }
    assert_int_equal(len, 0);
    assert_true(cuts == CUTS && offset >= TRAFFIC_BYTES);
    updater.stop = true;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_true(updater.good && updater.done > 0);
    sock_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(update_names_what_cannot_change),
        cmocka_unit_test(update_checks_its_config_like_listen),
        cmocka_unit_test(update_changes_times_for_what_begins_afterwards),
        cmocka_unit_test(update_gives_a_later_session_its_time_to_resume),
        cmocka_unit_test(update_changes_times_of_the_old_wires_too),
        cmocka_unit_test(update_adds_a_key_and_takes_the_old_one_away),
        cmocka_unit_test(update_takes_a_clients_key_away_and_leaves_others_alone),
        cmocka_unit_test(update_takes_a_shared_secret_away),
        cmocka_unit_test(update_to_serve_nobody_ends_all_that_have_no_secret),
        cmocka_unit_test(update_tells_a_client_at_once),
        cmocka_unit_test(update_from_another_thread_leaves_traffic_alone),
    };
    return cmocka_run_group_tests_name("update", tests, NULL, NULL);
}
