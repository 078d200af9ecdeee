/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/error.h>

#include <stddef.h>

_Static_assert(sizeof(struct snet_error) == 256, "struct snet_error never grows");

struct error_entry {
    int32_t err;
    enum snet_err_class err_class;
    const char *name;
    const char *message;
};

/* clang-format off */
static const struct error_entry error_table[] = {
    {SNET_OK, SNET_CLASS_OK, "OK", "no error"},
#define ERROR_ENTRY(name, number, class_name, message)                                             \
    {SNET_ERR_##name, SNET_CLASS_##class_name, #name, message},
    SNET_ERR_MAP(ERROR_ENTRY)
#undef ERROR_ENTRY
};
/* clang-format on */

static const struct error_entry *error_find(int32_t err)
{
    for (size_t i = 0; i < sizeof error_table / sizeof error_table[0]; i++) {
        if (error_table[i].err == err) {
            return &error_table[i];
        }
    }
    return NULL;
}

enum snet_err_class snet_err_class_of(int32_t err)
{
    const struct error_entry *entry = error_find(err);
    return entry == NULL ? SNET_CLASS_BUG : entry->err_class;
}

const char *snet_err_name(int32_t err)
{
    const struct error_entry *entry = error_find(err);
    return entry == NULL ? "UNKNOWN" : entry->name;
}

const char *snet_err_message(int32_t err)
{
    const struct error_entry *entry = error_find(err);
    return entry == NULL ? "an error number that is not in the list" : entry->message;
}
