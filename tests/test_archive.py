"""The archive: what a person was sent, made again byte for byte, also after the settings have changed."""

import base64
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from small_run import WAVE, faults, make_run, sending_to
from typer.testing import CliRunner

from campaigns.errors import InputError
from flows.cli import app
from tasks import archive, decisions, mime, publishing, shards, store
from tasks.gateways.smtp import accepted, running_gateway
from tasks.slots import marker
from tasks.workplace import Workplace

PEOPLE = 3000
IDENTITY = re.compile(rb"^Message-ID: <([0-9a-f]{32})@", re.MULTILINE)


def campaign_mail() -> bytes:
    """An e-mail as campaigns send it: every header slot, both parts, a line that begins with a dot."""
    envelope = mime.Envelope(
        "Stockholms stad",
        "budkavle@example.se",
        "svar@example.se",
        "sv",
        "Hämta din påse",
        "=_gräns".replace("ä", "a"),
        True,
    )
    name, place = marker("first_name", "text"), marker("pickup_place", "html")
    return mime.email_template(envelope, f"Hej {name}!\n.punkt\n", f"<p>Hej {name}, {place}</p>\n")


def send(workplace: Workplace, run: str, **template: bytes) -> list[str]:
    with store.writing(workplace) as connection:
        for variant, content in template.items():
            connection.execute(
                "UPDATE variant SET template = ? WHERE variant = ?", [content, variant.replace("_", "-")]
            )
    names = shards.write_shards(workplace, run, WAVE)
    for name in names:
        assert publishing.publish_shard(workplace, run, name).outcome == "done"
    publishing.merge_journals(workplace, run)
    return names


def received(sink: Path) -> dict[str, bytes]:
    """The raw bytes that the SMTP server stored, by message id."""
    contents = ((sink / entry["file"]).read_bytes() for entry in accepted(sink))
    found = {match[1].decode(): content for content in contents if (match := IDENTITY.search(content))}
    return found


@pytest.mark.slow
def test_every_message_is_made_again_exactly(workplace: Workplace, tmp_path: Path) -> None:
    run, sink = make_run(workplace, PEOPLE), tmp_path / "sink"
    with running_gateway(sink) as url:
        names = send(sending_to(workplace, url), run, email_sv=campaign_mail())
    moved = replace(workplace, sender_address="ny@example.org", public_url="https://ny.example.org")
    made = {each.message_id: each for name in names if "email" in name for each in archive.reproduce(moved, run, name)}
    arrived = received(sink)
    assert len(arrived) == len(accepted(sink)) == PEOPLE
    assert {identity: each.content for identity, each in made.items()} == arrived
    assert {each.status for each in made.values()} == {"accepted"}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workplace, str, Path]]:
    """Twelve e-mails over a relay that loses some replies, and letters to three households of two."""
    folder = tmp_path_factory.mktemp("archive")
    workplace = Workplace(home=folder / "home", key=b"a key for tests only")
    run = make_run(workplace, 12, letters=6)
    with running_gateway(folder / "sink", faults(folder, drop_after_dot=0.3)) as url:
        send(sending_to(workplace, url), run, email_sv=campaign_mail())
        yield workplace, run, folder / "sink"


def of_channel(workplace: Workplace, channel: str) -> list[tuple[str, str]]:
    with store.writing(workplace) as connection:
        query = "SELECT person_key, message_id FROM assignment WHERE channel = ? ORDER BY ALL"
        return connection.execute(query, [channel]).fetchall()


def test_a_person_gets_exactly_their_own_message_and_the_look_is_logged(sent: tuple[Workplace, str, Path]) -> None:
    workplace, run, sink = sent
    arrived = received(sink)
    statuses = set()
    for person, message_id in of_channel(workplace, "email"):
        (found,) = archive.deliveries(workplace, run, person, "account:test")
        statuses.add(found.status)
        assert found.message_id == message_id
        assert found.status == "unknown" or message_id in arrived
        assert arrived.get(message_id, found.content) == found.content
    assert statuses == {"accepted", "unknown"}
    last = list(decisions.read(workplace))[-1]
    assert (last.action, last.actor, last.detail["messages"]) == ("archive_shown", "account:test", [message_id])


def test_everybody_of_a_household_finds_the_same_letter(sent: tuple[Workplace, str, Path]) -> None:
    workplace, run, _ = sent
    letters = [archive.deliveries(workplace, run, person, "x") for person, _ in of_channel(workplace, "letter")]
    assert [len(found) for found in letters] == [1] * 6
    assert len({found[0].message_id for found in letters}) == 3
    for found in letters:
        assert "Provgatan" in PdfReader(io.BytesIO(found[0].content)).pages[0].extract_text()


def test_whoever_was_sent_nothing_is_told_so(sent: tuple[Workplace, str, Path]) -> None:
    workplace, run, _ = sent
    with pytest.raises(InputError, match="no message of this run"):
        archive.deliveries(workplace, run, "nobody", "x")


def test_the_command_prints_writes_and_tells_the_bytes(
    sent: tuple[Workplace, str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    workplace, run, sink = sent
    monkeypatch.setenv("BUDKAVLE_HOME", str(workplace.home))
    monkeypatch.setenv("BUDKAVLE_SECRET_KEY", workplace.key.decode())
    arrived = received(sink)
    person, message_id = next(row for row in of_channel(workplace, "email") if row[1] in arrived)
    plain = CliRunner().invoke(app, ["show", run, person])
    assert plain.stdout_bytes == arrived[message_id]
    (told,) = json.loads(CliRunner().invoke(app, ["show", run, person, "--json"]).stdout)["messages"]
    assert base64.b64decode(told["content_base64"]) == arrived[message_id]
    written = CliRunner().invoke(app, ["show", run, person, "--out", str(tmp_path / "out"), "--message", message_id])
    assert written.exit_code == 0
    assert (tmp_path / "out" / f"{message_id}.eml").read_bytes() == arrived[message_id]
    assert CliRunner().invoke(app, ["show", run, person, "--message", "no"]).exit_code == 2
