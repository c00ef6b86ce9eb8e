import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from evaluation_city import city, household_key
from pyarrow.csv import read_csv
from pyarrow.parquet import write_table

from campaigns.errors import RegisterFileInvalid
from flows.commands.evaluation import outcome_lines
from tasks import store
from tasks.outcomes import import_outcomes
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

HEADER = "household_id,outcome,value,observed_on\n"


def write(tmp_path: Path, text: str, name: str = "outcomes.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding=encoding)
    return path


def stored(workplace: Workplace) -> list[tuple[object, ...]]:
    with store.writing(workplace) as connection:
        return connection.execute(
            "SELECT unit, unit_key, value, CAST(observed_on AS VARCHAR) FROM outcome ORDER BY ALL"
        ).fetchall()


@pytest.fixture
def run(workplace: Workplace) -> str:
    return city(workplace, 30, seed=1)


def test_a_household_is_stored_under_its_pseudonym(workplace: Workplace, run: str, tmp_path: Path) -> None:
    counts = import_outcomes(workplace, run, write(tmp_path, HEADER + "H000001,sorts_food_waste,1,2027-02-17\n"))
    assert (counts.read, counts.stored, counts.rejected) == (1, 1, {})
    assert stored(workplace) == [("household", household_key(workplace, "H000001"), 1.0, "2027-02-17")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("H000001,rides_a_bike,1,2027-02-17", "unknown_outcome"),
        ("H000001,sorts_food_waste,many,2027-02-17", "value_not_a_number"),
        ("H000001,sorts_food_waste,nan,2027-02-17", "value_not_a_number"),
        ("H000001,sorts_food_waste,,2027-02-17", "value_not_a_number"),
        ("H000001,sorts_food_waste,7,2027-02-17", "outside_share"),
        ("H000001,sorts_food_waste,-0.1,2027-02-17", "outside_share"),
        ("H000001,sorts_food_waste,1,17/2 2027", "date_not_valid"),
        ("H000001,sorts_food_waste,1,2027-02-30", "date_not_valid"),
        ("H000001,sorts_food_waste,1,2027-01-01", "before_start"),
        (",sorts_food_waste,1,2027-02-17", "unit_not_valid"),
        ("H999999,sorts_food_waste,1,2027-02-17", "unit_not_in_audience"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_row_and_reason_but_no_value(
    workplace: Workplace, run: str, tmp_path: Path, row: str, reason: str
) -> None:
    good = "H000002,sorts_food_waste,0,2027-02-17\n"
    counts = import_outcomes(workplace, run, write(tmp_path, f"{HEADER}{good}{row}\n"))
    assert (counts.read, counts.stored, counts.rejected) == (2, 1, {reason: 1})
    assert counts.rejects is not None
    text = Path(counts.rejects).read_text(encoding="utf-8")
    assert [(line["row"], line["reason"]) for line in csv.DictReader(text.splitlines())] == [("3", reason)]
    assert "H00000" not in text
    assert "H99999" not in text


def test_the_command_tells_each_reason_in_a_sentence_with_its_count(
    workplace: Workplace, run: str, tmp_path: Path
) -> None:
    units = "H000002,sorts_food_waste", "H999998,sorts_food_waste", "H999999,sorts_food_waste", "H000003,rides"
    rows = "".join(f"{unit},1,2027-02-17\n" for unit in units)
    with time_machine.travel(datetime(2027, 3, 1, tzinfo=UTC), tick=False):
        counts = import_outcomes(workplace, run, write(tmp_path, HEADER + rows))
    assert outcome_lines(counts) == [
        "4 rows read: 1 observation kept, 3 rejected",
        "  2 rows rejected: the person, household or area is not in the audience of the run",
        "  1 row rejected: the outcome is neither that of the objective nor of a measure",
        "  expected: household_id is the register's own number of a household in the audience, as in the column "
        "`household_id` of the register files that were imported; where they have none, observe by personal_number "
        "(docs/registers.md)",
        f"  row by row: {counts.rejects}",
    ]


def test_the_areas_of_the_audience_are_named_where_a_file_names_another_and_small_ones_never_are(
    workplace: Workplace, run: str, tmp_path: Path
) -> None:
    with store.writing(workplace) as connection:
        connection.execute(
            "UPDATE person SET district = 'Norra Ön' WHERE person_key IN "
            "(SELECT person_key FROM person ORDER BY person_key LIMIT 9)"
        )
    header = "area,outcome,value,observed_on\n"
    rows = "Farsta,sorts_food_waste,0.2,2027-02-17\nSödermlam,sorts_food_waste,0.2,2027-02-17\n"
    counts = import_outcomes(workplace, run, write(tmp_path, header + rows))
    assert counts.rejected == {"unit_not_in_audience": 1}
    assert counts.expected is not None
    assert counts.expected.endswith("in the audience: 116, Farsta, Järva, Södermalm")
    assert "Södermlam" not in " ".join(outcome_lines(counts))


def test_nothing_is_said_of_what_is_expected_where_every_unit_is_known(
    workplace: Workplace, run: str, tmp_path: Path
) -> None:
    rows = "H000001,rides_a_bike,1,2027-02-17\nH000002,sorts_food_waste,0,2027-02-17\n"
    assert import_outcomes(workplace, run, write(tmp_path, HEADER + rows)).expected is None


def test_an_observation_of_a_day_to_come_is_warned_of(workplace: Workplace, run: str, tmp_path: Path) -> None:
    rows = "H000001,sorts_food_waste,1,2027-02-16\nH000002,sorts_food_waste,1,2027-02-17\n"
    with time_machine.travel(datetime(2027, 2, 16, 22, tzinfo=UTC), tick=False):
        counts = import_outcomes(workplace, run, write(tmp_path, HEADER + rows))
    assert (counts.stored, counts.after_today) == (2, 1)
    assert "  warning: 1 row dated after today" in outcome_lines(counts)


def test_contradicting_rows_are_all_rejected_and_identical_ones_become_one(
    workplace: Workplace, run: str, tmp_path: Path
) -> None:
    rows = [f"{unit},sorts_food_waste,{value},2027-02-17\n" for unit, value in
            (("H000001", 0), ("H000001", 1), ("H000002", 1), ("H000002", 1))]  # fmt: skip
    counts = import_outcomes(workplace, run, write(tmp_path, HEADER + "".join(rows)))
    assert (counts.read, counts.stored, counts.merged) == (4, 1, 1)
    assert counts.rejected == {"contradicting_rows": 2}


@pytest.mark.parametrize("written", ["197001010003", "19700101-0003", "700101-0003"])
def test_personal_numbers_are_read_as_people_write_them(
    workplace: Workplace, run: str, tmp_path: Path, written: str
) -> None:
    text = f"personal_number;outcome;value;observed_on\n{written};sorts_food_waste;0,5;2027-02-17\n"
    counts = import_outcomes(workplace, run, write(tmp_path, text))
    assert counts.rejected == {}
    assert [row[0::2] for row in stored(workplace)] == [("person", 0.5)]


def test_an_area_is_stored_by_name_also_from_a_latin_1_file(workplace: Workplace, run: str, tmp_path: Path) -> None:
    text = "area,outcome,value,observed_on\nSödermalm,sorts_food_waste,0.4,2027-02-17\n"
    import_outcomes(workplace, run, write(tmp_path, text, encoding="latin-1"))
    assert stored(workplace) == [("area", "Södermalm", 0.4, "2027-02-17")]


def test_a_parquet_file_gives_the_same_rows_as_its_csv(workplace: Workplace, run: str, tmp_path: Path) -> None:
    text = HEADER + "H000001,sorts_food_waste,1,2027-02-17\nH000002,sorts_food_waste,0,2027-02-17\n"
    source, target = write(tmp_path, text), tmp_path / "outcomes.parquet"
    with store.writing(workplace) as connection:
        connection.execute(f"COPY (FROM read_csv('{source}')) TO '{target}' (FORMAT parquet)")
    import_outcomes(workplace, run, source)
    from_csv = stored(workplace)
    import_outcomes(workplace, run, target)
    assert stored(workplace) == from_csv
    assert len(from_csv) == 2


@pytest.mark.parametrize("name", ["value=1/o.csv", "outcome=other/o.parquet", "o[1].csv", "o*.csv"])
def test_nothing_is_read_from_the_name_of_a_file_or_its_folder(
    workplace: Workplace, run: str, tmp_path: Path, name: str
) -> None:
    write(tmp_path, HEADER + "H000002,sorts_food_waste,1,2027-02-17\n", "o1.csv")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    text = write(tmp_path, HEADER + "H000001,sorts_food_waste,0,2027-02-17\n", name)
    if text.suffix == ".parquet":
        write_table(read_csv(text), text)
    assert import_outcomes(workplace, run, text).stored == 1
    assert [row[1:3] for row in stored(workplace)] == [(household_key(workplace, "H000001"), 0.0)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(HEADER.encode()), "a compressed file"),
        (HEADER.encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04...", "a spreadsheet or archive"),
        (b"PAR1 and then nothing", "not whole"),
        (b"x" * 200_000, "columns are missing"),
    ],
    ids=["gzip", "utf-16", "archive", "broken Parquet", "endless header"],
)
def test_a_file_of_another_kind_is_named_for_what_it_is(
    workplace: Workplace, run: str, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "o.csv").write_bytes(content)
    with pytest.raises(RegisterFileInvalid, match=said):
        import_outcomes(workplace, run, tmp_path / "o.csv")


def test_a_later_file_replaces_the_same_observation_and_keeps_the_others(
    workplace: Workplace, run: str, tmp_path: Path
) -> None:
    first = HEADER + "H000001,sorts_food_waste,0,2027-02-17\nH000002,sorts_food_waste,0,2027-02-17\n"
    import_outcomes(workplace, run, write(tmp_path, first))
    import_outcomes(workplace, run, write(tmp_path, HEADER + "H000001,sorts_food_waste,1,2027-02-17\n"))
    import_outcomes(workplace, run, write(tmp_path, HEADER + "H000001,sorts_food_waste,1,2027-04-18\n"))
    values = {(key, day): value for _, key, value, day in stored(workplace)}
    one, two = household_key(workplace, "H000001"), household_key(workplace, "H000002")
    assert values == {(one, "2027-02-17"): 1.0, (two, "2027-02-17"): 0.0, (one, "2027-04-18"): 1.0}


@pytest.mark.parametrize(
    "text",
    [
        "household_id,outcome,value\nH000001,sorts_food_waste,1\n",
        "name,outcome,value,observed_on\nAda,sorts_food_waste,1,2027-02-17\n",
        HEADER + "H000001,sorts_food_waste,1,2027-02-17\nH000002,sorts_food_waste\n",
        HEADER + "H000001,sorts_food_waste,1,2027-02-17,secret\n",
        HEADER,
        "household_id,household_id,outcome,value,observed_on\nH000001,H000001,sorts_food_waste,1,2027-02-17\n",
        "",
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_and_leaves_nothing(
    workplace: Workplace, run: str, tmp_path: Path, text: str
) -> None:
    with pytest.raises(RegisterFileInvalid) as refused:
        import_outcomes(workplace, run, write(tmp_path, text))
    assert "H00000" not in str(refused.value)
    assert "secret" not in str(refused.value)
    assert stored(workplace) == []
    assert not list(workplace.run_folder(run).glob("rejects-*"))


def test_what_was_imported_is_kept_as_evidence(workplace: Workplace, run: str, tmp_path: Path) -> None:
    import_outcomes(workplace, run, write(tmp_path, HEADER + "H000001,sorts_food_waste,1,2027-02-17\n"))
    evidence = workplace.run_folder(run, "evidence") / "outcome.parquet"
    with store.writing(workplace) as connection:
        assert connection.execute(f"SELECT value FROM '{evidence}'").fetchall() == [(1.0,)]


def test_a_file_with_two_kinds_of_line_ends_is_refused_by_line(workplace: Workplace, run: str, tmp_path: Path) -> None:
    rows = "H000001,sorts_food_waste,1,2027-02-17\r\n" * 2 + "H000002,sorts_food_waste,1,2027-02-17\n"
    file = write(tmp_path, HEADER.replace("\n", "\r\n") + rows)
    with pytest.raises(RegisterFileInvalid, match="line 4 ends with LF and the header with CR LF"):
        import_outcomes(workplace, run, file)
