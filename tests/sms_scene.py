"""A campaign that sends text messages: the food-waste campaign with a line `sms` in every text, for tests."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from small_run import MATAVFALL, WAVE
from small_run import brief as small_brief

import campaigns
from tasks import runs, shards, store
from tasks.gateways.sms import accepted
from tasks.shard_messages import read_shard
from tasks.slots import marker, parse
from tasks.workplace import Workplace

LINES = {
    "text.sv.md": "Hej {{ first_name }}! Sortera matavfall från 18 april. Hämta påsar: {{ pickup_place }}.",
    "text.en.md": "Hi {{ first_name }}! Sort your food waste from 18 April. Bags: {{ pickup_place }}.",
    "text.internal.sv.md": "Från 18 april sorterar alla matavfall. Frågor och svar finns på intranätet.",
    "text.internal.en.md": "From 18 April everybody sorts food waste. Questions and answers: the intranet.",
}


def sms_campaign(folder: Path, lines: dict[str, str] | None = None, **changes: str) -> Path:
    """Copy the campaign to a folder with the channel, its lines, and texts of the brief changed; returns the folder."""
    copy = folder / "matavfall"
    shutil.copytree(Path(campaigns.__file__).parent / "matavfall", copy)
    brief = (copy / "campaign.yaml").read_text(encoding="utf-8")
    for old, new in {"channels: [email, letter, web]": "channels: [email, sms, letter, web]", **changes}.items():
        assert old in brief, old
        brief = brief.replace(old, new)
    (copy / "campaign.yaml").write_text(brief, encoding="utf-8")
    for name, line in {**LINES, **(lines or {})}.items():
        path = copy / name
        text = path.read_text(encoding="utf-8").replace("subject:", f"sms: >-\n  {line}\nsubject:", 1)
        path.write_text(text if line else path.read_text(encoding="utf-8"), encoding="utf-8")
    return copy


def zone_where_it_is(hour: int) -> str:
    """Return a time zone in which it is this hour now, so that no quiet hours depend on when a test runs."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/UTC"


SHARD = f"{WAVE}-sms-0001"
TEXT = f"Hej {marker('first_name', 'sms')}!\n\nStockholms stad\n{marker('pickup_place', 'sms')}".encode()
PEOPLE = """
CREATE TEMP TABLE people AS
SELECT person, keyed_hash('person', person::VARCHAR) AS person_key, run FROM wanted, range(people) AS numbers (person);
INSERT INTO identity BY NAME
SELECT 'population' AS kind, person_key, 'Test' || person AS first_name,
    '+4670174' || lpad((605 + person)::VARCHAR, 4, '0') AS mobile
FROM people;
INSERT INTO audience BY NAME
SELECT run, 'external' AS wave, person_key, person_key AS household_key, 'population' AS kind, 'all' AS segment,
    'sv' AS language, 'treated' AS arm
FROM people;
INSERT INTO assignment BY NAME
SELECT run, 'external' AS wave, person_key, 'sms' AS channel, 'sms-sv' AS variant,
    keyed_hash('message', run || ':' || person_key || ':sms:external') AS message_id
FROM people;
INSERT INTO message_slot BY NAME
SELECT run, 'external' AS wave, person_key,
    MAP {'first_name': 'Test' || person, 'pickup_place': repeat('Provplats ', 1 + person % 40)} AS slots
FROM people;
"""


def make_sms_run(workplace: Workplace, people: int, text: bytes = TEXT, **changes: Any) -> str:
    """People 0…people-1 each get a text message of their own length; its shards are written."""
    schedule = {"time_zone": zone_where_it_is(12), **changes.pop("schedule", {})}
    brief = small_brief(schedule=schedule, channels=["email", "sms", "letter", "web"], **changes)
    run = runs.begin(workplace, brief, MATAVFALL)
    with store.writing(workplace) as connection:
        connection.execute("CREATE TEMP TABLE wanted AS SELECT ? AS run, ? AS people", [run, people])
        connection.execute(PEOPLE)
        names = sorted(parse(text).slot_names)
        connection.execute(
            "INSERT INTO variant BY NAME SELECT ? AS run, 'sms-sv' AS variant, ? AS wave, 'sms' AS channel, "
            "'sv' AS language, ? AS template, ?::VARCHAR[] AS slots, 'digest' AS digest", [run, WAVE, text, names]
        )  # fmt: skip
        store.keep_evidence(connection, workplace, run, store.RUN_TABLES)
    shards.write_shards(workplace, run, WAVE)
    return run


def message_ids(workplace: Workplace, run: str) -> set[str]:
    return {message.message_id for message in read_shard(workplace.run_folder(run, "shards"), SHARD)[1]}


def received_ids(sink: Path) -> list[str]:
    """Message ids of what a gateway has stored, as often as it took them."""
    return [entry["id"].removeprefix("s") for entry in accepted(sink)]
