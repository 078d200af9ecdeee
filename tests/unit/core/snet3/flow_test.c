/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Counts of acknowledgement and credit [PROTO 17.1, 17.2, 17.3]. */
#include "core/snet3/flow.h"

#include "tests/support/unit.h"

#define T0 SNET_SECOND_NS
#define WINDOW 65536u
#define RECORD 16384u
#define QUARTER (WINDOW / 4)

/* A receiver that has granted its window and said so. */
static struct snet_flow flow_open(void)
{
    struct snet_flow flow;
    snet_flow_init(&flow, WINDOW, RECORD);
    snet_flow_grant(&flow, WINDOW);
    snet_flow_ack_sent(&flow);
    return flow;
}

static bool flow_due(const struct snet_flow *flow, uint64_t now)
{
    return flow->ack_now || flow->ack_by_ns <= now;
}

/* An ACK of a peer to which 100 bytes were sent. */
static snet_err flow_take(struct snet_flow *flow, uint64_t recv_next, uint64_t limit,
                          uint64_t *ret_acked)
{
    const struct snet_flow_ack ack = {.recv_next = recv_next, .limit = limit};
    return snet_flow_acked(flow, ack, 100, ret_acked);
}

static void flow_refuses_an_ack_of_what_was_never_sent(void **state)
{
    (void)state;
    struct snet_flow flow = flow_open();
    uint64_t acked = 0;
    assert_int_equal(flow_take(&flow, 101, 500, &acked), SNET_ERR_BAD_COUNT);
    assert_int_equal(flow_take(&flow, UINT64_MAX, 500, &acked), SNET_ERR_BAD_COUNT);
    assert_int_equal(flow.acked, 0);
    assert_int_equal(snet_flow_credit(&flow, 0), 0);
}

/* Acks on an old link may arrive behind those of a new one. */
static void flow_keeps_the_larger_of_two_acks(void **state)
{
    (void)state;
    struct snet_flow flow = flow_open();
    uint64_t acked = 0;
    assert_int_equal(flow_take(&flow, 80, 500, &acked), SNET_OK);
    assert_int_equal(acked, 80);
    assert_int_equal(flow_take(&flow, 60, 600, &acked), SNET_OK);
    assert_int_equal(acked, 0);
    assert_int_equal(flow.acked, 80);
    assert_int_equal(snet_flow_credit(&flow, 100), 500);
    assert_int_equal(flow_take(&flow, 100, 400, &acked), SNET_OK);
    assert_int_equal(acked, 20);
    assert_int_equal(snet_flow_credit(&flow, 100), 500);
    assert_int_equal(snet_flow_credit(&flow, 600), 0);
    assert_int_equal(snet_flow_credit(&flow, 700), 0);
}

static void flow_lets_a_few_bytes_wait_for_40_ms(void **state)
{
    (void)state;
    struct snet_flow flow = flow_open();
    assert_false(snet_flow_ack_changed(&flow));
    snet_flow_arrived(&flow, 10, T0);
    assert_false(flow_due(&flow, T0));
    assert_true(snet_flow_ack_changed(&flow)); /* data that goes out anyway takes it along */
    snet_flow_arrived(&flow, 20, T0 + 10 * SNET_MS_NS);
    assert_int_equal(flow.ack_by_ns, T0 + SNET_FLOW_ACK_NS); /* counted from the first */
    assert_false(flow_due(&flow, T0 + SNET_FLOW_ACK_NS - 1));
    assert_true(flow_due(&flow, T0 + SNET_FLOW_ACK_NS));
    snet_flow_ack_sent(&flow);
    assert_int_equal(flow.ack_by_ns, SNET_NEVER);
    assert_false(snet_flow_ack_changed(&flow));
}

struct unacked_row {
    uint32_t window_bytes;
    uint32_t max_record_bytes;
    uint64_t due_at;
};

static void flow_acks_at_once_when_much_has_arrived(void **state)
{
    static const struct unacked_row rows[] = {
        {WINDOW, RECORD, QUARTER}, /* a quarter of the window */
        {16u << 20, 65518, 65536}, /* 64 KiB */
        {16u << 20, 512, 1024},    /* two records */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct snet_flow flow;
        snet_flow_init(&flow, rows[i].window_bytes, rows[i].max_record_bytes);
        snet_flow_arrived(&flow, rows[i].due_at - 1, T0);
        assert_false(flow_due(&flow, T0));
        snet_flow_arrived(&flow, rows[i].due_at, T0);
        assert_true(flow_due(&flow, T0));
    }
}

static void flow_reports_credit_when_a_quarter_of_the_window_is_free(void **state)
{
    (void)state;
    struct snet_flow flow = flow_open();
    snet_flow_grant(&flow, WINDOW + QUARTER - 1);
    assert_false(flow_due(&flow, T0));
    assert_true(snet_flow_ack_changed(&flow));
    snet_flow_grant(&flow, WINDOW + QUARTER);
    assert_true(flow_due(&flow, T0));
}

static void flow_never_takes_credit_back(void **state)
{
    (void)state;
    struct snet_flow flow = flow_open();
    snet_flow_grant(&flow, 10);
    assert_int_equal(flow.limit, WINDOW);
    assert_false(snet_flow_ack_changed(&flow));
}

static void flow_begins_each_link_with_an_ack(void **state)
{
    (void)state;
    struct snet_flow flow = flow_open();
    snet_flow_relink(&flow, false);
    assert_true(flow_due(&flow, T0));
    assert_true(snet_flow_ack_changed(&flow));
    snet_flow_ack_sent(&flow);
    assert_false(flow_due(&flow, T0));
}

static void flow_acks_the_first_bytes_of_a_resumed_link_at_once(void **state)
{
    (void)state;
    struct snet_flow flow = flow_open();
    for (unsigned resumed = 0; resumed < 2; resumed++) {
        snet_flow_relink(&flow, resumed == 1);
        snet_flow_ack_sent(&flow);
        snet_flow_arrived(&flow, flow.recv_next + 1, T0);
        assert_int_equal(flow_due(&flow, T0), resumed == 1);
        snet_flow_ack_sent(&flow);
        snet_flow_arrived(&flow, flow.recv_next + 1, T0);
        assert_false(flow_due(&flow, T0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flow_refuses_an_ack_of_what_was_never_sent),
        cmocka_unit_test(flow_keeps_the_larger_of_two_acks),
        cmocka_unit_test(flow_lets_a_few_bytes_wait_for_40_ms),
        cmocka_unit_test(flow_acks_at_once_when_much_has_arrived),
        cmocka_unit_test(flow_reports_credit_when_a_quarter_of_the_window_is_free),
        cmocka_unit_test(flow_never_takes_credit_back),
        cmocka_unit_test(flow_begins_each_link_with_an_ack),
        cmocka_unit_test(flow_acks_the_first_bytes_of_a_resumed_link_at_once),
    };
    return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
