/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The subcommands of `snet`. Each takes its own argv, with its name first, and returns an exit code
 * as in sysexits.h.
 */
#ifndef SNET_APP_COMMANDS_H
#define SNET_APP_COMMANDS_H

int snet_keygen_main(int argc, char **argv);
int snet_serve_main(int argc, char **argv);
int snet_connect_main(int argc, char **argv);
int snet_chaos_main(int argc, char **argv);
int snet_demo_main(int argc, char **argv);

#endif
