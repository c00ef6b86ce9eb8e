"""Single messages: a test of what a text looks like, and the archive of what a person was sent."""

import base64
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands.common import CAMPAIGN, RUNNING, AsJson, actor, answer, here

if TYPE_CHECKING:
    from tasks.archive import Delivered
    from tasks.workplace import Workplace

Run = Annotated[str, typer.Argument(help="The run's id or a prefix that only it has.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("test-send", rich_help_panel=CAMPAIGN)(send_test)
    app.command(rich_help_panel=RUNNING)(show)


def send_test(
    run: Run,
    to: Annotated[str, typer.Option(help="A person of the directory, or an address in BUDKAVLE_TEST_DOMAINS.")],
    variant: Annotated[list[str] | None, typer.Option(help="A variant; repeat. Every e-mail when left out.")] = None,
    channel: Annotated[str, typer.Option(help="Only email: the preview shows the others.")] = "email",
    as_json: AsJson = False,
) -> None:
    """Mail a colleague how an e-mail will look, marked [TEST] in its subject and otherwise as it will be sent."""
    from tasks import trial_messages

    sent = trial_messages.send_test(here(), run, to, variants=variant or [], channel=channel, actor=actor())
    answer({"sent": sent}, as_json, lambda: trial_lines(here(), run, sent))


def trial_lines(place: "Workplace", run: str, sent: Sequence[str]) -> list[str]:
    """Return for each variant sent as a test its wave, language, the readers it is for, and its subject."""
    from tasks import runs, store
    from tasks.gate_subjects import stored_subjects
    from tasks.preview_words import Words

    with store.writing(place) as connection:
        known = runs.load_within(connection, run)
        subjects = {each.variant: each for each in stored_subjects(connection, known) if each.variant in sent}
    words, lines = Words("en", known.brief.labels), []
    for variant in sent:
        text = subjects[variant]
        told = [words.wave(text.wave), words.language(text.language), *filter(None, [words.facts(text.facts)])]
        lines.append(f"sent       {variant}: {', '.join(told)}: {text.subject}")
    return lines


def show(
    run: Run,
    person: Annotated[str, typer.Argument(help="A person_key.")],
    message: Annotated[str | None, typer.Option(help="Only this message id.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder that gets one file per message.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the exact bytes of every message that was handed over to a person; that you looked is written to the log."""
    from campaigns.errors import InputError
    from tasks.archive import deliveries
    from tasks.local_time import on_one_line

    found = [each for each in deliveries(here(), run, person, actor()) if message in (None, each.message_id)]
    if not found:
        raise InputError(f"the person has no message {message}", remedy="leave --message out to see them all.")
    if out is not None:
        _write(out, found)
    elif len(found) == 1 and not as_json:
        sys.stdout.buffer.write(found[0].content)
        return
    answer(
        {"person_key": person, "messages": [_told(each, with_content=out is None) for each in found]},
        as_json,
        lambda: [f"{each.message_id}  {each.channel:7} {each.status:9} {on_one_line(each.sent_at)}" for each in found],
    )


def _write(folder: Path, found: "list[Delivered]") -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for each in found:
        handle = os.open(folder / each.file_name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "wb") as file:
            file.write(each.content)


def _told(each: "Delivered", *, with_content: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "message_id": each.message_id,
        "channel": each.channel,
        "language": each.language,
        "status": each.status,
        "sent_at": each.sent_at.isoformat(),
        "sha256": hashlib.sha256(each.content).hexdigest(),
    }
    return told | ({"content_base64": base64.b64encode(each.content).decode()} if with_content else {})
