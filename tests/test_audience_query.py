"""What an audience query may be: a hostile one harms nothing, a mistaken one is told where and why."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from hostile_queries import BOMBS, FROM, GIVEN, KEY, KNOWN, REFUSED_BY_THE_PROCESS, REFUSED_BY_THEIR_TEXT
from small_city import MATAVFALL, QUERY, Resident, begin, brief, move_in, rows

from campaigns.errors import BriefInvalid
from tasks import audience, audience_limits, audience_query
from tasks.audience_limits import limits_for
from tasks.audience_query import Question
from tasks.audience_text import REGISTERS
from tasks.checking import check_campaign
from tasks.workplace import Workplace


def copies(tmp_path: Path) -> dict[str, Path]:
    copy = tmp_path / "population.parquet"
    duckdb.connect().sql(
        f"COPY (SELECT 'p' || i AS person_key, 'Hemligsson' AS secret FROM range(2000) AS t(i)) TO '{copy}'"
    )
    return {"population": copy}


def ask(tmp_path: Path, text: str, name: str = "audience.sql") -> int:
    question = Question("external", name, text, ("population",))
    return audience_query.ask(question, brief(), {"population": tmp_path / "population.parquet"}, tmp_path / "answer")


def everything_in(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("hostile", REFUSED_BY_THEIR_TEXT.values(), ids=REFUSED_BY_THEIR_TEXT)
def test_a_hostile_query_is_refused_by_its_text(tmp_path: Path, hostile: str) -> None:
    path = tmp_path / "audience.sql"
    path.write_text(hostile, encoding="utf-8")
    _, findings = audience_query.examine(path, brief(), "external")
    assert findings
    assert {(finding.file, finding.kind) for finding in findings} == {("audience.sql", "B")}


@pytest.mark.parametrize("text", [QUERY, f"{KEY} {FROM} -- to the end", f"WITH one AS ({KEY} {FROM}) FROM one"])
def test_an_honest_query_is_not(tmp_path: Path, text: str) -> None:
    path = tmp_path / "audience.sql"
    path.write_text(text, encoding="utf-8")
    assert audience_query.examine(path, brief(), "external") == (
        Question("external", "audience.sql", text, ("population",)),
        [],
    )


def test_a_hostile_query_stops_the_stage_and_changes_nothing(workplace: Workplace, tmp_path: Path) -> None:
    move_in(workplace, [Resident("ann", "home")])
    for name in ("two statements", "drop", "attach", "a file by function", "a private table", "a setting"):
        run = begin(workplace, tmp_path, brief(), REFUSED_BY_THEIR_TEXT[name])
        before = everything_in(tmp_path)
        with pytest.raises(BriefInvalid):
            audience.select_audience(workplace, run)
        assert everything_in(tmp_path) == before
    assert rows(workplace, "SELECT count(*) FROM audience") == [(0,)]


def test_the_process_refuses_on_its_own_what_the_parser_might_have_missed(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_in(workplace, [Resident("ann", "home")])
    for ending in ("csv", "json", "parquet"):
        duckdb.connect().sql(f"COPY (SELECT 'p1' AS person_key) TO '{tmp_path}/people.{ending}'")
    before = everything_in(tmp_path)
    monkeypatch.setattr(audience_limits, "SECONDS", 60.0)
    hostile = {name: text.replace("{folder}", str(tmp_path)) for name, text in REFUSED_BY_THE_PROCESS.items()}
    questions = [Question("external", name, text, ("population",)) for name, text in hostile.items()]
    findings = audience_query.rehearse(questions, brief())
    assert {finding.file for finding in findings} == set(hostile)
    could_not_be_run = r"the query could not be run|there is no column, table or function|a value cannot be turned"
    assert [finding for finding in findings if not re.match(could_not_be_run, finding.message)] == []
    assert everything_in(tmp_path) == before


def test_a_query_that_takes_too_long_or_too_much_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience_limits, "SECONDS", 0.8)
    copies(tmp_path)
    before = everything_in(tmp_path)

    def refused(bomb: tuple[str, str]) -> str:
        with pytest.raises(BriefInvalid) as killed:
            ask(tmp_path, bomb[1], bomb[0])
        return killed.value.findings[0].message

    with ThreadPoolExecutor(3) as several:
        messages = set(several.map(refused, BOMBS.items()))
    assert messages <= {
        "the query did not end within 1 seconds",
        "the query needs more memory than it may use",
        "a value cannot be turned into the type asked for",
    }
    assert everything_in(tmp_path) == before


def test_a_query_is_bounded_by_the_processor_and_not_by_the_clock_of_a_busy_machine() -> None:
    endless = "SELECT sum(i) FROM range(1000000000000) AS t(i)"
    job = {"sql": endless, "registers": {}, "facts": {}, "slots": {}, "knowledge": [], "known": [], "answer": None}
    order = {
        "jobs": [job],
        "parent": os.getpid(),
        "threads": 4,
        "seconds": 0.9,
        "megabytes": 256,
        "address_space": 1600,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tasks.audience_answer"], input=json.dumps(order).encode(), capture_output=True,
        check=False, cwd=Path(audience_limits.__file__).parents[1],
    )  # fmt: skip
    assert done.returncode == -signal.SIGXCPU


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_what_the_text_alone_does_not_show(tmp_path: Path, bomb: str) -> None:
    path = tmp_path / "audience.sql"
    path.write_text(bomb, encoding="utf-8")
    assert audience_query.examine(path, brief(), "external")[1] == []


def test_a_small_city_allows_less_than_five_seconds_and_a_large_one_no_more_memory_than_a_bound() -> None:
    small, large, huge = limits_for(10_000), limits_for(1_500_000), limits_for(100_000_000)
    assert small.seconds < 4.5
    assert small.seconds < large.seconds < huge.seconds
    assert small.megabytes < large.megabytes <= huge.megabytes == audience_limits.MOST_MEGABYTES
    assert small.address_space <= 1600


@pytest.mark.parametrize(
    ("wrong", "line", "says", "advice"),
    [
        ("    attributes['housing'] AS housing", 2, "the result lacks the column pickup_place", "AS pickup_place"),
        ("    pers_key AS housing, 'x' AS pickup_place", 5, "function pers_key", "did you mean person_key? See docs"),
        ("    p.agee AS housing, 'x' AS pickup_place", 5, "function agee", "did you mean age?"),
        ("    'x' AS housing,\n    'x' AS pickup_plac", 6, "undeclared column pickup_plac", "mean pickup_place?"),
    ],
)
def test_a_mistake_in_a_column_is_found_before_any_register_is_read(
    wrong: str, line: int, says: str, advice: str
) -> None:
    text = f"SELECT\n    person_key,\n    'a' AS need,\n    'b' AS driver,\n{wrong}\n{FROM} AS p"
    findings = audience_query.rehearse([Question("external", "audience.sql", text, ("population",))], brief())
    found = [finding for finding in findings if says in finding.message]
    assert [(finding.file, finding.line) for finding in found] == [("audience.sql", line)]
    assert advice in found[0].remedy


def test_the_check_of_a_campaign_tells_a_misspelt_column_with_file_and_line(
    workplace: Workplace, tmp_path: Path
) -> None:
    folder = tmp_path / "matavfall"
    shutil.copytree(MATAVFALL, folder)
    query = (folder / "audience.sql").read_text(encoding="utf-8")
    (folder / "audience.sql").write_text(query.replace("person.age >= 80", "person.agee >= 80"), encoding="utf-8")
    found = [(each.file, each.line, each.message) for each in check_campaign(workplace, folder) if each.kind == "B"]
    assert found == [("audience.sql", 6, "there is no column, table or function agee")]
    assert not workplace.database.exists()


def test_a_sound_query_of_every_register_passes_the_rehearsal() -> None:
    joined = " ".join(f"LEFT JOIN register_{name} USING (person_key)" for name in REGISTERS[1:])
    question = Question("external", "audience.sql", f"{KEY} {FROM} {joined}", REGISTERS)
    assert audience_query.rehearse([question], brief()) == []


def test_one_query_that_never_ends_does_not_hide_what_is_wrong_with_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audience_limits, "SECONDS", 2.0)
    texts = {"one.sql": f"SELECT hemlig {FROM}", "two.sql": f"{KEY} FROM register_population, range(1000000000000) "}
    texts["two.sql"] += "UNION ALL BY NAME SELECT sum(i)::VARCHAR AS need FROM range(1000000000000) AS t(i)"
    findings = audience_query.rehearse(
        [Question("w", name, text, REGISTERS[:1]) for name, text in texts.items()], brief()
    )
    assert [(finding.file, finding.message) for finding in findings] == [
        ("one.sql", "there is no column, table or function hemlig"),
        ("two.sql", "the query did not end within 2 seconds"),
    ]


def test_an_error_names_file_and_line_and_never_a_value(tmp_path: Path) -> None:
    copies(tmp_path)
    with pytest.raises(BriefInvalid) as refused:
        ask(tmp_path, "SELECT person_key,\n  secret::INTEGER AS need\nFROM register_population")
    assert "Hemligsson" not in str(refused.value)
    assert "cannot be turned into" in str(refused.value)
    with pytest.raises(BriefInvalid) as refused:
        ask(tmp_path, "SELECT person_key,\n  hemlig AS need\nFROM register_population")
    (finding,) = refused.value.findings
    assert (finding.file, finding.line) == ("audience.sql", 2)
    assert "hemlig" in finding.message


@pytest.mark.parametrize(
    ("columns", "says", "requirement"),
    [
        (f"{KNOWN}, 'x' AS pickup_place", "lacks the column housing", "P4d"),
        (f"{KNOWN}, 'flat' AS housing", "lacks the column pickup_place", "P4d"),
        (f"'a' AS need, 'b' AS life_situation, {GIVEN}", "lacks the column person_key", "P4d"),
        (f"person_key, 'a' AS need, {GIVEN}", "says too little", "S3"),
        (f"{KNOWN}, person_key AS driver, {GIVEN}", "2000 different values", "S3"),
        (f"{KNOWN}, 'tent' AS housing, 'x' AS pickup_place", "2000 rows have a value", "P4d"),
        (f"{KNOWN}, 'c' AS drivers, {GIVEN}", "undeclared column drivers", "P4d"),
        (f"'p1' AS person_key, 'a' AS need, 'b' AS driver, {GIVEN}", "1999 persons come more than once", "P4d"),
        (f"person_key || 'x' AS person_key, 'a' AS need, 'b' AS driver, {GIVEN}", "of nobody", "P4d"),
    ],
)
def test_a_result_that_breaks_the_contract_is_refused_with_counts(
    tmp_path: Path, columns: str, says: str, requirement: str
) -> None:
    copies(tmp_path)
    with pytest.raises(BriefInvalid, match=says) as refused:
        ask(tmp_path, f"SELECT {columns} FROM register_population")
    assert requirement in {finding.requirement for finding in refused.value.findings}


def test_a_register_without_legal_basis_may_not_be_read(workplace: Workplace, tmp_path: Path) -> None:
    run = begin(workplace, tmp_path, brief(), f"{KEY}\nFROM register_guardians")
    with pytest.raises(BriefInvalid) as refused:
        audience.select_audience(workplace, run)
    assert [(finding.requirement, finding.line) for finding in refused.value.findings] == [("P1", 2)]


def test_every_fault_of_every_wave_is_told_at_once(workplace: Workplace, tmp_path: Path) -> None:
    waves = [{"name": name, "start": "2027-01-18T08:00:00+01:00", "audience": f"{name}.sql"} for name in ("one", "two")]
    text = brief(waves=waves)
    begin(workplace, tmp_path, text, "DROP TABLE person", "one.sql")
    with pytest.raises(BriefInvalid) as refused:
        audience.select_audience(workplace, begin(workplace, tmp_path, text, f"{KEY} FROM identity", "two.sql"))
    assert {finding.file for finding in refused.value.findings} == {"one.sql", "two.sql"}
