/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include "app/address_hint.h"
#include "app/schema.h"

#include <stdio.h>
#include <string.h>

#define OPTIONS_ROW(...) SNET_APP_ROW(struct snet_options, __VA_ARGS__),
static const struct snet_schema_row options_rows[] = {
    SNET_APP_SCHEMA(OPTIONS_ROW, SNET_OPTIONS_SERVE, SNET_OPTIONS_CONNECT)};
static const struct snet_schema options_schema = {options_rows,
                                                  sizeof options_rows / sizeof options_rows[0]};

/* --- Which options there are ----------------------------------------------------------------- */

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
static void options_collect(struct snet_options *options)
{
    const struct snet_option *option = NULL;
    snet_arguments_add(&options->arguments, &options_schema, options->use);
    for (size_t i = 0; (option = snet_option_at(i)) != NULL; i++) {
        const bool fits = (option->uses & (options->use | SNET_USE_LIBRARY)) != 0 &&
                          (option->uses & SNET_USE_PROGRAM) == 0;
        if (fits && !options_is_of_sockets(option)) {
            snet_arguments_add_other(&options->arguments, option);
        }
    }
}

/* --- Taking them ----------------------------------------------------------------------------- */

/* Clients by key, from a file that is read once for the keys and the names behind them. */
static snet_err options_set_authorized(struct snet_options *options, const char *value,
                                       struct snet_error *ret_error)
{
    struct snet_key key;
    if (snet_key_parse(value, &key) == SNET_OK) {
        return snet_config_set_key(options->config, "authorized", &key, ret_error);
    }
    snet_err err =
        snet_key_list_read_file(value, SNET_CONFIG_AUTHORIZED_MAX, &options->clients, ret_error);
    if (err == SNET_ERR_OS) {
        /* It may be a key with a mistake in it: this says so then. */
        return snet_config_set(options->config, "authorized", value, ret_error);
    }
    snet_error_blame(ret_error, "authorized");
    for (size_t i = 0; err == SNET_OK && i < options->clients.count; i++) {
        err = snet_config_set_key(options->config, "authorized", &options->clients.keys[i],
                                  ret_error);
    }
    return err;
}

/* Sets an option of the library. */
static snet_err options_set(void *user, const struct snet_option *option, const char *value,
                            struct snet_error *ret_error)
{
    struct snet_options *options = user;
    if (strcmp(option->name, "authorized") == 0) {
        return options_set_authorized(options, value, ret_error);
    }
    if (strcmp(option->name, "psk") == 0 && options->psk_file == NULL) {
        options->psk_file = strcmp(value, SNET_ARGUMENTS_STDIN) == 0 ? "FILE" : value;
    }
    return snet_config_set(options->config, option->name, value, ret_error);
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
            return snet_arguments_refuse_error(&options->arguments, &error);
        }
    }
    return SNET_EXIT_OK;
}

static int options_take_server(struct snet_options *options, const char *server)
{
    struct snet_error error;
    const struct snet_arguments *arguments = &options->arguments;
    if (options_is_url(server)) {
        return SNET_EXIT_OK;
    }
    if (snet_stream_address_check(server) != SNET_OK) {
        (void)snet_error_set(&error, SNET_ERR_ADDRESS, NULL, "the server '%.60s': %s", server,
                             snet_address_hint(server));
        return snet_arguments_refuse(arguments, error.text);
    }
    return snet_config_set(options->config, "address", server, &error) == SNET_OK
               ? SNET_EXIT_OK
               : snet_arguments_refuse_error(arguments, &error);
}

static int options_take_operands(struct snet_options *options, int argc, char **argv)
{
    const struct snet_arguments *arguments = &options->arguments;
    const int count = argc - arguments->operand;
    if (options->use == SNET_OPTIONS_SERVE) {
        return count > 0 ? snet_arguments_refuse(arguments, "takes options only")
               : options->listen == NULL || options->to == NULL
                   ? snet_arguments_refuse(arguments, "--listen and --to are needed")
                   : SNET_EXIT_OK;
    }
    if (count != 1) {
        return snet_arguments_refuse(arguments,
                                     "one server is needed, as HOST:PORT or snet://KEY@HOST:PORT");
    }
    if (arguments->stdin_taken && options->listen == NULL) {
        return snet_arguments_refuse(arguments, "standard input is the stream without --listen: "
                                                "name a file in place of -");
    }
    return options_take_server(options, argv[arguments->operand]);
}

/* They are the process's: a listener or a dial has none. */
static void options_take_budgets(struct snet_options *options)
{
    struct snet_config *config = options->config;
    options->core = (struct snet_core_config){
        .send_budget_bytes = config->send_budget_bytes,
        .recv_budget_bytes = config->recv_budget_bytes,
    };
    config->send_budget_bytes = config->recv_budget_bytes = 0;
}

int snet_options_parse(struct snet_options *options, int argc, char **argv)
{
    struct snet_arguments *arguments = &options->arguments;
    options->config = snet_config_new();
    if (options->config == NULL) {
        snet_log_say(&options->log, "%s", snet_err_message(SNET_ERR_NO_MEMORY));
        return SNET_EXIT_OS;
    }
    *arguments = (struct snet_arguments){
        .program = options->use == SNET_OPTIONS_SERVE ? "snet serve" : "snet connect",
        .object = options,
        .set = options_set,
        .has_more = true,
    };
    options_collect(options);
    int code = options_take_url(options, argc, argv);
    if (code == SNET_EXIT_OK) {
        code = snet_arguments_parse(arguments, argc, argv);
    }
    if (code == SNET_EXIT_OK && !arguments->help) {
        code = options_take_operands(options, argc, argv);
    }
    options_take_budgets(options);
    options->wires = options->config->wires == 0 ? SNET_WIRE_3 : options->config->wires;
    options->log.verbosity = arguments->verbosity;
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
    snet_key_list_deinit(&options->clients);
    snet_arguments_deinit(&options->arguments);
}

/* --- Wires ----------------------------------------------------------------------------------- */

void snet_options_warn(const struct snet_options *options)
{
    if ((options->wires & SNET_WIRES_LEGACY) != 0) {
        snet_log_say(&options->log,
                     "warning: wires 1 and 2 resume sessions, they do not protect them: "
                     "anybody on the path can read and change the bytes");
    }
}

uint32_t snet_options_keepalive_ms(const struct snet_options *options)
{
    const uint64_t limit_ns = options->config->dead_peer_timeout_ns;
    return (uint32_t)((limit_ns == 0 ? SNET_DEAD_PEER_TIMEOUT_DEFAULT_NS : limit_ns) / SNET_MS_NS);
}

uint64_t snet_options_drain_timeout_ms(const struct snet_options *options)
{
    const uint64_t limit_ns = options->drain_timeout_ns;
    return (limit_ns == 0 ? SNET_DRAIN_TIMEOUT_DEFAULT_NS : limit_ns) / SNET_MS_NS;
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
