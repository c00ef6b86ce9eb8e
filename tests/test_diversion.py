"""Whom a first wave does not reach gets the next channel in the second: real refusals, real shards, a real budget."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prepared_run import campaign_in
from small_city import brief, rows, selected
from small_run import faults, sending_to

from campaigns.channels import load_channels
from tasks import accounts, channels, digest, messages, publishing, rebuild, runs, shards, store
from tasks.gateways.smtp import running_gateway
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

LETTER = load_channels()["letter"]
SETUPS = LETTER.setup_sek + 2 * LETTER.translation_sek
REFUSED = {"rcpt": "550 5.1.1 no such user", "share": 0.4, "seed": 1}
WAVES = [
    {"name": name, "start": f"2027-01-{day}T08:00:00+01:00", "audience": "audience.sql"}
    for name, day in (("first", 18), ("second", 28))
]
FAILED = "SELECT DISTINCT person_key FROM delivery WHERE wave = 'first' AND status = 'rejected' ORDER BY ALL"


def crowd(people: int) -> list[dict[str, Any]]:
    return [
        {
            "person": f"p{number:02}",
            "household": f"h{number // 2}",
            "email": f"mail{number}",
            "postal": number != 0,
            "segment": "a",
            "traits": {"need": "needs_bin", "life_situation": "adults"},
        }
        for number in range(people)
    ]


@pytest.fixture
def ready(workplace: Workplace, tmp_path: Path) -> Iterator[tuple[Workplace, str]]:
    """A run with two waves to the same people, prepared, its first wave sent to a server that refuses some."""
    yield from prepared(workplace, tmp_path, sek=100_000)


def prepared(
    workplace: Workplace,
    tmp_path: Path,
    sek: float,
    waves: list[dict[str, str]] = WAVES,
    contacts_left: int | None = None,
) -> Iterator[tuple[Workplace, str]]:
    text = brief(waves=waves, holdout={"share": 0, "by": "household"}, budget={"sek": sek, "co2_kg": 100})
    text = text.model_copy(update={"schedule": text.schedule.model_copy(update={"windows": ()})})
    run = runs.begin(workplace, text, campaign_in(tmp_path))
    people = crowd(20)
    for wave in [each["name"] for each in reversed(waves)]:
        selected(workplace, run, people, wave)
    rows(
        workplace,
        "UPDATE identity SET email = person_key || '@example.se', street = 'Provgatan 1', postcode = '111 11', "
        "city = 'Stockholm'",
    )
    rows(workplace, "UPDATE audience SET facts = MAP {'housing': 'flat'}")
    rows(workplace, f"UPDATE audience SET contacts_left = {contacts_left or 'NULL'}")
    channels.plan_channels(workplace, run)
    messages.build_variants(workplace, run)
    digest.seal(workplace, run)
    with running_gateway(tmp_path / "sink", faults(tmp_path, reply=REFUSED)) as url:
        place = sending_to(workplace, url)
        for shard in shards.write_shards(place, run, "first"):
            publishing.publish_shard(place, run, shard)
        publishing.merge_journals(place, run)
        yield place, run


def test_a_diversion_never_passes_the_contacts_left_nor_moves_a_person_twice(
    workplace: Workplace, tmp_path: Path
) -> None:
    waves = [*WAVES, {"name": "third", "start": "2027-02-08T08:00:00+01:00", "audience": "audience.sql"}]
    for place, run in prepared(workplace, tmp_path, sek=100_000, waves=waves, contacts_left=1):
        for wave in ("second", "third"):
            for shard in shards.write_shards(place, run, wave):
                publishing.publish_shard(place, run, shard)
            publishing.merge_journals(place, run)
        moved = rows(place, "SELECT person_key, count(*) FROM diversion GROUP BY ALL")
        assert moved
        assert {count for _, count in moved} == {1}
        through = rows(
            place,
            "SELECT max(messages) FROM (SELECT final_assignment.person_key, count(*) AS messages FROM final_assignment "
            "INNER JOIN delivery ON final_assignment.message_id = delivery.message_id "
            "WHERE delivery.status = 'accepted' GROUP BY ALL)",
        )
        assert through == [(1,)]


def second_wave(workplace: Workplace) -> dict[str, str]:
    query = "SELECT person_key, channel FROM final_assignment WHERE wave = 'second'"
    return dict(rows(workplace, query))


def test_whoever_refused_mail_gets_a_letter_in_the_next_wave_and_nobody_else_does(ready: tuple[Workplace, str]) -> None:
    workplace, run = ready
    failed = {person for (person,) in rows(workplace, FAILED)}
    assert 3 <= len(failed) <= 15
    planned = dict(rows(workplace, "SELECT person_key, channel FROM assignment WHERE wave = 'second'"))
    assert set(planned.values()) == {"email"}
    sealed = runs.load(workplace, run).digest
    shards.write_shards(workplace, run, "second")
    moved = second_wave(workplace)
    assert {person for person, channel in moved.items() if channel == "letter"} == failed - {"p00"}
    assert moved.keys() == planned.keys()
    digest.require_unchanged(workplace, run)
    assert runs.load(workplace, run).digest == sealed


def test_members_of_a_household_share_the_letter_that_is_sent_instead(ready: tuple[Workplace, str]) -> None:
    workplace, run = ready
    shards.write_shards(workplace, run, "second")
    letters = rows(workplace, "SELECT count(DISTINCT message_id), count(DISTINCT household_key) FROM diversion "
                              "JOIN audience USING (run, wave, person_key)")  # fmt: skip
    planned = rows(workplace, "SELECT count(*) FROM message WHERE wave = 'second' AND channel = 'letter'")
    assert letters[0][0] == letters[0][1] == planned[0][0]
    (cost,) = rows(workplace, "SELECT sum(cost_sek) FROM diversion")[0]
    assert cost == pytest.approx(planned[0][0] * LETTER.unit_cost_sek)


def test_the_sums_hold_after_a_diversion_and_a_rebuild_brings_it_back(ready: tuple[Workplace, str]) -> None:
    workplace, run = ready
    for shard in shards.write_shards(workplace, run, "second"):
        publishing.publish_shard(workplace, run, shard)
    publishing.merge_journals(workplace, run)
    with store.writing(workplace) as connection:
        persons = accounts.persons_accounted(connection, run)
        counted = accounts.messages_accounted(connection, run)
        reached = accounts.persons_reached(connection, run)
    assert persons["audience"] == persons["held_out"] + persons["excluded"] + persons["assigned"] == 40
    assert counted["planned"] == sum(counted[account] for account in accounts.ACCOUNTS)
    before = rows(workplace, "FROM diversion ORDER BY ALL")
    assert before
    assert reached > 20
    workplace.database.unlink()
    rebuild.rebuild(workplace)
    assert rows(workplace, "FROM diversion ORDER BY ALL") == before


@pytest.mark.parametrize("letters", [0, 2])
def test_diversions_never_pass_the_budget(workplace: Workplace, tmp_path: Path, letters: int) -> None:
    email = 2 * 20 * load_channels()["email"].unit_cost_sek
    for place, run in prepared(workplace, tmp_path, sek=email + SETUPS + (letters + 0.5) * LETTER.unit_cost_sek):
        shards.write_shards(place, run, "second")
        sent = rows(place, "SELECT count(*) FROM message WHERE channel = 'letter'")
        assert sent == [(letters,)]
