"""The preview tells of easy-to-read texts that nobody gets, and of wishes that no language meets."""

import shutil
from pathlib import Path

import lxml.html
import pytest

import campaigns
from campaigns.brief_loading import load_brief
from tasks import messages, runs, store
from tasks.previews import write_preview
from tasks.workplace import Workplace

AUDIENCE = """
INSERT INTO audience BY NAME
SELECT
    $run AS run, 'external' AS wave, 'person ' || person AS person_key, 'household ' || person AS household_key,
    'population' AS kind, 'nearby' AS segment, CASE WHEN person < 30 THEN 'ar' ELSE 'sv' END AS language,
    MAP {'easy_read': CASE WHEN list_contains($wishing, person) THEN 'yes' ELSE 'no' END} AS facts, 'treated' AS arm
FROM range(60) AS people (person)
"""
ASSIGNMENT = """
INSERT INTO assignment BY NAME
SELECT run, wave, person_key, 'email' AS channel, NULL AS variant, 'message ' || person_key AS message_id
FROM audience WHERE run = $run
"""
NOT_MET = "några som vill ha lättläst läser arabiska och får den vanliga texten"
NOBODY = "Lättläst svenska, till allmänheten: ingen får den som en egen text nu. Den står på webbsidan."


@pytest.mark.parametrize(
    ("wishing", "told", "untold"),
    [([1], [NOT_MET, NOBODY], []), ([45], [], [NOT_MET, NOBODY]), ([], [NOBODY], [NOT_MET])],
)
def test_the_preview_tells_whose_wish_for_easy_reading_is_not_met(
    workplace: Workplace, tmp_path: Path, wishing: list[int], told: list[str], untold: list[str]
) -> None:
    folder = tmp_path / "parkdialog"
    shutil.copytree(Path(campaigns.__file__).parent / "parkdialog", folder)
    run = runs.begin(workplace, load_brief(folder), folder)
    with store.writing(workplace) as connection:
        connection.execute(AUDIENCE, {"run": run, "wishing": wishing})
        connection.execute(ASSIGNMENT, {"run": run})
    messages.build_variants(workplace, run)
    store.take_snapshot(workplace)
    page = lxml.html.document_fromstring(write_preview(workplace, run).read_text(encoding="utf-8"))
    shown = " ".join(" ".join(str(piece) for piece in page.itertext()).split())
    assert [sentence for sentence in told if sentence not in shown] == []
    assert [sentence for sentence in untold if sentence in shown] == []
