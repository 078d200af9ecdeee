/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/option.h"

#include "sock/schema.h"

#include <string.h>

/* The letters of the table. */
#define OPTION_TABLE(X)                                                                            \
    SNET_SCHEMA(X, SNET_USE_DIAL, SNET_USE_LISTEN, SNET_USE_LIBRARY, SNET_USE_URL,                 \
                SNET_USE_PROGRAM, SNET_USE_UPDATE, SNET_USE_SECURE, SNET_USE_LEGACY)

/* Bytes of the field of each type. */
#define WIDTH_TEXT sizeof(void *)
#define WIDTH_KEY sizeof(void *)
#define WIDTH_KEYS sizeof(void *)
#define WIDTH_SECRET sizeof(void *)
#define WIDTH_SECRETS sizeof(void *)
#define WIDTH_FLAG sizeof(uint32_t)
#define WIDTH_CHOICE sizeof(uint32_t)
#define WIDTH_SET sizeof(uint32_t)
#define WIDTH_COUNT sizeof(uint32_t)
#define WIDTH_BYTES sizeof(uint64_t)
#define WIDTH_TIME sizeof(uint64_t)

#define UNIT_TEXT ""
#define UNIT_KEY ""
#define UNIT_KEYS ""
#define UNIT_SECRET ""
#define UNIT_SECRETS ""
#define UNIT_FLAG ""
#define UNIT_CHOICE ""
#define UNIT_SET ""
#define UNIT_COUNT ""
#define UNIT_BYTES "bytes"
#define UNIT_TIME "ns"

/* Where the count of a list is. */
#define COUNT_TEXT(field) 0
#define COUNT_KEY(field) 0
#define COUNT_KEYS(field) offsetof(struct snet_config, field##_count)
#define COUNT_SECRET(field) 0
#define COUNT_SECRETS(field) offsetof(struct snet_config, field##_count)
#define COUNT_FLAG(field) 0
#define COUNT_CHOICE(field) 0
#define COUNT_SET(field) 0
#define COUNT_COUNT(field) 0
#define COUNT_BYTES(field) 0
#define COUNT_TIME(field) 0

/* clang-format off */
#define OPTION_WIDTH(name, field, type, min, max, values, def, phone, uses, sentence)              \
    _Static_assert(sizeof(((struct snet_config *)NULL)->field) == WIDTH_##type,                    \
                   #field " has the width of its type");
/* NOLINTNEXTLINE(bugprone-sizeof-expression): the width of a pointer is what is asked for. */
OPTION_TABLE(OPTION_WIDTH)
#undef OPTION_WIDTH

#define OPTION_ROW(name, field, type, min, max, values, def, phone, uses, sentence)                \
    {{name, values, def, phone, sentence, min, max, SNET_TYPE_##type, uses, UNIT_##type},          \
     offsetof(struct snet_config, field), COUNT_##type(field)},
static const struct snet_schema_row option_rows[] = {OPTION_TABLE(OPTION_ROW)};
#undef OPTION_ROW
/* clang-format on */

#define OPTION_COUNT (sizeof option_rows / sizeof option_rows[0])

const struct snet_schema *snet_option_schema(void)
{
    static const struct snet_schema schema = {option_rows, OPTION_COUNT};
    return &schema;
}

const struct snet_option *snet_option_at(size_t index)
{
    return index < OPTION_COUNT ? &option_rows[index].option : NULL;
}

const struct snet_option *snet_option_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < OPTION_COUNT; i++) {
        if (strcmp(option_rows[i].option.name, name) == 0) {
            return &option_rows[i].option;
        }
    }
    return NULL;
}
