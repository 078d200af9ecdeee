/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/exit_code.h"

int snet_exit_code_of(snet_err err)
{
    if (err == SNET_OK || err == SNET_ERR_CLOSED) {
        return SNET_EXIT_OK;
    }
    if (err == SNET_ERR_REFUSED) {
        return SNET_EXIT_REFUSED;
    }
    if (err == SNET_ERR_NO_ANSWER || err == SNET_ERR_CONNECT || err == SNET_ERR_RESOLVE) {
        return SNET_EXIT_UNAVAILABLE;
    }
    if (err == SNET_ERR_BUSY) {
        return SNET_EXIT_BUSY;
    }
    switch (snet_err_class_of(err)) {
    case SNET_CLASS_PEER:
        return SNET_EXIT_PROTOCOL;
    case SNET_CLASS_AUTH:
        return SNET_EXIT_REFUSED;
    case SNET_CLASS_SYSTEM:
        return SNET_EXIT_OS;
    case SNET_CLASS_OK:
    case SNET_CLASS_AGAIN:
    case SNET_CLASS_LINK:
    case SNET_CLASS_GONE:
    case SNET_CLASS_LIMIT:
    case SNET_CLASS_USAGE:
    case SNET_CLASS_BUG:
        break;
    }
    return SNET_EXIT_LOST;
}
