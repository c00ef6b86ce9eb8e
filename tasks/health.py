"""Whether an installation is well: database, journals, gateways, disk, and what is left waiting; counts only."""

import os
import shutil
import smtplib
import socket
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any
from urllib.parse import urlsplit

from campaigns.errors import BudkavleError, InputError, StoreBusy
from tasks import decisions, journal, store
from tasks.senders.http_place import read_place
from tasks.senders.smtp_relays import problem_of, relay_of
from tasks.workplace import Workplace

SECONDS_FOR_GATEWAY = 3.0
SECONDS_FOR_DATABASE = 5.0
LEAST_FREE_BYTES = 2 * 2**30
NOT_SET = frozenset(
    each.default for each in fields(Workplace) if each.name in ("smtp_url", "sms_url")
)  # gateways to try out with, which no operator must run
PORTS = {"http": 80, "https": 443}
COUNTS = """
SELECT
    (SELECT count(*) FROM delivery WHERE status = 'unknown') AS unknown_messages,
    (SELECT count(*) FROM look WHERE state IN ('due', 'early') AND due_at < now()) AS overdue_looks,
    (SELECT count(*) FROM delivery WHERE status = 'accepted' AND channel = 'sms' AND $receipts) AS receipts_waiting
"""
MEANING = {
    "healthy": "1 where nothing is broken.",
    "database": "1 where the database opens.",
    "decision_log": "1 where the chain of the decision log holds with the secret key that is set.",
    "journals": "1 where every journal of a run that is being sent can be read whole.",
    "gateways": "1 where every gateway that is set takes a connection, and a mail relay the login.",
    "disk": "1 where more than 2 GB are free.",
    "free_bytes": "Free bytes on the disk of HOME.",
    "unknown_messages": "Messages of which nobody knows whether they arrived.",
    "overdue_looks": "Evaluations whose time has come.",
    "receipts_waiting": "Text messages accepted of which no receipt has come, where BUDKAVLE_RECEIPTS_URL is set.",
}


def health(workplace: Workplace) -> dict[str, Any]:
    """Return what is well and what waits; ``problems`` says in words what is not, ``healthy`` whether that is nothing.

    Messages in doubt, late looks and missing receipts are told but are no illness. No address, name or secret is told.
    """
    problems: list[str] = []
    counts = _counts(workplace, problems)
    database = not problems
    journals, gateways = _journals(workplace, problems), _gateways(workplace, problems)
    well = {"database": database, "decision_log": _decision_log(workplace, problems)}
    well |= {"journals": journals, "gateways": gateways}
    free = shutil.disk_usage(next(filter(os.path.exists, (workplace.home, *workplace.home.parents)))).free
    if not (disk := free > LEAST_FREE_BYTES):
        problems.append(f"only {free // 2**20} MB are free on the disk of BUDKAVLE_HOME")
    return {"healthy": not problems, **well, "disk": disk, "free_bytes": free, **counts, "problems": problems}


def metrics(found: Mapping[str, Any]) -> str:
    """Return the same in the text format of Prometheus, version 0.0.4; what is not known is left out."""
    lines = []
    for name, meaning in MEANING.items():
        if found.get(name) is not None:
            lines += [f"# HELP budkavle_{name} {meaning}", f"# TYPE budkavle_{name} gauge"]
            lines.append(f"budkavle_{name} {int(found[name])}")
    return "\n".join(lines) + "\n"


def _counts(workplace: Workplace, problems: list[str]) -> dict[str, int | None]:
    names = ("unknown_messages", "overdue_looks", "receipts_waiting")
    try:
        with store.writing(workplace, wait=SECONDS_FOR_DATABASE) as connection:
            row = connection.execute(COUNTS, {"receipts": bool(workplace.receipts_url)}).fetchone()
        return dict(zip(names, row or (), strict=True))
    except StoreBusy:  # a stage is at work, which is no fault
        pass
    except BudkavleError as error:
        problems.append(f"the database cannot be opened: {error.problem}")
    return dict.fromkeys(names)


def _decision_log(workplace: Workplace, problems: list[str]) -> bool:
    try:
        broken = sum(problem not in ("", decisions.TORN) for _, _, problem in decisions.examine(workplace))
    except (BudkavleError, OSError):
        broken = 1
    if broken:
        problems.append(
            f"the decision log breaks in {broken} places: BUDKAVLE_SECRET_KEY is not the key that it was written with, "
            "or it was changed; `budkavle audit verify` names each"
        )
    return not broken


def _journals(workplace: Workplace, problems: list[str]) -> bool:
    damaged = 0
    for folder in workplace.home.glob("runs/*/journals"):
        for path in journal.segments(folder):
            try:
                journal.read(path)
            except (BudkavleError, OSError, ValueError):
                damaged += 1
    if damaged:
        problems.append(f"{damaged} journals cannot be read whole; `budkavle status RUN` names the first")
    return not damaged


def _gateways(workplace: Workplace, problems: list[str]) -> bool:
    silent = []
    named = {"BUDKAVLE_SMTP_URL": workplace.smtp_url, "BUDKAVLE_SMS_URL": workplace.sms_url}
    given = {name: urls.split(",") for name, urls in named.items() if urls not in NOT_SET}
    places = {"BUDKAVLE_WEB_URL": workplace.web_url, "BUDKAVLE_INTRANET_URL": workplace.intranet_url}
    given |= {name: [url] for name, url in places.items() if url.startswith(("http:", "https:"))}
    for name, urls in given.items():
        for number, url in enumerate((each.strip() for each in urls if each.strip()), start=1):
            if fault := _relay_fault(workplace, url) if name == "BUDKAVLE_SMTP_URL" else _fault(name, url):
                silent.append(f"gateway {number} of {name}: {fault}")
    problems += silent
    return not silent


def _relay_fault(workplace: Workplace, url: str) -> str:
    """Return what keeps a relay from taking e-mail, nothing where it greets, encrypts and lets log in as it should."""
    try:
        relay = replace(relay_of(url), seconds_per_step=SECONDS_FOR_GATEWAY)
        relay.connect(workplace.sender_address.rpartition("@")[2]).quit()
    except InputError as error:
        return error.problem
    except (OSError, smtplib.SMTPException) as error:
        return f"it takes no e-mail from us: {problem_of(error)}"
    return ""


def _fault(name: str, url: str) -> str:
    """Return what keeps an address from being used, nothing where it takes a connection."""
    try:
        read_place(url, name)
    except InputError as error:
        return error.problem
    return "" if _answers(url) else "it takes no connection"


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    try:
        address = (parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0))
        with socket.create_connection(address, SECONDS_FOR_GATEWAY):
            return True
    except (OSError, ValueError):
        return False
