/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/posix.h"

#include <errno.h>

static int posix_of_class(enum snet_err_class err_class)
{
    switch (err_class) {
    case SNET_CLASS_OK:
        return 0;
    case SNET_CLASS_AGAIN:
        return EAGAIN;
    case SNET_CLASS_LINK:
    case SNET_CLASS_GONE:
        return ECONNRESET;
    case SNET_CLASS_PEER:
        return EPROTO;
    case SNET_CLASS_AUTH:
        return EACCES;
    case SNET_CLASS_LIMIT:
        return EBUSY;
    case SNET_CLASS_SYSTEM:
        return EIO;
    case SNET_CLASS_USAGE:
        return EINVAL;
    case SNET_CLASS_BUG:
        return EIO;
    }
    return EIO;
}

int snet_posix_of(snet_err err)
{
    /* Where errno has a better word than the class. */
    static const struct {
        snet_err err;
        int number;
    } rows[] = {
        {SNET_ERR_NO_MEMORY, ENOMEM},     {SNET_ERR_CONNECT, ECONNREFUSED},
        {SNET_ERR_NO_ANSWER, ETIMEDOUT},  {SNET_ERR_EXPIRED, ETIMEDOUT},
        {SNET_ERR_RESOLVE, EHOSTUNREACH}, {SNET_ERR_LISTEN, EADDRINUSE},
        {SNET_ERR_CANCELED, ECANCELED},   {SNET_ERR_FORKED, EBADF},
        {SNET_ERR_UNSUPPORTED, ENOTSUP},  {SNET_ERR_NO_PROGRESS, ETIMEDOUT},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].err == err) {
            return rows[i].number;
        }
    }
    return posix_of_class(snet_err_class_of(err));
}
