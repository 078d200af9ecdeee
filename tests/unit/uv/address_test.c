/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/address.h"

#include "tests/support/unit.h"

#include <string.h>

static void address_refuses_what_is_not_one(void **state)
{
    static const char *const bad[] = {
        "",         ":",     "host",     "host:",     "host:x", "host:65536",       "host:-1",
        "host:1:2", "[::1]", "[::1:80",  "[::1]80",   "[]:80",  "::1:80",           "host:80 ",
        " host:80", "unix:", "host:+80", "host:0x50", "[::1]:", "[::1]:9999999999",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (snet_stream_address_check(bad[i]) != SNET_ERR_ADDRESS) {
            fail_msg("'%s' was taken for an address", bad[i]);
        }
    }
    char longer[SNET_STREAM_ADDRESS_MAX_BYTES + 20];
    memset(longer, 'a', sizeof longer);
    memcpy(longer + sizeof longer - 4, ":80", 4); /* with its zero */
    assert_int_equal(snet_stream_address_check(longer), SNET_ERR_ADDRESS);
    /* 107 characters are the longest path of a unix socket. */
    memcpy(longer, "unix:", 5);
    longer[5 + 108] = '\0';
    assert_int_equal(snet_stream_address_check(longer), SNET_ERR_ADDRESS);
    longer[5 + 107] = '\0';
    assert_int_equal(snet_stream_address_check(longer), SNET_OK);
}

struct address_row {
    const char *text;
    const char *host;
    const char *port;
    bool local;
};

static void address_takes_every_form(void **state)
{
    static const struct address_row rows[] = {
        {"example.org:443", "example.org", "443", false},
        {"127.0.0.1:1", "127.0.0.1", "1", false},
        {"[::1]:65535", "::1", "65535", false},
        {":7000", "", "7000", false},
        {":0", "", "0", false},
        {"unix:/run/x.sock", "/run/x.sock", "", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct snet_address address;
        assert_int_equal(snet_address_parse(rows[i].text, &address), SNET_OK);
        assert_string_equal(address.host, rows[i].host);
        assert_int_equal(address.local, rows[i].local);
        if (!address.local) {
            assert_string_equal(address.port, rows[i].port);
        }
    }
}

static void address_that_is_numeric_comes_back_as_typed(void **state)
{
    static const char *const texts[] = {"127.0.0.1:80", "[::1]:443"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct snet_address address;
        struct sockaddr_storage socket;
        char text[SNET_STREAM_ADDRESS_MAX_BYTES];
        assert_int_equal(snet_address_parse(texts[i], &address), SNET_OK);
        assert_true(snet_address_numeric(&address, &socket));
        snet_address_format(&socket, text, sizeof text);
        assert_string_equal(text, texts[i]);
    }
    struct snet_address name;
    struct sockaddr_storage socket;
    assert_int_equal(snet_address_parse("localhost:80", &name), SNET_OK);
    assert_false(snet_address_numeric(&name, &socket));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(address_refuses_what_is_not_one),
        cmocka_unit_test(address_takes_every_form),
        cmocka_unit_test(address_that_is_numeric_comes_back_as_typed),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
