/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet keygen`: a new key pair. The secret key goes to a file or to standard output, the public
 * key to where people see it. Also tells the public key of a secret one that is there.
 */
#include <snet/schema.h>

#include "app/commands.h"
#include "app/nodump.h"
#include "app/options.h"

#include <errno.h>
#include <string.h>

static const char keygen_help[] =
    "snet keygen: a new key pair for a server, a client, or a shared secret\n"
    "\n"
    "  snet keygen [--shared] [--out FILE]\n"
    "  snet keygen --public FILE\n"
    "\n"
    "  -o, --out FILE  write the secret key to FILE, which must not exist yet, with\n"
    "                  mode 0600; the public key goes to standard output. Without\n"
    "                  it the secret key goes to standard output, and the public\n"
    "                  key to standard error\n"
    "  --shared        make a secret that both ends share, which has no public key:\n"
    "                  the same FILE at both, with --psk\n"
    "  --public FILE   print the public key of the secret key in FILE, make nothing\n"
    "\n"
    "A key is 44 characters of base64. Nobody but its owner may see a secret key.\n"
    "The server keeps its own (snet serve --key FILE) and tells clients its public\n"
    "key (snet connect --server-key KEY). Clients that are to be known by a key do\n"
    "the same with --client-key and --authorized.\n";

struct keygen {
    const char *out;
    const char *secret; /* the file to tell the public key of */
    bool shared;
    bool help;
};

static bool keygen_parse(struct keygen *keygen, int argc, char **argv)
{
    static const struct option long_options[] = {{"out", required_argument, NULL, 'o'},
                                                 {"public", required_argument, NULL, 'p'},
                                                 {"shared", no_argument, NULL, 's'},
                                                 {"help", no_argument, NULL, 'h'},
                                                 {NULL, 0, NULL, 0}};
    int option = snet_options_next(argc, argv, "+o:h", long_options);
    for (; option != -1; option = snet_options_next(argc, argv, "+o:h", long_options)) {
        if (option == '?') {
            return false;
        }
        keygen->out = option == 'o' ? optarg : keygen->out;
        keygen->secret = option == 'p' ? optarg : keygen->secret;
        keygen->shared = keygen->shared || option == 's';
        keygen->help = keygen->help || option == 'h';
    }
    if (optind < argc) {
        (void)fprintf(stderr, "snet keygen: takes no '%s'; see snet keygen --help\n", argv[optind]);
        return false;
    }
    if ((keygen->out != NULL || keygen->shared) && keygen->secret != NULL) {
        (void)fputs("snet keygen: --public makes nothing, so it stands alone; see snet keygen "
                    "--help\n",
                    stderr);
        return false;
    }
    return true;
}

/* Returns the exit code. */
static int keygen_tell(const char *path, struct snet_key *secret)
{
    char text[SNET_KEY_TEXT_BYTES];
    struct snet_key public_key;
    struct snet_error error;
    if (snet_key_read_file(path, SNET_KEY_SECRET, secret, &error) != SNET_OK) {
        (void)fprintf(stderr, "snet keygen: %s\n", error.text);
        return SNET_EXIT_NO_INPUT;
    }
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
    const uint32_t kind = keygen->shared ? SNET_KEY_SHARED : SNET_KEY_SECRET;
    char text[SNET_KEY_TEXT_BYTES] = "";
    struct snet_key public_key;
    struct snet_error error = {.os_err = 0};
    snet_err err = snet_key_generate(secret);
    if (err == SNET_OK && !keygen->shared) {
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
    if (!keygen->shared) {
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
    if (!keygen_parse(&keygen, argc, argv)) {
        return SNET_EXIT_USAGE;
    }
    if (keygen.help) {
        (void)fputs(keygen_help, stdout);
        return SNET_EXIT_OK;
    }
    snet_nodump_process();
    const int code =
        keygen.secret != NULL ? keygen_tell(keygen.secret, &secret) : keygen_make(&keygen, &secret);
    snet_key_wipe(&secret);
    return code;
}
