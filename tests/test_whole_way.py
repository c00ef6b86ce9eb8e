"""The command as its users run it, in processes of its own: real Prefect, SMTP, DuckDB and Great Expectations."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from browser import faults_shown
from installation import Installation, kill, processes_of, serving

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from torture_commands import next_edition_at_once
from torture_scene import passes

from tasks import accounts, outcomes, store, world

pytestmark = pytest.mark.slow
WINDOW = 16


def add_up(status: dict[str, dict[str, int]]) -> None:
    persons, messages = status["persons"], status["messages"]
    parts = [persons[name] for name in ("held_out", "excluded", "assigned")]
    assert None in parts or persons["audience"] == sum(parts)
    states = ("accepted", "rejected", "unknown", "suppressed", "expired", "cancelled", "pending")
    parts = [messages[account] for account in states]
    assert None in parts or messages["planned"] == sum(parts)


def mails_of(place: Installation, run: str) -> dict[str, int]:
    """Return the accounts of the e-mails, also those that `status` hides because they would tell of few."""
    with store.writing(place.workplace) as connection:
        found: dict[str, int] = accounts.messages_accounted(connection, run)["by_channel"]["email"]
    return found


def every_row(place: Installation) -> dict[str, list[str]]:
    with store.writing(place.workplace) as connection:
        names = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            name: sorted(map(repr, connection.execute(f'FROM "{name}"').fetchall()))
            for name in names
            if not name.startswith("schema_")
        }


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def delivers(place: Installation, messages: int, process: "subprocess.Popen[str]") -> bool:
    """Wait until so many more messages have been delivered; False where the process ended before that."""
    before = len(place.delivered())
    wait_for(lambda: process.poll() is not None or len(place.delivered()) > before + messages)
    return process.poll() is None


def test_the_demo_goes_the_whole_way_and_proves_its_sums(tmp_path: Path) -> None:
    place = Installation(tmp_path, tmp_path / "unused")
    found = place.answer("demo", "--people", "1000", "--seed", "7")
    assert found["proofs"] | {"effect": True} == {"persons": True, "messages": True, "sink": True, "effect": True}
    add_up(found["status"])
    arm = found["estimate"]["arms"][0]
    assert (arm["ci_high"] - arm["ci_low"]) / 2 <= 1.2 * found["designed_half_width"]
    folder = Path(found["home"]) / "runs" / found["run"]
    for page in ("preview", "report"):
        assert "<script" not in (folder / page / "index.html").read_text()
    assert not processes_of(Path(found["home"]))


@pytest.mark.long
def test_kills_lose_nobody_and_tell_nobody_twice_and_the_database_can_be_made_again(
    approved: Installation, server: dict[str, str]
) -> None:
    """The first run has a Prefect server of its own, which dies with it; the others are spared the start of one."""
    draw = random.Random(1)
    kills = {"run": 0, "worker": 0}
    with serving(approved, delay_ms=64) as place:
        run = place.answer("status")["runs"][0]["run"]
        for number in range(2):
            process = place.start("run", str(place.campaign))
            if not delivers(place, draw.randrange(5, 90), process):
                break
            if number == 0:
                worker = next(number for number, line in processes_of(place.home) if "tasks.worker" in line)
                os.kill(worker, signal.SIGKILL)
                kills["worker"] += 1
                delivers(place, 30, process)
            kill(process)
            kills["run"] += 1
            place.extra = server
            wait_for(lambda: not processes_of(place.home), 5)
            sent = len(place.delivered())
            add_up(place.answer("status", run))
            assert len(place.delivered()) == sent, "something went on sending after the kill"
        place.run("run", str(place.campaign))
        status = place.answer("status", run)
        delivered = Counter(place.delivered())
    add_up(status)
    assert kills["run"] >= 2
    assert status["state"] == "published"
    assert max(delivered.values()) == 1
    mails = mails_of(place, run)
    assert mails["pending"] == mails["rejected"] == 0
    assert mails["accepted"] + mails["unknown"] == mails["planned"]
    assert mails["accepted"] <= len(delivered) <= mails["accepted"] + mails["unknown"]
    assert len(status["unknown"]) == mails["unknown"] <= WINDOW * 2 * (kills["run"] + kills["worker"])
    before_loss = every_row(place)
    place.workplace.database.unlink()
    place.run("rebuild")
    assert every_row(place) == before_loss


@pytest.mark.long
def test_two_runs_at_once_an_evaluation_and_a_reader_all_finish_and_a_third_run_sends_nothing(
    published: Installation,
) -> None:
    """And the first wave of this edition is empty, which stops nothing."""
    row = next_edition_at_once(published, dose=2)
    assert passes(row), row
    assert row["planned"] > 10
    assert row["questions"] > 0
    assert row["sent_again"] == 0


@pytest.mark.long
def test_preview_and_report_show_no_fault_in_a_browser_and_need_no_script(published: Installation) -> None:
    place = published
    run = place.answer("status")["runs"][0]["run"]
    files = place.home / "register-files"
    observed = world.simulate_outcomes(place.workplace, run, files, 1, place.home / "outcomes.csv")
    outcomes.import_outcomes(place.workplace, run, observed.outcomes_file)
    said = place.run("evaluate", run, "--look", "1", "--language", "en")
    assert "households that the message was meant for" in said
    for name in ("preview/index.html", "preview/audience.html", "report/index.html", "report/index.en.html"):
        page = place.home / "runs" / run / name
        assert "<script" not in page.read_text(encoding="utf-8")
        assert faults_shown(page) == []


def test_one_letter_edited_after_the_approval_refuses_and_names_the_file(served: Installation) -> None:
    text = served.campaign / "text.sv.md"
    text.write_text(text.read_text().replace("matavfall", "matavfalI", 1))
    with serving(served) as place:
        said = place.run("run", str(place.campaign), exits=1)
        assert "text.sv.md" in said
        assert place.delivered() == []


def test_a_reader_left_open_neither_delays_nor_fails_the_campaign(published: Installation) -> None:
    assert (published.home / "seen-by-a-reader").read_text() == "(0,)"
    assert published.answer("status")["runs"][0]["state"] == "published"


def test_no_personal_value_stands_in_what_prefect_keeps_or_the_terminal_shows(
    published: Installation, server: dict[str, str]
) -> None:
    place, said = published, (published.home / "said-by-the-run").read_text()
    with duckdb.connect() as connection:
        files = [str(path) for path in place.home.glob("register/population/identity.parquet")]
        query = "SELECT DISTINCT unnest([email, street, mobile]) AS value FROM read_parquet(?)"
        values = [row[0] for row in connection.execute(query, [files]).fetchall() if row[0]]
    kept = said.encode()
    for path in Path(server["PREFECT_HOME"]).rglob("*"):
        kept += path.read_bytes() if path.is_file() else b""
    assert b"select_audience" in kept
    assert b"publish external-email-0001" in kept
    kept += (place.home / "decisions.log").read_bytes() + (place.home / "snapshot.duckdb").read_bytes()
    assert [value for value in values if value.encode() in kept] == []


def test_the_two_commands_that_answer_at_once_import_nothing_heavy(approved: Installation) -> None:
    probe = (
        "import sys; from flows.cli import app\n"
        "try: app({arguments}, standalone_mode=False)\n"
        "except SystemExit: pass\n"
        "heavy = {{'prefect', 'great_expectations', 'pandas', 'scipy', 'matplotlib'}} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy))"
    )
    for arguments in (["--help"], ["check", str(approved.campaign)], ["status", "matavfall"], ["status"]):
        done = subprocess.run(
            [sys.executable, "-c", probe.format(arguments=json.dumps(arguments))],
            env=approved.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "heavy: []" in done.stdout, f"{arguments}: {done.stdout}{done.stderr}"


@pytest.mark.long
def test_a_dask_worker_killed_while_it_publishes_loses_nobody_and_tells_nobody_twice(
    served: Installation,
) -> None:
    with serving(served, delay_ms=64) as place:
        place.extra = {**place.extra, "BUDKAVLE_TASK_RUNNER": "dask"}
        run = place.answer("status")["runs"][0]["run"]
        process = place.start("run", str(place.campaign))
        assert delivers(place, 60, process)
        worker = next(number for number, line in processes_of(place.home) if "-email-" in line)
        parent = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])
        assert parent != process.pid, "the shard is published by a process of the cluster"
        os.kill(parent, signal.SIGKILL)
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, out + err
        status, delivered = place.answer("status", run), Counter(place.delivered())
    add_up(status)
    mails = mails_of(place, run)
    assert mails["accepted"] + mails["unknown"] == mails["planned"] > 100
    assert mails["unknown"] <= WINDOW * 2
    assert max(delivered.values()) == 1
    assert mails["accepted"] <= len(delivered)
    wait_for(lambda: not processes_of(place.home), 10)
