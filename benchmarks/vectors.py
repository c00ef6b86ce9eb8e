"""Put published personal numbers, e-mail addresses and phone numbers through the import and compare verdicts.

    python benchmarks/vectors.py --data DIR [--text-messages DIR]

The second folder holds published counts of text message parts, which are compared with ours.
DIR holds the published files (docs/registers.md names their sources). Every vector is a row of a register file on disk,
imported as any other. Prints one JSON line per group of vectors: how many agree, and how many differ for which of
``REASONS``. Exits with 1 when a difference has no documented reason, and then prints those vectors: they are published.
"""

import argparse
import ast
import csv
import io
import json
import re
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import phonenumbers
import pyarrow as pa
from pyarrow import parquet

from campaigns.errors import RegisterFileInvalid
from tasks import store
from tasks.register import import_register
from tasks.text_message import count, replaceable
from tasks.workplace import Workplace, pseudonym

EXTRACTED_ON = date(2026, 1, 2)
KEY = b"a key for benchmarks only"
REASONS = {
    "century": "ten digits without a separator do not tell the century: the later one is taken",
    "country": "a number without a country is read as Swedish; the source reads it as British or guesses the country",
    "landline": "a valid number that gets no text message is no mobile number",
    "quoted": "quoted local parts, address literals and numeric top domains are left out; no relay in use needs them",
    "space": "white space around a value is taken away before it is judged",
    "ragged": "a row with too few or too many fields refuses the whole file; the source pads or cuts it",
    "empty": "an empty value is not told as wrong: the person is kept without that address",
    "downgraded": "the source sends what GSM-7 lacks as question marks; nothing here is ever replaced",
    "header": "a file without a row below the header, or with a nameless or doubled column, is refused",
}


@dataclass(frozen=True)
class Vector:
    """One published value, whether its source accepts it, and in which form where the source says so."""

    value: str
    accepted: bool
    form: str | None = None


def main(arguments: Sequence[str]) -> int:
    """Compare every file; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--text-messages", type=Path)
    folders = parser.parse_args(arguments)
    data = folders.data
    reserved = _read(data, "skatteverket_testpersonnummer")
    numbers = [str(number) for number in reserved if "1980" <= str(number)[:4] < "2010"]
    unexplained = 0
    for name, vectors in [*_personal_numbers(data, reserved)]:
        unexplained += _report(name, vectors, _imported(_numbers_file(vectors), [each.value for each in vectors]))
    for column, groups in (("email", _emails(data)), ("mobile", _phones(data))):
        for name, vectors in groups:
            rows = {"personal_number": numbers[: len(vectors)], column: [each.value for each in vectors]}
            unexplained += _report(name, vectors, _imported(rows, rows["personal_number"], column))
    unexplained += _files(data, numbers)
    if folders.text_messages:
        unexplained += sum(_report_counts(*group) for group in _text_messages(folders.text_messages))
    return 1 if unexplained else 0


def _read(data: Path, name: str) -> Any:
    return json.loads((data / f"{name}.json").read_text(encoding="utf-8"))


def _personal_numbers(data: Path, reserved: list[str]) -> Iterator[tuple[str, list[Vector]]]:
    yield "skatteverket: twelve digits", [Vector(number, True, number) for number in reserved]
    yield "skatteverket: with a separator", [Vector(_separated(number), True, number) for number in reserved]
    listed = _read(data, "personnummer_list")
    for form in ("long_format", "separated_long", "separated_format", "short_format"):
        vectors = [Vector(one[form], one["valid"], one["long_format"] if one["valid"] else None) for one in listed]
        yield f"personnummer: {form}", vectors


def _separated(number: str) -> str:
    return f"{number[2:8]}{'+' if date.today().year - int(number[:4]) >= 100 else '-'}{number[8:]}"


def _emails(data: Path) -> Iterator[tuple[str, list[Vector]]]:
    sound = ("ISEMAIL_VALID_CATEGORY", "ISEMAIL_RFC5321", "ISEMAIL_DNSWARN")
    tests = _read(data, "isemail_tests")["tests"]
    for category in sorted({test["category"] for test in tests}):
        found = [test["address"] for test in tests if test["category"] == category]
        yield f"isemail: {category}", [Vector(address, category in sound) for address in found]
    notify = _read(data, "notifyutils_email_vectors")
    yield "notify e-mail: valid", [Vector(address, True) for address in notify["valid"]]
    yield "notify e-mail: invalid", [Vector(address, False) for address in notify["invalid"]]
    yield "notify e-mail: stripped", [Vector(given, True, form) for given, form in notify["stripped"]]


def _phones(data: Path) -> Iterator[tuple[str, list[Vector]]]:
    swedish = _read(data, "se_phone_examples")
    for form in ("national", "international", "e164"):
        vectors = [Vector(one[form], one["type"] == "MOBILE", one["e164"]) for one in swedish["examples"]]
        yield f"libphonenumber SE: {form}", vectors
    others = [Vector(one["e164"], True, one["e164"]) for one in swedish["other_countries"]]
    yield "libphonenumber: other countries", others
    notify = _read(data, "notifyutils_phone_vectors")
    for name, values in notify.items():
        if name.startswith(("valid", "invalid")):
            told = [each if isinstance(each, str) else each[0] for each in values]
            yield f"notify phone: {name}", [Vector(number, name.startswith("valid")) for number in told]
    for name in ("international_normalised", "format_recipient"):
        pairs = [(given, form) for given, form in notify[name] if re.fullmatch(r"[0-9]{6,}", str(form))]
        yield f"notify phone: {name}", [Vector(given, True, f"+{form}") for given, form in pairs]


def _numbers_file(vectors: Sequence[Vector]) -> dict[str, list[str]]:
    return {"personal_number": [each.value for each in vectors]}


def _imported(rows: dict[str, list[str]], numbers: Sequence[str], column: str = "") -> list[str | None]:
    """Import the rows and return what is kept of each: the address of the column, or the number as twelve digits."""
    with tempfile.TemporaryDirectory(prefix="budkavle-vectors-") as folder:
        file, place = Path(folder) / "vectors.parquet", Workplace(home=Path(folder) / "home", key=KEY)
        parquet.write_table(pa.table(rows), file)
        counts = import_register(place, file, "population", EXTRACTED_ON)
        with store.writing(place) as connection:
            found = connection.execute(f"SELECT person_key, {column or 'NULL'} FROM identity").fetchall()
        rejected = _rows_told(counts.rejects_file)
    if column:
        kept = dict(found)
        return [kept[pseudonym(KEY, "person", number)] for number in numbers]
    return _numbers_kept(rejected, numbers, {person for person, _ in found})


def _rows_told(file: Path | None, reason: str = "") -> set[int]:
    """Return the rows, the first below the header being 0, that a file of rejects or notes names for a reason."""
    lines = file.read_text(encoding="utf-8").splitlines()[1:] if file else []
    return {int(line.partition(",")[0]) - 2 for line in lines if reason in line}


def _numbers_kept(rejected: set[int], values: Sequence[str], keys: set[str]) -> list[str | None]:
    """Return for each row the number of twelve digits that its pseudonym is of, None where the row was rejected."""
    kept: list[str | None] = []
    for row, value in enumerate(values):
        digits = re.sub(r"\D", "", value)[-10:]
        centuries = [f"{century}{digits}" for century in ("18", "19", "20")]
        own = next((one for one in centuries if one == re.sub(r"\D", "", value)), None)
        possible = [one for one in [own, *centuries] if one and pseudonym(KEY, "person", one) in keys]
        kept.append(None if row in rejected else possible[0])
    return kept


def _report(name: str, vectors: Sequence[Vector], kept: Sequence[str | None]) -> int:
    """Print the line of a group; return how many differences have no reason."""
    reasons: Counter[str] = Counter()
    unexplained = []
    for vector, found in zip(vectors, kept, strict=True):
        same = (found is not None) == vector.accepted
        if same and (found is None or vector.form is None or found == vector.form):
            continue
        reason = _reason(vector, found)
        reasons[reason] += 1
        unexplained += [] if reason else [[vector.value, vector.form or vector.accepted, found]]
    line = {"vectors": name, "count": len(vectors), "agree": len(vectors) - reasons.total(), "differ": dict(reasons)}
    print(json.dumps(line | ({"unexplained": unexplained} if unexplained else {})), flush=True)
    return len(unexplained)


def _reason(vector: Vector, found: str | None) -> str:
    """Return the name of the documented reason of a difference, empty where there is none."""
    value = vector.value.strip("\u200b\ufeff \t\r\n")
    if re.fullmatch(r"[0-9]{10}", value) and found and vector.form and found[2:] == vector.form[2:]:
        return "century"
    if "@" in value:
        return _reason_of_email(vector, value, found)
    if vector.accepted and not value.startswith(("+", "00")):
        return "country"
    try:
        number = phonenumbers.parse(value, "SE")
    except phonenumbers.NumberParseException:
        return ""
    mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return "landline" if vector.accepted and phonenumbers.number_type(number) not in mobile else ""


def _reason_of_email(vector: Vector, value: str, found: str | None) -> str:
    if found is not None:
        return "space" if found == value.strip() and value != vector.value else ""
    if vector.accepted and (value.startswith('"') or re.search(r"@(\[|.*\.[0-9]+$)", value)):
        return "quoted"
    return ""


def _files(data: Path, numbers: Sequence[str]) -> int:
    """Whole files of Notify, a personal number put before every row: are as many rows read, the same ones refused?"""
    agree, reasons, unexplained = 0, Counter[str](), []
    for contents, expected, bad in _whole_files(data):
        column, rows = contents
        found = _file_imported(column, rows, numbers)
        if not isinstance(found, RegisterFileInvalid) and found[0] == expected and bad in (None, found[1]):
            agree += 1
            continue
        reason = _reason_of_file(rows, found, bad)
        reasons[reason] += 1
        unexplained += [] if reason else [[column, rows, [expected, sorted(bad or ())], repr(found)]]
    line = {"vectors": "notify CSV: whole files", "count": agree + reasons.total(), "agree": agree}
    line |= {"differ": dict(reasons)} | ({"unexplained": unexplained} if unexplained else {})
    print(json.dumps(line), flush=True)
    return len(unexplained)


def _text_messages(data: Path) -> Iterator[tuple[str, list[tuple[str, str, int]]]]:
    """Give groups of (text, alphabet or nothing where the source is silent, parts)."""
    twilio = _read(data, "twilio_segment_vectors")["vectors"]
    yield "twilio: parts", [(each["text"], each["encoding"], each["segments"]) for each in twilio]
    table = _read(data, "twilio_gsm7_table")
    signs = [(chr(int(code)), len(septets)) for code, septets in table.items()]
    yield "twilio: GSM-7 table", [(sign * (160 // size), "GSM-7", 1) for sign, size in signs]
    yield "twilio: GSM-7 table, one too many", [(sign * (160 // size + 1), "GSM-7", 2) for sign, size in signs]
    others = [chr(code) for code in range(32, 0x3000) if str(code) not in table]
    yield "twilio: all others up to U+2FFF", [(sign, "UCS-2", 1) for sign in others]
    notify = _read(data, "notifyutils_sms_fragments")["tests"]
    cases = [case for test in notify for group in test["parametrize"] for case in group["cases"] or ()]
    yield "notify: parts", [(re.sub(r"\(\(.*\)\)", "", text), "", parts) for text, parts, _ in cases]


def _report_counts(name: str, vectors: Sequence[tuple[str, str, int]]) -> int:
    """Print the line of a group of counts; return how many differences have no reason."""
    counted = [(vector, count(vector[0])) for vector in vectors]
    differ = [
        (text, alphabet, parts, found) for (text, alphabet, parts), found in counted
        if found.parts != parts or alphabet not in ("", found.alphabet)
    ]  # fmt: skip
    unexplained = [each for each in differ if not (name.startswith("notify") and set(replaceable(each[3].forcing)))]
    line = {"vectors": name, "count": len(vectors), "agree": len(vectors) - len(differ)}
    line |= {"differ": {"downgraded": len(differ) - len(unexplained)} if differ else {}}
    print(json.dumps(line | ({"unexplained": repr(unexplained)} if unexplained else {})), flush=True)
    return len(unexplained)


def _whole_files(data: Path) -> Iterator[tuple[tuple[str, list[list[str]]], int, frozenset[int] | None]]:
    """Give (column, rows with their header), the rows that the source reads, and those it refuses where it says so."""
    tests = {test["test"]: test for test in _read(data, "notifyutils_recipient_csv_vectors")["tests"]}
    columns = {"sms": "mobile", "email": "email"}
    for contents, template, expected in tests["test_get_rows"]["parametrize"][0]["cases"]:
        if template in columns and contents.strip():
            yield (columns[template], _rows(contents, columns[template])), len(expected), None
    for case in tests["test_bad_or_missing_data"]["parametrize"][0]["cases"]:
        contents, template, bad, _ = case
        if template in columns and contents.strip():
            rows = _rows(contents, columns[template])
            refused = frozenset() if bad == "set()" else frozenset(ast.literal_eval(bad))
            yield (columns[template], rows), len(rows) - 1, refused


def _rows(contents: str, column: str) -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(textwrap.dedent(contents).strip() + "\n"), skipinitialspace=True))
    ours = {"phone number": column, "email address": column, "name": "first_name"}
    rows[0] = [ours.get(name.strip().lower(), name) for name in rows[0]]
    return [row for row in rows if row]


def _file_imported(
    column: str, rows: list[list[str]], numbers: Sequence[str]
) -> tuple[int, frozenset[int] | None] | RegisterFileInvalid:
    with tempfile.TemporaryDirectory(prefix="budkavle-vectors-") as folder:
        file, place = Path(folder) / "vectors.csv", Workplace(home=Path(folder) / "home", key=KEY)
        with file.open("w", encoding="utf-8", newline="") as text:
            writer = csv.writer(text)
            writer.writerow(["personal_number", *rows[0]])
            writer.writerows([number, *row] for number, row in zip(numbers, rows[1:], strict=False))
        try:
            counts = import_register(place, file, "population", EXTRACTED_ON)
        except RegisterFileInvalid as refusal:
            return refusal
        return counts.read, frozenset(_rows_told(counts.notes_file, f"{column}: not"))


def _reason_of_file(
    rows: list[list[str]], found: tuple[int, frozenset[int] | None] | RegisterFileInvalid, bad: frozenset[int] | None
) -> str:
    if isinstance(found, RegisterFileInvalid):
        told = str(found)
        return "ragged" if "ragged" in told else "header" if "below the header" in told or "name" in told else ""
    if bad is not None and found[1] < bad and all(not rows[row + 1][0].strip() for row in bad - found[1]):
        return "empty"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
