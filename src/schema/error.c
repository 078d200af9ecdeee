/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/schema.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ERROR_ASCII_FIRST 0x20u
#define ERROR_ASCII_LAST 0x7eu

/* Length of the longest part of `text` that ends with a whole character of UTF-8. */
static size_t error_whole_len(const char *text)
{
    const size_t len = strlen(text);
    size_t tail = 0; /* bytes of the last character behind its first */
    while (tail < len && tail < 3 && ((uint8_t)text[len - 1 - tail] & 0xC0u) == 0x80u) {
        tail++;
    }
    if (tail == len) {
        return len;
    }
    const uint8_t first = (uint8_t)text[len - 1 - tail];
    const size_t want = first < 0xC0u ? 0 : first < 0xE0u ? 1 : first < 0xF0u ? 2 : 3;
    return tail < want ? len - 1 - tail : len;
}

/* Names of files and values of options may hold anything; a log and a terminal get none of it. */
static void error_make_printable(char *text)
{
    text[error_whole_len(text)] = '\0';
    for (size_t i = 0; text[i] != '\0'; i++) {
        const uint8_t byte = (uint8_t)text[i];
        if (byte < ERROR_ASCII_FIRST || byte == ERROR_ASCII_LAST + 1) {
            text[i] = '?';
        }
    }
}

snet_err snet_error_set(struct snet_error *ret_error, snet_err err, const char *option,
                        const char *format, ...)
{
    if (ret_error != NULL) {
        va_list args;
        va_start(args, format);
        *ret_error = (struct snet_error){.err = err};
        (void)snprintf(ret_error->option, sizeof ret_error->option, "%s",
                       option == NULL ? "" : option);
        (void)vsnprintf(ret_error->text, sizeof ret_error->text, format, args);
        va_end(args);
        error_make_printable(ret_error->option);
        error_make_printable(ret_error->text);
    }
    return err;
}

snet_err snet_error_set_os(struct snet_error *ret_error, int os_err, const char *what,
                           const char *name)
{
    const int limit = (int)(SNET_ERROR_TEXT_BYTES / 2); /* the reason is still to be seen */
    (void)snet_error_set(ret_error, SNET_ERR_OS, NULL, "%.*s %.*s: %s", limit, what, limit, name,
                         strerror(os_err));
    if (ret_error != NULL) {
        ret_error->os_err = os_err;
    }
    return SNET_ERR_OS;
}

void snet_error_blame(struct snet_error *ret_error, const char *option)
{
    if (ret_error != NULL) {
        (void)snprintf(ret_error->option, sizeof ret_error->option, "%s", option);
    }
}
