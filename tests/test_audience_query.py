"""What an audience query may be: a hostile one harms nothing, a mistaken one is told where and why."""

from pathlib import Path

import duckdb
import pytest
from small_city import begin, brief, rows

from campaigns.errors import BriefInvalid
from tasks import audience, audience_query
from tasks.audience_query import Question
from tasks.workplace import Workplace

KNOWN = "person_key, 'a' AS need, 'b' AS life_situation"
GIVEN = "'flat' AS housing, 'x' AS pickup_place"
KEY = f"SELECT {KNOWN}, {GIVEN}"


HOSTILE = [
    "SELECT 1; SELECT 2",
    "DROP TABLE register_population",
    "DELETE FROM register_population",
    "CREATE TABLE mine AS SELECT 1",
    "ATTACH 'budkavle.duckdb' AS stolen",
    "COPY (SELECT 1) TO 'stolen.csv'",
    "SET memory_limit = '1TB'",
    "PRAGMA database_list",
    "INSTALL httpfs",
    "CALL pragma_version()",
    "SUMMARIZE register_population",
    "WITH gone AS (DELETE FROM register_population RETURNING *) FROM gone",
    f"{KEY} FROM read_csv('/etc/passwd')",
    f"{KEY} FROM '/etc/passwd'",
    f"{KEY} FROM 'register.parquet'",
    f"{KEY} FROM register_population, glob('*')",
    f"{KEY} FROM register_population WHERE (SELECT count(*) FROM read_text('/etc/passwd')) > 0",
    f"{KEY} FROM query('SELECT 1')",
    f"{KEY} FROM query_table('identity')",
    f"{KEY} FROM duckdb_settings()",
    f"{KEY} FROM pragma_table_info('identity')",
    f"{KEY} FROM identity",
    f"{KEY} FROM person",
    f"{KEY} FROM main.register_population",
    f"{KEY} FROM information_schema.tables",
    f"WITH register_population AS (SELECT 1) {KEY} FROM register_population",
    f"WITH duckdb_tables AS (SELECT 1) {KEY} FROM duckdb_tables",
    f"{KEY}, getenv('HOME') AS driver FROM register_population",
    f"{KEY}, current_setting('home_directory') AS driver FROM register_population",
    f"{KEY}, random() AS driver FROM register_population",
    f"{KEY} FROM register_population WHERE hash(person_key) % 2 = 0",
    f"{KEY} FROM register_population WHERE person_key = ?",
    f"{KEY} FROM replaced",
    "SELECT FROM WHERE",
    "",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_query_is_refused_before_it_runs(workplace: Workplace, tmp_path: Path, hostile: str) -> None:
    run = begin(workplace, tmp_path, brief(), hostile)
    with pytest.raises(BriefInvalid) as refused:
        audience.select_audience(workplace, run)
    assert all(finding.file == "audience.sql" for finding in refused.value.findings)
    assert rows(workplace, "SELECT count(*) FROM audience") == [(0,)]


def copies(tmp_path: Path) -> dict[str, Path]:
    copy = tmp_path / "population.parquet"
    duckdb.sql(f"COPY (SELECT 'p' || i AS person_key, 'Hemligsson' AS secret FROM range(2000) AS t(i)) TO '{copy}'")
    return {"population": copy}


def ask(tmp_path: Path, text: str) -> int:
    return audience_query.ask(
        Question("external", "audience.sql", text, ("population",)), brief(), copies(tmp_path), tmp_path / "answer"
    )


@pytest.mark.parametrize(
    "hostile",
    [
        f"{KEY} FROM read_text('/etc/passwd')",
        f"{KEY} FROM '/etc/passwd'",
        f"{KEY} FROM read_parquet('{{folder}}/population.parquet')",
        "SET enable_external_access = true",
        "ATTACH '{folder}/new.duckdb' AS new",
        "COPY (SELECT 1) TO '{folder}/new.csv'",
        "DROP TABLE register_population",
        "SELECT 1) AS harmless; COPY (SELECT 1) TO '{folder}/new.csv'; FROM (SELECT 2",
    ],
)
def test_the_process_refuses_on_its_own_what_the_parser_might_have_missed(tmp_path: Path, hostile: str) -> None:
    before = {*tmp_path.iterdir(), tmp_path / "population.parquet"}
    with pytest.raises(BriefInvalid):
        ask(tmp_path, hostile.replace("{folder}", str(tmp_path)))
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "bomb",
    [
        f"{KEY} FROM register_population, (SELECT count(*) FROM range(100000000) AS a(x), range(1000000) AS b(y) "
        "WHERE x * y % 7 = 3)",
        f"{KEY}, repeat('x', 2000000000) || person_key AS driver FROM register_population",
    ],
)
def test_a_query_that_takes_too_long_or_too_much_is_killed(
    tmp_path: Path, bomb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience_query, "SECONDS", 2)
    with pytest.raises(BriefInvalid, match=r"did not end within 2 seconds|more memory"):
        ask(tmp_path, bomb)


def test_an_error_names_file_and_line_and_never_a_value(tmp_path: Path) -> None:
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
