/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/keys.h"

#include "tests/support/capture.h"
#include "tests/support/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_A "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define KEY_B "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PATH_BYTES 64u
#define OUT_BYTES 1024u

struct fixture {
    char folder[PATH_BYTES];
    char a[PATH_BYTES]; /* KEY_A, for its owner */
    char b[PATH_BYTES]; /* KEY_B, for everybody */
    struct snet_options options;
    struct snet_keys_server server;
    struct snet_keys_client client;
};

static void fixture_write(char *ret_path, const char *folder, const char *name, mode_t mode)
{
    (void)snprintf(ret_path, PATH_BYTES, "%.50s/%s", folder, name);
    FILE *file = fopen(ret_path, "w");
    assert_non_null(file);
    (void)fprintf(file, "%s\n", name[0] == 'a' ? KEY_A : KEY_B);
    assert_int_equal(fchmod(fileno(file), mode), 0);
    assert_int_equal(fclose(file), 0);
}

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){
        .folder = "/tmp/snet-keys-XXXXXX",
        .options = {.log = {.command = "connect"}, .wires = SNET_WIRES_SECURE},
    };
    assert_non_null(mkdtemp(fixture->folder));
    fixture_write(fixture->a, fixture->folder, "a", 0600);
    fixture_write(fixture->b, fixture->folder, "b", 0644);
}

static void fixture_deinit(struct fixture *fixture)
{
    assert_int_equal(unlink(fixture->a), 0);
    assert_int_equal(unlink(fixture->b), 0);
    assert_int_equal(rmdir(fixture->folder), 0);
}

/* Loads the keys of a server, or of a client: refused with `code` in one line that has `what`. */
static void refuses(struct fixture *fixture, bool server, int code, const char *what)
{
    static const struct snet_keys_server no_server;
    static const struct snet_keys_client no_client;
    struct test_capture capture;
    char out[OUT_BYTES];
    test_capture_begin(&capture);
    const int got = server ? snet_keys_load_server(&fixture->server, &fixture->options)
                           : snet_keys_load_client(&fixture->client, &fixture->options);
    (void)test_capture_end(&capture, out, sizeof out);
    assert_int_equal(got, code);
    assert_non_null(strstr(out, what));
    assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
    /* What was read before the fault is wiped. */
    assert_memory_equal(&fixture->server, &no_server, sizeof no_server);
    assert_memory_equal(&fixture->client, &no_client, sizeof no_client);
    fixture->options.secure = (struct snet_options_secure){.given = NULL};
}

static void keys_refuse_a_server_whose_files_are_no_good(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_options_secure *secure = &fixture.options.secure;
    fixture_init(&fixture);
    secure->keys[0] = fixture.a;
    secure->keys[1] = fixture.b;
    secure->key_count = 2;
    refuses(&fixture, true, SNET_EXIT_NO_INPUT, "chmod 600");
    secure->keys[0] = fixture.a;
    secure->key_count = 1;
    secure->psks[0] = fixture.b;
    secure->psk_count = 1;
    refuses(&fixture, true, SNET_EXIT_NO_INPUT, "chmod 600");
    secure->keys[0] = fixture.a;
    secure->key_count = 1;
    secure->authorized = fixture.folder;
    refuses(&fixture, true, SNET_EXIT_NO_INPUT, "Is a directory");
    fixture_deinit(&fixture);
}

static void keys_refuse_a_client_without_a_way_to_know_the_server(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_options_secure *secure = &fixture.options.secure;
    fixture_init(&fixture);
    refuses(&fixture, false, SNET_EXIT_USAGE, "snet serve prints");
    secure->client_key = fixture.a;
    refuses(&fixture, false, SNET_EXIT_USAGE, "needs --server-key");
    secure->psk_count = 2;
    refuses(&fixture, false, SNET_EXIT_USAGE, "one --psk");
    secure->psk_count = 1;
    secure->server_key = KEY_A;
    refuses(&fixture, false, SNET_EXIT_USAGE, "--psk stands in place");
    secure->server_key = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=";
    refuses(&fixture, false, SNET_EXIT_NO_INPUT, "neither a key");
    secure->server_key = KEY_A;
    secure->client_key = fixture.b;
    refuses(&fixture, false, SNET_EXIT_NO_INPUT, "chmod 600");
    fixture_deinit(&fixture);
}

static void keys_are_not_looked_for_without_the_secure_wire(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture.options.wires = SNET_WIRES_LEGACY;
    assert_int_equal(snet_keys_load_server(&fixture.server, &fixture.options), SNET_EXIT_OK);
    assert_int_equal(snet_keys_load_client(&fixture.client, &fixture.options), SNET_EXIT_OK);
    assert_int_equal(fixture.server.secret_count, 0);
    assert_null(snet_keys_of_client(&fixture.client).server);
    fixture_deinit(&fixture);
}

static void keys_of_a_server_without_any_are_made_for_this_run(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(snet_keys_load_server(&fixture.server, &fixture.options), SNET_EXIT_OK);
    assert_true(fixture.server.temporary);
    const struct snet_key first = fixture.server.secrets[0];
    snet_keys_wipe_server(&fixture.server);
    assert_int_equal(fixture.server.secrets[0].bytes[0], 0);
    assert_int_equal(snet_keys_load_server(&fixture.server, &fixture.options), SNET_EXIT_OK);
    assert_memory_not_equal(&first, &fixture.server.secrets[0], sizeof first);
    snet_keys_wipe_server(&fixture.server);
    /* A shared secret is enough, unless clients are to come with keys of their own. */
    fixture.options.secure.psks[0] = fixture.a;
    fixture.options.secure.psk_count = 1;
    assert_int_equal(snet_keys_load_server(&fixture.server, &fixture.options), SNET_EXIT_OK);
    assert_false(fixture.server.temporary);
    assert_int_equal(fixture.server.secret_count, 0);
    snet_keys_wipe_server(&fixture.server);
    fixture.options.secure.authorized = fixture.b;
    assert_int_equal(snet_keys_load_server(&fixture.server, &fixture.options), SNET_EXIT_OK);
    assert_true(fixture.server.temporary);
    snet_keys_wipe_server(&fixture.server);
    fixture_deinit(&fixture);
}

static void keys_of_a_server_come_in_the_order_of_the_options(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_options_secure *secure = &fixture.options.secure;
    fixture_init(&fixture);
    assert_int_equal(chmod(fixture.b, 0400), 0);
    secure->keys[0] = fixture.b;
    secure->keys[1] = fixture.a;
    secure->key_count = 2;
    secure->psks[0] = fixture.a;
    secure->psk_count = 1;
    secure->authorized = fixture.b;
    secure->node_id = 7;
    assert_int_equal(snet_keys_load_server(&fixture.server, &fixture.options), SNET_EXIT_OK);
    const struct snet_server_keys keys = snet_keys_of_server(&fixture.server, &fixture.options);
    assert_int_equal(keys.secret_count, 2);
    assert_int_equal(keys.secrets[0].bytes[0], 2);
    assert_int_equal(keys.secrets[1].bytes[0], 1);
    assert_int_equal(keys.psk_count, 1);
    assert_int_equal(keys.psks[0].bytes[0], 1);
    assert_int_equal(keys.authorized_count, 1);
    assert_int_equal(keys.authorized[0].bytes[0], 2);
    assert_int_equal(keys.node_id, 7);
    snet_keys_wipe_server(&fixture.server);
    fixture_deinit(&fixture);
}

static void keys_of_a_client_are_those_that_were_given(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_options_secure *secure = &fixture.options.secure;
    fixture_init(&fixture);
    secure->server_key = KEY_B;
    assert_int_equal(snet_keys_load_client(&fixture.client, &fixture.options), SNET_EXIT_OK);
    struct snet_client_keys keys = snet_keys_of_client(&fixture.client);
    assert_int_equal(keys.server->bytes[0], 2);
    assert_null(keys.client_secret);
    assert_null(keys.psk);
    secure->server_key = fixture.b;
    secure->client_key = fixture.a;
    assert_int_equal(snet_keys_load_client(&fixture.client, &fixture.options), SNET_EXIT_OK);
    keys = snet_keys_of_client(&fixture.client);
    assert_int_equal(keys.server->bytes[0], 2);
    assert_int_equal(keys.client_secret->bytes[0], 1);
    snet_keys_wipe_client(&fixture.client);
    *secure = (struct snet_options_secure){.psks = {fixture.a}, .psk_count = 1};
    assert_int_equal(snet_keys_load_client(&fixture.client, &fixture.options), SNET_EXIT_OK);
    keys = snet_keys_of_client(&fixture.client);
    assert_null(keys.server);
    assert_int_equal(keys.psk->bytes[0], 1);
    snet_keys_wipe_client(&fixture.client);
    assert_int_equal(fixture.client.psk.bytes[0], 0);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_refuse_a_server_whose_files_are_no_good),
        cmocka_unit_test(keys_refuse_a_client_without_a_way_to_know_the_server),
        cmocka_unit_test(keys_are_not_looked_for_without_the_secure_wire),
        cmocka_unit_test(keys_of_a_server_without_any_are_made_for_this_run),
        cmocka_unit_test(keys_of_a_server_come_in_the_order_of_the_options),
        cmocka_unit_test(keys_of_a_client_are_those_that_were_given),
    };
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
