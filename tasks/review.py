"""Every stored variant before the gates of the programme, and what they found in ``check_result``."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from campaigns.brief import Brief
from campaigns.brief_loading import load_brief
from campaigns.errors import Finding, GateRefused, told_once
from campaigns.open_branches import open_branches
from campaigns.programme import load_programme
from tasks import runs, store
from tasks.brief_judging import judged_brief
from tasks.findings import findings_of, ids_of
from tasks.gates import examining
from tasks.workplace import Workplace


def require_sound_brief(workplace: Workplace, folder: Path, now: datetime | None = None) -> Brief:
    """Return the brief of a campaign folder; raises BriefInvalid, or GateRefused for a warning without an override.

    Starts that have passed ``now`` are found unless it is None, or the campaign's run has begun.
    """
    brief = load_brief(folder)
    _, findings = judged_brief(workplace, folder, now)
    _refuse(folder.name, examining.accept_overrides([*findings, *open_branches(brief, folder)], brief.overrides))
    return brief


def review(workplace: Workplace, run: str) -> list[Finding]:
    """Run every gate over the stored variants and keep the results.

    Raises GateRefused with every finding that blocks, or warns without an override in the brief. Findings of kind H
    are kept for the approver, who accepts them one by one.
    """
    with store.writing(workplace) as connection:
        this = runs.load_within(connection, run)
        findings = findings_of(connection, this)
        connection.execute("DELETE FROM check_result WHERE run = ? AND stage = 'review'", [this.run])
        rows = json.dumps(_rows(findings))
        connection.execute(store.statement("review/keep"), {"run": this.run, "rows": rows})
        store.keep_evidence(connection, workplace, this.run, ["check_result"])
    _refuse(this.run, findings)
    return findings


def _rows(findings: Sequence[Finding]) -> list[dict[str, object]]:
    found = {finding.gate for finding in findings}
    held: list[dict[str, object]] = [
        {
            "gate": gate.id,
            "requirement": gate.requirement,
            "kind": gate.kind,
            "success": True,
            "message": "",
            "place": "",
            "finding": None,
        }
        for gate in load_programme().text_gates
        if gate.id not in found
    ]
    ids = {replace(finding, channel=""): identity for finding, identity in ids_of(findings).items()}
    told = told_once(findings, ("channel",))
    return [*(_row(finding, ids.get(replace(finding, channel=""))) for finding in told), *held]


def _row(finding: Finding, identity: str | None) -> dict[str, object]:
    last = f"Accepted: {finding.accepted}" if finding.accepted else finding.remedy
    return {
        "gate": finding.gate,
        "requirement": finding.requirement,
        "kind": finding.kind,
        "success": False,
        "message": f"{finding.message} ({finding.channel}, {finding.language}). {last}",
        "place": f"{finding.file}:{finding.line}",
        "finding": identity,
    }


def _refuse(run: str, findings: Sequence[Finding]) -> None:
    refusing = [finding for finding in findings if examining.refuses(finding)]
    refusing = told_once(replace(finding, file=Path(finding.file).name) for finding in refusing)
    if refusing:
        raise GateRefused(
            f"{len(refusing)} findings stop the campaign" if len(refusing) > 1 else "one finding stops the campaign",
            refusing,
            where=run,
            remedy="mend the campaign and prepare again; a warning (W) may instead be accepted under `overrides`.",
        )
