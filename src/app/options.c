/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include <snet/schema.h>

#include "app/schema.h"

#include <stdio.h>
#include <string.h>

#define OPTIONS_MAX 80
#define OPTIONS_COLUMNS 80u
#define OPTIONS_COLUMN 25u /* where the sentences of the help begin */
#define OPTIONS_SHORT "hvl:"

enum options_value {
    OPTIONS_HELP = 256,
    OPTIONS_HELP_ALL,
    OPTIONS_VERBOSE,
    OPTIONS_FIRST /* and up: the place in the array */
};

#define OPTIONS_ROW(name, field, type, min, max, values, usual, uses, sentence)                    \
    {{name, values, usual, "", sentence, min, max, SNET_TYPE_##type, uses, ""},                    \
     offsetof(struct snet_options, field),                                                         \
     0},
static const struct snet_schema_row options_rows[] = {
    SNET_APP_SCHEMA(OPTIONS_ROW, SNET_OPTIONS_SERVE, SNET_OPTIONS_CONNECT)};
#define OPTIONS_ROWS (sizeof options_rows / sizeof options_rows[0])
static const struct snet_schema options_schema = {options_rows, OPTIONS_ROWS};

/* Names that were, and what they are called now. */
static const char *const options_gone[][2] = {
    {"client-key", "key, one's own secret key at both ends"},
    {"wait", "resume-timeout"},
    {"early", "early-data"},
};

/* --- Which options there are ----------------------------------------------------------------- */

/* The options of a subcommand, as getopt_long wants them. */
struct options_list {
    size_t count;
    const struct snet_option *options[OPTIONS_MAX];
    struct option long_options[OPTIONS_MAX];
    bool given[OPTIONS_MAX];
};

static void options_add(struct options_list *list, const struct snet_option *option)
{
    if (list->count < OPTIONS_MAX) {
        list->options[list->count] = option;
        list->long_options[list->count] = (struct option){
            .name = option->name,
            .has_arg = option->type == SNET_TYPE_FLAG ? optional_argument : required_argument,
            .val = (int)(OPTIONS_FIRST + list->count),
        };
        list->count++;
    }
}

/* The library's options that are none here: an address is an operand, or --listen, and the sockets
   of <snet/socket.h> have no part in the command. */
static bool options_is_of_sockets(const struct snet_option *option)
{
    static const char *const names[] = {"address", "linger", "backlog"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(option->name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Those of the command first. */
static void options_collect(uint32_t use, struct options_list *ret_list)
{
    const struct snet_option *option = NULL;
    *ret_list = (struct options_list){.count = 0};
    for (size_t i = 0; i < OPTIONS_ROWS; i++) {
        if ((options_rows[i].option.uses & use) != 0) {
            options_add(ret_list, &options_rows[i].option);
        }
    }
    for (size_t i = 0; (option = snet_option_at(i)) != NULL; i++) {
        const bool fits = (option->uses & use) != 0 && (option->uses & SNET_USE_PROGRAM) == 0;
        if (fits && !options_is_of_sockets(option)) {
            options_add(ret_list, option);
        }
    }
}

/* --- Taking them ----------------------------------------------------------------------------- */

static int options_refuse(const struct snet_options *options, const char *what)
{
    snet_log_say(&options->log, "%s; see snet %s --help", what, options->log.command);
    return SNET_EXIT_USAGE;
}

/* The exit code of an option that was refused: files that cannot be used are another matter. */
static int options_refuse_error(const struct snet_options *options, const struct snet_error *error)
{
    char text[SNET_ERROR_TEXT_BYTES + SNET_ERROR_OPTION_BYTES + 8];
    const struct snet_option *option = snet_option_find(error->option);
    const bool is_key = option != NULL && option->type >= SNET_TYPE_KEY &&
                        option->type <= SNET_TYPE_SECRETS && error->err != SNET_ERR_LIMIT;
    const bool is_file = is_key && error->err != SNET_ERR_OPTION;
    const bool named = error->option[0] != '\0' && strstr(error->text, error->option) == NULL;
    (void)snprintf(text, sizeof text, "%s%s%s%s", named ? "--" : "", named ? error->option : "",
                   named ? ": "
                   : strncmp(error->text, error->option, strlen(error->option)) == 0 &&
                           error->option[0] != '\0'
                       ? "--"
                       : "",
                   error->text);
    if (is_file) {
        snet_log_say(&options->log, "%s", text);
        return SNET_EXIT_NO_INPUT;
    }
    return options_refuse(options, text);
}

/* An address is checked where it is given. */
static bool options_is_address(const struct snet_option *option)
{
    return strcmp(option->name, "listen") == 0 || strcmp(option->name, "to") == 0;
}

static int options_take(struct snet_options *options, const struct snet_option *option,
                        const char *value)
{
    struct snet_error error = {.err = SNET_OK};
    const struct snet_schema_row *own = snet_schema_find(&options_schema, option->name, NULL);
    if (options_is_address(option) && snet_stream_address_check(value) != SNET_OK) {
        (void)snet_error_set(&error, SNET_ERR_VALUE, option->name,
                             "%s takes HOST:PORT, [IPv6]:PORT, :PORT or unix:PATH, not '%.60s'",
                             option->name, value);
    } else if (own != NULL) {
        error.err = snet_schema_set(own, options, &options->store, value, &error);
    } else if (snet_config_set(options->config, option->name, value, &error) == SNET_OK) {
        const bool is_psk = strcmp(option->name, "psk") == 0;
        options->psk_file = is_psk && options->psk_file == NULL ? value : options->psk_file;
        options->authorized_file =
            strcmp(option->name, "authorized") == 0 ? value : options->authorized_file;
    }
    return error.err == SNET_OK ? SNET_EXIT_OK : options_refuse_error(options, &error);
}

/* Takes one, which may be given again only if it is a list of keys. */
static int options_take_once(struct snet_options *options, struct options_list *list, size_t index,
                             const char *value)
{
    const struct snet_option *option = list->options[index];
    if (list->given[index] && option->type != SNET_TYPE_SECRETS) {
        char text[SNET_ERROR_TEXT_BYTES];
        (void)snprintf(text, sizeof text, "--%s is given twice", option->name);
        return options_refuse(options, text);
    }
    list->given[index] = true;
    return options_take(options, option, value == NULL ? "yes" : value);
}

static int options_take_value(struct snet_options *options, struct options_list *list, int value)
{
    switch (value) {
    case 'h':
    case OPTIONS_HELP:
        options->help = true;
        return SNET_EXIT_OK;
    case OPTIONS_HELP_ALL:
        options->help = options->help_all = true;
        return SNET_EXIT_OK;
    case 'v':
    case OPTIONS_VERBOSE:
        options->log.verbosity++;
        return SNET_EXIT_OK;
    case 'l':
        return options_take_once(options, list, 0, optarg); /* the first row: --listen */
    case '?':
        return SNET_EXIT_USAGE;
    default:
        return options_take_once(options, list, (size_t)(value - OPTIONS_FIRST), optarg);
    }
}

/* --- The command line ------------------------------------------------------------------------ */

/* Says which option is unknown, and what it is called now if it has another name. */
static void options_say_unknown(const char *command, const char *name)
{
    for (size_t i = 0; i < sizeof options_gone / sizeof options_gone[0]; i++) {
        const size_t len = strlen(options_gone[i][0]);
        if (strncmp(name, options_gone[i][0], len) == 0 &&
            (name[len] == '\0' || name[len] == '=')) {
            (void)fprintf(stderr, "snet %s: --%s is --%s; see snet %s --help\n", command,
                          options_gone[i][0], options_gone[i][1], command);
            return;
        }
    }
    (void)fprintf(stderr, "snet %s: unknown option or missing value: '--%s'; see snet %s --help\n",
                  command, name, command);
}

/* Whether the word is a long option by its whole name: getopt_long would take a part of it. */
static bool options_is_whole(const char *word, const struct option *long_options)
{
    const size_t len = strcspn(word, "=");
    for (; long_options->name != NULL; long_options++) {
        if (strlen(long_options->name) == len && strncmp(word, long_options->name, len) == 0) {
            return true;
        }
    }
    return false;
}

int snet_options_next(int argc, char **argv, const char *short_options,
                      const struct option *long_options)
{
    opterr = 0;
    const int first = optind;
    const int option = getopt_long(argc, argv, short_options, long_options, NULL);
    if (option == -1) {
        return option;
    }
    /* The word that was taken: getopt moves operands behind it. */
    int at = first > 0 ? first : 1;
    while (at + 1 < optind && argv[at][0] != '-') {
        at++;
    }
    const char *word = argv[at];
    const bool is_long = strncmp(word, "--", 2) == 0;
    if (option == '?' || (is_long && !options_is_whole(word + 2, long_options))) {
        if (is_long) {
            options_say_unknown(argv[0], word + 2);
        } else {
            (void)fprintf(stderr,
                          "snet %s: unknown option or missing value: '%s'; see snet %s --help\n",
                          argv[0], word, argv[0]);
        }
        return '?';
    }
    return option;
}

static bool options_is_url(const char *text)
{
    return strncmp(text, "snet://", 7) == 0 || strncmp(text, "snet+unix://", 12) == 0;
}

/* The URL counts first, so that options beside it have the last word. */
static int options_take_url(struct snet_options *options, int argc, char **argv)
{
    struct snet_error error;
    for (int i = 1; i < argc && options->use == SNET_OPTIONS_CONNECT; i++) {
        if (options_is_url(argv[i]) &&
            snet_config_parse_url_files(options->config, argv[i], &error) != SNET_OK) {
            return options_refuse_error(options, &error);
        }
    }
    return SNET_EXIT_OK;
}

static int options_take_operands(struct snet_options *options, int argc, char **argv)
{
    struct snet_error error;
    if (options->use == SNET_OPTIONS_SERVE) {
        return optind < argc ? options_refuse(options, "takes options only")
               : options->listen == NULL || options->to == NULL
                   ? options_refuse(options, "--listen and --to are needed")
                   : SNET_EXIT_OK;
    }
    if (optind + 1 != argc) {
        return options_refuse(options,
                              "one server is needed, as HOST:PORT or snet://KEY@HOST:PORT");
    }
    if (options_is_url(argv[optind])) {
        return SNET_EXIT_OK;
    }
    if (snet_stream_address_check(argv[optind]) != SNET_OK) {
        return options_refuse(options, "the server is HOST:PORT, [IPv6]:PORT or unix:PATH");
    }
    return snet_config_set(options->config, "address", argv[optind], &error) == SNET_OK
               ? SNET_EXIT_OK
               : options_refuse_error(options, &error);
}

int snet_options_parse(struct snet_options *options, int argc, char **argv)
{
    struct options_list list;
    options->config = snet_config_new();
    options->eof_wait_ns = 0;
    if (options->config == NULL) {
        snet_log_say(&options->log, "%s", snet_err_message(SNET_ERR_NO_MEMORY));
        return SNET_EXIT_OS;
    }
    options_collect(options->use, &list);
    struct option long_options[OPTIONS_MAX + 4] = {{NULL, 0, NULL, 0}};
    for (size_t i = 0; i < list.count; i++) {
        long_options[i] = list.long_options[i];
    }
    long_options[list.count] = (struct option){"help", no_argument, NULL, OPTIONS_HELP};
    long_options[list.count + 1] = (struct option){"help-all", no_argument, NULL, OPTIONS_HELP_ALL};
    long_options[list.count + 2] = (struct option){"verbose", no_argument, NULL, OPTIONS_VERBOSE};
    int code = options_take_url(options, argc, argv);
    int value = code == SNET_EXIT_OK ? 0 : -1;
    while (code == SNET_EXIT_OK && value != -1) {
        value = snet_options_next(argc, argv, OPTIONS_SHORT, long_options);
        code = value == -1 ? code : options_take_value(options, &list, value);
    }
    if (code == SNET_EXIT_OK && !options->help) {
        code = options_take_operands(options, argc, argv);
    }
    options->wires = options->config->wires == 0 ? SNET_WIRE_3 : options->config->wires;
    options->log.json = options->log_json != 0;
    return code;
}

void snet_options_forget_config(struct snet_options *options)
{
    snet_config_free(options->config);
    options->config = NULL;
}

void snet_options_deinit(struct snet_options *options)
{
    snet_options_forget_config(options);
    snet_store_free(&options->store);
}

/* --- Help ------------------------------------------------------------------------------------ */

static const char *options_kind(const struct snet_option *option)
{
    static const char *const kinds[] = {
        [SNET_TYPE_TEXT] = " TEXT", [SNET_TYPE_LIST] = " TEXT",   [SNET_TYPE_KEY] = " KEY",
        [SNET_TYPE_KEYS] = " FILE", [SNET_TYPE_SECRET] = " FILE", [SNET_TYPE_SECRETS] = " FILE",
        [SNET_TYPE_FLAG] = "",      [SNET_TYPE_CHOICE] = " NAME", [SNET_TYPE_SET] = " LIST",
        [SNET_TYPE_COUNT] = " N",   [SNET_TYPE_BYTES] = " SIZE",  [SNET_TYPE_TIME] = " TIME",
    };
    return options_is_address(option) ? " ADDR" : kinds[option->type];
}

/* Text from a column on, in lines of at most 80. */
static void options_print_text(const char *text, size_t column)
{
    while (*text != '\0') {
        const size_t room = OPTIONS_COLUMNS - column;
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

static void options_print(const struct snet_option *option)
{
    char name[64];
    char text[320];
    const bool flag = option->type == SNET_TYPE_FLAG;
    const bool usual = !flag && option->default_text[0] != '\0';
    (void)snprintf(name, sizeof name, "%s--%s%s", strcmp(option->name, "listen") == 0 ? "-l, " : "",
                   option->name, options_kind(option));
    (void)snprintf(
        text, sizeof text, "%s%s%s%s%s%s", option->sentence,
        option->type == SNET_TYPE_CHOICE || option->type == SNET_TYPE_SET ? ": " : "",
        option->type == SNET_TYPE_CHOICE || option->type == SNET_TYPE_SET ? option->values : "",
        usual ? ". Default: " : "", usual ? option->default_text : "", "");
    (void)printf("  %-*s", (int)OPTIONS_COLUMN - 3, name);
    (void)printf("%s", strlen(name) > OPTIONS_COLUMN - 3 ? "\n" : " ");
    if (strlen(name) > OPTIONS_COLUMN - 3) {
        (void)printf("%*s", (int)OPTIONS_COLUMN, "");
    }
    options_print_text(text, OPTIONS_COLUMN);
}

static bool options_is_named(const char *name, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++) {
        if (strcmp(name, *names) == 0) {
            return true;
        }
    }
    return names == NULL;
}

void snet_options_help(const struct snet_options *options, const char *head,
                       const char *const *names, const char *tail)
{
    struct options_list list;
    options_collect(options->use, &list);
    (void)fputs(head, stdout);
    for (size_t i = 0; i < list.count; i++) {
        if (options_is_named(list.options[i]->name, names)) {
            options_print(list.options[i]);
        }
    }
    (void)fputs(tail, stdout);
}

/* --- Wires and exit codes -------------------------------------------------------------------- */

void snet_options_warn(const struct snet_options *options)
{
    if ((options->wires & SNET_WIRES_LEGACY) != 0) {
        snet_log_say(&options->log,
                     "warning: wires 1 and 2 resume sessions, they do not protect them: "
                     "anybody on the path can read and change the bytes");
    }
}

void snet_options_wire_names(unsigned wires, char *ret_text, size_t size)
{
    ret_text[0] = '\0';
    for (unsigned wire = SNET_WIRE_1; (wire & SNET_WIRES_ALL) != 0; wire <<= 1) {
        if ((wires & wire) != 0) {
            const size_t len = strlen(ret_text);
            (void)snprintf(ret_text + len, size - len, "%s%s", len == 0 ? "" : ",",
                           snet_wire_name((enum snet_wire)wire));
        }
    }
}

int snet_options_exit_code(snet_err err)
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
