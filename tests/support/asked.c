/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/asked.h"

#include "tests/support/unit.h"

#define ASKED_ADDRESSES 4u

struct snet_info asked(snet_socket *socket)
{
    struct snet_info info = {.state = 0};
    assert_int_equal(snet_socket_info(socket, &info, sizeof info), 0);
    return info;
}

const char *asked_address(snet_socket *socket)
{
    static _Thread_local struct snet_info infos[ASKED_ADDRESSES];
    static _Thread_local unsigned next;
    struct snet_info *info = &infos[next++ % ASKED_ADDRESSES];
    *info = asked(socket);
    return info->address;
}

uint64_t asked_unacked(snet_socket *socket)
{
    const struct snet_info info = asked(socket);
    return info.written_bytes - info.acked_bytes;
}
