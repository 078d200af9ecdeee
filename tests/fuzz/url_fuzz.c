/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A URL, up to its first zero. One that is refused changes nothing and gets an error of printable
 * characters that quotes nothing of it; one that is taken means snet/3, is written again, and that
 * is read as the same.
 */
#include <snet/config.h>

#include "tests/fuzz/fuzz.h"

#include <string.h>

#define URL_FUZZ_BYTES (SNET_URL_MAX_BYTES + 64)

/* Whether a sentence quotes the URL: the corpus has this word as hosts, services and values. */
static bool url_fuzz_quotes(const char *url, const char *text)
{
    static const char marker[] = "zqzqzqzqzqzq";
    return strstr(url, marker) != NULL && strstr(text, marker) != NULL;
}

static void url_fuzz_refused(const char *url, const struct snet_config *config,
                             const struct snet_error *error)
{
    struct snet_config fresh = SNET_CONFIG_INIT;
    fresh.wires = SNET_WIRE_2;
    fresh.pad_bytes = 7;
    FUZZ_CHECK(memcmp(config, &fresh, sizeof fresh) == 0);
    FUZZ_CHECK(error->err != SNET_OK);
    FUZZ_CHECK(error->text[0] != '\0');
    FUZZ_CHECK(memchr(error->text, '\0', sizeof error->text) != NULL);
    FUZZ_CHECK(memchr(error->option, '\0', sizeof error->option) != NULL);
    for (const char *at = error->text; *at != '\0'; at++) {
        FUZZ_CHECK((unsigned char)*at >= ' ' && *at != '\x7f');
    }
    FUZZ_CHECK(!url_fuzz_quotes(url, error->text));
}

/* Numbers and texts of both are the same; pointers need not be. */
static void url_fuzz_same(const struct snet_config *left, const struct snet_config *right)
{
    char texts[2][SNET_URL_MAX_BYTES];
    size_t len = 0;
    for (size_t i = 0; snet_option_at(i) != NULL; i++) {
        const char *name = snet_option_at(i)->name;
        FUZZ_CHECK(snet_config_get(left, name, texts[0], sizeof texts[0], &len) == SNET_OK);
        FUZZ_CHECK(snet_config_get(right, name, texts[1], sizeof texts[1], &len) == SNET_OK);
        FUZZ_CHECK(strcmp(texts[0], texts[1]) == 0);
    }
}

static void url_fuzz_taken(const struct snet_config *config)
{
    struct snet_config again = SNET_CONFIG_INIT;
    struct snet_error error;
    char text[4 * SNET_URL_MAX_BYTES];
    size_t len = 0;
    FUZZ_CHECK(config->wires == SNET_WIRE_DEFAULT && config->plain == 0);
    FUZZ_CHECK(config->key == NULL && config->psk == NULL && config->authorized == NULL);
    FUZZ_CHECK(snet_config_format_url(config, text, sizeof text, &len) == SNET_OK);
    FUZZ_CHECK(len == strlen(text));
    /* What was raw in a URL may be escaped in another, and that too long. */
    if (len <= SNET_URL_MAX_BYTES) {
        FUZZ_CHECK(snet_config_parse_url(&again, text, &error) == SNET_OK);
        url_fuzz_same(config, &again);
    }
    snet_config_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char url[URL_FUZZ_BYTES] = "";
    struct snet_error error = {.err = SNET_OK};
    struct snet_config config = SNET_CONFIG_INIT;
    config.wires = SNET_WIRE_2;
    config.pad_bytes = 7;
    memcpy(url, data, len < sizeof url ? len : sizeof url - 1);
    if (snet_config_parse_url(&config, url, &error) == SNET_OK) {
        url_fuzz_taken(&config);
    } else {
        url_fuzz_refused(url, &config, &error);
    }
    snet_config_clear(&config);
    return 0;
}
