/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/netwatch.h"

#include <snet/error.h>

#include "tests/support/unit.h"

#include <string.h>

#define NETWORK_ADDRESSES_MAX 4u

/* The addresses of the machine, as the test says. */
static uv_interface_address_t network_addresses[NETWORK_ADDRESSES_MAX];
static int network_count;
static int network_os_err;
static unsigned network_lists; /* handed out and not given back */

/* These two take the place of libuv's. */
SNET_API int uv_interface_addresses(uv_interface_address_t **addresses, int *count)
{
    if (network_os_err != 0) {
        return network_os_err;
    }
    network_lists++;
    *addresses = network_addresses;
    *count = network_count;
    return 0;
}

SNET_API void uv_free_interface_addresses(uv_interface_address_t *addresses, int count)
{
    assert_ptr_equal(addresses, network_addresses);
    assert_int_equal(count, network_count);
    network_lists--;
}

static void machine_has(const char *ip)
{
    uv_interface_address_t *address = &network_addresses[network_count++];
    memset(address, 0, sizeof *address);
    if (strchr(ip, ':') == NULL) {
        assert_int_equal(uv_ip4_addr(ip, 0, &address->address.address4), 0);
        address->is_internal = memcmp(ip, "127.", 4) == 0;
    } else {
        assert_int_equal(uv_ip6_addr(ip, 0, &address->address.address6), 0);
        address->is_internal = strcmp(ip, "::1") == 0;
    }
}

static void count_change(void *user)
{
    unsigned *changes = user;
    (*changes)++;
}

struct fixture {
    unsigned changes;
    struct snet_netwatch network;
};

/* A network that was looked at once, with one address. */
static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.network = {.on_change = count_change, .user = &fixture->changes}};
    network_count = 0;
    machine_has("127.0.0.1");
    machine_has("192.0.2.1");
    snet_netwatch_look(&fixture->network);
}

/* How many changes the next look reports. */
static unsigned look(struct fixture *fixture)
{
    const unsigned before = fixture->changes;
    snet_netwatch_look(&fixture->network);
    assert_int_equal(network_lists, 0);
    return fixture->changes - before;
}

static void netwatch_first_look_reports_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(fixture.changes, 0);
    assert_int_not_equal(fixture.network.fingerprint, 0);
}

static void netwatch_reports_no_network_that_stays(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(look(&fixture), 0);
    assert_int_equal(look(&fixture), 0);
}

static void network_loopback_does_not_count(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    machine_has("127.0.0.9");
    machine_has("::1");
    assert_int_equal(look(&fixture), 0);
}

static void network_that_cannot_be_looked_at_has_not_changed(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    network_os_err = UV_EPERM;
    assert_int_equal(look(&fixture), 0);
    network_os_err = 0;
    assert_int_equal(look(&fixture), 0);
}

static void netwatch_reports_once_each_address_that_comes_or_goes(void **state)
{
    static const char *const others[] = {"192.0.2.2", "2001:db8::1"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture;
        fixture_init(&fixture);
        machine_has(others[i]);
        assert_int_equal(look(&fixture), 1);
        assert_int_equal(look(&fixture), 0);
        network_count--;
        assert_int_equal(look(&fixture), 1);
        assert_int_equal(look(&fixture), 0);
    }
}

static void netwatch_reports_an_address_in_place_of_another(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    machine_has("2001:db8::1");
    assert_int_equal(look(&fixture), 1);
    network_count -= 2;
    machine_has("192.0.2.3");
    machine_has("2001:db8::1");
    assert_int_equal(look(&fixture), 1);
    network_count -= 1;
    machine_has("2001:db8::2");
    assert_int_equal(look(&fixture), 1);
}

static void netwatch_reports_the_last_address_lost(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    network_count = 0;
    assert_int_equal(look(&fixture), 1);
    assert_int_equal(look(&fixture), 0);
    machine_has("192.0.2.1");
    assert_int_equal(look(&fixture), 1);
}

/* --- Paths ---------------------------------------------------------------------------------- */

static struct sockaddr_storage address_of(const char *ip)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    assert_int_equal(uv_ip4_addr(ip, 9, (struct sockaddr_in *)&address), 0);
    return address;
}

static void path_has_moved_when_its_source_would_be_another(void **state)
{
    static const struct {
        const char *local;
        const char *peer;
        bool moved;
    } rows[] = {{"127.0.0.1", "127.0.0.1", false},
                {"127.0.0.1", "127.0.0.7", false},
                {"192.0.2.77", "127.0.0.1", true}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct snet_netwatch_path path = {.local = address_of(rows[i].local),
                                                .peer = address_of(rows[i].peer)};
        assert_int_equal(snet_netwatch_moved(&path), rows[i].moved);
    }
}

/* Nobody can go anywhere: the link may be as good as ever when the network is back. */
static void path_to_nowhere_has_not_moved(void **state)
{
    (void)state;
    const struct snet_netwatch_path local = {.local = {.ss_family = AF_UNIX},
                                             .peer = {.ss_family = AF_UNIX}};
    const struct snet_netwatch_path refused = {.local = address_of("192.0.2.77"),
                                               .peer = address_of("255.255.255.255")};
    assert_false(snet_netwatch_moved(&local));
    assert_false(snet_netwatch_moved(&refused)); /* a broadcast: no socket connects to it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(netwatch_first_look_reports_nothing),
        cmocka_unit_test(netwatch_reports_no_network_that_stays),
        cmocka_unit_test(network_loopback_does_not_count),
        cmocka_unit_test(network_that_cannot_be_looked_at_has_not_changed),
        cmocka_unit_test(netwatch_reports_once_each_address_that_comes_or_goes),
        cmocka_unit_test(netwatch_reports_an_address_in_place_of_another),
        cmocka_unit_test(netwatch_reports_the_last_address_lost),
        cmocka_unit_test(path_has_moved_when_its_source_would_be_another),
        cmocka_unit_test(path_to_nowhere_has_not_moved),
    };
    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
