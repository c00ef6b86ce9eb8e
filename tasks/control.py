"""Pause, resume, stop, suppress and withdraw: the decision log first, then the control files, then the tables."""

import csv
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from campaigns.errors import InputError, RegisterFileInvalid
from tasks import decisions, orders, shards, stories, unpublishing
from tasks.launching import ShardResult, deliver
from tasks.ledger import bring_up
from tasks.orders import ORDERS, SUPPRESSIONS, TERMS, WITHDRAWALS
from tasks.register_values import usable_email
from tasks.workplace import Workplace, pseudonym

REASONS = ("opt_out", "objection", "consent_withdrawn", "bounce", "complaint")
ACTIONS = {"pause": "run_paused", "resume": "run_resumed", "stop": "run_stopped"}
KEYS_PER_DECISION = 500
KEY = re.compile(r"[0-9a-f]{32}")
PURPOSE = re.compile(r"[a-z][a-z0-9_]*")
SECONDS_FOR_WORKERS = 120.0


def pause(workplace: Workplace, run: str, actor: str, reason: str = "asked") -> None:
    """Stop the sending after the window under way, at most 16 messages per worker."""
    _order(workplace, run, "pause", actor, reason)


def resume(workplace: Workplace, run: str, actor: str) -> None:
    """Let the sending go on; the publishing itself is started again by `budkavle run`."""
    _order(workplace, run, "resume", actor, "asked")


def stop(workplace: Workplace, run: str, actor: str) -> list[ShardResult]:
    """End the sending for good: every message not sent becomes ``cancelled``, by the workers or, without any, here.

    Pages that stand are removed; where that fails, :func:`unpublishing.unpublish_due` tries again.
    """
    _order(workplace, run, "stop", actor, "asked")
    try:
        return [_cancel(workplace, run, shard) for shard in shards.written(workplace, run)]
    finally:
        unpublishing.unpublish_over(workplace, run)


def _cancel(workplace: Workplace, run: str, shard: str) -> ShardResult:
    deadline = time.monotonic() + SECONDS_FOR_WORKERS
    while (result := deliver(workplace, run, shard)).outcome == "locked" and time.monotonic() < deadline:
        pass
    return result


def _order(workplace: Workplace, run: str, order: str, actor: str, reason: str) -> None:
    decisions.record(workplace, ACTIONS[order], actor=actor, run=run, detail={"reason": reason})
    orders.append(workplace.run_folder(run, "control"), ORDERS, [(order, reason)])
    bring_up(workplace)


def withdraw(workplace: Workplace, campaign: str, story: str, consents: Sequence[str], actor: str) -> None:
    """Never tell a story any more: messages with it that are not marked are cancelled, pages with it taken down.

    ``consents`` are the references of the consent that was withdrawn. Doing it again changes nothing.
    """
    known = stories.withdrawn(workplace)
    if new := [consent for consent in consents if consent not in known]:
        detail = {"campaign": campaign, "story": story, "consents": new}
        decisions.record(workplace, stories.WITHDRAWN, actor=actor, detail=detail)
    for folder in sorted(workplace.home.glob("runs/*/control")):
        orders.append(folder, WITHDRAWALS, [(consent,) for consent in consents])
    unpublishing.take_down_everywhere(workplace)
    bring_up(workplace)


def suppress(
    workplace: Workplace, *, email: str | None = None, person_key: str | None = None, purpose: str = "all",
    reason: str = "opt_out", source: str = "command", actor: str,
) -> str:  # fmt: skip
    """Never contact this address or person again for a purpose; returns the pseudonymous key. Holds at once."""
    if (email is None) == (person_key is None):
        raise InputError("give an e-mail address or a person key, one of them")
    key = _known_key(person_key) if person_key is not None else address_key(workplace, email or "")
    if key is None:
        what = "person key: 32 hexadecimal digits" if email is None else "e-mail address"
        raise InputError(f"this is no {what}", remedy="correct it and run the command again; nobody was suppressed.")
    _suppress(workplace, [key], purpose=purpose, reason=reason, source=source, actor=actor)
    return key


def suppress_file(
    workplace: Workplace, path: Path, *, purpose: str = "all", reason: str = "opt_out", actor: str
) -> int:
    """Suppress every row of a CSV file with the column ``email``, ``personal_number`` or ``person_key``; the count.

    Raises RegisterFileInvalid, and suppresses nobody, where a row has no usable value; rows are named, values never.
    """
    keys = _keys_of(workplace, path)
    for start in range(0, len(keys), KEYS_PER_DECISION):
        chunk = keys[start : start + KEYS_PER_DECISION]
        _suppress(workplace, chunk, purpose=purpose, reason=reason, source="import", actor=actor)
    return len(keys)


def list_suppressions(workplace: Workplace) -> list[dict[str, Any]]:
    """Return every suppression of the decision log, oldest first, pseudonymous."""
    return [
        {"sequence": each.sequence, "decided_at": each.at.isoformat(), "subject_key": key,
         **{name: each.detail[name] for name in ("purpose", "reason", "source")}}
        for each in decisions.read(workplace)
        if each.action == "suppression_added"
        for key in each.detail["subject_keys"]
    ]  # fmt: skip


def restore(workplace: Workplace, run: str) -> None:
    """Write a run's orders, suppressions and withdrawals anew from the decision log, for lost or damaged files."""
    folder = workplace.run_folder(run, "control")
    if not (folder / TERMS).exists():
        return
    meant = {action: order for order, action in ACTIONS.items()}
    given = [(meant[each.action], "restored") for each in decisions.read(workplace)
             if each.run == run and each.action in meant]  # fmt: skip
    withdrawn = [(consent,) for consent in stories.withdrawn(workplace)]
    suppressed = shards.decisions_on_suppressions(workplace)
    for name, lines in ((ORDERS, given), (SUPPRESSIONS, suppressed), (WITHDRAWALS, withdrawn)):
        (folder / name).unlink(missing_ok=True)
        orders.append(folder, name, lines)


def address_key(workplace: Workplace, email: str) -> str | None:
    """Return the pseudonym of an e-mail address, as the register makes it; None where it is no address."""
    address = usable_email(email.strip())
    return pseudonym(workplace.key, "email", address) if address else None


def _known_key(text: str) -> str | None:
    return text if KEY.fullmatch(text) else None


def _suppress(workplace: Workplace, keys: Sequence[str], *, purpose: str, reason: str, source: str, actor: str) -> None:
    if reason not in REASONS:
        raise InputError(f"{reason!r} is not a reason to suppress", remedy=f"use one of {', '.join(REASONS)}.")
    if not PURPOSE.fullmatch(purpose):
        raise InputError("this is no purpose", remedy="write one of a brief's legal_basis, such as waste_information.")
    detail = {"subject_keys": list(keys), "purpose": purpose, "reason": reason, "source": source}
    decisions.record(workplace, "suppression_added", actor=actor, detail=detail)
    for folder in sorted(workplace.home.glob("runs/*/control")):
        orders.append(folder, SUPPRESSIONS, [(key, purpose) for key in keys])
    bring_up(workplace)


def _keys_of(workplace: Workplace, path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            keys = [_key_of(workplace, row) for row in csv.DictReader(file, dialect=csv.excel)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RegisterFileInvalid(
            f"the file cannot be read as CSV in UTF-8 ({type(error).__name__}); nobody was suppressed",
            where=str(path),
            remedy="check the path and save the file as CSV in UTF-8.",
        ) from None
    missing = [number for number, key in enumerate(keys, start=2) if key is None]
    if missing or not keys:
        raise RegisterFileInvalid(
            f"{len(missing)} rows have no e-mail address, personal number or person key",
            where=f"{path.name}, rows {', '.join(map(str, missing[:10]))}",
            remedy="give each row one of the columns email, personal_number, person_key; nobody was suppressed.",
        )
    return [key for key in keys if key is not None]


def _key_of(workplace: Workplace, row: dict[str, str | None]) -> str | None:
    values = {name.strip().lower(): (value or "").strip() for name, value in row.items() if isinstance(value, str)}
    if key := values.get("person_key"):
        return _known_key(key)
    digits = "".join(filter(str.isdigit, values.get("personal_number", "")))
    if len(digits) == 12:
        return pseudonym(workplace.key, "person", digits)
    return address_key(workplace, values["email"]) if "@" in values.get("email", "") else None
