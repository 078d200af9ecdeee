/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/arguments.h"

#include <snet/stream.h>

#include "app/address_hint.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ARGUMENTS_SHORT "hvl:o:"
#define ARGUMENTS_COLUMNS 80u
#define ARGUMENTS_COLUMN 25u /* where the sentences of the help begin */
#define ARGUMENTS_TEXT_BYTES (SNET_ERROR_TEXT_BYTES + SNET_ERROR_OPTION_BYTES + 8)

/* How names of files with public keys end. */
#define ARGUMENTS_PUBLIC_END ".pub"

/* What getopt_long returns for long options. */
enum arguments_value {
    ARGUMENTS_HELP = 256,
    ARGUMENTS_HELP_ALL,
    ARGUMENTS_VERBOSE,
    ARGUMENTS_FIRST /* and up: the place in the array */
};

/* Names that were, and what they are called now. */
static const char *const arguments_gone[][2] = {
    {"client-key", "key, one's own secret key at both ends"},
    {"wait", "resume-timeout"},
    {"early", "early-data"},
};

/* --- Which options there are ----------------------------------------------------------------- */

static void arguments_add(struct snet_arguments *arguments, const struct snet_option *option,
                          const struct snet_schema_row *row)
{
    if (arguments->count < SNET_ARGUMENTS_MAX) {
        arguments->options[arguments->count] =
            (struct snet_arguments_option){.option = option, .row = row};
        arguments->count++;
    }
}

void snet_arguments_add(struct snet_arguments *arguments, const struct snet_schema *schema,
                        uint32_t uses)
{
    for (size_t i = 0; i < schema->row_count; i++) {
        if ((schema->rows[i].option.uses & uses) != 0) {
            arguments_add(arguments, &schema->rows[i].option, &schema->rows[i]);
        }
    }
}

void snet_arguments_add_other(struct snet_arguments *arguments, const struct snet_option *option)
{
    arguments_add(arguments, option, NULL);
}

/* The place of an option; `count` when there is none. */
static size_t arguments_find(const struct snet_arguments *arguments, const char *name)
{
    size_t index = 0;
    while (index < arguments->count && strcmp(arguments->options[index].option->name, name) != 0) {
        index++;
    }
    return index;
}

/* The option that a letter stands for, of those that have one. */
static const char *arguments_of_letter(int letter)
{
    return letter == 'l' ? "listen" : "out";
}

/* The letter that stands for an option as well; 0 for none. */
static char arguments_letter(const char *name)
{
    static const char letters[] = {'l', 'o', '\0'};
    size_t index = 0;
    while (letters[index] != '\0' && strcmp(name, arguments_of_letter(letters[index])) != 0) {
        index++;
    }
    return letters[index];
}

static bool arguments_is_key(const struct snet_option *option)
{
    return option->type >= SNET_TYPE_KEY && option->type <= SNET_TYPE_SECRETS;
}

/* --- Refusing -------------------------------------------------------------------------------- */

int snet_arguments_refuse(const struct snet_arguments *arguments, const char *what)
{
    (void)fprintf(stderr, "%s: %s; see %s --help\n", arguments->program, what, arguments->program);
    return SNET_EXIT_USAGE;
}

int snet_arguments_refuse_error(const struct snet_arguments *arguments,
                                const struct snet_error *error)
{
    char text[ARGUMENTS_TEXT_BYTES];
    const size_t index = arguments_find(arguments, error->option);
    const bool of_key =
        index < arguments->count && arguments_is_key(arguments->options[index].option);
    const size_t len = strlen(error->option);
    const bool first = len > 0 && strncmp(error->text, error->option, len) == 0;
    /* Of a key the word alone does not say which option is meant. */
    const bool named = len == 0 || (!of_key && strstr(error->text, error->option) != NULL);
    if (first) {
        (void)snprintf(text, sizeof text, "--%s", error->text);
    } else if (named) {
        (void)snprintf(text, sizeof text, "%s", error->text);
    } else {
        (void)snprintf(text, sizeof text, "--%s: %s", error->option, error->text);
    }
    if (of_key && error->err != SNET_ERR_LIMIT && error->err != SNET_ERR_OPTION) {
        (void)fprintf(stderr, "%s: %s\n", arguments->program, text);
        return SNET_EXIT_NO_INPUT;
    }
    return snet_arguments_refuse(arguments, text);
}

/* Says which option is unknown, and what it is called now if it has another name. */
static int arguments_refuse_unknown(const struct snet_arguments *arguments, const char *word)
{
    char text[ARGUMENTS_TEXT_BYTES];
    const char *name = strncmp(word, "--", 2) == 0 ? word + 2 : "";
    for (size_t i = 0; i < sizeof arguments_gone / sizeof arguments_gone[0]; i++) {
        const size_t len = strlen(arguments_gone[i][0]);
        if (strncmp(name, arguments_gone[i][0], len) == 0 &&
            (name[len] == '\0' || name[len] == '=')) {
            (void)snprintf(text, sizeof text, "--%s is --%s", arguments_gone[i][0],
                           arguments_gone[i][1]);
            return snet_arguments_refuse(arguments, text);
        }
    }
    (void)snprintf(text, sizeof text, "unknown option or missing value: '%.200s'", word);
    return snet_arguments_refuse(arguments, text);
}

/* --- Keys whose file does not say what they are ----------------------------------------------- */

/* Whether the file has a key without a word about its kind: any kind of key may be read from it. */
static bool arguments_read_bare(const char *path, struct snet_key *ret_key)
{
    struct stat stat_of;
    return stat(path, &stat_of) == 0 && S_ISREG(stat_of.st_mode) &&
           snet_key_read_file(path, SNET_KEY_PUBLIC, ret_key, NULL) == SNET_OK;
}

/* Says what is made of the key, in time for who has named the wrong file. */
static void arguments_tell_bare(const struct snet_arguments *arguments,
                                const struct snet_option *option, const char *path,
                                const struct snet_key *key)
{
    char text[SNET_KEY_TEXT_BYTES];
    struct snet_key public_key;
    if (strcmp(option->values, "shared") == 0) {
        (void)fprintf(
            stderr,
            "%s: warning: --%s: %s does not say which kind of key it has; it is taken for "
            "a secret: if it is a public key, everybody knows it; if not, put the line "
            "# shared secret of snet before it\n",
            arguments->program, option->name, path);
    } else if (snet_key_public(key, &public_key) == SNET_OK) {
        snet_key_format(&public_key, text);
        (void)fprintf(
            stderr,
            "%s: warning: --%s: %s does not say which kind of key it has; it is taken for "
            "the secret key whose public key is %s: if it is a public key itself, name "
            "the file with its secret key; if not, put the line # secret key of snet "
            "before it\n",
            arguments->program, option->name, path, text);
    }
}

/* A secret was read from a file that may have a public key: it is refused if its name says so. */
static snet_err arguments_check_kind(const struct snet_arguments *arguments,
                                     const struct snet_option *option, const char *path,
                                     struct snet_error *ret_error)
{
    const size_t len = strlen(path);
    struct snet_key key;
    snet_err err = SNET_OK;
    if (!arguments_read_bare(path, &key)) {
        return SNET_OK;
    }
    if (len >= strlen(ARGUMENTS_PUBLIC_END) &&
        strcmp(path + len - strlen(ARGUMENTS_PUBLIC_END), ARGUMENTS_PUBLIC_END) == 0) {
        err = snet_error_set(ret_error, SNET_ERR_KEY, option->name,
                             "%.120s is named like a public key; a secret is wanted: the file that "
                             "snet keygen %s--out FILE made",
                             path, strcmp(option->values, "shared") == 0 ? "--shared " : "");
    } else {
        arguments_tell_bare(arguments, option, path, &key);
    }
    snet_key_wipe(&key);
    return err;
}

/* --- Taking ---------------------------------------------------------------------------------- */

/* The file to read in place of "-"; SNET_ERR_VALUE when standard input is taken already. */
static snet_err arguments_name_stdin(struct snet_arguments *arguments,
                                     const struct snet_option *option, const char **value,
                                     struct snet_error *ret_error)
{
    if (!arguments_is_key(option) || strcmp(*value, "-") != 0) {
        return SNET_OK;
    }
    if (arguments->stdin_taken) {
        return snet_error_set(ret_error, SNET_ERR_VALUE, option->name,
                              "standard input is read once: name a file in place of the second -");
    }
    arguments->stdin_taken = true;
    *value = SNET_ARGUMENTS_STDIN;
    return SNET_OK;
}

static snet_err arguments_set(struct snet_arguments *arguments,
                              const struct snet_arguments_option *option, const char *value,
                              struct snet_error *ret_error)
{
    const struct snet_option *what = option->option;
    const bool secret = what->type == SNET_TYPE_SECRET || what->type == SNET_TYPE_SECRETS;
    snet_err err = arguments_name_stdin(arguments, what, &value, ret_error);
    if (err != SNET_OK) {
        return err;
    }
    if (strcmp(snet_schema_kind(what), "ADDR") == 0 &&
        snet_stream_address_check(value) != SNET_OK) {
        return snet_error_set(ret_error, SNET_ERR_VALUE, what->name, "%s: '%.60s': %s", what->name,
                              value, snet_address_hint(value));
    }
    err = option->row == NULL ? arguments->set(arguments->object, what, value, ret_error)
                              : snet_schema_set(option->row, arguments->object, &arguments->store,
                                                value, ret_error);
    return err == SNET_OK && secret ? arguments_check_kind(arguments, what, value, ret_error) : err;
}

/* Takes one, which may be given again only if it is a list of keys. */
static int arguments_take_once(struct snet_arguments *arguments, size_t index, const char *value)
{
    struct snet_arguments_option *option = &arguments->options[index];
    struct snet_error error;
    if (option->given && option->option->type != SNET_TYPE_SECRETS) {
        char text[ARGUMENTS_TEXT_BYTES];
        (void)snprintf(text, sizeof text, "--%s is given twice", option->option->name);
        return snet_arguments_refuse(arguments, text);
    }
    option->given = true;
    return arguments_set(arguments, option, value == NULL ? "yes" : value, &error) == SNET_OK
               ? SNET_EXIT_OK
               : snet_arguments_refuse_error(arguments, &error);
}

/* Takes what getopt_long has returned; `word` is the one it has looked at. */
static int arguments_take(struct snet_arguments *arguments, int value, const char *word)
{
    size_t index = 0;
    switch (value) {
    case 'h':
    case ARGUMENTS_HELP:
        arguments->help = true;
        return SNET_EXIT_OK;
    case ARGUMENTS_HELP_ALL:
        arguments->help = arguments->help_all = true;
        return SNET_EXIT_OK;
    case 'v':
    case ARGUMENTS_VERBOSE:
        arguments->verbosity++;
        return arguments->has_more ? SNET_EXIT_OK : arguments_refuse_unknown(arguments, word);
    case 'l':
    case 'o':
        index = arguments_find(arguments, arguments_of_letter(value));
        return index < arguments->count ? arguments_take_once(arguments, index, optarg)
                                        : arguments_refuse_unknown(arguments, word);
    case '?':
        return arguments_refuse_unknown(arguments, word);
    default:
        return arguments_take_once(arguments, (size_t)(value - ARGUMENTS_FIRST), optarg);
    }
}

/* --- The command line ------------------------------------------------------------------------ */

static void arguments_list(const struct snet_arguments *arguments, struct option *ret_options)
{
    for (size_t i = 0; i < arguments->count; i++) {
        const struct snet_option *option = arguments->options[i].option;
        *ret_options++ = (struct option){
            .name = option->name,
            .has_arg = option->type == SNET_TYPE_FLAG ? optional_argument : required_argument,
            .val = (int)(ARGUMENTS_FIRST + i),
        };
    }
    *ret_options++ = (struct option){"help", no_argument, NULL, ARGUMENTS_HELP};
    if (arguments->has_more) {
        *ret_options++ = (struct option){"help-all", no_argument, NULL, ARGUMENTS_HELP_ALL};
        *ret_options++ = (struct option){"verbose", no_argument, NULL, ARGUMENTS_VERBOSE};
    }
    *ret_options = (struct option){NULL, 0, NULL, 0};
}

/* Whether the word is a long option by its whole name: getopt_long would take a part of it. */
static bool arguments_is_whole(const char *word, const struct option *long_options)
{
    const size_t len = strcspn(word, "=");
    for (; long_options->name != NULL; long_options++) {
        if (strlen(long_options->name) == len && strncmp(word, long_options->name, len) == 0) {
            return true;
        }
    }
    return false;
}

/* The next option: -1 at the end, '?' when it is unknown or lacks its value. */
static int arguments_next(int argc, char **argv, const struct option *long_options,
                          const char **ret_word)
{
    const int first = optind;
    const int value = getopt_long(argc, argv, ARGUMENTS_SHORT, long_options, NULL);
    if (value == -1) {
        return value;
    }
    /* The word that was taken: getopt moves operands behind it. */
    int at = first > 0 ? first : 1;
    while (at + 1 < optind && argv[at][0] != '-') {
        at++;
    }
    *ret_word = argv[at];
    const bool is_long = strncmp(argv[at], "--", 2) == 0;
    return is_long && !arguments_is_whole(argv[at] + 2, long_options) ? '?' : value;
}

int snet_arguments_parse(struct snet_arguments *arguments, int argc, char **argv)
{
    struct option long_options[SNET_ARGUMENTS_MAX + 4];
    int code = SNET_EXIT_OK;
    const char *word = "";
    arguments_list(arguments, long_options);
    opterr = 0;
    for (int value = 0; code == SNET_EXIT_OK && value != -1;) {
        value = arguments_next(argc, argv, long_options, &word);
        code = value == -1 ? SNET_EXIT_OK : arguments_take(arguments, value, word);
    }
    arguments->operand = optind;
    return code;
}

void snet_arguments_deinit(struct snet_arguments *arguments)
{
    snet_store_free(&arguments->store);
}

/* --- Help ------------------------------------------------------------------------------------ */

/* What stands for the value: words of a choice are behind the sentence. */
static const char *arguments_kind(const struct snet_option *option)
{
    switch (option->type) {
    case SNET_TYPE_CHOICE:
        return "NAME";
    case SNET_TYPE_SET:
        return "LIST";
    case SNET_TYPE_COUNT:
        return "N";
    case SNET_TYPE_BYTES:
        return "SIZE";
    default:
        return snet_schema_kind(option);
    }
}

/* Text from a column on, in lines of at most 80. */
static void arguments_print_text(const char *text, size_t column)
{
    while (*text != '\0') {
        const size_t room = ARGUMENTS_COLUMNS - column;
        size_t len = strlen(text);
        if (len > room) {
            for (len = room; len > 0 && text[len] != ' '; len--) {
            }
        }
        (void)printf("%.*s\n", (int)len, text);
        text += len + strspn(text + len, " ");
        if (*text != '\0') {
            (void)printf("%*s", (int)column, "");
        }
    }
}

void snet_arguments_help_option(const struct snet_option *option)
{
    char name[64];
    char text[320];
    const char letter = arguments_letter(option->name);
    const char short_name[] = {'-', letter, ',', ' ', '\0'};
    const bool flag = option->type == SNET_TYPE_FLAG;
    const bool words = option->type == SNET_TYPE_CHOICE || option->type == SNET_TYPE_SET;
    const bool usual = !flag && option->default_text[0] != '\0';
    (void)snprintf(name, sizeof name, "%s--%s%s%s", letter == '\0' ? "" : short_name, option->name,
                   flag ? "" : " ", arguments_kind(option));
    (void)snprintf(text, sizeof text, "%s%s%s%s%s", option->sentence, words ? ": " : "",
                   words ? option->values : "", usual ? ". Default: " : "",
                   usual ? option->default_text : "");
    const bool fits = strlen(name) <= ARGUMENTS_COLUMN - 3;
    (void)printf("  %-*s%s%*s", (int)ARGUMENTS_COLUMN - 3, name, fits ? " " : "\n",
                 fits ? 0 : (int)ARGUMENTS_COLUMN, "");
    arguments_print_text(text, ARGUMENTS_COLUMN);
}

static bool arguments_is_named(const char *name, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++) {
        if (strcmp(name, *names) == 0) {
            return true;
        }
    }
    return names == NULL;
}

void snet_arguments_help(const struct snet_arguments *arguments, const char *head,
                         const char *const *names, const char *tail)
{
    (void)fputs(head, stdout);
    for (size_t i = 0; i < arguments->count; i++) {
        if (arguments_is_named(arguments->options[i].option->name, names)) {
            snet_arguments_help_option(arguments->options[i].option);
        }
    }
    (void)fputs(tail, stdout);
}
