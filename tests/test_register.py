"""The register import: every row accounted for, nothing personal told, nothing half done."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from pyarrow import parquet

from campaigns.errors import CheckFailed, RegisterFileInvalid
from flows.commands.register import _lines
from tasks import store
from tasks.local_time import today
from tasks.register import KINDS, TABLES, ImportCounts, clear_leftovers, import_register
from tasks.register_values import usable_email, usable_mobile, usable_number
from tasks.synthesis import synthesise
from tasks.workplace import Workplace

TAKEN = date(2026, 1, 2)
# Reserved for tests by Skatteverket (open data, testpersonnummer).
ANNA, BO, CILLA, CHILD, SIBLING = "197801022398", "197801012399", "197801032389", "201204232381", "201209062387"
HEADER = (
    "personal_number,first_name,last_name,street,apartment,postcode,city,email,mobile,protected,status,household_id"
)
ANNA_ROW = f"{ANNA},Anna,Ek,Provgatan 1,1001,112 10,Stockholm,anna@example.se,0701740605,false,alive,H1"


def imported(workplace: Workplace, text: str | bytes, kind: str = "population") -> ImportCounts:
    file = workplace.home.parent / "extract.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_register(workplace, file, kind, TAKEN)


def rows(workplace: Workplace, query: str) -> list[tuple[object, ...]]:
    with store.writing(workplace) as connection:
        return connection.execute(query).fetchall()


def told(path: Path | None) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()[1:] if path else []


def everything_in(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


REJECTED = [
    (f"{ANNA[:-1]}1,,,,,,,,,,,", "personal_number: has a wrong check digit"),
    ("197802302391,,,,,,,,,,,", "personal_number: has no possible date of birth"),
    ("197802020004,,,,,,,,,,,", "personal_number: has the impossible serial 000"),
    ("Anna Ek,,,,,,,,,,,", "personal_number: is not ten or twelve digits"),
    (",Anna,Ek,,,,,,,,,", "personal_number: is empty"),
    ("202601032382,,,,,,,,,,,", "personal_number: has a date of birth after the extract"),
    ("187801032389,,,,,,,,,,,", "personal_number: has a date of birth before 1880"),
    (f"{BO},,,,,,,,,,unknown,", "status: is not alive, dead, emigrated or moved"),
]


def test_rows_that_cannot_be_persons_are_rejected_one_by_one_with_number_and_reason(workplace: Workplace) -> None:
    counts = imported(workplace, "\n".join([HEADER, ANNA_ROW, *(row for row, _ in REJECTED)]) + "\n")
    assert (counts.read, counts.accepted, counts.rejected, counts.merged) == (len(REJECTED) + 1, 1, len(REJECTED), 0)
    assert counts.rejects_by_reason == {reason: 1 for _, reason in REJECTED}
    expected = [f"{number},{reason}" for number, (_, reason) in enumerate(REJECTED, start=3)]
    assert [line.replace('"', "") for line in told(counts.rejects_file)] == expected


NOTED = [
    (f"{BO},Bo,Ek,,,,,bo.example.se,,,,", "email: not a usable address, left out"),
    (f"{BO},Bo,Ek,,,,,bo@example,,,,", "email: not a usable address, left out"),
    (f"{BO},Bo,Ek,,,,,bo..ek@example.se,,,,", "email: not a usable address, left out"),
    (f"{BO},Bo,Ek,,,,,,08-123456,,,", "mobile: not a usable mobile number, left out"),
    (f"{BO},Bo,Ek,,,,,,070174,,,", "mobile: not a usable mobile number, left out"),
    (f"{BO},Bo,Ek,Provgatan 2,,1121,,,,,,", "postcode: not five digits, no letter can be sent"),
    (f"{BO},Bo,Ek,Provgatan 2,,,,,,,,", "postcode: is empty, no letter can be sent"),
    (f"{BO},Bo,Ek,Provgatan 2,upstairs,112 10,,,,,,", "apartment: not four digits, left out"),
    (f"{BO},Bo,Ek,,,,,,,perhaps,,", "protected: neither yes nor no, treated as protected"),
    (f"{ANNA},,,,,,,,,,,", "same person as row 2, merged"),
]


def test_soft_faults_keep_the_person_and_are_noted_one_by_one_with_their_row(workplace: Workplace) -> None:
    counts = imported(workplace, "\n".join([HEADER, ANNA_ROW, *(row for row, _ in NOTED)]) + "\n")
    assert counts.rejected == 0
    assert counts.accepted + counts.merged == len(NOTED) + 1
    found = [line.replace('"', "") for line in told(counts.notes_file)]
    for number, (_, note) in enumerate(NOTED, start=3):
        assert f"{number},{note}" in found


def test_an_unusable_address_gives_no_contact_point_and_the_usable_ones_stay(workplace: Workplace) -> None:
    imported(workplace, f"{HEADER}\n{BO},Bo,Ek,Provgatan 2,,112 10,Stockholm,broken,070-174 06 06,,,\n")
    assert rows(workplace, "SELECT address_kind FROM contact_point ORDER BY ALL") == [("mobile",), ("postal",)]
    assert rows(workplace, "SELECT email, mobile, postcode FROM identity") == [(None, "+46701740606", "112 10")]


def test_the_same_person_told_twice_becomes_one_with_the_most_complete_values(workplace: Workplace) -> None:
    again = "780102-2398,ANNA,EK,,,,,ANNA@EXAMPLE.SE ,,,,"
    counts = imported(workplace, f"{HEADER}\n{again}\n{ANNA_ROW}\n{again}\n")
    assert (counts.read, counts.accepted, counts.merged) == (3, 1, 2)
    assert rows(workplace, "SELECT first_name, email FROM identity") == [("Anna", "anna@example.se")]


def test_a_death_or_a_protection_in_one_of_two_rows_is_never_merged_away(workplace: Workplace) -> None:
    file = f"{HEADER}\n{ANNA_ROW}\n{ANNA},,,,,,,,,,dead,\n{BO},Bo,Ek,Provgatan 2,,112 10,,,,,,\n{BO},,,,,,,,,ja,,\n"
    imported(workplace, file)
    assert set(rows(workplace, "SELECT status, protected FROM person")) == {("dead", False), ("alive", True)}


@pytest.mark.parametrize("word", ["true", "ja", "1", "YES", "sekretessmarkering"])
def test_of_a_protected_person_only_what_leaves_the_household_out_is_kept(workplace: Workplace, word: str) -> None:
    imported(
        workplace, f"{HEADER},district,unit\n{ANNA_ROW.replace('false', word)},Farsta,Kundservice\n{BO}{',' * 11}H1,,\n"
    )
    assert rows(workplace, "SELECT count(DISTINCT household_key) FROM person") == [(1,)]
    assert rows(workplace, "SELECT district, area, unit FROM person WHERE protected") == [(None, None, None)]
    for table in ("identity", "contact_point"):
        query = f"SELECT 1 FROM {table} WHERE person_key IN (SELECT person_key FROM person WHERE protected)"
        assert rows(workplace, query) == []


@pytest.mark.parametrize(
    ("encoding", "delimiter", "line_end"),
    [
        ("utf-8", ",", "\n"),
        ("utf-8-sig", ";", "\r\n"),
        ("latin-1", ";", "\r\n"),
        ("cp1252", "\t", "\n"),
        ("utf-16", "\t", "\r\n"),
        ("utf-8", "\t", "\r\n"),
    ],
)
def test_every_common_way_of_writing_text_gives_the_same_person(
    workplace: Workplace, encoding: str, delimiter: str, line_end: str
) -> None:
    text = f"personal_number,first_name,street\n{ANNA},Åsa,Övningsgränd 1\n".replace(",", delimiter)
    counts = imported(workplace, text.replace("\n", line_end).encode(encoding))
    assert rows(workplace, "SELECT first_name, street FROM identity") == [("Åsa", "Övningsgränd 1")]
    assert bool(counts.remarks) == (encoding not in ("utf-8", "utf-8-sig"))


def test_a_parquet_file_gives_what_the_same_csv_file_gives(workplace: Workplace) -> None:
    file = workplace.home.parent / "extract.parquet"
    columns = {
        "personal_number": [int(ANNA), int(BO)],
        "protected": [True, False],
        "consent_purposes": [["a"], ["c", "b"]],
    }
    parquet.write_table(pa.table(columns), file)
    import_register(workplace, file, "subscribers", TAKEN)
    query = "SELECT person_key, protected, consent_purposes FROM person ORDER BY person_key"
    from_parquet = rows(workplace, query)
    imported(workplace, f"personal_number,protected,consent_purposes\n{ANNA},ja,a\n{BO},nej,c|b\n", "subscribers")
    assert rows(workplace, query) == from_parquet
    assert ["b", "c"] in [row[2] for row in from_parquet]


REFUSED = [
    (f"{HEADER}\n{ANNA_ROW}\n{BO},Bo\n", "row 3 (too few fields)"),
    (f"{HEADER}\n{ANNA_ROW}\n{BO}{',' * 12}more\n", "row 3 (too many fields)"),
    (f'{HEADER}\n{ANNA_ROW}\n{BO},"Bo,,,,,,,,,,\n', "row 3 (broken quotes or characters)"),
    (f"first_name,last_name\nAnna,{ANNA}\n", "the column personal_number is missing"),
    (f"personal_number,emial\n{ANNA},a@example.se\n", "column 2 is not known; did you mean email?"),
    (f"personal_number,postnummer\n{ANNA},11210\n", "column 2 is not known; did you mean postcode?"),
    (f"personal_number,unit,unit\n{ANNA},a,b\n", "column 3 has the same name as column 2"),
    (f"personal_number,contact\n{ANNA},a@example.se\n", "stand in the attribute contact"),
    (f"personal_number,partner\n{ANNA},{BO}\n", "stand in the attribute partner"),
    (f"personal_number,reach\n{ANNA},070-174 06 05\n", "stand in the attribute reach"),
    ("personal_number\n1\n2\n", "no row of 2 can be used"),
    (f"{HEADER}\n", "there is no row below the header"),
    ("", "the file is empty"),
    (b"PAR1 and no more", "cannot be read as Parquet"),
    (b"PK\x03\x04 and so on", "spreadsheet or archive"),
    (b"%PDF-1.7 and so on", "this is a PDF, no register"),
    (b"\x89PNG\r\n\x1a\n", "this is a picture, no register"),
    ('[{"personal_number": 1}]', "this is JSON, no register"),
    ("<html></html>", "this is HTML or XML, no register"),
    ("---\nsubject: Hej\n---\n", "this is a text of a campaign, no register"),
    ("outcome,date,email\n1,2,3\n", "of the 3 columns in the file, those of a register are: email"),
    (bytes(range(256)) * 9, "the file"),
]


@pytest.mark.parametrize(("text", "problem"), REFUSED)
def test_a_file_that_cannot_be_trusted_is_refused_whole_and_changes_nothing(
    workplace: Workplace, text: str | bytes, problem: str
) -> None:
    imported(workplace, f"{HEADER}\n{ANNA_ROW}\n")
    before = everything_in(workplace.home)
    with pytest.raises(RegisterFileInvalid) as refusal:
        imported(workplace, text)
    assert problem in str(refusal.value)
    assert "nothing was imported" in str(refusal.value)
    assert everything_in(workplace.home) == before


def test_an_extract_from_the_future_and_an_unknown_kind_are_refused(workplace: Workplace, tmp_path: Path) -> None:
    file = tmp_path / "extract.csv"
    file.write_text(f"{HEADER}\n{ANNA_ROW}\n")
    with pytest.raises(RegisterFileInvalid, match="from the future"):
        import_register(workplace, file, "population", today() + timedelta(days=2))
    with pytest.raises(RegisterFileInvalid, match="choose population"):
        import_register(workplace, file, "people", TAKEN)
    with pytest.raises(RegisterFileInvalid, match="no such file"):
        import_register(workplace, tmp_path / "absent.csv", "population", TAKEN)


def test_importing_a_kind_replaces_that_kind_and_leaves_the_others(workplace: Workplace) -> None:
    imported(workplace, f"{HEADER}\n{ANNA_ROW}\n")
    imported(workplace, f"{HEADER}\n{ANNA_ROW}\n", "customers")
    imported(workplace, f"{HEADER}\n{BO}{',' * 11}\n{CILLA}{',' * 11}\n")
    expected = [("customers", 1), ("population", 2)]
    assert rows(workplace, "SELECT kind, count(*) FROM person GROUP BY kind ORDER BY kind") == expected
    assert rows(workplace, "SELECT kind, rows_accepted FROM register_extract ORDER BY kind") == expected


def test_the_evidence_holds_the_very_rows_of_the_database(workplace: Workplace, tmp_path: Path) -> None:
    file = synthesise(300, 4, tmp_path / "city")["population"]
    import_register(workplace, file, "population", TAKEN)
    for table in TABLES:
        path = workplace.register("population") / f"{table}.parquet"
        with duckdb.connect() as connection:
            kept = connection.execute("SELECT * FROM read_parquet(?) ORDER BY ALL", [str(path)]).fetchall()
        assert kept == rows(workplace, f"SELECT * FROM {table} ORDER BY ALL")
        assert kept


def test_members_of_a_household_share_its_key_and_an_address_knows_its_sharers(workplace: Workplace) -> None:
    shared = f"{BO},Bo,Ek,PROVGATAN  1,1001,11210,Stockholm,ANNA@example.se,,,,H1"
    alone = f"{CILLA},Cilla,Ask,Provgatan 1,1002,112 10,Stockholm,,,,,"
    imported(workplace, f"{HEADER}\n{ANNA_ROW}\n{shared}\n{alone}\n")
    assert rows(workplace, "SELECT count(DISTINCT household_key) FROM person") == [(2,)]
    points = rows(
        workplace, "SELECT address_kind, max(sharers), count(DISTINCT address_key) FROM contact_point GROUP BY 1"
    )
    assert set(points) == {("email", 2, 1), ("mobile", 1, 1), ("postal", 2, 2)}


def test_keys_are_the_pseudonyms_that_python_computes(workplace: Workplace) -> None:
    from tasks.workplace import pseudonym

    imported(workplace, f"{HEADER}\n{ANNA_ROW}\n")
    expected = pseudonym(workplace.key, "person", ANNA), pseudonym(workplace.key, "household", "H1"), 1978, "112"
    assert rows(workplace, "SELECT person_key, household_key, birth_year, area FROM person") == [expected]
    email = rows(workplace, "SELECT address_key FROM contact_point WHERE address_kind = 'email'")
    assert email == [(pseudonym(workplace.key, "email", "anna@example.se"),)]


def test_a_guardian_keeps_every_child_whether_in_one_row_or_two(workplace: Workplace) -> None:
    file = f"personal_number,guardian_of\n{ANNA},{CHILD}\n{ANNA},{SIBLING}\n{BO},{CHILD}|{SIBLING}\n{CILLA},nobody\n"
    counts = imported(workplace, file, "guardians")
    assert counts.rejects_by_reason == {"guardian_of: is not a personal number": 1}
    children = rows(workplace, "SELECT guardian_of FROM person")
    assert [len(set(text.split(","))) for (text,) in children if isinstance(text, str)] == [2, 2]


def test_other_columns_become_attributes_and_empty_values_are_left_out(workplace: Workplace) -> None:
    imported(workplace, f"personal_number;Sorts food-waste;housing\n{ANNA};yes;\n".encode("latin-1"), "customers")
    assert rows(workplace, "SELECT attributes FROM person") == [({"sorts_food_waste": "yes"},)]


# --- the SQL and the libraries agree ------------------------------------------------------------------------------

days = some.dates(date(1, 1, 1), date(2099, 12, 31))


@some.composite
def near_numbers(draw: some.DrawFn) -> str:
    day = draw(days)
    shift = draw(some.sampled_from([0, 0, 60, 1, 31]))
    ten = f"{day.year % 100:02}{day.month:02}{(day.day + shift) % 100:02}{draw(some.integers(0, 999)):03}"
    digits = [int(digit) * (2 - place % 2) for place, digit in enumerate(ten)]
    check = (10 - sum(digit // 10 + digit % 10 for digit in digits) % 10) % 10
    ten += str((check + draw(some.sampled_from([0, 0, 0, 1]))) % 10)
    century = draw(some.sampled_from(["", f"{day.year // 100:02}"]))
    return f"{century}{ten[:6]}{draw(some.sampled_from(['', '-', '+', ' ']))}{ten[6:]}"


@pytest.fixture(scope="module")
def judged() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(store.statement("register/macros"))
        connection.execute("SET VARIABLE this_year = ?::INTEGER", [today().year])
        yield connection


def judged_in_sql(connection: duckdb.DuckDBPyConnection, values: list[str]) -> dict[str, str | None]:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE source AS SELECT unnest(?) AS personal_number, NULL AS guardian_of", [values]
    )
    connection.execute("DROP TABLE IF EXISTS number")
    connection.execute(store.statement("register/numbers"))
    return dict(connection.execute("SELECT given, number FROM number").fetchall())


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=some.lists(near_numbers(), min_size=1, max_size=40, unique=True))
def test_sql_and_the_library_agree_on_personal_numbers(judged: duckdb.DuckDBPyConnection, values: list[str]) -> None:
    assert judged_in_sql(judged, values) == {value: usable_number(value) for value in values}


def test_published_personal_numbers_are_judged_as_published(judged: duckdb.DuckDBPyConnection) -> None:
    # personnummer/meta, testdata/list.json (MIT); Skatteverket SKV 707 for the coordination number.
    valid = ["19090527+1474", "090527+1474", "000229-2399", "701063-2391"]
    invalid = ["20150916-0006", "19090527 1474", "20150916000"]
    found = judged_in_sql(judged, valid + invalid)
    assert {value: found[value] is not None for value in found} == {
        **dict.fromkeys(valid, True),
        **dict.fromkeys(invalid, False),
    }


# Single published values; benchmarks/vectors.py puts the whole files through the import. personnummer/meta (MIT):
# testdata/list.json, interim.json, organisation numbers; Skatteverket: open data, testpersonnummer, and SKV 707.
NUMBERS = {
    "197801022398": ANNA, "19780101-2399": BO, "780103-2389": CILLA, "189001019802": "189001019802",
    "900101+9802": "189001019802", "202412312387": "202412312387", "19090527+1474": "190905271474",
    "090527+1474": "190905271474", "000229-2399": "200002292399", "19730288-9931": "197302889931",
    "210791-9967": "202107919967", "701063-2391": "197010632391", "20150916-0006": None, "19700428-9895": None,
    "19420566-9899": None, "721086-9924": None, "19090527 1474": None, "000101-R220": None, "556036-0793": None,
}  # fmt: skip
# dominicsayers/isemail test/tests.xml (BSD), alphagov/notifications-utils test_email_address.py (MIT).
EMAILS = {
    "test@iana.org": "test@iana.org", "test@c--n.com": "test@c--n.com", "xn--test@iana.org": "xn--test@iana.org",
    "email@domain.COM": "email@domain.com", "firstname.o'lastname@domain.com": "firstname.o'lastname@domain.com",
    "_______@domain.com": "_______@domain.com", "\temail@domain.com\n": "email@domain.com",
    "\u200bemail@domain.com\u200b": "email@domain.com",
    "japanese-info@例え.テスト": "japanese-info@xn--r8jz45g.xn--zckzah",
    "test.@iana.org": None, "test@iana..com": None, "test@iana.123": None, '"\\a"@iana.org': None,
    "test@[IPv6:::]": None, "(comment(comment))test@iana.org": None, "test@(comment)iana.org": None,
    "test@iana/icann.org": None, "\x7f@iana.org": None, "no-tld@domain": None, "multiple@domains@domain.com": None,
    "underscores-in-domain@dom_ain.com": None, "local-with-’-apostrophe@domain.com": None,
    "incorrect-punycode@xn---something.com": None,
}  # fmt: skip
# libphonenumber's example numbers (Apache-2.0), alphagov/notifications-utils test_phone_number.py (MIT).
MOBILES = {
    "070-123 45 67": "+46701234567", "+46 70 123 45 67": "+46701234567", "+4740612345": "+4740612345",
    "+963944567890": "+963944567890", "+12015550123": "+12015550123", "00447723456789": "+447723456789",
    "\u200b\t\t+44 (0)7723 456 789\ufeff \r\n": "+447723456789", "+447797292290": "+447797292290",
    "08-12 34 56": None, "020-12 34 56": None, "0900-12 34 567": None, "077-123 45 67": None, "075-123 45 67": None,
    "074-012 34 56": None, "010-234 56 78": None, "0254-12 345 67 89": None, "07723 456789": None,
    "+44 117 496 0860": None, "+33122334455": None, "0044772345678910": None, "07723 ☟☜⬇⬆☞☝": None,
    '07";DROP TABLE;"': None, "ALPHANUM3R1C": None, "+682 1234": None,
}  # fmt: skip


def imported_parquet(workplace: Workplace, columns: dict[str, list[str]]) -> ImportCounts:
    file = workplace.home.parent / "vectors.parquet"
    parquet.write_table(pa.table(columns), file)
    return import_register(workplace, file, "population", TAKEN)


def test_published_personal_numbers_become_the_persons_or_the_rejects_that_they_should(workplace: Workplace) -> None:
    from tasks.workplace import pseudonym

    counts = imported_parquet(workplace, {"personal_number": list(NUMBERS)})
    rejected = {int(line.partition(",")[0]) for line in told(counts.rejects_file)}
    assert rejected == {row for row, number in enumerate(NUMBERS.values(), start=2) if number is None}
    people = {pseudonym(workplace.key, "person", number) for number in NUMBERS.values() if number}
    assert {key for (key,) in rows(workplace, "SELECT person_key FROM person")} == people


@pytest.mark.parametrize(("column", "vectors"), [("email", EMAILS), ("mobile", MOBILES)])
def test_published_addresses_are_kept_in_one_form_or_left_out_as_they_should(
    workplace: Workplace, column: str, vectors: dict[str, str | None]
) -> None:
    from tasks.workplace import pseudonym

    numbers = [f"2000{month:02}{day:02}" for month in range(1, 3) for day in range(1, 29)]
    numbers = [
        number for day in numbers for number in (f"{day}238{check}" for check in range(10)) if usable_number(number)
    ]
    told_numbers = numbers[: len(vectors)]
    counts = imported_parquet(workplace, {"personal_number": told_numbers, column: list(vectors)})
    kept = dict(rows(workplace, f"SELECT person_key, {column} FROM identity"))
    keys = [pseudonym(workplace.key, "person", number) for number in told_numbers]
    assert {value: kept[key] for value, key in zip(vectors, keys, strict=True)} == vectors
    assert sum(counts.notes_by_reason.values()) == list(vectors.values()).count(None)


letters = some.text(alphabet="abzåAZ09._+-'@ ", min_size=1, max_size=25)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(local=letters, domain=some.one_of(letters, some.sampled_from(["example.se", "xn--a.se", "ab--c.se", "a-.se"])))
def test_what_sql_calls_a_plain_address_the_library_accepts_unchanged(
    judged: duckdb.DuckDBPyConnection, local: str, domain: str
) -> None:
    address = f"{local}@{domain}"
    plain = judged.execute("SELECT plain_email(lower(?))", [address]).fetchone()
    if plain == (True,):
        assert usable_email(address) == address.lower()


@pytest.mark.parametrize("address", ["a@example.se", "b.c+d@example.com", "e-f@example.org"])
def test_addresses_at_the_example_domains_take_the_short_way(judged: duckdb.DuckDBPyConnection, address: str) -> None:
    assert judged.execute("SELECT plain_email(?)", [address]).fetchone() == (True,)
    assert usable_email(address) == address


def test_only_mobile_numbers_are_usable_as_mobile() -> None:
    # Examples of libphonenumber (Apache-2.0); the fictional numbers are those of Post- och telestyrelsen.
    assert usable_mobile("070-123 45 67") == "+46701234567"
    assert [usable_mobile(number) for number in ("08-12 34 56", "020-12 34 56", "0900-12 34 567", "077-123 45 67")] == [
        None
    ] * 4
    assert all(usable_mobile(f"0{number}") == f"+46{number}" for number in range(701740605, 701740700))


# --- no personal value is told, nothing half done is left ----------------------------------------------------------

CANARY = "Kanariegatan"


@some.composite
def canary_files(draw: some.DrawFn) -> str:
    names = draw(
        some.lists(some.sampled_from([*HEADER.split(","), "guardian_of", "extra", CANARY]), min_size=1, max_size=8)
    )
    names = draw(some.sampled_from([names, ["personal_number", *names]]))
    values = some.sampled_from(
        [ANNA, BO, "", CANARY, f"{CANARY}@example.se", f'"{CANARY}', f"{CANARY},{CANARY}", f"{CANARY};"]
    )
    lines = draw(some.lists(some.lists(values, min_size=1, max_size=len(names) + 1), min_size=0, max_size=4))
    return "\n".join([",".join(names), *(",".join(line) for line in lines)])


@pytest.mark.slow
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=canary_files(), kind=some.sampled_from(KINDS))
def test_no_value_of_a_file_appears_in_a_message_or_in_the_rejects(workplace: Workplace, text: str, kind: str) -> None:
    try:
        counts = imported(workplace, text, kind)
        out = repr(counts) + "".join(told(counts.rejects_file) + told(counts.notes_file))
    except RegisterFileInvalid as refusal:
        out = str(refusal) + repr(refusal.args) + repr(refusal.__cause__)
    assert CANARY.lower() not in out.lower().replace("attribute kanariegatan", "")
    assert ANNA not in out
    assert BO not in out


IMPORT_IN_A_PROCESS = """
import sys
from datetime import date
from pathlib import Path
from tasks.register import import_register
from tasks.workplace import Workplace
import_register(Workplace(home=Path(sys.argv[1]), key=b"k"), Path(sys.argv[2]), "population", date(2026, 1, 2))
"""


@pytest.mark.slow
def test_a_killed_import_leaves_the_register_whole_and_the_next_one_clears_up(tmp_path: Path) -> None:
    workplace = Workplace(home=tmp_path / "killed", key=b"k")
    old = synthesise(500, 1, tmp_path / "old")["population"]
    new = synthesise(10_000, 2, tmp_path / "new")["population"]
    before = import_register(workplace, old, "population", TAKEN).accepted
    command = [sys.executable, "-c", IMPORT_IN_A_PROCESS, str(workplace.home), str(new)]
    started = time.monotonic()
    subprocess.run(command, check=True)
    whole = time.monotonic() - started
    after = rows(workplace, "SELECT count(*) FROM person")[0][0]
    import_register(workplace, old, "population", TAKEN)
    for step in range(1, 6):
        process = subprocess.Popen(command)
        try:
            process.wait(timeout=whole * step / 5)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        counts = {
            rows(workplace, f"SELECT count(*) FROM {table} WHERE kind = 'population'")[0] for table in ("person",)
        }
        assert counts <= {(before,), (after,)}
        clear_leftovers(workplace)
        assert len(list((workplace.home / "register" / "versions").glob("population-*"))) == 1
        assert (workplace.register("population") / "person.parquet").exists()


@pytest.mark.slow
def test_the_synthetic_city_imports_with_every_row_accounted_for(workplace: Workplace, tmp_path: Path) -> None:
    files = synthesise(1500, 7, tmp_path / "city")
    for kind in KINDS:
        counts = import_register(workplace, files[kind], kind, TAKEN)
        assert counts.read == counts.accepted + counts.rejected + counts.merged
        assert len(told(counts.rejects_file)) == counts.rejected == sum(counts.rejects_by_reason.values())
    population = import_register(workplace, files["population"], "population", TAKEN)
    assert population.rejects_by_reason == {"personal_number: has a wrong check digit": 2}
    assert population.merged == 8
    known = "SELECT household_key FROM person WHERE kind = 'population'"
    households = f"SELECT count(*) FROM person WHERE kind = 'customers' AND household_key NOT IN ({known})"
    assert rows(workplace, households) == [(0,)]


def test_an_extract_that_fails_its_checks_leaves_the_former_one_in_place(workplace: Workplace, tmp_path: Path) -> None:
    def rows() -> list[list[str]]:
        with store.writing(workplace) as connection:
            tables = ("person", "identity", "contact_point", "register_extract")
            return [sorted(map(repr, connection.execute(f"FROM {table}").fetchall())) for table in tables]

    def refuse() -> None:
        raise CheckFailed("planted")

    files = synthesise(200, 1, tmp_path / "first")
    with pytest.raises(CheckFailed):
        import_register(workplace, files["population"], "population", date(2026, 6, 1), check=refuse)
    assert rows() == [[], [], [], []]
    import_register(workplace, files["population"], "population", date(2026, 6, 1))
    before, evidence = rows(), workplace.register("population").resolve()
    other = synthesise(300, 2, tmp_path / "second")
    with pytest.raises(CheckFailed):
        import_register(workplace, other["population"], "population", date(2026, 6, 2), check=refuse)
    assert rows() == before
    assert workplace.register("population").resolve() == evidence


def test_rows_that_were_merged_are_told_as_merged_and_others_as_accepted_without_what_is_wrong() -> None:
    notes = {"same person as another row, merged": 10, "email: not a usable address, left out": 7}
    counts = ImportCounts("population", 2010, 1998, 2, 10, {"personal_number: is empty": 2}, None, notes, None, ())
    assert _lines(counts)[1:] == [
        "  2 rows rejected: personal_number: is empty",
        "  7 rows accepted without it: email: not a usable address, left out",
        "  10 rows merged: same person as another row",
    ]
