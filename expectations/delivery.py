"""What must be true of the deliveries once the journals are merged."""

from expectations.claims import About, Suite, counts_nothing, is_false, is_one_of, is_set, is_unique

REBUILD = "run `budkavle rebuild` and look at the run again before anything more is sent."

SUITE = Suite(
    "delivery",
    (
        is_set(
            "message_id", About("something_was_planned", "No message was planned; see that the plan assigns persons.")
        ),
        is_unique(("message_id",), About("message_stands_once", f"A message stands in two shards; {REBUILD}")),
        is_one_of(
            "status",
            (
                "queued",
                "marked",
                "accepted",
                "rejected",
                "deferred",
                "unknown",
                "unknown_final",
                "suppressed",
                "expired",
                "cancelled",
                "delivered",
                "soft_bounce",
                "hard_bounce",
                "complaint",
            ),
            About("state_is_known", f"Messages are in a state that is not documented; {REBUILD}"),
        ),
        is_set("status", About("every_message_has_a_state", f"Planned messages have no state; {REBUILD}")),
        counts_nothing(
            "planned_without_state",
            About("states_add_up_to_planned", f"The states do not add up to the planned messages; {REBUILD}"),
            whole=True,
        ),
        counts_nothing(
            "unplanned",
            About("nothing_unplanned_was_sent", f"The journals tell of messages that were never planned; {REBUILD}"),
            whole=True,
        ),
        is_false(
            "accepted_without_time",
            About("accepted_have_a_time", f"Accepted messages lack the time they were accepted; {REBUILD}"),
        ),
        is_false(
            "to_control_group",
            About(
                "control_group_got_nothing",
                "Messages were planned for the control group before its time, or for others with it; the effect cannot "
                "be told from this run.",
                requirement="P4g",
            ),
        ),
    ),
)
