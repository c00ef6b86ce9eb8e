import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from campaigns.errors import StoreBusy, StoreDamaged, StoreUnusable
from flows.cli import app
from tasks import data_page, schema, store, store_faults
from tasks.workplace import Workplace, pseudonym

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def hold(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_waits_and_then_says_who_holds_the_database(workplace: Workplace) -> None:
    with store.writing(workplace):
        pass
    holder = hold(workplace.database)
    try:
        with pytest.raises(StoreBusy, match=f"process {holder.pid} is writing"), store.writing(workplace, wait=0.2):
            pass
    finally:
        holder.communicate("")
    with store.writing(workplace) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_reader_left_open_on_the_snapshot_neither_delays_nor_fails_the_writer(workplace: Workplace) -> None:
    with store.reading(workplace) as reader:
        for number in range(3):
            with store.writing(workplace) as connection:
                connection.execute("INSERT INTO lesson (run, look, lesson) VALUES ('r', ?, 'x')", [number])
            store.take_snapshot(workplace)
        assert reader.execute("SELECT count(*) FROM lesson").fetchone() == (0,)
    with store.reading(workplace) as reader:
        assert reader.execute("SELECT count(*) FROM lesson").fetchone() == (3,)


def test_the_snapshot_never_holds_names_or_addresses(workplace: Workplace) -> None:
    with store.writing(workplace) as connection:
        connection.execute("INSERT INTO identity (kind, person_key, first_name) VALUES ('population', 'k', 'Canary')")
        connection.execute("INSERT INTO message_slot VALUES ('r', 'w', 'k', MAP {'first_name': 'Canary'})")
    path = store.take_snapshot(workplace)
    with duckdb.connect(path, read_only=True) as snapshot:
        tables = {row[0] for row in snapshot.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert not tables & set(schema.PRIVATE_TABLES)
    assert b"Canary" not in path.read_bytes()


def test_an_unopenable_database_is_set_aside_and_never_deleted(workplace: Workplace) -> None:
    with store.writing(workplace):
        pass
    damaged = b"not a database at all" * 1000
    workplace.database.write_bytes(damaged)
    with pytest.raises(StoreDamaged, match="set aside"), store.writing(workplace):
        pass
    assert not workplace.database.exists()
    assert [path.read_bytes() for path in workplace.home.glob("*.unopenable-*")] == [damaged]


def test_an_error_in_a_stage_leaves_nothing_of_its_transaction(workplace: Workplace) -> None:
    def insert_and_fail() -> None:
        with store.writing(workplace) as connection:
            connection.execute("INSERT INTO lesson (run, look, lesson) VALUES ('r', 1, 'x')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        insert_and_fail()
    with store.writing(workplace) as connection:
        assert connection.execute("SELECT count(*) FROM lesson").fetchone() == (0,)


@given(key=st.binary(min_size=1, max_size=200), value=st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_sql_and_python_give_the_same_pseudonym(key: bytes, value: str) -> None:
    with duckdb.connect() as connection:
        store._install_keyed_hash(connection, key)
        row = connection.execute("SELECT keyed_hash('person', ?)", [value]).fetchone()
    assert row == (pseudonym(key, "person", value),)


def test_every_table_and_column_is_documented_with_its_meaning() -> None:
    page = (Path(__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
    assert page == data_page.page(), "docs/data.md is old: run `make docs`"
    assert "|  |\n" not in page, "a column has no comment in the schema"
    assert "\n\n\n\n" not in page, "a table or view has no comment in the schema"


def test_evidence_is_renamed_into_place_whole(workplace: Workplace) -> None:
    with store.writing(workplace) as connection:
        connection.execute("INSERT INTO lesson (run, look, lesson) VALUES ('r', 1, 'x'), ('other', 1, 'y')")
        store.keep_evidence(connection, workplace, "r", ["lesson"])
    folder = workplace.run_folder("r", "evidence")
    assert os.listdir(folder) == ["lesson.parquet"]
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT run, lesson FROM read_parquet(?)", [str(folder / "lesson.parquet")]
        ).fetchall()
    assert rows == [("r", "x")]


def test_an_apostrophe_in_the_name_of_the_home_is_no_end_of_a_text(workplace: Workplace, tmp_path: Path) -> None:
    place = replace(workplace, home=tmp_path / "it's home")
    with store.writing(place) as connection:
        store.keep_rows(connection, "SELECT 1 AS one", [], place.home / "rows.parquet")
    with store.reading(place) as connection:
        assert connection.execute("SELECT count(*) FROM person").fetchall() == [(0,)]
        found = connection.execute("FROM read_parquet(?)", [str(place.home / "rows.parquet")]).fetchall()
    assert found == [(1,)]


def test_the_schema_of_a_former_version_is_brought_up_to_that_of_a_new_database(tmp_path: Path) -> None:
    def columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, ...]]:
        return sorted(connection.execute("SELECT table_name, column_name, data_type FROM duckdb_columns()").fetchall())

    migrations = schema.migrations()
    found = []
    former = [[], migrations[:1], migrations[:-1], [*migrations[:-2], migrations[-1]]]
    for version, applied in enumerate(former):
        place = Workplace(home=tmp_path / str(version), key=b"a key for tests only")
        place.home.mkdir()
        with duckdb.connect(place.database) as old:
            for path in applied:
                old.execute(path.read_text(encoding="utf-8"))
                old.execute("INSERT INTO schema_migration VALUES (?, now())", [int(path.name[:4])])
        with store.writing(place) as connection:
            found.append(columns(connection))
    assert found[0]
    assert all(each == found[0] for each in found)


def test_views_are_made_anew_in_a_database_that_was_opened_with_another_text(workplace: Workplace) -> None:
    with store.writing(workplace) as connection:
        connection.execute("CREATE OR REPLACE VIEW report_goal AS SELECT 1 AS of_a_former_version")
        connection.execute("UPDATE schema_view SET sha256 = 'of a former version'")
        connection.execute("DELETE FROM programme_goal")
    with store.writing(workplace) as connection:
        goals = connection.execute("SELECT goal, campaigns FROM report_goal").fetchall()
    assert goals == [("G1", 0), ("G2", 0), ("G3", 0), ("G4", 0)]


def test_a_snapshot_of_another_schema_is_not_filled_from_the_old_empty_one(workplace: Workplace) -> None:
    store.take_snapshot(workplace)
    (kept,) = workplace.home.glob("snapshot.empty-*.duckdb")
    kept.rename(workplace.home / "snapshot.empty-0123456789ab.duckdb")
    store.take_snapshot(workplace)
    assert list(workplace.home.glob("snapshot.empty-*.duckdb")) == [kept]


@pytest.mark.parametrize("name", ["home", "klocka", 'a "lock" here'])
def test_a_database_that_is_only_out_of_reach_is_never_moved(tmp_path: Path, name: str) -> None:
    place = Workplace(home=tmp_path / name, key=b"a key for tests only")
    place.database.mkdir(parents=True)
    with pytest.raises(StoreUnusable, match="a folder stands where a file is needed"), store.writing(place, wait=0):
        pass
    assert place.database.is_dir()
    place.database.rmdir()
    place.database.write_bytes(b"damaged" * 1000)
    with pytest.raises(StoreDamaged, match="set aside"), store.writing(place, wait=0):
        pass


@pytest.mark.parametrize(
    ("words", "said"),
    [("Permission denied", "permission denied"), ("Read-only file system", "only be read"),
     ("No space left on device", "the disk is full")],
)  # fmt: skip
def test_what_keeps_a_file_from_being_used_is_known_by_words_outside_its_path(words: str, said: str) -> None:
    error = duckdb.IOException(f'IO Error: Cannot open file "/x/budkavle.duckdb": {words}')
    assert said in str(store_faults.unusable(error, "/x/budkavle.duckdb"))
    elsewhere = duckdb.IOException(f'IO Error: Cannot open file "/{words}/budkavle.duckdb": a fault')
    assert store_faults.unusable(elsewhere, "/x") is None


def test_a_full_disk_is_named_and_nothing_is_set_aside(workplace: Workplace) -> None:
    with pytest.raises(StoreUnusable, match=r"the disk is full\n.*make room"), store.writing(workplace) as connection:
        connection.execute("COPY (FROM range(100000)) TO '/dev/full' (FORMAT csv)")
    assert list(workplace.home.glob("*.unopenable-*")) == []


def test_drafts_that_a_killed_snapshot_left_are_cleared_by_the_next(workplace: Workplace) -> None:
    workplace.home.mkdir()
    for left in ("snapshot.1.draft", "snapshot.1.draft.wal"):
        (workplace.home / left).touch()
    store.take_snapshot(workplace)
    assert list(workplace.home.glob("snapshot.*draft*")) == []


@pytest.mark.parametrize("command", ["status", "pause x", "unknown x", "suppress add --email a@example.se", "rebuild"])
def test_a_home_that_cannot_be_made_is_told_in_words(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("BUDKAVLE_HOME", "/dev/null/home")
    monkeypatch.setenv("BUDKAVLE_SECRET_KEY", "a key for tests only")
    told = CliRunner().invoke(app, command.split())
    assert (told.exit_code, told.output.startswith("budkavle: /dev/null")) == (2, True), told.output
    assert "what to do:" in told.output
    ill = CliRunner().invoke(app, ["health"])
    assert (ill.exit_code, json.loads(ill.output)["database"]) == (1, False)
