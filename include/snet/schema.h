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

/* Texts given one after the other, for SNET_TYPE_LIST; they are borrowed. */
#define SNET_TEXT_LIST_MAX 16u
struct snet_text_list {
    const char *texts[SNET_TEXT_LIST_MAX];
    size_t count;
};

/* An option and where its value is in a struct. A table of rows is one program's; static storage.
 */
struct snet_schema_row {
    struct snet_option option;
    size_t offset;
};

/* The row of that name among `count`, or NULL. */
SNET_API const struct snet_schema_row *snet_schema_find(const struct snet_schema_row *rows,
                                                        size_t count, const char *name);

/*
 * Reads the value of a FLAG, CHOICE, SET, COUNT, BYTES or TIME from a text. Zero, where it is
 * allowed and not the default, becomes the least there is, since a zero in a struct means the
 * default. Errors: VALUE, with a sentence that says what is wanted.
 */
SNET_API SNET_MUST_USE snet_err snet_schema_parse(const struct snet_option *option,
                                                  const char *text, uint64_t *ret_value,
                                                  struct snet_error *ret_error);
/* Writes such a value as snet_schema_parse reads it. */
SNET_API void snet_schema_format(const struct snet_option *option, uint64_t value, char *ret_text,
                                 size_t size);
/* Whether a value in a struct is the default or within its bounds. Errors: VALUE. */
SNET_API SNET_MUST_USE snet_err snet_schema_check(const struct snet_option *option, uint64_t value,
                                                  struct snet_error *ret_error);

/* Reads and writes the value of such an option in the struct at `base`. */
SNET_API uint64_t snet_schema_load(const struct snet_schema_row *row, const void *base);
SNET_API void snet_schema_store(const struct snet_schema_row *row, void *base, uint64_t value);
/*
 * Sets an option of the struct at `base` from a text. TEXT and LIST borrow the text. Errors: VALUE,
 * LIMIT (the list is full), UNSUPPORTED (keys, which the library's config keeps).
 */
SNET_API snet_err snet_schema_set(const struct snet_schema_row *row, void *base, const char *text,
                                  struct snet_error *ret_error);

#ifdef __cplusplus
}
#endif
#endif
