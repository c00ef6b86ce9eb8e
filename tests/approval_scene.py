"""A prepared run with few rows, an approvers' directory and a real SMTP server, for tests of digest and approval."""

import json
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import duckdb
from aiosmtpd.controller import Controller
from ruamel.yaml import YAML

from campaigns.brief import Brief
from tasks import decisions, digest, runs, store
from tasks.workplace import Workplace

MATAVFALL = Path(__file__).parents[1] / "campaigns" / "matavfall"
DIRECTORY = """
persons:
  manager_waste: {name: Exempel Chef, address: chef@example.se, roles: [manager]}
  communicator_waste: {name: Exempel Skribent, address: skribent@example.se, roles: [communicator, legal]}
  lawyer: {name: Exempel Jurist, address: jurist@example.se, roles: [legal]}
  director: {name: Exempel Direktör, address: direktor@example.se, roles: [communications_director]}
  councillor: {name: Exempel Politiker, address: politiker@example.se, roles: [manager, legal], elected: true}
"""


class Postbox:
    """An SMTP server's handler: keeps every message; refuses a recipient in ``refused``, everything while ``down``."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.take_at_most = 1000

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if len(self.letters) >= self.take_at_most:
            return "451 try later"
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 taken"

    def codes(self) -> list[str]:
        found = (re.search(r"--code (\w+)", text_of(letter)) for letter in self.letters)
        return [each[1] for each in found if each]


def text_of(letter: EmailMessage) -> str:
    """The words of a letter, without what is attached."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@contextmanager
def postbox() -> Iterator[tuple[Postbox, str]]:
    box = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def office(tmp_path: Path, smtp_url: str, directory: str = DIRECTORY) -> Workplace:
    path = tmp_path / "directory.yaml"
    path.write_text(directory, encoding="utf-8")
    return Workplace(home=tmp_path / "home", key=b"a key for tests only", smtp_url=smtp_url, directory=path)


def campaign_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "matavfall"
    shutil.copytree(MATAVFALL, folder, dirs_exist_ok=True)
    for language, text in (("sv", "Hej! Sortera matavfall."), ("en", "Hello! Sort food waste.")):
        (folder / f"text.{language}.md").write_text(text, encoding="utf-8")
    return folder


def prepared(workplace: Workplace, folder: Path, **changes: Any) -> str:
    """Begin a run and give it the rows that preparing leaves: audience, plan, assignment, variant, a sealed digest."""
    fields = YAML(typ="safe").load((folder / "campaign.yaml").read_text(encoding="utf-8"))
    brief = Brief.model_validate_json(json.dumps({**fields, **changes}, default=str))
    run = runs.begin(workplace, brief, folder)
    with store.writing(workplace) as connection:
        store.replace_rows(connection, run, ["audience", "plan", "assignment", "variant", "message_slot"])
        connection.execute(
            "INSERT INTO audience BY NAME SELECT ? AS run, 'external' AS wave, 'person' || n AS person_key, "
            "'treated' AS arm, 'flat' AS segment FROM range(20) AS numbers (n)",
            [run],
        )
        connection.execute("INSERT INTO plan VALUES (?, 'external', 'flat', 'email', 20, 1.5, 10, 0.2, '')", [run])
        connection.execute(
            "INSERT INTO assignment BY NAME SELECT run, wave, person_key, 'email' AS channel, "
            "'email-sv-1' AS variant, sha256(person_key) AS message_id "
            "FROM audience WHERE run = ?",
            [run],
        )
        connection.execute(
            "INSERT INTO message_slot BY NAME SELECT run, wave, person_key, MAP {'pickup_place': 'Provplatsen'} "
            "AS slots FROM audience WHERE run = ?",
            [run],
        )
        connection.execute(
            "INSERT INTO variant (run, variant, wave, channel, language, subject, text, html, template, slots, digest) "
            "VALUES (?, 'email-sv-1', 'external', 'email', 'sv', 'Hej', 'Hej!', '', "
            "'template'::BLOB, [], 'd1')",
            [run],
        )
    digest.seal(workplace, run)
    runs.move(workplace, run, "prepared")
    return run


def open_finding(workplace: Workplace, run: str, finding: str) -> None:
    """Plant a finding that a person must read, such as ``politics:1``."""
    with store.writing(workplace) as connection:
        connection.execute(
            "INSERT INTO check_result BY NAME SELECT ? AS run, 'review' AS stage, 'gates' AS suite, ? AS check_name, "
            "? AS finding, 'H' AS kind, false AS success, 'a person must read this' AS message",
            [run, finding.partition(":")[0], finding],
        )


def with_relay(workplace: Workplace, url: str) -> Workplace:
    return replace(workplace, smtp_url=url)


@dataclass
class Scene:
    workplace: Workplace
    folder: Path
    run: str
    box: Postbox

    def state(self) -> str:
        return runs.load(self.workplace, self.run).state

    def rows(self) -> list[tuple[str, str, bool]]:
        with store.writing(self.workplace) as connection:
            query = "SELECT role, approver, approved_at IS NOT NULL FROM approval ORDER BY ALL"
            return connection.execute(query).fetchall()

    def actions(self) -> list[str]:
        return [each.action for each in decisions.read(self.workplace)]


@contextmanager
def asking(folder: Path) -> Iterator[Scene]:
    """Have a prepared run and the postbox that its approvers' letters go to."""
    with postbox() as (box, url):
        workplace, campaign = office(folder, url), campaign_folder(folder)
        run = prepared(workplace, campaign)
        with duckdb.connect(workplace.database):  # kept open beside the test's own connections, which saves most time
            yield Scene(workplace, campaign, run, box)
