"""The table ``approval`` and what the decision log says of it: asked, granted, expired, voided."""

import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from campaigns.approval_matrix import Circumstances, later_roles, missing_roles, needed_roles
from campaigns.approvers import load_directory, require_may_approve
from campaigns.errors import ApprovalRefused
from tasks import decisions, runs, store
from tasks.approval_log import reviews_asked_for, roles_asked, supported
from tasks.approval_mail import Request, Review
from tasks.ledger import bring_up, load_decisions, require_whole
from tasks.workplace import Workplace, pseudonym

ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"  # no 0 O, 1 I L, U V: a code can be read aloud
CODE_LENGTH = 8
ATTEMPTS = 10
PENDING, GRANTED, EXPIRED = (
    "expires_at > ? AND approved_at IS NULL",
    "expires_at > ? AND approved_at IS NOT NULL",
    "expires_at <= ?",
)


@dataclass(frozen=True)
class Asked:
    """The row that a code was mailed for."""

    digest: str
    role: str
    approver: str
    expires_at: datetime
    approved: bool


def new_code() -> str:
    """Return a random one-time code of about 39 bits; guesses are counted and few."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def persons(connection: duckdb.DuckDBPyConnection, run: runs.Run, condition: str) -> set[tuple[str, str]]:
    """Return (role, person id) of the rows of today's digest that are PENDING, GRANTED or EXPIRED now."""
    values = [run.run, run.digest, datetime.now(UTC)]
    query = f"SELECT role, approver FROM approval WHERE run = ? AND digest = ? AND {condition}"
    return set(connection.execute(query, values).fetchall())


def roles(connection: duckdb.DuckDBPyConnection, run: runs.Run, condition: str) -> set[str]:
    """Return the roles of the same rows."""
    return {role for role, _ in persons(connection, run, condition)}


def circumstances(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> Circumstances:
    """Return what calls for roles beside the brief: the audience's share of the population, and what must be read.

    The findings are those of the database and those that the log says approvers were asked to read: none disappears.
    Nor does a role that was asked about today's content, whatever the population register says since.
    """
    row = connection.execute(store.statement("approval/audience_share"), {"run": run.run}).fetchone()
    share = float(row[0]) if row and row[0] is not None else 0.0
    to_read = {each.id for each in reviews(connection, run.run)}
    logged = list(decisions.read(workplace)) if run.digest else []
    to_read |= reviews_asked_for(logged, run)
    gates = frozenset(name.partition(":")[0] for name in to_read)
    return Circumstances(share, gates, frozenset(roles_asked(logged, run)))


def missing(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> tuple[str, ...]:
    """Return the needed roles that have not approved today's digest, in the order of the table of roles."""
    needed = needed_roles(run.brief, circumstances(connection, workplace, run))
    author = load_directory(workplace.directory).one(run.brief.communicator)
    return missing_roles(needed, granted(connection, workplace, run)[0], author)


def granted(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run
) -> tuple[set[tuple[str, str]], list[ApprovalRefused]]:
    """Return (role, person) of the approvals that hold, and why those do not whose person may not approve today.

    A person is named by the first of their ids in the directory: two entries of one person count as one.
    """
    holding, refused, directory = set(), [], load_directory(workplace.directory)
    for role, person in sorted(persons(connection, run, GRANTED)):
        try:
            require_may_approve(run.brief, directory, role, person)
            holding.add((role, directory.one(person)))
        except ApprovalRefused as refusal:
            refused.append(refusal)
    return holding, refused


def due_reviews(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> list[dict[str, str]]:
    """Return who has still to review a run afterwards, each role with why; this holds up nothing."""
    later = later_roles(run.brief, circumstances(connection, workplace, run)) if run.digest else {}
    done = roles(connection, run, "? IS NOT NULL AND approved_at IS NOT NULL")
    return [{"role": role, "why": why} for role, why in later.items() if role not in done]


def reviews(connection: duckdb.DuckDBPyConnection, run: str) -> list[Review]:
    """Return the findings of kind H that are open, each place once: each must be read before an approval."""
    query = (
        "SELECT coalesce(finding, check_name) AS id, string_agg(DISTINCT message, ' ' ORDER BY message) "
        "FROM check_result WHERE run = ? AND kind = 'H' AND NOT success GROUP BY id ORDER BY id"
    )
    return [Review(*row) for row in connection.execute(query, [run]).fetchall()]


def asked(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str, code: str) -> Asked | None:
    """Return the row that the code was mailed for; every row is compared, each in constant time."""
    query = (
        "SELECT code_sha256, digest, role, approver, expires_at, approved_at IS NOT NULL FROM approval WHERE run = ?"
    )
    rows = connection.execute(query, [run]).fetchall()
    matches = [
        Asked(*row[1:]) for row in rows if hmac.compare_digest(row[0] or "", _keyed(workplace, run, row[2], code))
    ]
    return matches[0] if matches else None


def keep_requests(workplace: Workplace, run: runs.Run, requests: Sequence[Request], actor: str) -> None:
    """Write who was asked to the decision log, then the keyed codes to the table, in place of older ones."""
    named = [{"role": each.role, "approver": each.approver} for each in requests]
    with store.writing(workplace) as connection:
        to_read = [each.id for each in reviews(connection, run.run)]
    detail = {"digest": run.digest, "asked": named, "reviews": to_read}
    decisions.record(workplace, "approval_requested", actor=actor, run=run.run, detail=detail)
    rows = [
        {
            "role": each.role,
            "approver": each.approver,
            "code_sha256": _keyed(workplace, run.run, each.role, each.code),
            "expires_at": each.expires_at.isoformat(),
        }
        for each in requests
    ]
    values = {"run": run.run, "digest": run.digest, "now": datetime.now(UTC), "rows": json.dumps(rows)}
    with store.writing(workplace) as connection:
        connection.execute(store.statement("approval/withdraw"), {"run": run.run, "rows": values["rows"]})
        connection.execute(store.statement("approval/ask"), values)
        load_decisions(connection, workplace)
        store.keep_evidence(connection, workplace, run.run, ["approval"])


def settle(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str) -> None:
    """Make the approvals of a run what the decision log supports: it is written first and outlives the database.

    Raises InputError where the log has lost or changed a decision that the table ``audit`` has.
    """
    logged = list(decisions.read(workplace))
    load_decisions(connection, workplace)
    require_whole(connection, workplace, {each.sequence: each.hash for each in logged})
    counted = supported(logged, run)
    values = {"run": run, "grants": json.dumps(counted)}
    removed = connection.execute(store.statement("approval/unsupported"), values).fetchone()
    for each in counted:
        connection.execute(store.statement("approval/settle"), {"run": run, **each})
    if counted or removed != (0,):
        store.keep_evidence(connection, workplace, run, ["approval"])


def count_wrong_code(workplace: Workplace, run: str, actor: str) -> int:
    """Log a wrong code and return how many attempts are left; the last one voids every waiting code."""
    decisions.record(workplace, "approval_code_wrong", actor=actor, run=run)
    bring_up(workplace)
    wrong = 0
    for each in decisions.read(workplace):
        if each.run == run and each.action in ("approval_requested", "approval_codes_voided"):
            wrong = 0
        wrong += each.run == run and each.action == "approval_code_wrong"
    if wrong >= ATTEMPTS:
        decisions.record(workplace, "approval_codes_voided", actor=actor, run=run)
        with store.writing(workplace) as connection:
            load_decisions(connection, workplace)
            connection.execute("DELETE FROM approval WHERE run = ? AND approved_at IS NULL", [run])
            store.keep_evidence(connection, workplace, run, ["approval"])
    return ATTEMPTS - wrong


def _keyed(workplace: Workplace, run: str, role: str, code: str) -> str:
    plain = "".join(character for character in code.upper() if character.isalnum())
    return pseudonym(workplace.key, "approval_code", f"{run}:{role}:{plain}")
