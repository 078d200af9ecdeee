/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "schema/field.h"

#include "schema/number.h"

bool snet_field_is_list(uint32_t type)
{
    return type == SNET_TYPE_KEYS || type == SNET_TYPE_SECRETS || type == SNET_TYPE_LIST;
}

bool snet_field_is_secret(uint32_t type)
{
    return type == SNET_TYPE_SECRET || type == SNET_TYPE_SECRETS;
}

bool snet_field_is_key(uint32_t type)
{
    return type == SNET_TYPE_KEY || type == SNET_TYPE_KEYS || snet_field_is_secret(type);
}

static const void *field_at(const void *object, uint32_t offset)
{
    return (const uint8_t *)object + offset;
}

static void *field_in(void *object, uint32_t offset)
{
    return (uint8_t *)object + offset;
}

static bool field_is_wide(uint32_t type)
{
    return type == SNET_TYPE_BYTES || type == SNET_TYPE_TIME || type == SNET_TYPE_RATE;
}

const void *snet_field_pointer(const struct snet_schema_row *row, const void *object)
{
    return *(const void *const *)field_at(object, row->offset);
}

uint32_t snet_field_count(const struct snet_schema_row *row, const void *object)
{
    const bool there = snet_field_pointer(row, object) != NULL;
    if (!snet_field_is_list(row->option.type)) {
        return there;
    }
    const uint32_t count = *(const uint32_t *)field_at(object, row->count_offset);
    return count == 0 && there && row->option.min > 0 ? 1 : count;
}

void snet_field_put(const struct snet_schema_row *row, void *object, const void *pointer,
                    uint32_t count)
{
    *(const void **)field_in(object, row->offset) = pointer;
    if (snet_field_is_list(row->option.type)) {
        *(uint32_t *)field_in(object, row->count_offset) = count;
    }
}

uint64_t snet_schema_number(const struct snet_schema_row *row, const void *object)
{
    const void *field = field_at(object, row->offset);
    if (!snet_number_is(row->option.type)) {
        return snet_field_pointer(row, object) != NULL;
    }
    return field_is_wide(row->option.type) ? *(const uint64_t *)field : *(const uint32_t *)field;
}

void snet_schema_set_number(const struct snet_schema_row *row, void *object, uint64_t number)
{
    void *field = field_in(object, row->offset);
    if (field_is_wide(row->option.type)) {
        *(uint64_t *)field = number;
    } else if (snet_number_is(row->option.type)) {
        *(uint32_t *)field = (uint32_t)number;
    }
}

bool snet_schema_is_set(const struct snet_schema_row *row, const void *object)
{
    return snet_schema_number(row, object) != 0;
}
