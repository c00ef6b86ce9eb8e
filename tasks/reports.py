"""The report of a look: what a communicator reads afterwards, as one page that needs nothing else."""

from pathlib import Path
from typing import Any

import duckdb
from markupsafe import Markup

from campaigns.brief import Brief
from campaigns.language import translations
from tasks import report_charts, runs, store
from tasks.approvals_shown import accepted_readings, shown_approvals
from tasks.disclosure import ReachRow, reach_rows
from tasks.evaluation_record import stored_evaluation
from tasks.pages import filters, page_environment, write_page
from tasks.plain_words import PlainWords
from tasks.preview_words import Words
from tasks.segment_names import SegmentNames
from tasks.unit_outcomes import unit_outcomes
from tasks.workplace import Workplace

DIMENSIONS = ("life_situation", "need", "language", "district")
FEWEST_MESSAGES = 10


def write_report(workplace: Workplace, run: str, look: int) -> Path:
    """Write ``runs/RUN/report/index.html`` from the snapshot; raises OutcomesMissing for a look not evaluated yet."""
    with store.reading(workplace) as connection:
        known = runs.load_within(connection, run)
        found = stored_evaluation(workplace, known.run, look)
        _read_traits(connection, workplace, known.run)
        values: dict[str, Any] = {"run": known.run}
        persons = _one(connection, "reports/persons", {**values, "internal": known.brief.is_internal})
        sent = _rows(connection, "reports/sent", values)
        reach = connection.execute(store.statement("reports/reach"), values).fetchall()
        approvals = [each for each in shown_approvals(connection, workplace, known) if each["approved"]]
        accepted = accepted_readings(connection, workplace, known)
        units = unit_outcomes(connection, known, found)
        lessons = connection.execute(
            "SELECT lesson FROM lesson WHERE run = ? AND look = ? ORDER BY rowid", [known.run, look]
        ).fetchall()
    counted = "unit" if known.brief.is_internal and found["unit"] == "area" else found["unit"]
    words, preview_words = PlainWords(workplace.language, counted, found["share"]), Words(workplace.language)
    page = page_environment(workplace.language).get_template("report.html.j2")
    text = page.render(
        run=known.run,
        look=look,
        brief=known.brief,
        found=found,
        words=words,
        persons=persons,
        units=units,
        sent=_channel_names(workplace.language, _shown(sent), internal=known.brief.is_internal),
        costs=_costs(sent),
        tables=_tables(workplace.language, reach, known.brief),
        everybody=_everybody(reach),
        chart=_effect_chart(workplace.language, words, found),
        lessons=[lesson for (lesson,) in lessons],
        approvals=approvals,
        accepted=sorted(accepted.items()),
        role=preview_words.role,
        requirement=preview_words.requirement,
        confirmed=preview_words.confirmed,
        observed_on=_day(found["observed_on"]),
        fewest=FEWEST_MESSAGES,
        segment_name=SegmentNames(workplace.language, known.brief.labels).name,
        per_result=_cost_per_result(found, sent),
    )
    return write_page(workplace.run_folder(known.run, "report") / "index.html", text)


def _read_traits(connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: str) -> None:
    """Read what the audience query told of each person; without its answers these tables are left out."""
    waves = connection.execute(
        "SELECT DISTINCT wave FROM audience WHERE run = ? AND arm = 'treated' ORDER BY wave", [run]
    ).fetchall()
    files = [workplace.run_folder(run, "answers") / f"{wave}.parquet" for (wave,) in waves]
    answers = [str(path) for path in files if path.exists()]
    connection.execute("CREATE OR REPLACE TEMP TABLE trait (person_key VARCHAR, traits MAP(VARCHAR, VARCHAR))")
    if answers:
        connection.execute(
            "INSERT INTO trait SELECT person_key, any_value(traits) FROM read_parquet(?) GROUP BY person_key", [answers]
        )


def _rows(connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    result = connection.execute(store.statement(name), values)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _one(connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any]) -> dict[str, Any]:
    return _rows(connection, name, values)[0]


def _shown(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the channels with None for counts that are few, or that tell how few were not accepted."""
    return [row if row["channel"] == "web" else {**row, **_counts(row)} for row in sent]


def _counts(row: dict[str, Any]) -> dict[str, int | None]:
    planned, accepted = row["planned"], row["accepted"]
    few = any(0 < count < FEWEST_MESSAGES for count in (planned, accepted, planned - accepted))
    return {"planned": None if 0 < planned < FEWEST_MESSAGES else planned, "accepted": None if few else accepted}


def _costs(sent: list[dict[str, Any]]) -> dict[str, float]:
    """Return the sums of all channels; ``withheld`` where what was accepted would tell how few were not."""
    names = ("planned_sek", "accepted_sek", "planned_kg", "accepted_kg")
    return {
        **{name: sum(row[name] for row in sent) for name in names},
        "withheld": any(row["accepted"] is None for row in _shown(sent)),
    }


def _cost_per_result(found: dict[str, Any], sent: list[dict[str, Any]]) -> float | None:
    """Return kronor per household (or person) that acted because of the campaign; None where that is not shown."""
    arm = found["arms"][0]
    if not found["share"] or _costs(sent)["withheld"] or arm["effect"] is None or arm["ci_low"] <= 0:
        return None
    units = arm["households"] if found["unit"] == "household" else arm["persons"]
    return float(_costs(sent)["accepted_sek"] / (arm["effect"] * units))


def _channel_names(language: str, sent: list[dict[str, Any]], *, internal: bool) -> list[dict[str, Any]]:
    _ = translations(language).gettext
    names = {"email": _("E-mail"), "letter": _("Letter"), "web": _("The city's web page"), "sms": _("Text message")}
    names |= {"social": _("Social media"), "posters": _("Posters")}
    if internal:
        names["web"] = _("The page of the intranet")
    return [{**row, "name": names.get(row["channel"], row["channel"])} for row in sent]


def _everybody(reach: list[tuple[Any, ...]]) -> ReachRow:
    cells = [(reached, missed) for dimension, _value, reached, missed in reach if dimension == "everybody"]
    return reach_rows(cells)[0] if cells else ReachRow()


def _tables(language: str, reach: list[tuple[Any, ...]], brief: Brief) -> list[dict[str, Any]]:
    """Return one table per dimension of which several groups are known and some shown: caption, rows and a chart."""
    _, names = translations(language).gettext, SegmentNames(language, brief.labels)
    captions = {
        "life_situation": _("By life situation"),
        "need": _("By need"),
        "language": _("By language of the message"),
        "district": _("By district"),
    }
    tables = []
    for dimension in DIMENSIONS:
        groups = [row for row in reach if row[0] == dimension]
        shown = reach_rows([(reached, missed) for *_start, reached, missed in groups])
        labels = [str(row[1]) if dimension == "district" else names.value(row[1]) for row in groups]
        rows = sorted(zip(labels, shown, strict=True), key=lambda row: (-(row[1].persons or 0), row[0]))
        if len(rows) > 1 and any(row.persons is not None for _label, row in rows):
            tables.append({"caption": captions[dimension], "rows": rows, "chart": _chart(_, dimension, captions, rows)})
    return tables


def _chart(_: Any, dimension: str, captions: dict[str, str], rows: list[tuple[str, ReachRow]]) -> Markup | None:
    bars = [(label, row.reached / row.persons) for label, row in rows if row.persons and row.reached is not None]
    if len(bars) < 2:
        return None
    title = _("Share reached. %(caption)s") % {"caption": captions[dimension]}
    return Markup(
        report_charts.reach_chart(
            bars, _("Per cent reached"), f"reach-{dimension}", title, _("The table beside holds the same figures.")
        )
    )


def _effect_chart(language: str, words: PlainWords, found: dict[str, Any]) -> Markup | None:
    treated, holdout = found["arms"]
    if treated["effect"] is None:
        return None
    _, number = translations(language).gettext, filters(language)["number"]
    scale = 100 if found["share"] else 1
    low, estimate, high = (scale * treated[name] for name in ("ci_low", "effect", "ci_high"))
    needed = scale * (found["objective"]["target"] - holdout["level"])
    axis = _("More of 100 %(units)s than without the campaign") if found["share"] else _("Change of the outcome")
    labels = {
        "estimate": number(estimate, 0 if high - low >= 3 else 1),
        "zero": _("no difference"),
        "needed": _("needed for the target"),
        "axis": axis % {"units": words.units},
    }
    text = words.effect(treated["ci_low"], treated["effect"], treated["ci_high"])
    return Markup(
        report_charts.effect_chart(
            low, estimate, high, needed, labels, _("The effect and how sure it is"), text, number
        )
    )


def _day(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)
