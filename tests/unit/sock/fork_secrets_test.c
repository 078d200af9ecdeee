/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What a child of fork has of the long-lived secrets of its parent's sockets: nothing. All of its
 * memory that can be written is searched.
 */
#include <snet/socket.h>

#include "core/snet3/state.h"
#include "core/snet3/store.h"
#include "sock/loop.h"
#include "sock/socket.h"
#include "tests/support/needles.h"
#include "tests/support/sock_pair.h"
#include "tests/support/unit.h"
#include "uv/wiped_pages.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Longer than any search takes. */
#define CONNECT_TIMEOUT_NS (3600 * SNET_SECOND_NS)
#define CHILD_FAILED 0x80

/* What is searched for; the first is no secret, but a proof that the search works. */
enum needle {
    NEEDLE_PROOF,
    NEEDLE_SERVER_KEY,
    NEEDLE_PSK,
    NEEDLE_CLIENT_KEY, /* of a session that is not open yet */
    NEEDLE_RESUME,     /* of a session at both ends */
    NEEDLE_RESET_KEY,  /* of the listener, derived */
    NEEDLE_DONE_KEY,   /* of a client whose session is open: nobody has it any more */
    NEEDLES
};
#define NEEDLES_KEPT ((1u << NEEDLE_DONE_KEY) - 1u)

static uint8_t proof[SNET_KEY_BYTES];

/* The same in a child. */
static unsigned search_child(void)
{
    int status = -1;
    (void)fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const bool refused = snet_dial(":1", NULL, NULL) == NULL;
        _exit(refused ? (int)needles_search() : CHILD_FAILED);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (unsigned)WEXITSTATUS(status);
}

/* A key that the test itself does not keep. */
static void key_make(enum needle needle, struct snet_key *ret_key)
{
    assert_int_equal(snet_key_generate(ret_key), SNET_OK);
    needle_set(needle, ret_key->bytes);
}

static int connect_never(void *user)
{
    (void)user;
    errno = ENETUNREACH;
    return -1;
}

/* A client that goes on trying to reach a server. */
static snet_socket *dial_nowhere(void)
{
    struct snet_config config = SNET_CONFIG_INIT;
    struct snet_key key;
    struct snet_key public_key;
    key_make(NEEDLE_CLIENT_KEY, &key);
    assert_int_equal(snet_key_public(&key, &public_key), SNET_OK); /* any will do */
    config.server_key = &public_key;
    config.key = &key;
    config.connect = connect_never;
    config.connect_timeout_ns = CONNECT_TIMEOUT_NS;
    snet_socket *socket = snet_dial_start(NULL, &config, NULL);
    assert_non_null(socket);
    snet_key_wipe(&key);
    return socket;
}

/* A pair whose server has a key and a psk; what its sessions and its listener made is looked up. */
static void pair_begin(struct sock_pair *pair)
{
    struct snet_key key;
    struct snet_key server_key;
    struct snet_key psk;
    struct snet_key client_key;
    sock_pair_prepare(pair);
    key_make(NEEDLE_SERVER_KEY, &key);
    key_make(NEEDLE_PSK, &psk);
    key_make(NEEDLE_DONE_KEY, &client_key);
    assert_int_equal(snet_key_public(&key, &server_key), SNET_OK);
    pair->server_config.key = &key;
    pair->server_config.psk = &psk;
    pair->client_config.server_key = &server_key;
    pair->client_config.key = &client_key;
    sock_pair_open(pair);
    snet_key_wipe(&key);
    snet_key_wipe(&psk);
    snet_key_wipe(&client_key);
    snet_loop_lock();
    const struct snet_v3_session *client = snet_v3_session_of(pair->client->session);
    const struct snet_v3_session *server = snet_v3_session_of(pair->server->session);
    const struct snet_credential *credential = &server->of.server.credentials.slots[0];
    needle_set(NEEDLE_RESUME, client->of.client.ticket.secrets->secret);
    assert_true(needle_is_at(NEEDLE_RESUME, credential->secrets->secret));
    needle_set(NEEDLE_RESET_KEY,
               snet_v3_store_of(pair->server->session->server)->cids.keys->reset_key);
    snet_loop_unlock();
}

static void skip_without_wiping(void)
{
    bool wiped = false;
    void *pages = snet_wiped_pages_map(1, &wiped);
    if (pages != NULL) {
        snet_wiped_pages_unmap(pages, 1);
    }
    if (!wiped) {
        print_message("skipped: this kernel has no MADV_WIPEONFORK\n");
        skip();
    }
    memset(proof, 0x77, sizeof proof);
    needle_set(NEEDLE_PROOF, proof);
    if ((needles_search() & (1u << NEEDLE_PROOF)) == 0) {
        print_message("skipped: /proc/self/mem does not show what this process has\n");
        skip();
    }
}

static void fork_leaves_no_long_lived_secret_to_the_child(void **state)
{
    static struct sock_pair pair;
    (void)state;
    skip_without_wiping();
    pair_begin(&pair);
    snet_socket *waiting = dial_nowhere();
    assert_int_equal(needles_search(), NEEDLES_KEPT);
    assert_int_equal(search_child(), 1u << NEEDLE_PROOF);
    assert_int_equal(needles_search(), NEEDLES_KEPT);
    assert_int_equal(snet_close(waiting), 0);
    sock_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fork_leaves_no_long_lived_secret_to_the_child),
    };
    return cmocka_run_group_tests_name("fork_secrets", tests, NULL, NULL);
}
