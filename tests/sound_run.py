"""A whole run whose rows are all sound, written straight into the tables; tests of the boundaries plant one fault."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
from ruamel.yaml import YAML

from campaigns.brief import Brief
from tasks import runs, store
from tasks.local_time import today
from tasks.workplace import Workplace

MATAVFALL = Path(__file__).parents[1] / "campaigns" / "matavfall"
CANARIES = ("Kanarie", "kanarie@example.se", "Hemliga gatan")
PERSONS = 400

ROWS = """
INSERT INTO register_extract
    SELECT kind, $today::DATE - 1, now(), '', 400, 400, 0, 0
    FROM (VALUES ('population'), ('employees')) AS kinds (kind);
INSERT INTO person BY NAME
    SELECT 'population' AS kind, 'person' || n AS person_key, 'household' || (n // 2) AS household_key,
        'sv' AS language, 'alive' AS status, n >= 398 AS protected, 'Södermalm' AS district, '118' AS area
    FROM range(400) AS numbers (n);
INSERT INTO person BY NAME
    SELECT 'employees' AS kind, 'employee' || n AS person_key, 'staff' || n AS household_key, 'sv' AS language,
        'alive' AS status, false AS protected FROM range(20) AS numbers (n);
INSERT INTO identity BY NAME
    SELECT kind, person_key, 'Kanarie' AS first_name, 'Hemliga gatan' AS street, 'kanarie@example.se' AS email
    FROM person WHERE NOT protected;
INSERT INTO contact_point
    SELECT kind, person_key, unnest(['email', 'postal']), sha256(person_key), 1 FROM person WHERE NOT protected;
INSERT INTO audience BY NAME
    SELECT $run AS run, 'external' AS wave, person_key, household_key, kind, 'flat' AS segment, language,
        CASE WHEN protected THEN NULL WHEN household_key IN (
            SELECT 'household' || (10 * n + 3) FROM range(20) AS numbers (n)
        ) THEN 'holdout' ELSE 'treated' END AS arm,
        CASE WHEN protected THEN 'protected' END AS excluded_reason
    FROM person WHERE kind = 'population';
INSERT INTO audience BY NAME
    SELECT $run AS run, 'internal' AS wave, person_key, household_key, kind, 'staff' AS segment, language
    FROM person WHERE kind = 'employees';
INSERT INTO variant
    SELECT $run, channel || '-' || language || '-1', 'external', channel, language, 'Hej', 'Hej!', '<p>Hej!</p>',
        'template'::BLOB, [], 'd1', []
    FROM (VALUES ('email'), ('letter'), ('web')) AS channels (channel), (VALUES ('sv'), ('en')) AS languages (language);
INSERT INTO assignment (run, wave, person_key, channel, variant, message_id)
    SELECT run, wave, person_key, CASE WHEN hash_rank % 4 = 0 THEN 'letter' ELSE 'email' END AS channel,
        CASE WHEN hash_rank % 4 = 0 THEN 'letter-sv-1' ELSE 'email-sv-1' END, 'message-' || wave || person_key
    FROM (SELECT *, row_number() OVER (ORDER BY person_key) AS hash_rank FROM audience)
    WHERE excluded_reason IS NULL AND arm IS DISTINCT FROM 'holdout';
INSERT INTO plan
    SELECT run, wave, 'all', channel, count(*), 1, 10, 0.1, '' FROM assignment GROUP BY ALL
    UNION ALL SELECT $run, wave, 'all', 'web', 0, 0, 0, 0, '' FROM (VALUES ('internal'), ('external')) AS waves (wave);
INSERT INTO message BY NAME
    SELECT run, message_id, wave, channel, variant, person_key, '0001' AS shard, 1 AS cost_sek, 0.1 AS co2_kg,
        now() AS planned_at FROM assignment;
INSERT INTO delivery_event
    SELECT run, message_id, '0001', row_number() OVER (), now(), 'accepted', 1, '250', ''
    FROM message WHERE channel = 'email';
INSERT INTO outcome
    SELECT $run, 'household', household_key, 'sorts_food_waste', 1, $today::DATE - 1, now()
    FROM audience WHERE wave = 'external' GROUP BY household_key;
"""


def sound_run(workplace: Workplace) -> str:
    """Write the rows of every stage of one run and return its id."""
    fields = YAML(typ="safe").load((MATAVFALL / "campaign.yaml").read_text(encoding="utf-8"))
    began = datetime.now(ZoneInfo("Europe/Stockholm")) - timedelta(days=30)
    fields["schedule"]["start"] = began.isoformat()
    brief = Brief.model_validate_json(json.dumps(fields, default=str))
    run = runs.begin(workplace, brief, MATAVFALL)
    with store.writing(workplace) as connection:
        for command in filter(str.strip, ROWS.split(";\n")):
            values = {"run": run, "today": today()}
            connection.execute(command, {name: value for name, value in values.items() if f"${name}" in command})
    return run


def plant(connection: duckdb.DuckDBPyConnection, fault: str) -> None:
    """Write one fault into the sound rows."""
    connection.execute(fault)
