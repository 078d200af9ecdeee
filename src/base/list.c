/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/list.h"

#include "base/assert.h"

void snet_list_init(struct snet_list *list)
{
    list->head.prev = &list->head;
    list->head.next = &list->head;
    list->count = 0;
}

void snet_list_push(struct snet_list *list, struct snet_list_node *node)
{
    SNET_ASSERT(node->next == NULL);
    struct snet_list_node *last = list->head.prev;
    node->prev = last;
    node->next = &list->head;
    last->next = node;
    list->head.prev = node;
    list->count++;
}

void snet_list_remove(struct snet_list *list, struct snet_list_node *node)
{
    if (node->next == NULL) {
        return;
    }
    SNET_ASSERT(list->count > 0);
    node->prev->next = node->next;
    node->next->prev = node->prev;
    *node = (struct snet_list_node){0};
    list->count--;
}

struct snet_list_node *snet_list_first(const struct snet_list *list)
{
    return list->count == 0 ? NULL : list->head.next;
}

struct snet_list_node *snet_list_next(const struct snet_list *list,
                                      const struct snet_list_node *node)
{
    return node->next == &list->head ? NULL : node->next;
}

bool snet_list_contains(const struct snet_list_node *node)
{
    return node->next != NULL;
}
