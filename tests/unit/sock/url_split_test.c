/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/url.h"
#include "tests/support/unit.h"

#include <stdio.h>
#include <string.h>

#define KEY "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"
#define KEY_RAW "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="

struct url_bad {
    const char *url;
    size_t at; /* the character that is to blame, counted from 1 */
    const char *why;
};

static const struct url_bad url_bads[] = {
    {"", 1, "it begins with snet://"},
    {"h:1", 1, "it begins"},
    {"http://h:1", 1, "it begins"},
    {"snet:/h:1", 1, "it begins"},
    {" snet://h:1", 1, "it begins"},
    {"sn%65t://h:1", 1, "it begins"},
    {"snet+tcp://h:1", 1, "it begins"},
    {"snet://", 8, "the port is missing"},
    {"snet://h", 9, "the port is missing"},
    {"snet://h/x:1", 9, "the port is missing"},
    {"snet://h?x=:1", 9, "the port is missing"},
    {"snet://:1", 8, "this is not a host"},
    {"snet://h:", 10, "this is not a port"},
    {"snet://h:0", 10, "this is not a port"},
    {"snet://h:65536", 10, "this is not a port"},
    {"snet://h:184467440737095516161", 10, "this is not a port"},
    {"snet://h:1x", 10, "this is not a port"},
    {"snet://h:+1", 10, "this is not a port"},
    {"snet://h:%20", 10, "this is not a port"},
    {"snet://::1:7000", 8, "this is not a host"},
    {"snet://fe80::1:7000", 13, "an IPv6 address stands in [ ]"},
    {"snet://h%3a1:1", 8, "this is not a host"},
    {"snet://h%2fx:1", 8, "this is not a host"},
    {"snet://h%40x:1", 8, "this is not a host"},
    {"snet://h%20x:1", 8, "this is not a host"},
    {"snet://[::1", 8, "the ] is missing"},
    {"snet://[::1/]:1", 8, "the ] is missing"},
    {"snet://[::1]", 13, "the port is missing"},
    {"snet://[::1]x:1", 16, "the port is missing"},
    {"snet://[h]:1", 8, "this is not a host"},
    {"snet://[]:1", 8, "this is not a host"},
    {"snet://[::1%2]:1", 12, "two hexadecimal digits"},
    {"snet://u:p@h:1", 8, "a name and a password"},
    {"snet://u:@h:1", 8, "a name and a password"},
    {"snet://user@h:1", 8, "before the @"},
    {"snet://@h:1", 8, "before the @"},
    {"snet://" KEY "x@h:1", 8, "before the @"},
    {"snet://" KEY "@", 52, "the port is missing"},
    {"snet://" KEY "@" KEY "@h:1", 52, "this is not a host"},
    {"snet://h:1#x", 11, "a fragment"},
    {"snet://h:1/s?a=b#", 17, "a fragment"},
    {"snet://h:1/a b", 13, "a space or a control"},
    {"snet://h:1/a\nb", 13, "a space or a control"},
    {"snet://h:1/a\x7f", 13, "a space or a control"},
    {"snet://h:1/%0a", 12, "a control character"},
    {"snet://h:1/%00", 12, "a control character"},
    {"snet://h:1/%7F", 12, "a control character"},
    {"snet://h:1/%", 12, "two hexadecimal digits"},
    {"snet://h:1/%2", 12, "two hexadecimal digits"},
    {"snet://h:1/x%2gx", 13, "two hexadecimal digits"},
    {"snet://h:1/%2?x", 12, "two hexadecimal digits"},
    {"snet://h:1?&", 12, "the name of an option"},
    {"snet://h:1?a&", 14, "the name of an option"},
    {"snet://h:1?a&&b", 14, "the name of an option"},
    {"snet://h:1?=b", 12, "the name of an option"},
    {"snet+unix://", 13, "a path that begins with /"},
    {"snet+unix://run/x", 13, "a path that begins with /"},
    {"snet+unix://user@/run/x", 13, "before the @"},
    {"snet+unix://" KEY "@run", 57, "a path that begins with /"},
    {"snet+unix:///a%0a", 15, "a control character"},
};

static void url_refuses_all_that_is_not_one_and_says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof url_bads / sizeof url_bads[0]; i++) {
        const struct url_bad *bad = &url_bads[i];
        struct snet_url url;
        struct snet_error error = {.err = 0};
        char where[64];
        (void)snprintf(where, sizeof where, "wrong at character %zu: ", bad->at);
        const snet_err err = snet_url_split(bad->url, &url, &error);
        if (err != SNET_ERR_URL || strstr(error.text, where) == NULL ||
            strstr(error.text, bad->why) == NULL) {
            fail_msg("'%s': %d %s", bad->url, err, error.text);
        }
        assert_int_equal(snet_url_split(bad->url, &url, NULL), SNET_ERR_URL);
    }
}

static void url_refuses_more_than_2048_characters(void **state)
{
    (void)state;
    char text[SNET_URL_MAX_BYTES + 2];
    struct snet_url url;
    struct snet_error error;
    memset(text, 'x', sizeof text);
    (void)memcpy(text, "snet://h:1/", 11);
    text[SNET_URL_MAX_BYTES] = '\0';
    assert_int_equal(snet_url_split(text, &url, &error), SNET_OK);
    text[SNET_URL_MAX_BYTES] = 'x';
    text[SNET_URL_MAX_BYTES + 1] = '\0';
    assert_int_equal(snet_url_split(text, &url, &error), SNET_ERR_URL);
    assert_non_null(strstr(error.text, "too long"));
}

static void url_refuses_more_options_than_there_are(void **state)
{
    (void)state;
    char text[SNET_URL_MAX_BYTES] = "snet://h:1?a";
    struct snet_url url;
    struct snet_error error;
    for (size_t i = 1; i < SNET_URL_OPTIONS_MAX; i++) {
        (void)strcat(text, "&a");
    }
    assert_int_equal(snet_url_split(text, &url, &error), SNET_OK);
    assert_int_equal(url.option_count, SNET_URL_OPTIONS_MAX);
    (void)strcat(text, "&a");
    assert_int_equal(snet_url_split(text, &url, &error), SNET_ERR_URL);
}

struct url_good {
    const char *url;
    const char *key;
    const char *address;
    const char *service;
    const char *options; /* as "name=value;" each */
};

static const struct url_good url_goods[] = {
    {"snet://h:1", NULL, "h:1", NULL, ""},
    {"SNET://h:65535/", NULL, "h:65535", NULL, ""},
    {"snet://example.org:7000/mail", NULL, "example.org:7000", "mail", ""},
    {"snet://" KEY "@h:1", KEY, "h:1", NULL, ""},
    {"snet://" KEY_RAW "@h:1/s", KEY_RAW, "h:1", "s", ""},
    {"snet://hSDwCYkwp1R0i33ctD73Wg2%2FOg0mOBr066SpjqqbTmo%3D@h:1", KEY_RAW, "h:1", NULL, ""},
    {"snet://" KEY "@[::1]:7000", KEY, "[::1]:7000", NULL, ""},
    {"snet://[fe80::1%25eth0]:7000/s?a=b", NULL, "[fe80::1%eth0]:7000", "s", "a=b;"},
    {"snet://h:%31", NULL, "h:1", NULL, ""},
    {"snet://h:1/a/b%2Fc", NULL, "h:1", "a/b/c", ""},
    {"snet://h:1/a@b", NULL, "h:1", "a@b", ""},
    {"snet://h:1/a%20b%C3%A4", NULL, "h:1", "a b\xc3\xa4", ""},
    {"snet://h:1?", NULL, "h:1", NULL, ""},
    {"snet://h:1/?a", NULL, "h:1", NULL, "a=yes;"},
    {"snet://h:1?a&b=&c=d=e&f=g%26h+i", NULL, "h:1", NULL, "a=yes;b=;c=d=e;f=g&h+i;"},
    {"snet://h:1?a=/x?y:z@w", NULL, "h:1", NULL, "a=/x?y:z@w;"},
    {"snet+unix:///run/x", NULL, "unix:/run/x", NULL, ""},
    {"snet+unix://" KEY "@/run/x%20y?service=s", KEY, "unix:/run/x y", NULL, "service=s;"},
    {"snet+unix:///run/a@b", NULL, "unix:/run/a@b", NULL, ""},
    {"Snet+Unix:///x?y", NULL, "unix:/x", NULL, "y=yes;"},
};

static void same(const char *found, const char *want)
{
    assert_int_equal(found == NULL, want == NULL);
    if (want != NULL) {
        assert_string_equal(found, want);
    }
}

static void url_is_taken_to_its_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof url_goods / sizeof url_goods[0]; i++) {
        const struct url_good *good = &url_goods[i];
        struct snet_url url;
        struct snet_error error;
        char options[128] = "";
        if (snet_url_split(good->url, &url, &error) != SNET_OK) {
            fail_msg("'%s': %s", good->url, error.text);
        }
        same(url.key.text, good->key);
        same(url.address.text, good->address);
        same(url.service.text, good->service);
        for (size_t j = 0; j < url.option_count; j++) {
            (void)snprintf(options + strlen(options), sizeof options - strlen(options), "%s=%s;",
                           url.options[j].name.text, url.options[j].value.text);
        }
        assert_string_equal(options, good->options);
    }
}

static void url_text_is_escaped_and_measured(void **state)
{
    (void)state;
    char small[4] = "";
    char large[32] = "";
    struct snet_url_text text = {small, sizeof small, 0};
    snet_url_put(&text, "ab");
    snet_url_put_escaped(&text, "@c");
    assert_int_equal(text.len, 6);
    assert_string_equal(small, "ab%");
    text = (struct snet_url_text){large, sizeof large, 0};
    snet_url_put_escaped(&text, "a b%@\xc3?#&=+~/");
    assert_string_equal(large, "a%20b%25%40%C3%3F%23%26%3D%2B~/");
    text = (struct snet_url_text){NULL, 0, 0};
    snet_url_put(&text, "ab");
    assert_int_equal(text.len, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(url_refuses_all_that_is_not_one_and_says_where),
        cmocka_unit_test(url_refuses_more_than_2048_characters),
        cmocka_unit_test(url_refuses_more_options_than_there_are),
        cmocka_unit_test(url_is_taken_to_its_pieces),
        cmocka_unit_test(url_text_is_escaped_and_measured),
    };
    return cmocka_run_group_tests_name("url_split", tests, NULL, NULL);
}
