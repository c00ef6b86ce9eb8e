"""A small approved run, written straight into the store, for tests of publishing."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from campaigns.brief import Brief
from tasks import journal, runs, store
from tasks.gateways.smtp import accepted
from tasks.letter_source import letter_source
from tasks.slots import marker
from tasks.workplace import Workplace

MATAVFALL = Path(__file__).parents[1] / "campaigns" / "matavfall"
WAVE = "external"
EMAIL = (
    f"Message-ID: <{marker('message_id', 'token')}@example.se>\r\nTo: {marker('recipient', 'email')}\r\n"
    f"List-Unsubscribe: <{marker('unsubscribe_url', 'link')}>\r\n"
    f"Subject: Prov\r\n\r\nHej {marker('first_name', 'text')}!\r\n.en rad med punkt\r\n"
    f"{marker('pickup_place', 'text')}\r\n"
).encode()
LETTER = letter_source(
    "<html lang='sv'><head><title>Prov</title></head><body><div class='sheet'><header><p class='sender'>Staden</p>"
    f"</header><address>{marker('address_name', 'html')}<br>{marker('street', 'html')}</address>"
    f"<p class='date'>1 januari 2027</p><main><h1>Prov</h1><p>Hej {marker('first_name', 'html')}</p></main></div>"
)
PAGE = b"<p>Sortera</p>"


def brief(**changes: Any) -> Brief:
    content = YAML(typ="safe", pure=True).load(MATAVFALL / "campaign.yaml")
    schedule = {**content["schedule"], **changes.pop("schedule", {})}
    schedule.setdefault("valid_until", "2099-01-01T00:00:00+01:00")
    if schedule["valid_until"] == content["schedule"]["valid_until"]:
        schedule["valid_until"] = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    return Brief.model_validate_json(json.dumps({**content, "schedule": schedule, **changes}, default=str))


def make_run(workplace: Workplace, emails: int, letters: int = 0, **changes: Any) -> str:
    """People 0…emails-1 get an e-mail; households of two get a letter; the page stands in Swedish and English."""
    run = runs.begin(workplace, brief(**changes), MATAVFALL)
    with store.writing(workplace) as connection:
        connection.execute("CREATE TEMP TABLE wanted AS SELECT ? AS run, ? AS emails, ? AS people",
                           [run, emails, emails + letters])  # fmt: skip
        connection.execute(PEOPLE)
        rows = [("email-sv", "email", "sv", EMAIL), ("letter-sv", "letter", "sv", LETTER),
                ("web-sv", "web", "sv", PAGE), ("web-en", "web", "en", PAGE)]  # fmt: skip
        for name, channel, language, template in rows:
            connection.execute(
                "INSERT INTO variant BY NAME SELECT ? AS run, ? AS variant, ? AS wave, ? AS channel, ? AS language, "
                "? AS template, 'digest' AS digest", [run, name, WAVE, channel, language, template])  # fmt: skip
        store.keep_evidence(connection, workplace, run, store.RUN_TABLES)
    return run


PEOPLE = """
CREATE TEMP TABLE people AS
SELECT
    person, keyed_hash('person', person::VARCHAR) AS person_key, person < emails AS by_email,
    keyed_hash('household', (person // 2)::VARCHAR) AS household_key, run
FROM wanted, range(people) AS numbers (person);
INSERT INTO person BY NAME
SELECT 'population' AS kind, person_key, household_key, 'sv' AS language, 'alive' AS status, false AS protected
FROM people;
INSERT INTO identity BY NAME
SELECT 'population' AS kind, person_key, 'Test' || person AS first_name, 'Testsson' AS last_name,
    'Provgatan ' || person AS street, '1201' AS apartment, '111 11' AS postcode, 'Stockholm' AS city,
    CASE WHEN by_email THEN 'test' || person || '@example.se' ELSE '' END AS email
FROM people;
INSERT INTO contact_point BY NAME
SELECT 'population' AS kind, person_key, 'email' AS address_kind,
    keyed_hash('email', 'test' || person || '@example.se') AS address_key, 1 AS sharers
FROM people WHERE by_email;
INSERT INTO audience BY NAME
SELECT run, 'external' AS wave, person_key, household_key, 'population' AS kind, 'all' AS segment, 'sv' AS language,
    'treated' AS arm
FROM people;
INSERT INTO assignment BY NAME
SELECT run, 'external' AS wave, person_key, CASE WHEN by_email THEN 'email' ELSE 'letter' END AS channel,
    CASE WHEN by_email THEN 'email-sv' ELSE 'letter-sv' END AS variant,
    CASE WHEN by_email THEN keyed_hash('message', run || ':' || person_key || ':email:external')
        ELSE keyed_hash('message', run || ':' || household_key || ':letter:external') END AS message_id
FROM people;
INSERT INTO message_slot BY NAME
SELECT run, 'external' AS wave, person_key, MAP {'pickup_place': 'Provplatsen'} AS slots FROM people;
"""


def received(sink: Path) -> Counter[str]:
    """How often each message id lies in the sink, read from the raw messages."""
    ids = (message_from_bytes((sink / entry["file"]).read_bytes())["Message-ID"] for entry in accepted(sink))
    return Counter(text.strip("<>").partition("@")[0] for text in ids)


def statuses(workplace: Workplace, run: str, shard: str) -> Counter[str]:
    standings = journal.standings(workplace.run_folder(run, "journals"), shard)
    return Counter(standing.status for standing in standings.values())


def sending_to(workplace: Workplace, url: str) -> Workplace:
    return replace(workplace, smtp_url=url)


def faults(folder: Path, **content: Any) -> Path:
    path = folder / "faults.json"
    path.write_text(json.dumps(content))
    return path


def start_coordinator(workplace: Workplace, run: str, shards: list[str]) -> "subprocess.Popen[str]":
    """A process that publishes the shards one after another, as `budkavle run` would."""
    code = (
        "import sys, json; from pathlib import Path; from tasks.workplace import Workplace\n"
        "from tasks.publishing import publish_shard\n"
        "given = json.loads(sys.stdin.readline())\n"
        "place = Workplace(home=Path(given['home']), key=b'a key for tests only', smtp_url=given['smtp_url'],\n"
        "    sms_url=given['sms_url'])\n"
        "print([publish_shard(place, given['run'], shard).outcome for shard in given['shards']])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    given = {"home": str(workplace.home), "run": run, "shards": shards, "smtp_url": workplace.smtp_url}
    given["sms_url"] = workplace.sms_url
    assert isinstance(process.stdin, io.TextIOBase)
    process.stdin.write(json.dumps(given) + "\n")
    process.stdin.flush()
    return process


def wait_until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Poll until the condition gives something true, which is returned."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.005)
    return found


def workers_of(parent: int) -> list[int]:
    """Process ids of the parent's living children."""
    children = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(child) for path in children for child in path.read_text().split()]


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def alive(process: int) -> bool:
    """Whether the process still runs; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False
