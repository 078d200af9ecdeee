/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Intrusive doubly linked list. A node is embedded in its object and is in at most one list; a
 * zeroed node is in none. Every operation takes constant time.
 *
 * Ownership: lists borrow nodes. Thread: that of the objects.
 */
#ifndef SNET_BASE_LIST_H
#define SNET_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct snet_list_node {
    struct snet_list_node *prev;
    struct snet_list_node *next;
};

/* The head is a node of its own; see snet_list_init. */
struct snet_list {
    struct snet_list_node head;
    size_t count;
};

/* The object that embeds `node` as `member`. */
#define SNET_CONTAINER(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

void snet_list_init(struct snet_list *list);
/* Appends a node that is in no list. */
void snet_list_push(struct snet_list *list, struct snet_list_node *node);
/* Takes the node out of `list`; does nothing when it is in no list. */
void snet_list_remove(struct snet_list *list, struct snet_list_node *node);
/* The oldest node, or NULL. */
struct snet_list_node *snet_list_first(const struct snet_list *list);
/* The node after `node`, or NULL. */
struct snet_list_node *snet_list_next(const struct snet_list *list,
                                      const struct snet_list_node *node);
bool snet_list_contains(const struct snet_list_node *node);

#endif
