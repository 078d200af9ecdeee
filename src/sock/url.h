/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * URLs by themselves: what stands where in one. What its options mean is not known here.
 *
 * Ownership: the caller's struct, which holds all texts. Thread: any.
 */
#ifndef SNET_SOCK_URL_H
#define SNET_SOCK_URL_H

#include <snet/config.h>

#include <stdbool.h>

#define SNET_URL_OPTIONS_MAX 64u /* there are not as many to set */

/* A part of a URL, after %HH: a text inside the URL's struct. */
struct snet_url_part {
    const char *text; /* NULL: not there */
    size_t at;        /* where it begins in the URL, counted from 1 */
};

struct snet_url_option {
    struct snet_url_part name;
    struct snet_url_part value; /* "yes" where the URL has none */
};

struct snet_url {
    struct snet_url_part key;     /* before the @ */
    struct snet_url_part address; /* as calls take it: HOST:PORT, [IPv6]:PORT or unix:PATH */
    struct snet_url_part service;
    struct snet_url_option options[SNET_URL_OPTIONS_MAX];
    size_t option_count;
    size_t used; /* of `texts` */
    char texts[2 * SNET_URL_MAX_BYTES];
};

/* Takes a URL to pieces. Errors: URL, and the sentence has the character that is to blame. */
SNET_MUST_USE snet_err snet_url_split(const char *text, struct snet_url *ret_url,
                                      struct snet_error *ret_error);

/* A text that is being made, and as much of it as there is room for. */
struct snet_url_text {
    char *text;
    size_t size;
    size_t len; /* of all of it, without the zero */
};
/* Adds a text as it is, or with %HH for what a URL would read in another way. */
void snet_url_put(struct snet_url_text *text, const char *part);
void snet_url_put_escaped(struct snet_url_text *text, const char *part);

#endif
