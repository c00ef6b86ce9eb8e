"""A run of many e-mails of about 2 kB, written straight into the store, and its publishing as `budkavle run` does it.

`publish` starts the worker processes through `publish_shard`, as many at once as given, and merges their journals into
the ledger meanwhile and at the end, as `flows.publication` does; only Prefect's own tasks are left out.
"""

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from campaigns.brief_loading import find_campaign, load_brief
from tasks import publishing, runs, shards, store
from tasks.mime import Envelope, email_template
from tasks.pace import Pace
from tasks.senders.protocol import Message
from tasks.shard_messages import read_shard, renderer
from tasks.slots import marker
from tasks.workplace import Workplace

SENDER = "budkavle@example.se"
WAVE = "external"
BYTES = 2048
TEXT = "Hej {name}!\n\nHämta din påse på {place}. Den räcker i en vecka.\n"
HTML = "<p>Hej {name}!</p>\n<p>Hämta din påse på <b>{place}</b>. Den räcker i en vecka.</p>\n"
MORE = "Häng påsen luftigt, så håller den längre, och lägg den i den gröna tunnan.\n"
PEOPLE = """
CREATE TEMP TABLE people AS
SELECT i, keyed_hash('person', i::VARCHAR) AS person_key, $run AS run FROM range($messages) AS numbers (i);
INSERT INTO person BY NAME
SELECT 'population' AS kind, person_key, person_key AS household_key, 'sv' AS language, 'alive' AS status,
    false AS protected
FROM people;
INSERT INTO identity BY NAME
SELECT 'population' AS kind, person_key, 'Förnamn' || i % 5000 AS first_name, 'Efternamn' || i % 50000 AS last_name,
    'person' || i || '@example.se' AS email
FROM people;
INSERT INTO contact_point BY NAME
SELECT 'population' AS kind, person_key, 'email' AS address_kind, keyed_hash('email', i::VARCHAR) AS address_key,
    1 AS sharers
FROM people;
INSERT INTO audience BY NAME
SELECT run, 'external' AS wave, person_key, person_key AS household_key, 'population' AS kind, 'all' AS segment,
    'sv' AS language, 'treated' AS arm
FROM people;
INSERT INTO assignment BY NAME
SELECT run, 'external' AS wave, person_key, 'email' AS channel, 'email-sv' AS variant,
    keyed_hash('message', run || ':' || person_key || ':email:external') AS message_id
FROM people;
INSERT INTO message_slot BY NAME
SELECT run, 'external' AS wave, person_key, MAP {'pickup_place': 'Exempelplats ' || i % 40} AS slots FROM people;
"""


def text_and_page(name: str, place: str) -> tuple[str, str]:
    """Return plain text and HTML of the e-mail, without headers."""
    return (TEXT + MORE * 3).format(name=name, place=place), (HTML + f"<p>{MORE}</p>\n" * 7).format(
        name=name, place=place
    )


def template() -> bytes:
    """Return the e-mail with its slots, which filled is about 2 kB long."""
    envelope = Envelope("Stockholms stad", SENDER, "svar@example.se", "sv", "Hämta din påse", "=_budkavle", True)
    places = (marker("first_name", place) for place in ("text", "html"))
    text, html = (
        text_and_page(name, marker("pickup_place", place))[number]
        for number, (name, place) in enumerate(zip(places, ("text", "html"), strict=True))
    )
    return email_template(envelope, text, html)


def make_run(home: Path, messages: int, workers: int) -> tuple[Workplace, str]:
    """Write a run whose shards lie ready in a new home; returns where it is, and its id."""
    place = Workplace(home, b"a key for benchmarks only", sender_address=SENDER, workers=workers)
    campaign = find_campaign("matavfall")
    brief = load_brief(campaign)
    valid_until = max(brief.schedule.valid_until, datetime.now(UTC) + timedelta(days=30))
    schedule = brief.schedule.model_copy(update={"valid_until": valid_until, "windows": ()})
    run = runs.begin(place, brief.model_copy(update={"schedule": schedule}), campaign)
    with store.writing(place) as connection:
        for statement in PEOPLE.split(";\n"):
            given = {"run": run, "messages": messages} if "$run" in statement else None
            if statement.strip():
                connection.execute(statement, given)
        connection.execute(
            "INSERT INTO variant BY NAME SELECT ? AS run, 'email-sv' AS variant, ? AS wave, 'email' AS channel, "
            "'sv' AS language, ? AS template, 'digest' AS digest", [run, WAVE, template()]
        )  # fmt: skip
    shards.write_shards(place, run, WAVE)
    return place, run


def publish(place: Workplace, run: str, smtp_url: str, workers: int) -> dict[str, Any]:
    """Publish every shard; return the accounts, seconds of merging, and the highest memory of a worker in MB."""
    place, merging, peak, pace = replace(place, smtp_url=smtp_url), 0.0, 0.0, Pace(1.0)
    with ThreadPoolExecutor(workers) as pool:
        left = {pool.submit(publishing.publish_shard, place, run, name) for name in shards.written(place, run, WAVE)}
        while left:
            done, left = wait(left, timeout=1.0)
            peak = max(peak, _largest_worker())
            [each.result() for each in done]
            if pace.is_due or not left:
                started = time.monotonic()
                with pace.measured():
                    accounts = publishing.merge_journals(place, run)
                merging += time.monotonic() - started
    return {"accounts": accounts, "merging": merging, "peak_mb": peak}


def _largest_worker() -> float:
    """Return the highest memory so far of any worker that runs now, in MB."""
    children = Path("/proc/self/task").glob("*/children")
    found = [0.0]
    for child in (number for path in children for number in path.read_text().split()):
        with contextlib.suppress(OSError):
            if b"tasks.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                status = Path(f"/proc/{child}/status").read_text()
                found.append(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
    return max(found)


def prepared(place: Workplace, run: str, most: int) -> Iterator[tuple[Message, bytes]]:
    """Yield messages with their bytes, as the worker would send them."""
    render = renderer({"email-sv": template()}, sender_address=SENDER, public_url="https://example.se")
    left = most
    for name in shards.written(place, run, WAVE):
        for message in read_shard(place.run_folder(run, "shards"), name)[1][:left]:
            left -= 1
            yield message, render(message)
