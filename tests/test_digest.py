import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from approval_scene import campaign_folder, office, open_finding, prepared
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.channels import QuietHours, load_channels
from campaigns.errors import CheckFailed, ContentChanged, IllegalMove
from tasks import digest, runs, store
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

CHANGES = {
    "audience": "UPDATE audience SET excluded_reason = 'unreachable' WHERE person_key = 'person7'",
    "plan": "UPDATE plan SET cost_sek = cost_sek + 0.01",
    "assignment": "UPDATE assignment SET channel = 'letter' WHERE person_key = 'person7'",
    "slot values": "UPDATE message_slot SET slots = MAP {'pickup_place': 'Annan plats'} WHERE person_key = 'person7'",
    "variant email-sv-1": "UPDATE variant SET template = 'templatf'::BLOB",
}


UNSEEN = {
    "audience": ["language = 'ar'", "household_key = 'h'"],
    "variant email-sv-1": ["slots = ['pickup_place']"],
}


@pytest.fixture
def scene(tmp_path: Path) -> tuple[Workplace, Path, str]:
    folder = campaign_folder(tmp_path)
    workplace = office(tmp_path, "smtp://127.0.0.1:1")
    return workplace, folder, prepared(workplace, folder)


def test_untouched_content_is_unchanged_and_sealing_twice_gives_the_same(scene: tuple[Workplace, Path, str]) -> None:
    workplace, _, run = scene
    digest.require_unchanged(workplace, run)
    first = runs.load(workplace, run).digest
    assert first == digest.seal(workplace, run)
    assert first is not None
    assert len(first) == 64


def test_preparing_the_same_content_again_gives_the_same_digest(scene: tuple[Workplace, Path, str]) -> None:
    workplace, folder, run = scene
    before = runs.load(workplace, run).digest
    prepared(workplace, folder)
    assert runs.load(workplace, run).digest == before


@pytest.mark.parametrize("name", ["text.sv.md", "text.en.md", "campaign.yaml", "audience.sql"])
def test_one_changed_letter_in_a_file_is_named(scene: tuple[Workplace, Path, str], name: str) -> None:
    workplace, folder, run = scene
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8") + "x", encoding="utf-8")
    with pytest.raises(ContentChanged, match=f"^run {run}: {name} changed since approval\n.*prepare matavfall"):
        digest.require_unchanged(workplace, run)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, 22), letter=st.characters(codec="utf-8", categories=["L", "N", "P"]))
def test_a_changed_text_is_never_taken_for_the_approved_one(
    scene: tuple[Workplace, Path, str], place: int, letter: str
) -> None:
    workplace, folder, run = scene
    path = folder / "text.sv.md"
    approved = path.read_text(encoding="utf-8")
    changed = approved[:place] + letter + approved[place + 1 :]
    path.write_text(changed, encoding="utf-8")
    try:
        if changed == approved:
            digest.require_unchanged(workplace, run)
        else:
            with pytest.raises(ContentChanged, match=r"text\.sv\.md changed"):
                digest.require_unchanged(workplace, run)
    finally:
        path.write_text(approved, encoding="utf-8")


def test_added_and_removed_files_are_named(scene: tuple[Workplace, Path, str]) -> None:
    workplace, folder, run = scene
    (folder / "text.en.md").unlink()
    (folder / "text.fi.md").write_text("Hei", encoding="utf-8")
    with pytest.raises(ContentChanged, match=r"text\.en\.md was removed .*text\.fi\.md was added since approval"):
        digest.require_unchanged(workplace, run)


@pytest.mark.parametrize("part", list(CHANGES))
def test_changed_rows_are_named_by_their_part_alone(scene: tuple[Workplace, Path, str], part: str) -> None:
    workplace, _, run = scene
    with store.writing(workplace) as connection:
        connection.execute(CHANGES[part])
    with pytest.raises(ContentChanged) as caught:
        digest.require_unchanged(workplace, run)
    assert caught.value.problem == f"{part} changed since approval"


@pytest.mark.parametrize(("part", "change"), [(part, change) for part in UNSEEN for change in UNSEEN[part]])
def test_language_household_and_slots_are_bound_too(scene: tuple[Workplace, Path, str], part: str, change: str) -> None:
    workplace, _, run = scene
    with store.writing(workplace) as connection:
        connection.execute(f"UPDATE {part.partition(' ')[0]} SET {change}")
    with pytest.raises(ContentChanged, match=f"{part} changed since approval"):
        digest.require_unchanged(workplace, run)


@pytest.mark.parametrize("change", ["success = true", "kind = 'W'"])
def test_a_finding_to_read_never_disappears_after_the_seal(scene: tuple[Workplace, Path, str], change: str) -> None:
    workplace, _, run = scene
    open_finding(workplace, run, "politics:1")
    digest.require_unchanged(workplace, run)
    digest.seal(workplace, run)
    with store.writing(workplace) as connection:
        connection.execute(f"UPDATE check_result SET {change}")
    with pytest.raises(ContentChanged, match="finding politics:1 was removed since approval"):
        digest.require_unchanged(workplace, run)


def test_what_the_review_left_to_a_person_is_what_is_sealed(scene: tuple[Workplace, Path, str]) -> None:
    workplace, _, run = scene
    open_finding(workplace, run, "politics:1")
    digest.seal(workplace, run, ["politics:1"])
    with store.writing(workplace) as connection:
        connection.execute("DELETE FROM check_result WHERE finding = 'politics:1'")
    with pytest.raises(CheckFailed, match="changed since the review"):
        digest.seal(workplace, run, ["politics:1"])


@pytest.mark.parametrize(
    ("setting", "value"), [("sender_address", "ny@example.se"), ("public_url", "https://ny.example.se")]
)
def test_a_changed_setting_is_named_with_the_way_out(
    scene: tuple[Workplace, Path, str], setting: str, value: str
) -> None:
    workplace, _, run = scene
    with pytest.raises(ContentChanged) as caught:
        digest.require_unchanged(replace(workplace, **{setting: value}), run)
    assert caught.value.problem == f"setting BUDKAVLE_{setting.upper()} changed since approval"
    assert "put it back as it was, or run `budkavle prepare" in str(caught.value)
    digest.require_unchanged(workplace, run)


def test_another_logotype_is_named(scene: tuple[Workplace, Path, str], tmp_path: Path) -> None:
    workplace, _, run = scene
    (tmp_path / "logotype.png").write_bytes(b"an image")
    with pytest.raises(ContentChanged, match=r": setting BUDKAVLE_LOGOTYPE changed since approval\n"):
        digest.require_unchanged(replace(workplace, logotype=tmp_path / "logotype.png"), run)


@pytest.mark.parametrize(
    "change",
    [{"text_sender": "Fejk"}, {"quiet_hours": QuietHours(begin="20:00", end="08:00")}, {"per_household": True}],
)
def test_a_changed_row_of_the_channels_is_named(
    scene: tuple[Workplace, Path, str], monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    workplace, _, run = scene
    channels = load_channels()
    other = {**channels, "email": channels["email"].model_copy(update=change)}
    monkeypatch.setattr(digest, "load_channels", lambda: other)
    with pytest.raises(ContentChanged, match=r": channels\.yaml row email changed since approval\n"):
        digest.require_unchanged(workplace, run)


def test_a_channel_that_the_brief_does_not_name_voids_nothing(
    scene: tuple[Workplace, Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace, _, run = scene
    monkeypatch.setattr(
        digest, "load_channels", lambda: {name: row for name, row in load_channels().items() if name != "sms"}
    )
    digest.require_unchanged(workplace, run)


def test_slots_that_come_with_a_diverted_message_void_nothing(scene: tuple[Workplace, Path, str]) -> None:
    workplace, _, run = scene
    with store.writing(workplace) as connection:
        connection.execute("INSERT INTO message_slot VALUES (?, 'later', 'person7', MAP {'pickup_place': 'x'})", [run])
    digest.require_unchanged(workplace, run)


def test_what_a_former_version_sealed_holds_without_the_parts_that_are_new(
    scene: tuple[Workplace, Path, str],
) -> None:
    workplace, folder, run = scene
    with store.writing(workplace) as connection:
        row = connection.execute("SELECT digest_parts FROM run").fetchone()
        assert row is not None
        sealed = {part: each for part, each in json.loads(row[0]).items() if not part.startswith(digest.NEW_KINDS)}
        values = [json.dumps(sealed), digest.combined(sealed)]
        connection.execute("UPDATE run SET digest_parts = ?::JSON, digest = ?", values)
    digest.require_unchanged(replace(workplace, public_url="https://ny.example.se"), run)
    (folder / "text.sv.md").write_text("Hej", encoding="utf-8")
    with pytest.raises(ContentChanged, match=r": text\.sv\.md changed since approval\n"):
        digest.require_unchanged(workplace, run)


def test_the_list_of_parts_cannot_be_changed_by_hand(scene: tuple[Workplace, Path, str]) -> None:
    workplace, _, run = scene
    with store.writing(workplace) as connection:
        connection.execute('UPDATE run SET digest_parts = json_merge_patch(digest_parts, \'{"audience": "x"}\')')
    with pytest.raises(ContentChanged, match="list of what was approved has been changed"):
        digest.require_unchanged(workplace, run)


def test_the_order_of_rows_does_not_matter(scene: tuple[Workplace, Path, str]) -> None:
    workplace, _, run = scene
    with store.writing(workplace) as connection:
        connection.execute("CREATE TEMP TABLE shuffled AS FROM audience ORDER BY sha256(person_key)")
        connection.execute("DELETE FROM audience")
        connection.execute("INSERT INTO audience FROM shuffled")
    digest.require_unchanged(workplace, run)


def test_once_publishing_began_the_way_out_is_a_new_edition(scene: tuple[Workplace, Path, str]) -> None:
    workplace, folder, run = scene
    for state in ("approved", "publishing"):
        runs.move(workplace, run, state)
    (folder / "text.sv.md").write_text("Hej då", encoding="utf-8")
    with pytest.raises(ContentChanged, match="new `edition`"):
        digest.require_unchanged(workplace, run)


def test_a_run_that_was_never_sealed_says_so(scene: tuple[Workplace, Path, str]) -> None:
    workplace, folder, run = scene
    brief = runs.load(workplace, run).brief
    runs.begin(workplace, brief, folder)
    with pytest.raises(IllegalMove, match="prepare"):
        digest.require_unchanged(workplace, run)
