"""Whole commands at the same moment: several runs of one campaign, an evaluation of another, an analyst who reads."""

import contextlib
import json
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

from installation import Installation, install, serving
from ruamel.yaml import YAML
from torture_scene import judge, ledger

from tasks import outcomes, store, world

LATE_MS = 30
QUESTION = "SELECT count(*) AS events FROM delivery_event"
QUESTION_SECONDS = 0.3


def commands_at_once(folder: Path, people: int, dose: int, seed: int) -> dict[str, Any]:
    """Publish a campaign in a new installation, then start its next edition ``dose`` times at once."""
    with serving(install(folder, people, seed)) as place:
        place.prepare_and_approve()
        place.run("run", str(place.campaign))
    return next_edition_at_once(place, dose)


def next_edition_at_once(place: Installation, dose: int) -> dict[str, Any]:
    """Run the next edition of a published campaign ``dose`` times at once, while it is evaluated and read.

    The next edition tells only those whom the first has not told, so its wave to employees is empty.
    """
    began, first = time.monotonic(), place.answer("status")["runs"][0]["run"]
    observed = world.simulate_outcomes(
        place.workplace, first, place.home / "register-files", 1, place.home / "seen.csv"
    )
    outcomes.import_outcomes(place.workplace, first, observed.outcomes_file)
    shutil.rmtree(place.sink)
    with serving(place, delay_ms=LATE_MS) as late:
        run = _prepare_next(late)
        commands = [("run", str(late.campaign))] * dose + [("evaluate", first, "--look", "1")]
        answers, questions = _all_at_once(late, commands)
        sent = len(late.delivered())
        late.run("run", str(late.campaign))
        known, arrived = ledger(late.workplace, run, "email"), Counter(late.delivered())
    row = judge("commands at once", dose, known, arrived, began=began, unknown_limit=0)
    return {**row, "sent_again": arrived.total() - sent, "questions": questions, "answers": answers}


def _prepare_next(place: Installation) -> str:
    path, yaml = place.campaign / "campaign.yaml", YAML()
    brief = yaml.load(path)
    brief["edition"] = "next"
    yaml.dump(brief, path)
    return place.prepare_and_approve()


def _all_at_once(place: Installation, commands: list[tuple[str, ...]]) -> tuple[dict[str, int], int]:
    """Return how often the commands exited with which code, and how many questions were answered meanwhile."""
    processes, questions = [place.start(*command) for command in commands], 0
    while running := [process for process in processes if process.poll() is None]:
        with store.reading(place.workplace) as reader:
            questions += reader.execute(QUESTION).fetchone() is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            running[0].wait(QUESTION_SECONDS)
    return dict(Counter(_end(process) for process in processes)), questions


def _end(process: "subprocess.Popen[str]") -> str:
    out, err = process.communicate()
    if "Traceback" in out + err or process.returncode not in (0, 3):
        raise RuntimeError(json.dumps({"exits": process.returncode, "says": (out + err)[-2000:]}))
    return f"exit {process.returncode}"
