/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/address_hint.h"

#include <snet/stream.h>

#include "tests/support/unit.h"

#include <string.h>

static void hint_names_the_mistake(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *hint; /* a part of it */
    } rows[] = {
        {"::1:7000", "in brackets"},
        {"fe80::1", "in brackets"},
        {"http://h:1", "of URLs"},
        {"snet://key", "of URLs"},
        {"localhost", "port is missing"},
        {"[::1]", "port is missing"},
        {"", "port is missing"},
        {"h:99999", "at most 65535"},
        {"h:1000000", "at most 65535"},
        {"h:http", "an address is"},
        {"h:", "an address is"},
        {"unix:", "needs a path"},
        {"unix:/"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "at most 107"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_not_equal(snet_stream_address_check(rows[i].text), SNET_OK);
        assert_non_null(strstr(snet_address_hint(rows[i].text), rows[i].hint));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hint_names_the_mistake)};
    return cmocka_run_group_tests_name("address_hint", tests, NULL, NULL);
}
