/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What stands behind the options of snet, for programs that have options of their own beside the
 * library's: errors that explain themselves, key files, and tables of options.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Thread: any, but one at a time for each object.
 */
#ifndef SNET_SCHEMA_H
#define SNET_SCHEMA_H

#include <snet/config.h>
#include <snet/error.h>
#include <snet/key.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SNET_PRINTF_4 __attribute__((format(printf, 4, 5)))
#else
#define SNET_PRINTF_4
#endif

/* --- Errors ---------------------------------------------------------------------------------- */

/*
 * Writes an error with a sentence in the manner of printf, cut to its place; what is not printable
 * in it becomes '?'. `option` may be NULL, and so may `ret_error`. Returns `err`.
 */
SNET_API SNET_PRINTF_4 snet_err snet_error_set(struct snet_error *ret_error, snet_err err,
                                               const char *option, const char *format, ...);
/*
 * The same for a call of the system that failed with `os_err`, as "WHAT NAME: REASON", with each of
 * the first two cut to half of the place. Returns SNET_ERR_OS.
 */
SNET_API snet_err snet_error_set_os(struct snet_error *ret_error, int os_err, const char *what,
                                    const char *name);
/* Says to which option an error belongs that a function has written without one. Accepts NULL. */
SNET_API void snet_error_blame(struct snet_error *ret_error, const char *option);

/* --- Key files ------------------------------------------------------------------------------- */

#define SNET_KEY_FILE_BYTES_MAX 4096u /* of a file with one key */
#define SNET_KEY_FILE_LINE_MAX 256u
#define SNET_KEY_FILE_TEXT_BYTES 160u /* of the text of one, with its zero */
#define SNET_KEY_NAME_BYTES 33u       /* with the zero; longer names are cut */

/*
 * Writes what snet_key_write_file writes: a line that says which kind of key it is, and with a
 * secret one its public key; then the key. Of a secret the text is as secret as the key. Errors:
 * CRYPTO, INVALID (NULL, or no SNET_KEY_x).
 */
SNET_API SNET_MUST_USE snet_err snet_key_file_format(uint32_t kind, const struct snet_key *key,
                                                     char ret_text[SNET_KEY_FILE_TEXT_BYTES]);

/* Public keys with the names behind them, in the order of their file. */
struct snet_key_list {
    struct snet_key *keys;
    char (*names)[SNET_KEY_NAME_BYTES]; /* empty for keys without one */
    size_t count;
};

/*
 * Reads a file of public keys, at least one and at most `max`, each in a line with the name that
 * stands behind it. The list is given back by snet_key_list_deinit. Errors: OS with `os_err` (it
 * cannot be read), KEY (what is wrong in which line, or no key), LIMIT, NO_MEMORY, INVALID (NULL).
 */
SNET_API SNET_MUST_USE snet_err snet_key_list_read_file(const char *path, size_t max,
                                                        struct snet_key_list *ret_list,
                                                        struct snet_error *ret_error);
/* The name behind the first key that is the same; empty without one, and for an unlisted key. */
SNET_API const char *snet_key_list_name(const struct snet_key_list *list,
                                        const struct snet_key *key);
/* Frees what a list holds; it is empty then. Accepts NULL. */
SNET_API void snet_key_list_deinit(struct snet_key_list *list);

/* --- Tables of options ----------------------------------------------------------------------- */

/*
 * An option of a program's: what <snet/config.h> says of one, and where its value is. The field of
 * an object that holds it has 4 bytes for FLAG, CHOICE, SET and COUNT, 8 for BYTES, TIME
 * and RATE, and is a pointer for all others; 0 or NULL is the default. The fields of KEYS, SECRETS
 * and LIST have a count of uint32_t beside them.
 *
 * "0" where that is not the default is kept as the least there is, 1. A FLAG whose `max` is 2 holds
 * 2 for "no", and 0 for what is the default.
 */
struct snet_schema_row {
    struct snet_option option;
    uint32_t offset;       /* of the field in its object */
    uint32_t count_offset; /* of the count beside it; 0 for none */
};

struct snet_schema {
    const struct snet_schema_row *rows;
    size_t row_count;
};

/*
 * The row of an option, by its name. NULL when there is none; the error is then OPTION, and names
 * the option that was meant, if one is near.
 */
SNET_API const struct snet_schema_row *
snet_schema_find(const struct snet_schema *schema, const char *name, struct snet_error *ret_error);

/*
 * Sets an option of `object` to what a text says: lists add to what they have, everything else
 * replaces it. A KEY is the key or the name of a file with one, KEYS likewise with a file of many,
 * and SECRET and SECRETS are names of files; files are read at once. Copies are kept in
 * `*store`, which is made when it is NULL, and never move.
 *
 * Errors: VALUE (not a value of this option, or out of its bounds), LIMIT (the list is full), those
 * of snet_key_read_file and snet_key_list_read_file, NO_MEMORY; the object is then as it was.
 * `ret_error` names the option, says what it takes, and quotes no value that may be a secret.
 */
SNET_API SNET_MUST_USE snet_err snet_schema_set(const struct snet_schema_row *row, void *object,
                                                struct snet_store **store, const char *value,
                                                struct snet_error *ret_error);
/* The same for a key that the program has; SECRET and SECRETS take a secret, KEY and KEYS
   a public one. Errors: INVALID (it takes no keys), LIMIT, NO_MEMORY. */
SNET_API SNET_MUST_USE snet_err snet_schema_set_key(const struct snet_schema_row *row, void *object,
                                                    struct snet_store **store,
                                                    const struct snet_key *key,
                                                    struct snet_error *ret_error);

/* Whether an option of `object` is set: not 0, not NULL. */
SNET_API bool snet_schema_is_set(const struct snet_schema_row *row, const void *object);
/* What the field of an option holds, as a number; of a pointer, whether it is there. */
SNET_API uint64_t snet_schema_number(const struct snet_schema_row *row, const void *object);
/* Changes the field of an option whose values are numbers, without a look at its bounds. */
SNET_API void snet_schema_set_number(const struct snet_schema_row *row, void *object,
                                     uint64_t number);

/*
 * Writes the value of an option, or its default, as a text that snet_schema_set takes again. Of
 * secrets that is "set" or "", of KEYS without a key "nobody". At most `size` bytes are written,
 * with a zero. Returns the length of the whole text without it.
 */
SNET_API size_t snet_schema_get(const struct snet_schema_row *row, const void *object,
                                char *ret_text, size_t size);

/*
 * Whether what `object` holds is a value of the option, as a program may have put it there. Errors:
 * VALUE, LIMIT (too many in a list), INVALID (a count without items).
 */
SNET_API SNET_MUST_USE snet_err snet_schema_check(const struct snet_schema_row *row,
                                                  const void *object, struct snet_error *ret_error);

/* What stands for a value in the option's field, of options whose values are numbers. Errors:
   VALUE, also for others. */
SNET_API SNET_MUST_USE snet_err snet_schema_parse(const struct snet_option *option,
                                                  const char *value, uint64_t *ret_number,
                                                  struct snet_error *ret_error);
/* Writes such a number as snet_schema_parse takes it, cut to `size` with its zero. */
SNET_API void snet_schema_format(const struct snet_option *option, uint64_t number, char *ret_text,
                                 size_t size);
/* What an option takes, for help texts: "TIME", "BYTES", "FILE", "1|2|3", empty for flags; static
   storage, or the option's. */
SNET_API const char *snet_schema_kind(const struct snet_option *option);

/* Takes what `more` keeps over into `store`, so that it lives as long. Both may be NULL inside. */
SNET_API void snet_store_merge(struct snet_store **store, struct snet_store **more);
/* Wipes and frees what a store keeps; it is NULL then. */
SNET_API void snet_store_free(struct snet_store **store);

#ifdef __cplusplus
}
#endif
#endif
