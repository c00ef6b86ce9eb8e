"""Beside the shards stands no other text than the approved one: neither sent nor shown, whatever changed the file."""

import json
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_run import WAVE, make_run, received, sending_to

from campaigns.errors import InputError
from tasks import archive, control, journal, publishing, runs, shards, store
from tasks.gateways.smtp import accepted, running_gateway
from tasks.workplace import Workplace

EMAIL = f"{WAVE}-email-0001"


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workplace, Path]]:
    folder = tmp_path_factory.mktemp("texts")
    with running_gateway(folder / "sink") as url:
        yield sending_to(Workplace(home=folder / "home", key=b"a key for tests only"), url), folder / "sink"


def new_run(place: Workplace, edition: str) -> tuple[str, Path, Path]:
    """A run whose shards are written, the file of its e-mail's text, and its wave's list."""
    run = make_run(place, 5, edition=edition)
    shards.write_shards(place, run, WAVE)
    folder = place.run_folder(run, "shards")
    return run, folder / "variants" / "email-sv", folder / f"{WAVE}.json"


def without_hashes(path: Path) -> None:
    listed = json.loads(path.read_text())
    del listed["variants"]
    path.write_text(json.dumps(listed))


@pytest.mark.parametrize("change", ["other words", "no file"])
def test_a_text_that_was_changed_after_the_shards_were_written_is_never_sent(
    sending: tuple[Workplace, Path], change: str
) -> None:
    place, sink = sending
    run, text, _ = new_run(place, f"sent-{change[:2]}")
    approved, before = text.read_bytes(), received(sink)
    text.unlink()
    if change == "other words":
        text.write_bytes(approved.replace(b"Hej ", b"Farv\xc3\xa4l "))
    for send in (lambda: publishing.publish_shard(place, run, EMAIL), lambda: shards.write_shards(place, run, WAVE)):
        with pytest.raises(InputError, match="email-sv: the text is missing or not the one that was approved"):
            send()
    assert received(sink) == before
    assert list(journal.standings(place.run_folder(run, "journals"), EMAIL)) == []
    text.write_bytes(approved)
    assert publishing.publish_shard(place, run, EMAIL).counts["accepted"] == 5


@pytest.mark.parametrize(
    ("public_url", "address"),
    [
        ("", "mailto:budkavle@example.se?subject=unsubscribe%20"),
        ("https://example.se/", "https://example.se/unsubscribe/"),
    ],
)
def test_whoever_unsubscribes_names_the_very_message_that_arrived(
    sending: tuple[Workplace, Path], public_url: str, address: str
) -> None:
    place, sink = replace(sending[0], public_url=public_url), sending[1]
    run = make_run(place, 40, edition=f"unsubscribe-{len(public_url)}")
    shards.write_shards(place, run, WAVE)
    known = len(accepted(sink))
    publishing.publish_shard(place, run, EMAIL)
    arrived = [message_from_bytes((sink / entry["file"]).read_bytes()) for entry in accepted(sink)[known:]]
    assert len(arrived) == 40
    for message in arrived:
        identity = message["Message-ID"].strip("<>").partition("@")[0]
        assert message["List-Unsubscribe"] == f"<{address}{identity}>"


def test_a_changed_text_does_not_keep_anybody_from_stopping(sending: tuple[Workplace, Path]) -> None:
    place, _ = sending
    run, text, _ = new_run(place, "stop")
    text.write_bytes(b"other words")
    cancelled = {result.shard: result.counts.get("cancelled") for result in control.stop(place, run, "test")}
    assert cancelled[EMAIL] == 5


@pytest.fixture(scope="module")
def sent(sending: tuple[Workplace, Path]) -> tuple[Workplace, str, Path, Path]:
    place, _ = sending
    run, text, listed = new_run(place, "show")
    publishing.publish_shard(place, run, EMAIL)
    return place, run, text, listed


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), noted=st.booleans())
def test_what_is_shown_is_never_another_text(
    sent: tuple[Workplace, str, Path, Path], data: st.DataObject, noted: bool
) -> None:
    place, run, text, listed = sent
    approved, noted_then = text.read_bytes(), listed.read_text()
    number = data.draw(st.integers(0, len(approved) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != approved[number]))
    text.write_bytes(approved[:number] + bytes([byte]) + approved[number + 1 :])
    try:
        if not noted:
            without_hashes(listed)
        with pytest.raises(InputError, match="not the one that was approved"):
            archive.reproduce(place, run, EMAIL)
    finally:
        text.write_bytes(approved)
        listed.write_text(noted_then)


def test_a_run_of_a_former_version_is_shown_and_goes_on_once_its_texts_have_been_compared(
    sending: tuple[Workplace, Path], sent: tuple[Workplace, str, Path, Path]
) -> None:
    place, run, _, listed = sent
    noted = json.loads(listed.read_text())
    before = [each.content for each in archive.reproduce(place, run, EMAIL)]
    without_hashes(listed)
    assert [each.content for each in archive.reproduce(place, run, EMAIL)] == before
    going_on, _, listed = new_run(place, "former")
    without_hashes(listed)
    with pytest.raises(InputError, match="former version"):
        publishing.publish_shard(place, going_on, EMAIL)
    shards.write_shards(place, going_on, WAVE)
    assert json.loads(listed.read_text())["variants"] == noted["variants"]
    assert publishing.publish_shard(place, going_on, EMAIL).outcome == "done"


def test_a_text_changed_in_the_list_too_is_refused_when_the_sending_goes_on(sending: tuple[Workplace, Path]) -> None:
    place, _ = sending
    run, text, listed = new_run(place, "list")
    text.write_bytes(b"other words")
    noted = json.loads(listed.read_text())
    with store.writing(place) as connection:
        row = connection.execute("SELECT sha256('other words')").fetchone()
    noted["variants"]["email-sv"] = row and row[0]
    listed.write_text(json.dumps(noted))
    with pytest.raises(InputError, match="not the one that was approved"):
        shards.write_shards(place, run, WAVE)
    assert runs.load(place, run).run == run
