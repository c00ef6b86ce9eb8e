"""A campaign folder and a prepared run with invented people, for tests of review and preview."""

import shutil
from pathlib import Path

import campaigns
from campaigns.brief_loading import load_brief
from tasks import messages, runs, store
from tasks.workplace import Workplace

AUDIENCE = """
INSERT INTO audience BY NAME
SELECT
    $run AS run, 'external' AS wave, 'person ' || person AS person_key, 'household ' || person AS household_key,
    'population' AS kind, CASE WHEN person < 7 THEN $small_segment ELSE 'has_bin/adults/sv/email' END AS segment,
    CASE WHEN person % 4 = 0 THEN 'en' ELSE 'sv' END AS language,
    MAP {'housing': CASE WHEN person % 2 = 0 THEN 'flat' ELSE 'house' END} AS facts,
    CASE WHEN person % 10 = 9 THEN 'holdout' ELSE 'treated' END AS arm,
    CASE WHEN person BETWEEN 100 AND 103 THEN 'protected' WHEN person BETWEEN 110 AND 150 THEN 'suppressed' END
        AS excluded_reason
FROM range(400) AS people (person);
"""
ASSIGNMENT = """
INSERT INTO assignment BY NAME
SELECT run, wave, person_key, CASE WHEN language = 'en' THEN 'letter' ELSE 'email' END AS channel, NULL AS variant,
    'message ' || person_key AS message_id
FROM audience
WHERE run = $run AND arm = 'treated' AND excluded_reason IS NULL;
"""
PLAN = """
INSERT INTO plan BY NAME
SELECT audience.run, wave, segment, channel, count(*) AS persons, 1.0 AS expected_effect, 9.5 * count(*) AS cost_sek,
    0.02 * count(*) AS co2_kg, 'Ett skäl.' AS reason
FROM audience INNER JOIN assignment USING (run, wave, person_key)
WHERE audience.run = $run
GROUP BY ALL;
"""


def campaign_in(folder: Path, **changes: str) -> Path:
    """Copy the food-waste campaign to a folder, with texts of its files changed."""
    copy = folder / "matavfall"
    shutil.copytree(Path(campaigns.__file__).parent / "matavfall", copy)
    for path in copy.iterdir():
        text = path.read_text(encoding="utf-8")
        for old, new in changes.items():
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    return copy


def prepare(workplace: Workplace, folder: Path, small_segment: str = "needs_bin/over_80/sv/postal") -> str:
    """Create a run of 400 invented people with variants, as the stages before the review leave it."""
    run = runs.begin(workplace, load_brief(folder), folder)
    with store.writing(workplace) as connection:
        connection.execute(AUDIENCE, {"run": run, "small_segment": small_segment})
        connection.execute(ASSIGNMENT, {"run": run})
        connection.execute(PLAN, {"run": run})
        connection.execute(
            'UPDATE run SET design = \'{"designed_half_width": 0.034, "power": 0.999}\' WHERE run = ?', [run]
        )
    messages.build_variants(workplace, run)
    return run
