"""What an approval binds: SHA-256 over brief, files, variants, audience, plan and what else is sent, part by part.

:func:`seal` stores the digest of a prepared run; :func:`require_unchanged` computes it again from today's files and
stored rows, and names every part that differs.
"""

import hashlib
import json
from collections.abc import Collection
from pathlib import Path

import duckdb

from campaigns.channels import load_channels
from campaigns.errors import CheckFailed, ContentChanged, IllegalMove
from tasks import runs, store
from tasks.logotype import logotype_file
from tasks.workplace import Workplace

LAYOUTS = Path(__file__).parents[1] / "campaigns" / "layouts"
OUR_PAGES = ("page.", "preview.", "report.")
"""Layouts of pages for staff: nothing of them is ever sent, so they void no approval."""
SLOTS, CHANNEL, SETTING = "slot values", "channels.yaml row ", "setting "
FINDING = "finding "
NEW_KINDS = (SLOTS, CHANNEL, SETTING)
"""Parts that a former version did not seal: where a run has none of them, none is compared."""
CITY_PAGE = "web"
CONTENT_FILES = ("campaign.yaml", "*.sql", "*.md", "*.j2")


def seal(workplace: Workplace, run: str, to_read: Collection[str] | None = None) -> str:
    """Compute and store the digest of a prepared run and of each part; returns it as 64 hexadecimal characters.

    ``to_read`` are the findings that the review has just left to a person, by id. Raises CheckFailed where others stand
    in the store by now: whatever is sealed is what the gates have found.
    """
    with store.writing(workplace) as connection:
        parts = _parts(connection, workplace, runs.load_within(connection, run))
        stored = {part.removeprefix(FINDING) for part in parts if part.startswith(FINDING)}
        if to_read is not None and stored != set(to_read):
            raise CheckFailed(
                "the findings that a person must read have changed since the review",
                where=f"run {run}",
                remedy="run `budkavle prepare` again; nobody has been asked to approve.",
            )
        digest = combined(parts)
        connection.execute(
            "UPDATE run SET digest = ?, digest_parts = ?::JSON WHERE run = ?", [digest, json.dumps(parts), run]
        )
        store.keep_evidence(connection, workplace, run, ["run"])
    return digest


def require_unchanged(workplace: Workplace, run: str) -> None:
    """Raise ContentChanged, naming each part, unless today's content is what was sealed."""
    with store.writing(workplace) as connection:
        known = runs.load_within(connection, run)
        row = connection.execute("SELECT digest_parts FROM run WHERE run = ?", [known.run]).fetchone()
        sealed: dict[str, str] = json.loads(row[0]) if row and row[0] else {}
        today = _parts(connection, workplace, known)
    if not sealed:
        raise IllegalMove(f"run {run} has not been prepared to its end", remedy="run `budkavle prepare` first.")
    if combined(sealed) != known.digest:
        raise ContentChanged(
            "the list of what was approved has been changed", where=f"run {run}", remedy=_way_out(known)
        )
    if SLOTS not in sealed:
        today = {part: digest for part, digest in today.items() if not part.startswith(NEW_KINDS)}
    # one more to read takes nothing from what was approved; whoever still approves is asked to read it
    today = {part: digest for part, digest in today.items() if part in sealed or not part.startswith(FINDING)}
    if differences := _differences(sealed, today):
        raise ContentChanged("; ".join(differences), where=f"run {run}", remedy=_way_out(known))


def combined(parts: dict[str, str]) -> str:
    """Return the one digest over every named part."""
    return hashlib.sha256(_canonical(parts)).hexdigest()


def _parts(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: runs.Run) -> dict[str, str]:
    brief = json.loads(run.brief.model_dump_json(by_alias=True))
    rows = connection.execute(store.statement("digest/rows"), {"run": run.run}).fetchall()
    variants = connection.execute(store.statement("digest/variants"), {"run": run.run}).fetchall()
    layouts = _files(LAYOUTS, ("*",), "layouts/")
    return {
        "brief": hashlib.sha256(_canonical(brief)).hexdigest(),
        **_files(run.folder, CONTENT_FILES, ""),
        **{name: each for name, each in layouts.items() if not name.startswith(OUR_PAGES, len("layouts/"))},
        **{f"variant {variant}": digest for variant, digest in variants},
        **dict(rows),
        **_to_read(connection, run),
        **_channels(run),
        **_settings(workplace),
    }


def _to_read(connection: duckdb.DuckDBPyConnection, run: runs.Run) -> dict[str, str]:
    """Return a part for each open finding that a person must read (H), so that none of them disappears unseen."""
    query = (
        "SELECT DISTINCT coalesce(finding, check_name) FROM check_result WHERE run = ? AND kind = 'H' AND NOT success"
    )
    found = connection.execute(query, [run.run]).fetchall()
    return {FINDING + name: hashlib.sha256(name.encode()).hexdigest() for (name,) in found}


def _channels(run: runs.Run) -> dict[str, str]:
    """Return a part for the row of each channel of the brief; a key that is left out changes nothing."""
    known = load_channels()
    named = {name: known[name] for name in dict.fromkeys((*run.brief.channels, CITY_PAGE)) if name in known}
    return {
        CHANNEL + name: hashlib.sha256(_canonical(row.model_dump(mode="json", exclude_defaults=True))).hexdigest()
        for name, row in named.items()
    }


def _settings(workplace: Workplace) -> dict[str, str]:
    """Return a part for each setting that changes what is sent."""
    image, media_type = logotype_file(workplace)
    values = {
        "BUDKAVLE_SENDER_ADDRESS": workplace.sender_address.encode(),
        "BUDKAVLE_PUBLIC_URL": workplace.public_url.encode(),
        "BUDKAVLE_LOGOTYPE": media_type.encode() + b"\n" + image,
    }
    return {SETTING + name: hashlib.sha256(value).hexdigest() for name, value in values.items()}


def _files(folder: Path, patterns: tuple[str, ...], prefix: str) -> dict[str, str]:
    """Return the SHA-256 of each file below a folder that one of the patterns names."""
    found = {path for pattern in patterns for path in folder.rglob(pattern) if path.is_file()}
    return {
        prefix + path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(found)
        if not any(part.startswith((".", "__")) for part in path.relative_to(folder).parts)
    }


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _differences(sealed: dict[str, str], today: dict[str, str]) -> list[str]:
    differing = [part for part in sorted(sealed.keys() | today.keys()) if sealed.get(part) != today.get(part)]
    happened = {part: "changed" if part in sealed.keys() & today.keys() else "was removed" for part in differing}
    happened |= {part: "was added" for part in differing if part not in sealed}
    return [f"{part} {happened[part]} since approval" for part in differing]


def _way_out(run: runs.Run) -> str:
    if run.state in runs.CONTENT_IS_FIXED:
        return "put it back as it was approved; to send the new content, give the brief a new `edition`."
    return f"put it back as it was, or run `budkavle prepare {run.campaign}` again and have the new content approved."
