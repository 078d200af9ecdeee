/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/rc4.h"

#include "tests/support/death.h"
#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <string.h>

#define BLOCKS 9u
#define BLOCK_BYTES 32u
#define STREAM_BYTES (4080u + BLOCK_BYTES)
#define PLAIN_LEN_MAX 64u
#define PLAIN_PLACES 16u
#define PLAIN_BYTES (PLAIN_PLACES + PLAIN_LEN_MAX)

/* RFC 6229: pairs of its lines, which stand at these offsets of the keystream. */
static const size_t block_offsets[BLOCKS] = {0, 240, 496, 752, 1008, 1520, 2032, 3056, 4080};

static const struct rc4_case {
    const char *key;
    const char *blocks[BLOCKS];
} rc4_cases[] = {
    {.key = "0102030405",
     .blocks =
         {
             "b2396305f03dc027ccc3524a0a1118a86982944f18fc82d589c403a47a0d0919",
             "28cb1132c96ce286421dcaadb8b69eae1cfcf62b03eddb641d77dfcf7f8d8c93",
             "42b7d0cdd918a8a33dd51781c81f40416459844432a7da923cfb3eb4980661f6",
             "ec10327bde2beefd18f9277680457e22eb62638d4f0ba1fe9fca20e05bf8ff2b",
             "45129048e6a0ed0b56b490338f078da530abbcc7c20b01609f23ee2d5f6bb7df",
             "3294f744d8f9790507e70f62e5bbceead8729db41882259bee4f825325f5a130",
             "1eb14a0c13b3bf47fa2a0ba93ad45b8bcc582f8ba9f265e2b1be9112e975d2d7",
             "f2e30f9bd102ecbf75aaade9bc35c43cec0e11c479dc329dc8da7968fe965681",
             "068326a2118416d21f9d04b2cd1ca050ff25b58995996707e51fbdf08b34d875",
         }},
    {.key = "01020304050607",
     .blocks =
         {
             "293f02d47f37c9b633f2af5285feb46be620f1390d19bd84e2e0fd752031afc1",
             "914f02531c9218810df60f67e338154cd0fdb583073ce85ab83917740ec011d5",
             "75f81411e871cffa70b90c74c592e4540bb87202938dad609e87a5a1b079e5e4",
             "c2911246b612e7e7b903dfeda1dad86632828f91502b6291368de8081de36fc2",
             "f3b9a7e3b297bf9ad804512f9063eff18ecb67a9ba1f55a5a067e2b026a3676f",
             "d2aa902bd42d0d7cfd340cd45810529f78b272c96e42eab4c60bd914e39d06e3",
             "f4332fd31a079396ee3cee3f2a4ff04905459781d41fda7f30c1be7e1246c623",
             "adfd3868b8e51485d5e610017e3dd609ad26581c0c5be45f4cea01db2f3805d5",
             "f3172ceffc3b3d997c85ccd5af1a950ce74b0b9731227fd37c0ec08a47ddd8b8",
         }},
    {.key = "0102030405060708",
     .blocks =
         {
             "97ab8a1bf0afb96132f2f67258da15a88263efdb45c4a18684ef87e6b19e5b09",
             "9636ebc9841926f4f7d1f362bddf6e18d0a990ff2c05fef5b90373c9ff4b870a",
             "73239f1db7f41d80b643c0c52518ec63163b319923a6bdb4527c626126703c0f",
             "49d6c8af0f97144a87df21d91472f96644173a103b6616c5d5ad1cee40c863d0",
             "273c9c4b27f322e4e716ef53a47de7a4c6d0e7b226259fa9023490b26167ad1d",
             "1fe8986713f07c3d9ae1c163ff8cf9d38369e1a965610be887fbd0c79162aafb",
             "0a0127abb44484b9fbef5abcae1b579fc2cdadc6402e8ee866e1f37bdb47e42c",
             "26b51ea37df8e1d6f76fc3b66a7429b3bc7683205d4f443dc1f29dda3315c87b",
             "d5fa5a3469d29aaaf83d23589db8c85b3fb46e2c8f0f068edce8cdcd7dfc5862",
         }},
    {.key = "0102030405060708090a0b0c0d0e0f10",
     .blocks =
         {
             "9ac7cc9a609d1ef7b2932899cde41b975248c4959014126a6e8a84f11d1a9e1c",
             "065902e4b620f6cc36c8589f66432f2bd39d566bc6bce3010768151549f3873f",
             "b6d1e6c4a5e4771cad79538df295fb11c68c1d5c559a974123df1dbc52a43b89",
             "c5ecf88de897fd57fed301701b82a259eccbe13de1fcc91c11a0b26c0bc8fa4d",
             "e7a72574f8782ae26aabcf9ebcd66065bdf0324e6083dcc6d3cedd3ca8c53c16",
             "b40110c4190b5622a96116b0017ed297ffa0b514647ec04f6306b892ae661181",
             "d03d1bc03cd33d70dff9fa5d71963ebd8a44126411eaa78bd51e8d87a8879bf5",
             "fabeb76028ade2d0e48722e46c4615a3c05d88abd50357f935a63c59ee537623",
             "ff38265c1642c1abe8d3c2fe5e572bf8a36a4c301ae8ac13610ccbc12256cacc",
         }},
};

#define RC4_CASES (sizeof rc4_cases / sizeof rc4_cases[0])

static struct snet_rc4 rc4_of(const char *key)
{
    struct snet_rc4 rc4;
    uint8_t bytes[16];
    snet_rc4_init(&rc4, bytes, test_hex_decode(key, bytes, sizeof bytes));
    return rc4;
}

static void expect_blocks(const uint8_t stream[STREAM_BYTES], const struct rc4_case *wanted)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        ASSERT_HEX(stream + block_offsets[i], BLOCK_BYTES, wanted->blocks[i]);
    }
}

static void rc4_refuses_a_key_without_bytes_or_with_too_many(void **state)
{
    (void)state;
    struct snet_rc4 rc4;
    static const uint8_t key[SNET_RC4_KEY_MAX_BYTES + 1] = {0};
    ASSERT_ABORTS(snet_rc4_init(&rc4, key, 0));
    ASSERT_ABORTS(snet_rc4_init(&rc4, key, sizeof key));
}

static void rc4_takes_the_longest_key_and_uses_all_of_it(void **state)
{
    (void)state;
    uint8_t key[SNET_RC4_KEY_MAX_BYTES] = {0};
    struct snet_rc4 a;
    struct snet_rc4 b;
    snet_rc4_init(&a, key, sizeof key);
    key[sizeof key - 1] = 1;
    snet_rc4_init(&b, key, sizeof key);
    assert_memory_not_equal(&a, &b, sizeof a);
}

static void rc4_keystream_is_that_of_the_rfc(void **state)
{
    (void)state;
    static const uint8_t zeros[STREAM_BYTES] = {0};
    for (size_t i = 0; i < RC4_CASES; i++) {
        uint8_t stream[STREAM_BYTES];
        struct snet_rc4 rc4 = rc4_of(rc4_cases[i].key);
        snet_rc4_xor(&rc4, zeros, stream, sizeof stream);
        expect_blocks(stream, &rc4_cases[i]);
    }
}

static void rc4_keystream_is_the_same_in_any_pieces_and_in_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < RC4_CASES; i++) {
        uint8_t stream[STREAM_BYTES] = {0};
        struct snet_rc4 rc4 = rc4_of(rc4_cases[i].key);
        size_t piece = 0;
        for (size_t at = 0; at < sizeof stream; at += piece) {
            piece = (piece + 1) % 300;
            piece = piece < sizeof stream - at ? piece : sizeof stream - at;
            snet_rc4_xor(&rc4, stream + at, stream + at, piece);
        }
        expect_blocks(stream, &rc4_cases[i]);
    }
}

/* RC4 as it is described: the key over and over, a byte at a time, the indices modulo 256. */
static struct snet_rc4 plain_init(const uint8_t *key, size_t key_len)
{
    struct snet_rc4 rc4 = {.i = 0};
    uint8_t j = 0;
    for (unsigned i = 0; i < 256; i++) {
        rc4.state[i] = (uint8_t)i;
    }
    for (unsigned i = 0; i < 256; i++) {
        const uint8_t kept = rc4.state[i];
        j = (uint8_t)((j + kept + key[i % key_len]) % 256);
        rc4.state[i] = rc4.state[j];
        rc4.state[j] = kept;
    }
    return rc4;
}

static void plain_xor(struct snet_rc4 *rc4, const uint8_t *in, uint8_t *ret_out, size_t len)
{
    for (size_t n = 0; n < len; n++) {
        rc4->i = (uint8_t)((rc4->i + 1) % 256);
        rc4->j = (uint8_t)((rc4->j + rc4->state[rc4->i]) % 256);
        const uint8_t kept = rc4->state[rc4->i];
        rc4->state[rc4->i] = rc4->state[rc4->j];
        rc4->state[rc4->j] = kept;
        ret_out[n] = in[n] ^ rc4->state[(rc4->state[rc4->i] + rc4->state[rc4->j]) % 256];
    }
}

/* The same bytes as the plain one, the same state, and nothing beside them. */
static void expect_plain(struct snet_rc4 *rc4, size_t in_at, size_t out_at, size_t len)
{
    uint8_t in[PLAIN_BYTES];
    uint8_t wanted[PLAIN_BYTES];
    uint8_t got[PLAIN_BYTES];
    struct snet_rc4 plain = *rc4;
    for (size_t n = 0; n < sizeof in; n++) {
        in[n] = (uint8_t)(3 * n + len);
    }
    memcpy(wanted, in, sizeof wanted);
    memcpy(got, in, sizeof got);
    plain_xor(&plain, in + in_at, wanted + out_at, len);
    snet_rc4_xor(rc4, (in_at == out_at ? got : in) + in_at, got + out_at, len);
    assert_memory_equal(got, wanted, sizeof got);
    assert_memory_equal(rc4, &plain, sizeof plain);
}

static void rc4_schedules_keys_of_any_length_as_described(void **state)
{
    (void)state;
    uint8_t key[SNET_RC4_KEY_MAX_BYTES];
    for (size_t len = 1; len <= sizeof key; len++) {
        struct snet_rc4 rc4;
        for (size_t n = 0; n < len; n++) {
            key[n] = (uint8_t)(n * n + 5 * len);
        }
        const struct snet_rc4 plain = plain_init(key, len);
        snet_rc4_init(&rc4, key, len);
        assert_memory_equal(&rc4, &plain, sizeof plain);
    }
}

/* Words and single bytes, wherever they stand; where it is the same, in place. */
static void rc4_is_that_of_the_description_for_any_length_and_place(void **state)
{
    (void)state;
    struct snet_rc4 rc4 = rc4_of("0102030405060708");
    for (size_t len = 0; len <= PLAIN_LEN_MAX; len++) {
        for (size_t in_at = 0; in_at < PLAIN_PLACES; in_at++) {
            for (size_t out_at = 0; out_at < PLAIN_PLACES; out_at++) {
                expect_plain(&rc4, in_at, out_at, len);
            }
        }
    }
}

static void rc4_undoes_itself(void **state)
{
    (void)state;
    uint8_t text[] = "attack at dawn";
    struct snet_rc4 there = rc4_of("0102030405");
    struct snet_rc4 back = there;
    snet_rc4_xor(&there, text, text, sizeof text);
    assert_memory_not_equal(text, "attack at dawn", sizeof text);
    snet_rc4_xor(&back, text, text, sizeof text);
    assert_string_equal((const char *)text, "attack at dawn");
}

/* There is no export: the struct is the state. */
static void rc4_copied_goes_on_where_the_copy_was_made(void **state)
{
    (void)state;
    uint8_t a[STREAM_BYTES] = {0};
    uint8_t b[STREAM_BYTES] = {0};
    struct snet_rc4 rc4 = rc4_of("0102030405060708");
    snet_rc4_xor(&rc4, a, a, 1000);
    struct snet_rc4 copy = rc4;
    snet_rc4_xor(&rc4, a + 1000, a + 1000, sizeof a - 1000);
    memcpy(b, a, 1000);
    snet_rc4_xor(&copy, b + 1000, b + 1000, sizeof b - 1000);
    assert_memory_equal(a, b, sizeof a);
}

static void rc4_of_no_bytes_changes_nothing(void **state)
{
    (void)state;
    struct snet_rc4 rc4 = rc4_of("0102030405");
    const struct snet_rc4 before = rc4;
    snet_rc4_xor(&rc4, NULL, NULL, 0);
    assert_memory_equal(&rc4, &before, sizeof rc4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rc4_refuses_a_key_without_bytes_or_with_too_many),
        cmocka_unit_test(rc4_takes_the_longest_key_and_uses_all_of_it),
        cmocka_unit_test(rc4_keystream_is_that_of_the_rfc),
        cmocka_unit_test(rc4_keystream_is_the_same_in_any_pieces_and_in_place),
        cmocka_unit_test(rc4_schedules_keys_of_any_length_as_described),
        cmocka_unit_test(rc4_is_that_of_the_description_for_any_length_and_place),
        cmocka_unit_test(rc4_undoes_itself),
        cmocka_unit_test(rc4_copied_goes_on_where_the_copy_was_made),
        cmocka_unit_test(rc4_of_no_bytes_changes_nothing),
    };
    return cmocka_run_group_tests_name("rc4", tests, NULL, NULL);
}
