/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "schema/takes.h"

#include "schema/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TAKES_QUOTED_BYTES 40 /* of a value that is not one */
#define TAKES_WORDS_BYTES 160u
#define TAKES_MINUTES_NS (600 * SNET_SECOND_NS) /* from here on minutes are an example */

const char *snet_schema_kind(const struct snet_option *option)
{
    switch (option->type) {
    case SNET_TYPE_TEXT:
        return option->values[0] != '\0' ? option->values : "TEXT";
    case SNET_TYPE_LIST:
        return "TEXT";
    case SNET_TYPE_KEY:
        return "KEY";
    case SNET_TYPE_KEYS:
    case SNET_TYPE_SECRET:
    case SNET_TYPE_SECRETS:
        return "FILE";
    case SNET_TYPE_CHOICE:
    case SNET_TYPE_SET:
        return option->values;
    case SNET_TYPE_COUNT:
        return "COUNT";
    case SNET_TYPE_BYTES:
        return "BYTES";
    case SNET_TYPE_TIME:
        return "TIME";
    case SNET_TYPE_RATE:
        return "RATE";
    default:
        return "";
    }
}

static void takes_words(const struct snet_option *option, char ret_text[TAKES_WORDS_BYTES])
{
    char min[SNET_NUMBER_TEXT_BYTES];
    char max[SNET_NUMBER_TEXT_BYTES];
    const bool never = strcmp(option->values, "never") == 0;
    snet_number_format(option, option->min, min);
    snet_number_format(option, option->max, max);
    switch (option->type) {
    case SNET_TYPE_KEY:
        (void)snprintf(ret_text, TAKES_WORDS_BYTES, "a key, or the name of a file with one");
        break;
    case SNET_TYPE_KEYS:
        (void)snprintf(ret_text, TAKES_WORDS_BYTES, "a key, or the name of a file with keys");
        break;
    case SNET_TYPE_SECRET:
    case SNET_TYPE_SECRETS:
        (void)snprintf(ret_text, TAKES_WORDS_BYTES, "the name of a file");
        break;
    case SNET_TYPE_FLAG:
        (void)snprintf(ret_text, TAKES_WORDS_BYTES, "yes or no");
        break;
    case SNET_TYPE_CHOICE:
        (void)snprintf(ret_text, TAKES_WORDS_BYTES, "one of %s", option->values);
        break;
    case SNET_TYPE_SET:
        (void)snprintf(ret_text, TAKES_WORDS_BYTES, "some of %s, with commas between them",
                       option->values);
        break;
    case SNET_TYPE_TIME:
        (void)snprintf(ret_text, TAKES_WORDS_BYTES, "a time from %.16s to %.16s%s, such as %s", min,
                       max, never ? " or never" : "",
                       option->max < TAKES_MINUTES_NS ? "20ms or 1.5s" : "0.5s or 5m");
        break;
    case SNET_TYPE_BYTES:
        (void)snprintf(ret_text, TAKES_WORDS_BYTES,
                       "a size from %.16s to %.16s, such as 64k or 16M", min, max);
        break;
    case SNET_TYPE_RATE:
        (void)snprintf(ret_text, TAKES_WORDS_BYTES,
                       "a rate from %.16s to %.16s, such as 20k/s or 1M/s", min, max);
        break;
    case SNET_TYPE_COUNT:
        (void)snprintf(ret_text, TAKES_WORDS_BYTES, "a number from %.24s to %.24s", min, max);
        break;
    default:
        (void)snprintf(ret_text, TAKES_WORDS_BYTES,
                       "from %" PRIu64 " to %" PRIu64
                       " characters, none of them a control character",
                       option->min, option->max);
        break;
    }
}

snet_err snet_takes_refuse(const struct snet_option *option, const char *value,
                           struct snet_error *ret_error)
{
    char words[TAKES_WORDS_BYTES];
    takes_words(option, words);
    return snet_error_set(ret_error, SNET_ERR_VALUE, option->name, "%s takes %s%s%.*s%s",
                          option->name, words, value == NULL ? "" : ", not '", TAKES_QUOTED_BYTES,
                          value == NULL ? "" : value, value == NULL ? "" : "'");
}

snet_err snet_takes_refuse_number(const struct snet_option *option, uint64_t number,
                                  struct snet_error *ret_error)
{
    char text[SNET_NUMBER_TEXT_BYTES];
    if (option->type == SNET_TYPE_FLAG || option->type == SNET_TYPE_CHOICE ||
        option->type == SNET_TYPE_SET) {
        (void)snprintf(text, sizeof text, "%" PRIu64, number);
    } else {
        snet_number_format(option, number, text);
    }
    return snet_takes_refuse(option, text, ret_error);
}

snet_err snet_takes_refuse_secret(const struct snet_option *option, struct snet_error *ret_error)
{
    return snet_error_set(ret_error, SNET_ERR_VALUE, option->name,
                          "%s takes the name of a file: a secret itself would be seen in lists of "
                          "processes, logs and histories",
                          option->name);
}

snet_err snet_takes_refuse_more(const struct snet_option *option, struct snet_error *ret_error)
{
    return snet_error_set(ret_error, SNET_ERR_LIMIT, option->name, "%s takes %" PRIu64 " at most",
                          option->name, option->max);
}
