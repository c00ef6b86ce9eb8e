"""The one rule for every count of persons that a run's pages, mails, `status` and views show beside one another.

Each table hides by itself what is small (``tasks.disclosure``). Here all of them are put together, in the order in
which they are told: audience page, preview and letters, `status`. What would give away a small group beside those
before it stays hidden everywhere: in ``audience_profile`` as null, of the plan and of `status` in ``hidden_figure``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from tasks import accounts, audience, later_group, runs, store
from tasks.audience_query import KNOWLEDGE
from tasks.hidden_figures import ALL_CHANNELS, MESSAGES, Name
from tasks.inference_audit import Audit
from tasks.profile_cells import APPROACHED, HELD_OUT, NOBODY, SELECTED
from tasks.shown_figures import figures
from tasks.shown_persons import shown_persons
from tasks.workplace import Workplace

DIMENSIONS = ("language", "easy_read", "district", "age", "reachability", "contacts_left")
PROFILE, HIDDEN = "audience_profile", "hidden_figure"


@dataclass
class _Population:
    """Persons by atom, and the atoms that each count sums."""

    sizes: list[int] = field(default_factory=list)
    members: dict[Name, set[int]] = field(default_factory=dict)

    def count(self, names: Iterable[Name], persons: int) -> None:
        """Add an atom of so many persons, which all these counts hold."""
        for name in names:
            self.members.setdefault(name, set()).add(len(self.sizes))
        self.sizes.append(persons)


def protect(workplace: Workplace, run: str) -> None:
    """Hide whatever counts of the run's audience, and of its plan where there is one, would tell a small group."""
    with store.writing(workplace) as connection:
        this = runs.load_within(connection, run)
        connection.execute("DELETE FROM hidden_figure WHERE run = ?", [this.run])
        store.run_each(connection, "audience/macros", {})
        connection.execute(store.statement("audience/reach"), {"address_kinds": audience.address_kinds(this.brief)})
        population = _Population()
        for wave in this.brief.waves:
            _count_wave(connection, workplace, this, wave.name, population)
        audit = Audit(population.sizes, population.members)
        told = [*_told_of_audience(connection, this.run), *_told_of_plan(connection, this)]
        untold = [name for name, known in told if name in population.members and not audit.publish(name, always=known)]
        _hide(connection, this.run, untold)
        store.keep_evidence(connection, workplace, this.run, [PROFILE, HIDDEN])


def _count_wave(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, this: runs.Run, wave: str, population: _Population
) -> None:
    answer = audience.answer_file(workplace, this.run, wave)
    if not answer.exists():
        return
    found = connection.execute("SELECT map_keys(traits) FROM read_parquet(?) LIMIT 1", [str(answer)]).fetchone()
    knowledge = [name for name in KNOWLEDGE if found is not None and name in found[0]]
    values = {"run": this.run, "wave": wave, "answer": str(answer), "knowledge": knowledge}
    connection.execute(store.statement("audience/approached"), values)
    result = connection.execute(store.statement("audience/atoms"), {"run": this.run, "wave": wave})
    columns = [name for name, *_ in result.description or ()]
    for row in result.fetchall():
        atom = dict(zip(columns, row, strict=True))
        atom |= dict(zip(knowledge, atom.pop("knowledge") or (), strict=False))
        population.count(_counted_in(wave, atom, knowledge), atom["persons"])


def _counted_in(wave: str, atom: dict[str, Any], knowledge: Sequence[str]) -> Iterator[Name]:
    """Yield every count that holds the persons of an atom."""
    standing, outcome = atom["standing"], atom["outcome"] or ""
    reason = outcome if outcome not in ("", "assigned") else standing
    reason = "assigned" if outcome == "assigned" else reason
    yield from [(wave, "standing", standing), (wave, "standing", SELECTED), ("", "persons", "audience")]
    if reason != APPROACHED:
        yield ("", "persons", reason)
        yield (wave, "persons", reason)
    if reason not in (APPROACHED, "assigned", HELD_OUT):
        yield ("", "persons", "excluded")
    if standing != APPROACHED:
        return
    if atom["is_later"]:
        yield (wave, later_group.FIGURE, later_group.NAME)
    if outcome == "assigned":
        yield from [("", MESSAGES, atom["channel"]), ("", MESSAGES, ALL_CHANNELS)]
    yield from [(wave, "channel", atom["channel"]), (wave, "segment", f"{atom['channel']} {atom['segment']}")]
    yield (wave, "everybody", "")
    for name in (*DIMENSIONS, *knowledge):
        told = atom[name]
        yield (wave, name, {True: "yes", False: "no"}[told] if isinstance(told, bool) else str(told))
    yield from ((wave, "address_kind", kind) for kind in str(atom["reachability"]).split("+") if kind != NOBODY)


def _told_of_audience(connection: duckdb.DuckDBPyConnection, run: str) -> Iterator[tuple[Name, bool]]:
    """Yield what the audience page shows by its own rules, and whether it is known anyway: what becomes of persons."""
    query = (
        "SELECT wave, dimension, value FROM audience_profile WHERE run = ? AND persons > 0 "
        "ORDER BY dimension <> 'standing', dimension <> 'everybody', rowid"
    )
    for wave, dimension, value in connection.execute(query, [run]).fetchall():
        yield (wave, dimension, value), dimension in ("standing", "everybody")
    yield from ((name, False) for name in later_group.names(connection, run))


def _told_of_plan(connection: duckdb.DuckDBPyConnection, this: runs.Run) -> Iterator[tuple[Name, bool]]:
    """Yield what preview, views and `status` show by their own rules once channels are planned."""
    plan = figures(connection, this, "en").plan
    if not plan:
        return
    for channel in (each for each in plan if each["persons"]):
        yield (channel["wave"], "channel", channel["channel"]), False
    for channel in plan:
        yield from (((channel["wave"], "segment", f"{channel['channel']} {name}"), False) for name in channel["told"])
    query = (
        "SELECT wave, replace(group_name, 'excluded: ', '') FROM report_audience "
        "WHERE run = ? AND persons > 0 AND group_name LIKE 'excluded: %' ORDER BY ALL"
    )
    yield from (((wave, "persons", name), False) for wave, name in connection.execute(query, [this.run]).fetchall())
    persons = shown_persons(
        accounts.persons_accounted(connection, this.run), accounts.persons_by_wave(connection, this.run)
    )
    reasons = persons.pop("excluded_by_reason")
    yield from ((("", "persons", name), False) for name, count in (reasons | persons).items() if count)
    # Over the waves, as report and `status` tell them; whoever shares a letter counts by persons all the same.
    channels = sorted({channel["channel"] for channel in plan})
    yield from ((("", MESSAGES, name), False) for name in (*channels, ALL_CHANNELS))


def _hide(connection: duckdb.DuckDBPyConnection, run: str, names: Iterable[Name]) -> None:
    for wave, figure, name in names:
        if figure in ("channel", "segment", "persons", MESSAGES):
            connection.execute("INSERT INTO hidden_figure VALUES (?, ?, ?, ?)", [run, wave, figure, name])
        else:
            connection.execute(
                "UPDATE audience_profile SET persons = NULL, share = NULL "
                "WHERE run = ? AND wave = ? AND dimension = ? AND value = ?",
                [run, wave, figure, name],
            )
