/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/suite.h>
#include <snet/version.h>

#include "app/commands.h"
#include "app/options.h"
#include "app/process.h"

#include <stdio.h>
#include <string.h>

struct main_command {
    const char *name;
    int (*run)(int argc, char **argv);
};

static const char main_help[] =
    "snet: byte streams that survive the loss of their TCP connection\n"
    "\n"
    "  snet keygen  [--out FILE]\n"
    "               a key pair for a server or a client\n"
    "  snet serve   --listen HOST:PORT --to HOST:PORT [--key FILE]\n"
    "               a gateway in front of any TCP server\n"
    "  snet connect --server-key KEY HOST:PORT [--listen HOST:PORT]\n"
    "               a tunnel in front of any TCP client; without --listen: standard\n"
    "               input and output, like nc, fit for ssh's ProxyCommand\n"
    "  snet chaos   --listen HOST:PORT --to HOST:PORT\n"
    "               a hostile network: a TCP proxy that cuts, refuses and freezes\n"
    "  snet demo    [FILE]\n"
    "               a transfer through a hostile network, with its verdict\n"
    "\n"
    "  snet COMMAND --help explains a command; snet --version prints the version.\n"
    "\n"
    "HOST:PORT is a name or IPv4, [IPv6]:PORT, :PORT, or unix:PATH. serve and connect\n"
    "speak wire 3, which protects its streams, unless --wire says otherwise.\n"
    "Exit codes: 0 closed cleanly, 64 usage, 66 a file is no good, 69 nothing could\n"
    "be begun, 71 system, 74 session lost, 75 busy, 76 the other end breaks the\n"
    "protocol, 77 refused, or not who it should be.\n";

int main(int argc, char **argv)
{
    static const struct main_command commands[] = {
        {"keygen", snet_keygen_main}, {"serve", snet_serve_main}, {"connect", snet_connect_main},
        {"chaos", snet_chaos_main},   {"demo", snet_demo_main},
    };
    snet_process_begin();
    (void)setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
    const char *name = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        (void)fputs(main_help, stdout);
        return SNET_EXIT_OK;
    }
    if (strcmp(name, "--version") == 0) {
        (void)printf("snet %s\n", snet_version());
        (void)printf("aes-256-gcm by %s\n", snet_suite_provider(SNET_SUITE_AES_256_GCM));
        (void)printf("chacha20-poly1305 by %s\n",
                     snet_suite_provider(SNET_SUITE_CHACHA20_POLY1305));
        return SNET_EXIT_OK;
    }
    (void)fprintf(stderr, "snet: %s%s%s; see snet --help\n",
                  argc > 1 ? "no such command: '" : "a command is needed", name,
                  argc > 1 ? "'" : "");
    return SNET_EXIT_USAGE;
}
