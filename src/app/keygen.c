/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet keygen`: a new key pair. The secret key goes to a file or to standard output, the public
 * key to where people see it. Also tells the public key of a secret one that is there.
 */
#include "app/commands.h"
#include "app/keyfile.h"
#include "app/nodump.h"
#include "app/options.h"

#include <errno.h>
#include <string.h>

static const char keygen_help[] =
    "snet keygen: a new key pair for a server, a client, or a shared secret\n"
    "\n"
    "  snet keygen [--out FILE | --public FILE]\n"
    "\n"
    "  -o, --out FILE  write the secret key to FILE, which must not exist yet, with\n"
    "                  mode 0600; the public key goes to standard output. Without\n"
    "                  it the secret key goes to standard output, and the public\n"
    "                  key to standard error\n"
    "  --public FILE   print the public key of the secret key in FILE, make nothing\n"
    "\n"
    "A key is 44 characters of base64. Nobody but its owner may see a secret key.\n"
    "The server keeps its own (snet serve --key FILE) and tells clients its public\n"
    "key (snet connect --server-key KEY). Clients that are to be known by a key do\n"
    "the same with --client-key and --authorized. The secret key of a pair also\n"
    "serves as a secret that both ends share: the same FILE at both, with --psk.\n";

struct keygen {
    const char *out;
    const char *secret; /* the file to tell the public key of */
    bool help;
};

static bool keygen_parse(struct keygen *keygen, int argc, char **argv)
{
    static const struct option long_options[] = {{"out", required_argument, NULL, 'o'},
                                                 {"public", required_argument, NULL, 'p'},
                                                 {"help", no_argument, NULL, 'h'},
                                                 {NULL, 0, NULL, 0}};
    int option = snet_options_next(argc, argv, "+o:h", long_options);
    for (; option != -1; option = snet_options_next(argc, argv, "+o:h", long_options)) {
        if (option == '?') {
            return false;
        }
        keygen->out = option == 'o' ? optarg : keygen->out;
        keygen->secret = option == 'p' ? optarg : keygen->secret;
        keygen->help = keygen->help || option == 'h';
    }
    if (optind < argc) {
        (void)fprintf(stderr, "snet keygen: takes no '%s'; see snet keygen --help\n", argv[optind]);
        return false;
    }
    if (keygen->out != NULL && keygen->secret != NULL) {
        (void)fputs("snet keygen: either --out or --public; see snet keygen --help\n", stderr);
        return false;
    }
    return true;
}

/* Returns the exit code. */
static int keygen_tell(const char *path, struct snet_key *secret)
{
    char text[SNET_KEY_TEXT_BYTES];
    struct snet_key public_key;
    struct snet_keyfile_problem problem;
    if (!snet_keyfile_read_secret(path, secret, &problem)) {
        (void)fprintf(stderr, "snet keygen: %s\n", problem.text);
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

/* Returns the exit code. */
static int keygen_make(const struct keygen *keygen, struct snet_key *secret)
{
    char text[SNET_KEY_TEXT_BYTES];
    struct snet_key public_key;
    const int random_err = uv_random(NULL, NULL, secret->bytes, sizeof secret->bytes, 0, NULL);
    if (random_err != 0 || snet_key_public(secret, &public_key) != SNET_OK) {
        (void)fprintf(stderr, "snet keygen: no key could be made: %s\n",
                      random_err != 0 ? uv_strerror(random_err)
                                      : snet_err_message(SNET_ERR_CRYPTO));
        return SNET_EXIT_OS;
    }
    snet_key_format(&public_key, text);
    if (keygen->out == NULL) {
        snet_keyfile_print(stdout, secret, &public_key);
        (void)fprintf(stderr, "public key: %s\n", text);
    } else if (snet_keyfile_create(keygen->out, secret, &public_key)) {
        (void)printf("%s\n", text);
    } else {
        (void)fprintf(stderr, "snet keygen: cannot make %s: %s\n", keygen->out, strerror(errno));
        return SNET_EXIT_CANNOT_CREATE;
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
