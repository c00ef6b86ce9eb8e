"""Every stored variant before the gates of the programme, and what they found in ``check_result``."""

import json
from collections.abc import Sequence

import duckdb

from campaigns.errors import Finding, GateRefused
from campaigns.programme import load_programme
from tasks import gates, runs, store
from tasks.gate_subjects import stored_subjects
from tasks.workplace import Workplace


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


def findings_of(connection: duckdb.DuckDBPyConnection, run: runs.Run, *, reader: str = "en") -> list[Finding]:
    """Return what the gates find in the stored variants, in the reader's language, overrides taken into account."""
    findings = gates.examine(stored_subjects(connection, run, reader=reader), load_programme().text_gates)
    return gates.accept_overrides(findings, run.brief.overrides)


def _rows(findings: Sequence[Finding]) -> list[dict[str, object]]:
    found = {finding.gate for finding in findings}
    held = [
        {
            "gate": gate.id,
            "requirement": gate.requirement,
            "kind": gate.kind,
            "success": True,
            "message": "",
            "place": "",
        }
        for gate in load_programme().text_gates
        if gate.id not in found
    ]
    return [_row(finding) for finding in findings] + held


def _row(finding: Finding) -> dict[str, object]:
    last = f"Accepted: {finding.accepted}" if finding.accepted else finding.remedy
    return {
        "gate": finding.gate,
        "requirement": finding.requirement,
        "kind": finding.kind,
        "success": False,
        "message": f"{finding.message} ({finding.channel}, {finding.language}). {last}",
        "place": f"{finding.file}:{finding.line}",
    }


def _refuse(run: str, findings: Sequence[Finding]) -> None:
    refusing = [finding for finding in findings if gates.refuses(finding)]
    if refusing:
        raise GateRefused(
            f"{len(refusing)} findings stop the campaign" if len(refusing) > 1 else "one finding stops the campaign",
            refusing,
            where=run,
            remedy="mend the text and prepare again; a warning (W) may instead be accepted under `overrides`.",
        )
