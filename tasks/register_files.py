"""Read a register file, CSV or Parquet, into the table ``source`` of a scratch database, or refuse it whole.

No message repeats what stands in the file, not even a column name that is not ours: a file without a header line would
otherwise show the first person in it.
"""

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tasks import store
from tasks.register_columns import COLUMNS, column_names, refused
from tasks.sql_words import one_file, quoted

SHOWN_ROWS = 10
BLOCK = 1 << 20
CODEC_NAMES = {"cp1252": "Latin-1 (Windows-1252)", "latin-1": "Latin-1 (ISO 8859-1)", "utf-16": "UTF-16"}

OTHER_KINDS = {
    b"PK\x03\x04": "a spreadsheet or archive (.xlsx, .ods, .zip)",
    b"\xd0\xcf\x11\xe0": "a spreadsheet or document of an old kind (.xls, .doc)",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "a database",
    b"\x1f\x8b": "a compressed file (.gz)",
    b"{": "JSON",
    b"[": "JSON",
    b"<": "HTML or XML",
    b"---\n": "a text of a campaign",
}
LONGEST_SIGN = 64
WANTED = (
    "save the extract as CSV in UTF-8, with a header line and a row for each person, or as Parquet, and import that."
)


@dataclass(frozen=True)
class TextForm:
    """How a text file is written: Python codec, delimiter, header names as they stand, whole last line."""

    codec: str
    delimiter: str
    header: tuple[str, ...]
    ends_with_line_end: bool


def load(connection: duckdb.DuckDBPyConnection, file: Path, kind: str, folder: Path) -> list[str]:
    """Fill ``source`` (row, the contract's columns, attributes) and return remarks on how the file was read.

    ``folder`` takes a copy in UTF-8 where the file is in another encoding. Rows are numbered as a spreadsheet shows
    them: the header is row 1. Raises RegisterFileInvalid.
    """
    with file.open("rb") as opened:
        start = opened.read(LONGEST_SIGN)
    if found := another_kind(start):
        raise refused(file, f"this is {found}, no register", WANTED)
    if start.startswith(b"PAR1"):
        form, remarks = None, _load_parquet(connection, file)
    else:
        form = _text_form(file)
        remarks = _load_text(connection, file, form, folder)
    if connection.execute("SELECT count(*) FROM loaded").fetchone() == (0,):
        raise refused(file, "there is no row below the header", "check the extract.")
    loaded = connection.execute("SELECT column_name, column_type FROM (DESCRIBE loaded)").fetchall()
    header = form.header if form else tuple(name for name, _ in loaded)
    names = column_names(file, kind, header)
    _fill_source(connection, names, loaded)
    _refuse_personal_attributes(connection, file)
    return remarks


def another_kind(start: bytes) -> str:
    """Say what kind of file begins so, where a register never does; empty where one may."""
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    return next((kind for sign, kind in OTHER_KINDS.items() if start.startswith(sign) or text.startswith(sign)), "")


def _load_parquet(connection: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    try:
        connection.execute(
            "CREATE TEMP TABLE loaded AS SELECT * FROM read_parquet(?, hive_partitioning = false)", [one_file(file)]
        )
    except duckdb.Error:
        raise refused(file, "the file cannot be read as Parquet", "make the extract again, whole.") from None
    return []


def _load_text(connection: duckdb.DuckDBPyConnection, file: Path, form: TextForm, folder: Path) -> list[str]:
    readable = file if form.codec in ("utf-8", "utf-8-sig") else _in_utf8(file, form.codec, folder)
    query = (
        "CREATE TEMP TABLE loaded AS SELECT * FROM read_csv(?, delim = ?, columns = ?, header = true, quote = '\"', "
        "escape = '\"', nullstr = '', auto_detect = false, strict_mode = true, null_padding = false, "
        "store_rejects = true, rejects_limit = 0, hive_partitioning = false)"
    )
    columns = {f"c{place}": "VARCHAR" for place in range(len(form.header))}
    try:
        connection.execute(query, [one_file(readable), form.delimiter, columns])
    except duckdb.Error:
        remedy = "check quotes, delimiters and line ends in the extract."
        raise refused(file, "the file cannot be read as CSV", remedy) from None
    _refuse_ragged(connection, file)
    remarks = []
    if readable != file:
        remarks.append(
            f"the file is not UTF-8, it was read as {CODEC_NAMES[form.codec]}: check that å, ä and ö are right"
        )
    if not form.ends_with_line_end:
        remarks.append("the last row has no line end: check that the file was not cut off")
    return remarks


def _text_form(file: Path) -> TextForm:
    codec = _codec(file)
    with file.open(encoding=codec, newline="") as text:
        first = text.readline(BLOCK)
    delimiter = max(";\t,", key=first.count)
    header = tuple(next(csv.reader([first], delimiter=delimiter), ()))
    if not header or not first.strip():
        raise refused(file, "the file is empty", "check the extract.")
    with file.open("rb") as opened:
        opened.seek(-2, 2)
        ending = opened.read().strip(b"\0")
    return TextForm(codec, delimiter, header, ending.endswith((b"\n", b"\r")))


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


def _fill_source(connection: duckdb.DuckDBPyConnection, names: list[str], loaded: list[tuple[str, str]]) -> None:
    values = {name: _as_text(*column) for name, column in zip(names, loaded, strict=True)}
    told = [f"{values.get(name, 'NULL::VARCHAR')} AS {name}" for name in COLUMNS]
    entries = [f"{{'key': '{name}', 'value': {value}}}" for name, value in values.items() if name not in COLUMNS]
    attributes = f"map_from_entries(list_filter([{', '.join(entries)}], lambda one: one.value IS NOT NULL))"
    connection.execute(
        f"CREATE TEMP TABLE source AS SELECT rowid + 2 AS row, {', '.join(told)}, "
        f"{attributes if entries else 'MAP {}'}::MAP(VARCHAR, VARCHAR) AS attributes FROM loaded"
    )
    connection.execute("DROP TABLE loaded")


def _as_text(column: str, kind: str) -> str:
    name = quoted(column)
    return f"filled(array_to_string({name}, '|'))" if kind.endswith("[]") else f"filled({name}::VARCHAR)"


def _refuse_personal_attributes(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Analysts read attributes, so a column of e-mail addresses or personal numbers may not become one."""
    found = connection.execute(store.statement("register/personal_attributes")).fetchall()
    if found:
        names = ", ".join(name for (name,) in found)
        raise refused(
            file,
            f"addresses or personal numbers stand in the attribute {names}, which analysts would read",
            "leave the column out, or give it its name in the contract (email, mobile, personal_number).",
        )
