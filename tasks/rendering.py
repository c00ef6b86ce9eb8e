"""Texts rendered in a bounded process of their own, one job per wave, channel, language and combination of facts."""

import json
import math
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from campaigns.errors import Finding
from campaigns.texts import TextSource
from tasks import slots

SECONDS = 10
"""Of the processor, for a process; ``TEXTS_PER_SECOND`` texts have one more."""
TEXTS_PER_SECOND = 10
BY_THE_CLOCK = 20
"""How many times as long the clock may run: a busy machine gives a process little of the processor."""
MOST_PROCESSES = 3
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

    A text that takes too long is a finding at its place. Should the process itself end, by its bound of ``seconds``
    of the processor or of memory, the text that it rendered is the finding and another process renders the other files,
    at most ``MOST_PROCESSES`` in all.
    """
    sources = {**parts, **{name: source for job in jobs for name, source in job.text.templates().items()}}
    answers: dict[int, dict[str, Any]] = {}
    findings: list[Finding] = []
    waiting = list(range(len(jobs)))
    for _ in range(MOST_PROCESSES):
        given = _answered([_described(jobs[number]) for number in waiting], sources, seconds)
        answers |= dict(zip(waiting, given, strict=False))
        if len(given) == len(waiting):
            break
        stopped = jobs[waiting[len(given)]]
        findings.append(_unfinished(stopped, seconds))
        waiting = [number for number in waiting[len(given) :] if jobs[number].text.file != stopped.text.file]
    findings += [_failed(jobs[number], answer) for number, answer in answers.items() if "error" in answer]
    return [answers.get(number, {}) for number in range(len(jobs))], list(dict.fromkeys(findings))


def render_layouts(
    jobs: Sequence[Mapping[str, object]], sources: Mapping[str, str], folder: Path, *, seconds: float = SECONDS
) -> tuple[list[dict[str, str]], list[Finding]]:
    """Return what templates of the campaign in ``folder`` make, and a finding for each that fails or is ended."""
    answers = _answered(jobs, sources, seconds)
    places = [(*answer["place"], str(answer["error"])) for answer in answers if "error" in answer]
    if len(answers) < len(jobs):
        templates = jobs[len(answers)]["templates"]
        assert isinstance(templates, dict)
        places.append(
            (*templates.values(), 1, f"it takes more than {seconds:g} seconds of the processor or too much memory")
        )
    findings = [
        Finding(
            "text_syntax", "P5c", "B", f"{folder.name}/{name.removeprefix('own/')}" if name.startswith("own/")
            else f"layouts/{name}", line, f"the template cannot be rendered: {error}", "mend or remove the expression.",
        )
        for name, line, error in dict.fromkeys(places)
    ]  # fmt: skip
    return answers, findings


def _answered(jobs: Sequence[Mapping[str, object]], sources: Mapping[str, str], seconds: float) -> list[dict[str, Any]]:
    """Return the answers that a bounded process gives, in order; fewer where it had to be ended."""
    processor = math.ceil(seconds) + len(jobs) // TEXTS_PER_SECOND
    request = json.dumps({"sources": sources, "jobs": jobs, "seconds": processor})
    answers = [json.loads(line) for line in _printed(request, processor * BY_THE_CLOCK).split(b"\n")[:-1]]
    if len(answers) < len(jobs) or any("slow" in answer for answer in answers):
        _printed.cache_clear()  # what a busy machine ended may do another time
    return answers


@lru_cache(maxsize=64)
def _printed(request: str, by_the_clock: float) -> bytes:
    """Return what the process prints, once for a request: the same texts make the same, and it has no other input."""
    command = [sys.executable, "-m", "campaigns.text_rendering"]
    try:
        done = subprocess.run(
            command, input=request.encode(), capture_output=True,
            timeout=by_the_clock, check=False, env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        )  # fmt: skip
        return done.stdout
    except subprocess.TimeoutExpired as late:
        return late.stdout or b""


def _described(job: Job) -> dict[str, object]:
    templates = {field: f"{job.text.path.name}#{field}" for field in job.text.fields}
    return {"templates": templates, "facts": dict(job.facts), "slots": {name: slots.marker(name) for name in job.slots}}


def _failed(job: Job, answer: Mapping[str, Any]) -> Finding:
    template, line = answer["place"]
    file = f"{job.text.path.parent.name}/{template.split('#')[0]}"
    message = f"the text cannot be rendered: {answer['error']}"
    strange = "cannot be shown" in answer["error"]
    remedy = "take the character out, or write the words anew." if strange else "mend or remove the expression."
    return Finding("text_syntax", "P5c", "B", file, line, message, remedy, job.text.language)


def _unfinished(job: Job, seconds: float) -> Finding:
    message = f"rendering was stopped: it takes more than {seconds:g} seconds of the processor or too much memory"
    remedy = "remove loops inside loops; a text should branch, not calculate."
    return Finding("text_syntax", "P5c", "B", job.text.file, 1, message, remedy, job.text.language)
