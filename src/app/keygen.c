/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet keygen`: a new key pair. The secret key goes to a file or to standard output, the public
 * key to where people see it. Also prints the public key of a secret one that is there.
 */
#include "app/arguments.h"
#include "app/commands.h"
#include "app/nodump.h"
#include "app/schema.h"

#include <stdio.h>
#include <string.h>

struct keygen {
    struct snet_arguments arguments;
    const char *out;
    const struct snet_key *secret; /* the one whose public key is printed */
    uint32_t shared;
};

#define KEYGEN_ROW(...) SNET_APP_ROW(struct keygen, __VA_ARGS__),
static const struct snet_schema_row keygen_rows[] = {SNET_APP_KEYGEN_SCHEMA(KEYGEN_ROW)};
static const struct snet_schema keygen_schema = {keygen_rows,
                                                 sizeof keygen_rows / sizeof keygen_rows[0]};

static const char keygen_head[] =
    "snet keygen: a new key pair for a server, a client, or a shared secret\n"
    "\n"
    "  snet keygen [--shared] [--out FILE]\n"
    "  snet keygen --public FILE\n"
    "\n";
static const char keygen_tail[] =
    "\n"
    "A key is 44 characters of base64. Nobody but its owner may see a secret key.\n"
    "The server keeps its own (snet serve --key FILE) and gives clients its public\n"
    "key (snet connect --server-key KEY). Clients that are to be known by a key have\n"
    "one of their own (--key) and give the server its public key (--authorized).\n";

/* Returns the exit code. */
static int keygen_parse(struct keygen *keygen, int argc, char **argv)
{
    struct snet_arguments *arguments = &keygen->arguments;
    *arguments = (struct snet_arguments){.program = "snet keygen", .object = keygen};
    snet_arguments_add(arguments, &keygen_schema, SNET_APP_USE);
    const int code = snet_arguments_parse(arguments, argc, argv);
    if (code != SNET_EXIT_OK || arguments->help) {
        return code;
    }
    if (arguments->operand < argc) {
        return snet_arguments_refuse(arguments, "takes options only");
    }
    return keygen->secret == NULL || (keygen->out == NULL && keygen->shared == 0)
               ? SNET_EXIT_OK
               : snet_arguments_refuse(arguments, "--public makes nothing, so it stands alone");
}

/* Returns the exit code. */
static int keygen_print_public(const struct snet_key *secret)
{
    char text[SNET_KEY_TEXT_BYTES];
    struct snet_key public_key;
    const snet_err err = snet_key_public(secret, &public_key);
    if (err != SNET_OK) {
        (void)fprintf(stderr, "snet keygen: %s\n", snet_err_message(err));
        return SNET_EXIT_OS;
    }
    snet_key_format(&public_key, text);
    (void)printf("%s\n", text);
    return fflush(stdout) == 0 ? SNET_EXIT_OK : SNET_EXIT_OS;
}

/* Writes the secret to standard output. */
static snet_err keygen_print(uint32_t kind, const struct snet_key *secret)
{
    char text[SNET_KEY_FILE_TEXT_BYTES];
    const snet_err err = snet_key_file_format(kind, secret, text);
    if (err == SNET_OK) {
        (void)fputs(text, stdout);
        explicit_bzero(text, sizeof text);
    }
    return err;
}

/* Returns the exit code. */
static int keygen_make(const struct keygen *keygen, struct snet_key *secret)
{
    const uint32_t kind = keygen->shared != 0 ? SNET_KEY_SHARED : SNET_KEY_SECRET;
    char text[SNET_KEY_TEXT_BYTES] = "";
    struct snet_key public_key;
    struct snet_error error = {.os_err = 0};
    snet_err err = snet_key_generate(secret);
    if (err == SNET_OK && keygen->shared == 0) {
        err = snet_key_public(secret, &public_key);
    }
    if (err == SNET_OK && keygen->out != NULL) {
        err = snet_key_write_file(keygen->out, kind, secret, &error);
    } else if (err == SNET_OK) {
        err = keygen_print(kind, secret);
    }
    if (err != SNET_OK) {
        (void)fprintf(stderr, "snet keygen: %s\n",
                      error.text[0] != '\0' ? error.text : snet_err_message(err));
        return error.os_err != 0 ? SNET_EXIT_CANNOT_CREATE : SNET_EXIT_OS;
    }
    if (keygen->shared == 0) {
        snet_key_format(&public_key, text);
        (void)fprintf(keygen->out == NULL ? stderr : stdout, "%s%s\n",
                      keygen->out == NULL ? "public key: " : "", text);
    }
    return fflush(stdout) == 0 ? SNET_EXIT_OK : SNET_EXIT_OS;
}

int snet_keygen_main(int argc, char **argv)
{
    struct keygen keygen = {.out = NULL};
    struct snet_key secret;
    snet_nodump_process(); /* before the first key is read */
    int code = keygen_parse(&keygen, argc, argv);
    if (code == SNET_EXIT_OK && keygen.arguments.help) {
        snet_arguments_help(&keygen.arguments, keygen_head, NULL, keygen_tail);
    } else if (code == SNET_EXIT_OK && keygen.secret != NULL) {
        code = keygen_print_public(keygen.secret);
    } else if (code == SNET_EXIT_OK) {
        code = keygen_make(&keygen, &secret);
        snet_key_wipe(&secret);
    }
    snet_arguments_deinit(&keygen.arguments);
    return code;
}
