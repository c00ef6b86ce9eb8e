"""Read a register file, CSV or Parquet, into the table ``source`` of a scratch database, or refuse it whole.

No message repeats what stands in the file, not even a column name that is not ours: a file without a header line would
otherwise show the first person in it.
"""

import codecs
import csv
import difflib
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from campaigns.errors import RegisterFileInvalid
from tasks import store

COLUMNS = (
    "personal_number", "first_name", "last_name", "street", "apartment", "postcode", "city", "district", "language",
    "easy_read", "email", "mobile", "digital_mailbox", "protected", "status", "household_id", "guardian_of", "unit",
    "consent_purposes",
)  # fmt: skip
REQUIRED = {
    "population": ("personal_number",),
    "guardians": ("personal_number", "guardian_of"),
    "employees": ("personal_number",),
    "customers": ("personal_number",),
    "subscribers": ("personal_number", "consent_purposes"),
}
# What source systems call our columns. Told as a hint, never guessed: a wrong guess would publish an address.
OTHER_NAMES = {
    "personnummer": "personal_number", "pnr": "personal_number", "ssn": "personal_number", "personnr": "personal_number",
    "fornamn": "first_name", "förnamn": "first_name", "given_name": "first_name", "tilltalsnamn": "first_name",
    "efternamn": "last_name", "surname": "last_name", "name": "last_name", "namn": "last_name",
    "gatuadress": "street", "adress": "street", "address": "street", "lagenhetsnummer": "apartment",
    "lägenhetsnummer": "apartment", "lgh": "apartment", "postnummer": "postcode", "zip": "postcode", "postort": "city",
    "stadsdel": "district", "stadsdelsområde": "district", "sprak": "language", "språk": "language",
    "epost": "email", "e_post": "email", "e_mail": "email", "mail": "email", "mobil": "mobile", "telefon": "mobile",
    "phone": "mobile", "mobiltelefon": "mobile", "digital_brevlada": "digital_mailbox", "skyddad": "protected",
    "sekretess": "protected", "hushall": "household_id", "hushåll": "household_id", "vardnadshavare_for": "guardian_of",
    "enhet": "unit", "samtycke": "consent_purposes",
}  # fmt: skip
NEAR, SHOWN_ROWS, MOST_ATTRIBUTES = 0.78, 10, 40
BLOCK = 1 << 20
CODEC_NAMES = {"cp1252": "Latin-1 (Windows-1252)", "latin-1": "Latin-1 (ISO 8859-1)", "utf-16": "UTF-16"}


@dataclass(frozen=True)
class TextForm:
    """How a text file is written: Python codec, delimiter, header names as they stand."""

    codec: str
    delimiter: str
    header: tuple[str, ...]


def load(connection: duckdb.DuckDBPyConnection, file: Path, kind: str, folder: Path) -> list[str]:
    """Fill ``source`` (row, the contract's columns, attributes) and return notes on how the file was read.

    ``folder`` takes a copy in UTF-8 where the file is in another encoding. Rows are numbered as a spreadsheet shows
    them: the header is row 1. Raises RegisterFileInvalid.
    """
    with file.open("rb") as opened:
        start = opened.read(4)
    if start == b"PAR1":
        notes = _load_parquet(connection, file)
    elif start.startswith(b"PK\x03\x04"):
        raise refused(file, "this is a spreadsheet or archive", "save it as CSV UTF-8 and import that file.")
    else:
        notes = _load_text(connection, file, folder)
    names = [name for (name,) in connection.execute("SELECT column_name FROM (DESCRIBE loaded)").fetchall()]
    columns = _columns(file, kind, names)
    _fill_source(connection, names, columns)
    _refuse_personal_attributes(connection, file)
    return notes


def refused(file: Path, problem: str, remedy: str) -> RegisterFileInvalid:
    """Return the error for a file of which nothing is imported."""
    return RegisterFileInvalid(f"{problem}; nothing was imported", where=file.name, remedy=remedy)


def _load_parquet(connection: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    try:
        connection.execute("CREATE TEMP TABLE loaded AS SELECT * FROM read_parquet(?)", [str(file)])
    except duckdb.Error:
        raise refused(file, "the file cannot be read as Parquet", "write the extract again.") from None
    if connection.execute("SELECT count(*) FROM loaded").fetchone() == (0,):
        raise refused(file, "there is no row in the file", "check the extract.")
    return []


def _load_text(connection: duckdb.DuckDBPyConnection, file: Path, folder: Path) -> list[str]:
    form = _text_form(file)
    readable = file if form.codec in ("utf-8", "utf-8-sig") else _in_utf8(file, form.codec, folder)
    positions = {f"c{place}": "VARCHAR" for place in range(len(form.header))}
    query = (
        "CREATE TEMP TABLE loaded AS SELECT * FROM read_csv(?, delim = ?, columns = ?, header = true, quote = '\"', "
        "escape = '\"', nullstr = '', auto_detect = false, strict_mode = true, null_padding = false, "
        "store_rejects = true, rejects_limit = 0)"
    )
    try:
        connection.execute(query, [str(readable), form.delimiter, positions])
    except duckdb.Error:
        raise refused(file, "the file cannot be read as CSV", "check quotes and delimiters in the extract.") from None
    _refuse_ragged(connection, file)
    for place, name in enumerate(form.header):
        connection.execute(f'ALTER TABLE loaded RENAME c{place} TO "{place}:{_plain(name)}"')
    if readable == file:
        return []
    return [f"the file is not UTF-8, it was read as {CODEC_NAMES[form.codec]}: check that å, ä and ö came out right"]


def _text_form(file: Path) -> TextForm:
    codec = _codec(file)
    with file.open(encoding=codec, newline="") as text:
        first = text.readline(BLOCK)
    delimiter = max(";\t,", key=first.count)
    header = tuple(next(csv.reader([first], delimiter=delimiter), ()))
    if not header or not first.strip():
        raise refused(file, "the file is empty", "check the extract.")
    return TextForm(codec, delimiter, header)


def _codec(file: Path) -> str:
    with file.open("rb") as opened:
        start = opened.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        codec = "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
        opened.seek(0)
        for codec_tried in (codec, "cp1252"):
            decoder = codecs.getincrementaldecoder(codec_tried)()
            try:
                opened.seek(0)
                while block := opened.read(BLOCK):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
            return codec_tried
    return "latin-1"


def _in_utf8(file: Path, codec: str, folder: Path) -> Path:
    copy = folder / "in-utf-8.csv"
    with file.open(encoding=codec, newline="") as source, copy.open("w", encoding="utf-8", newline="") as target:
        while block := source.read(BLOCK):
            target.write(block)
    return copy


def _refuse_ragged(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    found = connection.execute(
        "SELECT line, string_agg(DISTINCT error_type::VARCHAR, ', ') FROM reject_errors GROUP BY line ORDER BY line"
    ).fetchall()
    if found:
        kinds = {"MISSING COLUMNS": "too few fields", "TOO MANY COLUMNS": "too many fields"}
        rows = ", ".join(
            f"row {line} ({kinds.get(kind, 'broken quotes or characters')})" for line, kind in found[:SHOWN_ROWS]
        )
        more = f" and {len(found) - SHOWN_ROWS} more" if len(found) > SHOWN_ROWS else ""
        raise refused(file, f"the file is ragged or cut off: {rows}{more}", "make the extract again, whole.")
    if connection.execute("SELECT count(*) FROM loaded").fetchone() == (0,):
        raise refused(file, "there is no row below the header", "check the extract.")


def _plain(name: str) -> str:
    return re.sub(r"[^\wåäö]+", "_", name.strip().lower()).strip("_")


def _columns(file: Path, kind: str, names: list[str]) -> dict[str, str]:
    """Return our name → the loaded column, after every doubt about the header has been raised at once."""
    plain = [_plain(name.partition(":")[2] if ":" in name else name) for name in names]
    hints = []
    for place, name in enumerate(plain, start=1):
        near = OTHER_NAMES.get(name) or next(iter(difflib.get_close_matches(name, COLUMNS, n=1, cutoff=NEAR)), None)
        if not name:
            hints.append(f"column {place} has no name")
        elif plain.index(name) != place - 1:
            hints.append(f"column {place} has the same name as column {plain.index(name) + 1}")
        elif name not in COLUMNS and near and near not in plain:
            hints.append(f"column {place} is not known; did you mean {near}?")
    missing = [name for name in REQUIRED[kind] if name not in plain]
    if missing or hints:
        lacks = [f"the column {name} is missing" for name in missing]
        raise refused(
            file, "; ".join([*lacks, *hints]), f"the header may hold {', '.join(COLUMNS)} and declared attributes."
        )
    return dict(zip(plain, names, strict=True))


def _fill_source(connection: duckdb.DuckDBPyConnection, names: list[str], columns: dict[str, str]) -> None:
    lists = {
        name
        for name, kind in connection.execute("SELECT column_name, column_type FROM (DESCRIBE loaded)").fetchall()
        if kind.endswith("[]")
    }

    def value(name: str) -> str:
        quoted = f'"{name}"'
        return f"filled(array_to_string({quoted}, '|'))" if name in lists else f"filled({quoted}::VARCHAR)"

    told = [f"{value(columns[name])} AS {name}" if name in columns else f"NULL::VARCHAR AS {name}" for name in COLUMNS]
    extra = [name for name in columns if name not in COLUMNS]
    entries = ", ".join(f"{{'key': '{name}', 'value': {value(columns[name])}}}" for name in extra)
    attributes = f"map_from_entries(list_filter([{entries}], lambda one: one.value IS NOT NULL))" if extra else "MAP {}"
    connection.execute(
        f"CREATE TEMP TABLE source AS SELECT rowid + 2 AS row, {', '.join(told)}, "
        f"{attributes}::MAP(VARCHAR, VARCHAR) AS attributes FROM loaded"
    )
    connection.execute("DROP TABLE loaded")


def _refuse_personal_attributes(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Analysts read attributes, so a column of e-mail addresses or personal numbers may not become one."""
    found = connection.execute(store.statement("register/personal_attributes")).fetchall()
    if found:
        names = ", ".join(name for (name,) in found)
        raise refused(
            file,
            f"e-mail addresses or personal numbers stand in the attribute {names}, which analysts would read",
            "leave the column out, or give it its name in the contract (email, mobile, personal_number).",
        )
