"""The report_ views show no group below ten, and none that follows by subtraction from the totals."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks import store

MANY = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
STATES = ("accepted", "rejected", "unknown")
REASONS = (None, "protected", "dead", "objected", "unreachable", "over_budget")

# One group of people who share everything: segment, arm, reason and, where a channel was found, channel and state.
groups = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from(["treated", "holdout"]),
        st.sampled_from(REASONS),
        st.sampled_from(["email", "letter"]),
        st.sampled_from(STATES),
        st.integers(1, 30),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture(scope="module")
def city() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:")
    for path in sorted((store.SQL / "migrations").glob("*.sql")):
        connection.execute(path.read_text(encoding="utf-8"))
    connection.execute(store.statement("views"))
    yield connection
    connection.close()


def fill(city: duckdb.DuckDBPyConnection, drawn: list[tuple[Any, ...]]) -> None:
    for table in ("audience", "assignment", "message", "delivery_event"):
        city.execute(f"DELETE FROM {table}")
    city.execute(
        "CREATE OR REPLACE TEMP TABLE one AS "
        "SELECT 'g' || number || ' ' || person AS person_key, segment, arm, reason, channel, status FROM ("
        "SELECT number, segment, arm, reason, channel, status, unnest(range(size)) AS person FROM ("
        "SELECT unnest(?) AS number, unnest(?) AS segment, unnest(?::VARCHAR[]) AS arm, "
        "unnest(?::VARCHAR[]) AS reason, unnest(?) AS channel, unnest(?) AS status, unnest(?) AS size))",
        [list(range(len(drawn))), *(list(column) for column in zip(*drawn, strict=True))],
    )
    city.execute(
        "INSERT INTO audience BY NAME SELECT 'r' AS run, 'w' AS wave, person_key, segment, "
        "CASE WHEN reason IS NULL OR reason IN ('unreachable', 'over_budget') THEN arm END AS arm, "
        "CASE WHEN arm = 'holdout' AND reason IN ('unreachable', 'over_budget') THEN NULL ELSE reason END "
        "AS excluded_reason FROM one"
    )
    city.execute(
        "INSERT INTO message BY NAME SELECT 'r' AS run, 'w' AS wave, person_key, channel, person_key AS message_id, "
        "1.0 AS cost_sek, 1.0 AS co2_kg FROM one WHERE reason IS NULL AND arm = 'treated'"
    )
    city.execute("INSERT INTO assignment BY NAME SELECT run, wave, person_key, channel, message_id FROM message")
    city.execute(
        "INSERT INTO delivery_event BY NAME SELECT run, message_id, 's' AS segment, 0 AS \"offset\", status, "
        "now() AS happened_at FROM message INNER JOIN one ON message.person_key = one.person_key"
    )


def shown(city: duckdb.DuckDBPyConnection, view: str, columns: str) -> list[tuple[Any, ...]]:
    return city.execute(f"SELECT {columns} FROM {view}").fetchall()


def is_guarded(cells: Mapping[Any, int], told: Mapping[Any, int | None]) -> bool:
    """What is told is right and never one to nine; what is hidden is two counts and ten people together, or nothing.

    Where fewer than ten people or one count are all there is, the whole is hidden.
    """
    present = {name: count for name, count in cells.items() if count}
    hidden = [count for name, count in present.items() if told.get(name) is None]
    if any(told.get(name) not in (None, count) for name, count in present.items()):
        return False
    if any(0 < count < 10 and told.get(name) is not None for name, count in present.items()):
        return False
    whole = len(hidden) == len(present) and (len(present) == 1 or sum(hidden) < 10)
    return whole or not hidden or (len(hidden) > 1 and sum(hidden) >= 10)


def counted(city: duckdb.DuckDBPyConnection, query: str) -> dict[Any, int]:
    return {row[0]: row[1] for row in city.execute(query).fetchall()}


@MANY
@given(groups)
def test_no_standing_is_shown_or_follows_below_ten(city: duckdb.DuckDBPyConnection, drawn: list[Any]) -> None:
    fill(city, drawn)
    told = dict(shown(city, "report_audience", "group_name, persons"))
    early = "excluded_reason IS NULL OR excluded_reason IN ('unreachable', 'over_budget')"
    cells = counted(
        city,
        f"SELECT CASE WHEN {early} THEN coalesce(arm, 'no holdout') ELSE 'excluded: ' || excluded_reason END, count(*) "
        "FROM audience GROUP BY 1",
    )
    assert is_guarded(cells, {name: told[name] for name in cells})
    parts = counted(
        city,
        "SELECT coalesce('excluded: ' || excluded_reason, 'rest'), count(*) FROM audience "
        f"WHERE arm = 'treated' AND ({early}) GROUP BY 1",
    )
    late = {name: told.get(name) for name in parts if name != "rest"}
    if told.get("treated") is not None:
        rest = None if None in late.values() else parts.get("rest")
        assert is_guarded(parts, late | {"rest": rest})
    else:
        assert set(late.values()) <= {None}


@MANY
@given(groups)
def test_no_number_of_messages_is_shown_or_follows_below_ten(city: duckdb.DuckDBPyConnection, drawn: list[Any]) -> None:
    fill(city, drawn)
    told = {(channel, status): messages for channel, status, messages in shown(
        city, "report_messages", "channel, status, messages")}  # fmt: skip
    cells = {(row[0], row[1]): row[2] for row in city.execute(
        "SELECT channel, status, count(*) FROM delivery GROUP BY ALL").fetchall()}  # fmt: skip
    channels: dict[str, dict[Any, int]] = defaultdict(dict)
    for (channel, status), count in cells.items():
        channels[channel][status] = count
        assert told[channel, status] in (None, count)
        assert told[channel, status] is None or count >= 10
    sums: dict[Any, int] = {channel: sum(states.values()) for channel, states in channels.items()}
    known = {
        channel: total if any(told[channel, status] is not None for status in channels[channel]) else None
        for channel, total in sums.items()
    }
    for channel, states in channels.items():
        if known[channel] is not None:
            assert is_guarded(states, {status: told[channel, status] for status in states})
    left_out = counted(
        city, "SELECT 'left out', count(*) FROM audience WHERE excluded_reason IN ('unreachable', 'over_budget')"
    )["left out"]
    # Nobody shares a message here, so whoever got none follows from the sums, where there are any.
    everything = sums | ({"left out": left_out} if sums else {})
    late = "group_name IN ('excluded: unreachable', 'excluded: over_budget')"
    untold = city.execute(f"SELECT count(*) FROM report_audience WHERE {late} AND persons IS NULL").fetchone()
    known["left out"] = None if untold != (0,) else left_out
    hidden = [count for name, count in everything.items() if count and known[name] is None]
    alone = len(hidden) == 1 and (hidden[0] >= 10 or len([count for count in everything.values() if count]) == 1)
    assert not hidden or alone or sum(everything.values()) < 10 or (len(hidden) > 1 and sum(hidden) >= 10)


@MANY
@given(groups)
def test_no_reached_or_missed_group_is_shown_or_follows_below_ten(
    city: duckdb.DuckDBPyConnection, drawn: list[Any]
) -> None:
    fill(city, drawn)
    told = {segment: (persons, reached) for segment, persons, reached in shown(
        city, "report_reach", "segment, persons, reached")}  # fmt: skip
    meant = "arm = 'treated' AND (excluded_reason IS NULL OR excluded_reason IN ('unreachable', 'over_budget'))"
    persons = counted(city, f"SELECT segment, count(*) FROM audience WHERE {meant} GROUP BY 1")
    reached = counted(
        city,
        f"SELECT segment, count(delivery.message_id) FROM audience LEFT JOIN delivery ON audience.person_key = "
        f"delivery.message_id AND status = 'accepted' WHERE {meant} GROUP BY 1",
    )
    assert set(told) == set(persons)
    if sum(persons.values()) < 10:
        assert all(pair == (None, None) for pair in told.values())
        return
    assert is_guarded(persons, {segment: pair[0] for segment, pair in told.items()})
    for counts in (reached, {segment: persons[segment] - reached[segment] for segment in persons}):
        hidden = [counts[segment] for segment, pair in told.items() if pair[1] is None and counts[segment]]
        assert all(counts[segment] not in range(1, 10) for segment, pair in told.items() if pair[1] is not None)
        whole = all(pair[1] is None for pair in told.values())
        assert whole or not hidden or (len(hidden) > 1 and sum(hidden) >= 10)
    assert any(
        counts in range(1, 10)
        for segment in persons
        for counts in (reached[segment], persons[segment] - reached[segment])
    ) or all(pair[1] is not None for pair in told.values())


@pytest.mark.parametrize(("receipt", "reached"), [("soft_bounce", 40), ("complaint", 40), ("hard_bounce", 20)])
def test_reached_in_a_segment_means_what_it_means_everywhere(
    city: duckdb.DuckDBPyConnection, receipt: str, reached: int
) -> None:
    fill(city, [("a", "treated", None, "email", "accepted", 20), ("a", "treated", None, "letter", "accepted", 20)])
    city.execute(
        "INSERT INTO delivery_event BY NAME SELECT run, message_id, 's' AS segment, 1 AS \"offset\", ? AS status, "
        "now() AS happened_at FROM message WHERE channel = 'letter'",
        [receipt],
    )
    assert shown(city, "report_reach", "persons, reached") == [(40, reached)]
    assert shown(city, "reached_message", "count(*)") == [(reached,)]


@pytest.mark.parametrize(
    ("step", "level", "control_level", "is_told"),
    [
        (0, 0.3, 0.25, True),
        (0, 0.3, 0.066, False),
        (0, 0.97, 0.9, False),
        (0, 52.0, 48.0, True),
        (0.1, 0.3, 0.25, False),
    ],
)
def test_levels_that_tell_how_few_acted_are_hidden(
    city: duckdb.DuckDBPyConnection, step: float, level: float, control_level: float, is_told: bool
) -> None:
    """As in the report: sixty households of the control group, so that 6.6 % of them are four."""
    put_effect(city, level, control_level, step)
    told = [level, control_level, round(level / control_level, 2)]
    assert shown(city, "report_effect", "level, control_level, ratio") == [tuple(told if is_told else [None] * 3)] * 2


def put_effect(city: duckdb.DuckDBPyConnection, level: float, control_level: float, step: float | None) -> None:
    city.execute("DELETE FROM effect")
    city.execute(
        "INSERT INTO effect BY NAME SELECT 'r' AS run, unnest(['all', 'needs_bin']) AS segment, 300 AS persons, "
        "130 AS control_persons, 140 AS households, 60 AS control_households, $1 AS level, $2 AS control_level, "
        "$1 / $2 AS ratio, $1 - $2 AS estimate, $1 - $2 - 0.1 AS ci_low, $1 - $2 + 0.1 AS ci_high, 0.0123456 AS p, "
        "0.02 AS p_adjusted, 0.1 AS look_low, 0.2 AS anytime_high, 0.3 AS complier_effect, $1 - $2 AS shrunken, "
        "$3 AS step",
        [level, control_level, step],
    )


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (0, [(0.234, 0.134, 0.334, 0.0123456, 0.02, 0.1, 0.2, 0.3, 0.234)] * 2),
        (0.05, [(0.25, 0.1, 0.35, 0.05, None, None, None, None, 0.25), (None,) * 8 + (0.25,)]),
        (1, [(None,) * 9] * 2),
        (None, [(None,) * 9] * 2),
    ],
)
def test_where_few_acted_an_effect_is_told_in_steps_and_its_p_as_a_bound(
    city: duckdb.DuckDBPyConnection, step: float | None, told: list[tuple[float | None, ...]]
) -> None:
    put_effect(city, 0.3, 0.066, step)
    figures = "estimate, ci_low, ci_high, p, p_adjusted, look_low, anytime_high, complier_effect, shrunken"
    assert shown(city, "report_effect", figures) == told


@pytest.mark.parametrize(
    ("step", "told"), [(0, (0.234, 0.134, 0.334)), (0.05, (0.25, 0.1, 0.35)), (1, (None,) * 3), (None, (None,) * 3)]
)
def test_where_few_of_a_group_acted_its_effect_is_told_in_steps(
    city: duckdb.DuckDBPyConnection, step: float | None, told: tuple[float | None, ...]
) -> None:
    figures = (
        "'r' AS run, 1 AS look, 'o' AS outcome, 40 AS persons, 40 AS control_persons, 0.234 AS shrunken, "
        "0.134 AS shrunken_low, 0.334 AS shrunken_high, $1 AS step"
    )
    money = {"effect_group": "", "effect_channel": ", 0.04 AS p_adjusted, 1.5 AS sek_per_result"}
    names = {"effect_group": "'need' AS dimension", "effect_channel": "'all' AS segment, 'email' AS channels"}
    for table, name in {**names, "equity": ""}.items():
        city.execute(f"DELETE FROM {table}")
        if name:
            city.execute(f"INSERT INTO {table} BY NAME SELECT {name}, {figures}{money[table]}", [step])
    city.execute(
        "INSERT INTO equity BY NAME SELECT 'r' AS run, 1 AS look, 'o' AS outcome, 'need' AS dimension, "
        "0.5 AS equity_index"
    )
    three = "effect, effect_low, effect_high"
    assert shown(city, "report_equity", f"{three}, equity_index") == [(*told, None if step != 0 else 0.5)]
    of_channel = (*told, *((0.04, 1.5) if step == 0 else (None, None)))
    assert shown(city, "report_channel_effect", f"{three}, p_adjusted, sek_per_result") == [of_channel]


@pytest.mark.parametrize(
    ("states", "is_hidden", "is_told"),
    [
        ({"accepted": 61}, False, True),
        ({"accepted": 61}, True, False),
        ({"accepted": 61, "rejected": 3}, False, False),
        ({"accepted": 61, "rejected": 20, "unknown": 30}, False, True),
        ({"accepted": 9}, False, False),
    ],
)
def test_the_money_of_channels_is_told_only_where_the_number_of_messages_is(
    city: duckdb.DuckDBPyConnection, states: dict[str, int], is_hidden: bool, is_told: bool
) -> None:
    fill(city, [("a", "treated", None, "email", state, persons) for state, persons in states.items()])
    city.execute("DELETE FROM effect_channel")
    city.execute(
        "INSERT INTO effect_channel BY NAME SELECT 'r' AS run, 'all' AS segment, 'email' AS channels, "
        "61 AS persons, 60 AS control_persons, 0.2 AS shrunken, 1.22 AS cost_sek, 0.11 AS sek_per_result, "
        "0.3 AS co2_kg, 0 AS step"
    )
    city.execute("INSERT INTO hidden_figure VALUES (?, '', 'messages', 'email')", ["r" if is_hidden else "s"])
    told = shown(city, "report_channel_effect", "effect, cost_sek, sek_per_result, co2_kg")
    city.execute("DELETE FROM hidden_figure")
    assert told == [(0.2, 1.0, 0.11, 0.3) if is_told else (0.2, None, None, None)]
