"""Texts rendered in a bounded process of their own, one job per wave, channel, language and combination of facts."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaigns.errors import Finding
from campaigns.texts import TextSource
from tasks import slots

SECONDS = 15
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Job:
    """One text to render: its source and the facts that it may branch on."""

    text: TextSource
    facts: Mapping[str, str]
    slots: tuple[str, ...]


def render_jobs(
    jobs: Sequence[Job], parts: Mapping[str, str], *, seconds: float = SECONDS
) -> tuple[list[dict[str, str]], list[Finding]]:
    """Return the rendered fields of every job, slots as markers, and a finding for each that failed.

    All jobs together may take ``seconds``; what is not done by then is a finding at the text that was being rendered.
    """
    sources = {**parts, **{name: source for job in jobs for name, source in job.text.templates().items()}}
    request = {"sources": sources, "jobs": [_described(job) for job in jobs]}
    command = [sys.executable, "-m", "campaigns.text_rendering"]
    try:
        done = subprocess.run(
            command, input=json.dumps(request).encode(), capture_output=True, timeout=seconds, check=False,
            env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        )  # fmt: skip
        printed = done.stdout
    except subprocess.TimeoutExpired as late:
        printed = late.stdout or b""
    answers = [json.loads(line) for line in printed.split(b"\n")[:-1]]
    findings = [_failed(job, answer) for job, answer in zip(jobs, answers, strict=False) if "error" in answer]
    if len(answers) < len(jobs):
        findings.append(_unfinished(jobs[len(answers)], seconds))
    return answers, list(dict.fromkeys(findings))


def _described(job: Job) -> dict[str, object]:
    templates = {field: f"{job.text.path.name}#{field}" for field in job.text.fields}
    return {"templates": templates, "facts": dict(job.facts), "slots": {name: slots.marker(name) for name in job.slots}}


def _failed(job: Job, answer: Mapping[str, Any]) -> Finding:
    template, line = answer["place"]
    file = f"{job.text.path.parent.name}/{template.split('#')[0]}"
    message = f"the text cannot be rendered: {answer['error']}"
    return Finding("text_syntax", "P5c", "B", file, line, message, "mend or remove the expression.", job.text.language)


def _unfinished(job: Job, seconds: float) -> Finding:
    message = f"rendering was stopped: it takes more than {seconds:g} seconds or too much memory"
    remedy = "remove loops inside loops; a text should branch, not calculate."
    return Finding("text_syntax", "P5c", "B", job.text.file, 0, message, remedy, job.text.language)
