"""Make a plausible, wholly synthetic Stockholm: one register file per kind, with the dirt of real extracts.

The same number of people and the same seed give the same bytes. docs/registers.md tells the sources and the dirt.
"""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from campaigns.errors import InputError
from tasks import synthetic_figures as figures
from tasks.synthetic_city import City, Draw, draw_city, register_columns
from tasks.synthetic_columns import Column, Columns, Integers, joined, only_where, pick, text
from tasks.synthetic_dirt import add_duplicates, soil

FEWEST_PEOPLE = 100
GUARDIANS = 1  # tells the draw of the guardians' register from that of the city
PERSON_COLUMNS = ("personal_number", "first_name", "last_name", "language", "email", "mobile", "protected", "status")
ADDRESS_COLUMNS = ("street", "apartment", "postcode", "city", "district", "household_id")


def synthesise(people: int, seed: int, out: Path) -> dict[str, Path]:
    """Write one register file per kind into the folder ``out`` and return their paths by kind.

    population, guardians and subscribers are UTF-8 with commas, customers Latin-1 with semicolons, employees UTF-8 with
    a byte order mark. Raises InputError for fewer than 100 people or more than there are synthetic numbers for.
    """
    if people < FEWEST_PEOPLE:
        raise InputError(f"a city of {people} people is too small", remedy=f"ask for at least {FEWEST_PEOPLE} people.")
    draw = np.random.default_rng(seed)
    city = draw_city(people, draw)
    register = soil(register_columns(city, draw), draw)
    out.mkdir(parents=True, exist_ok=True)
    return {
        "population": _write(out / "population.csv", add_duplicates(register, draw)),
        "customers": _write(out / "customers.csv", _customers(city, register, draw), delimiter=";", encoding="latin-1"),
        "employees": _write(out / "employees.csv", _employees(city, register, draw), encoding="utf-8-sig"),
        "guardians": _write(out / "guardians.csv", _guardians(city, register, seed)),
        "subscribers": _write(out / "subscribers.csv", _subscribers(city, register, draw)),
    }


def _customers(city: City, register: Columns, draw: Draw) -> Columns:
    """Let the eldest of every household hold its contract, with what the waste company knows of the household."""
    eldest = np.lexsort((np.arange(len(city.age)), -city.age, city.household))
    holder = eldest[np.unique(city.household[eldest], return_index=True)[1]]
    sorts = draw.random(len(holder)) < figures.SORTS_FOOD_WASTE
    has_bin = sorts | (draw.random(len(holder)) < figures.BIN_WITHOUT_SORTING)
    places = [one.pickup_place for one in figures.DISTRICTS]
    return {
        **_rows(register, holder, (*PERSON_COLUMNS, *ADDRESS_COLUMNS)),
        "sorts_food_waste": pick(["no", "yes"], sorts.astype(np.int64)),
        "food_waste_bin": pick(["no", "yes"], has_bin.astype(np.int64)),
        "housing": pick(["flat", "house"], city.house.astype(np.int64)),
        "pickup_place": pick(places, city.district),
    }


def _employees(city: City, register: Columns, draw: Draw) -> Columns:
    grown = np.flatnonzero((city.age >= 20) & (city.age <= 66))
    wanted = max(figures.FEWEST_EMPLOYEES, round(len(city.age) * figures.EMPLOYEES_PER_PERSON))
    chosen = draw.choice(grown, size=min(wanted, len(grown)), replace=False)
    shares = np.array(list(figures.UNITS.values()))
    unit = draw.choice(len(shares), size=len(chosen), p=shares / shares.sum())
    unit[: figures.FEWEST_IN_CUSTOMER_SERVICE] = list(figures.UNITS).index("Kundservice")
    work_address = joined("anstalld", text(np.arange(len(chosen)) + 100_000), "@example.se")
    columns = _rows(register, chosen, PERSON_COLUMNS)
    return {**columns, "email": work_address, "unit": pick(list(figures.UNITS), unit)}


def _guardians(city: City, register: Columns, seed: int) -> Columns:
    """Give every child in school, or soon there, up to two guardians: one row per guardian and child.

    ``school_choice`` tells whether the household had chosen a school when the extract was taken. It is drawn apart, so
    that the other registers are the same with and without it.
    """
    youngest, eldest = figures.AGES_WITH_GUARDIANS
    children = np.flatnonzero((city.age >= youngest) & (city.age <= eldest))
    adults = np.flatnonzero(city.age >= 20)
    adults = adults[np.argsort(city.household[adults], kind="stable")]
    start = np.searchsorted(city.household[adults], city.household[children], "left")
    stop = np.searchsorted(city.household[adults], city.household[children], "right")
    pairs = [np.flatnonzero(stop - start > place) for place in (0, 1)]
    child = np.concatenate([children[some] for some in pairs])
    adult = np.concatenate([adults[start[some] + place] for place, some in enumerate(pairs)])
    columns = _rows(register, adult, (*PERSON_COLUMNS, *ADDRESS_COLUMNS))
    chosen = np.random.default_rng([seed, GUARDIANS]).random(int(city.household.max()) + 1) < figures.CHOSEN_SCHOOL
    school_choice = pick(["not_made", "made"], chosen[city.household[adult]].astype(np.int64))
    return {**columns, "guardian_of": text(city.number[child]), "school_choice": school_choice}


def _subscribers(city: City, register: Columns, draw: Draw) -> Columns:
    chosen = np.flatnonzero((city.age >= 16) & (draw.random(len(city.age)) < figures.SUBSCRIBES))
    consents = [draw.random(len(chosen)) < share for share in figures.PURPOSES.values()]
    parts = [
        only_where(given, pick([f"{name}|"], _zeros(chosen)))
        for name, given in zip(figures.PURPOSES, consents, strict=True)
    ]
    columns = _rows(register, chosen, PERSON_COLUMNS)
    return {**columns, "consent_purposes": joined(*parts)}


def _rows(register: Columns, index: Integers, names: tuple[str, ...]) -> Columns:
    places: Column = pa.array(index)
    return {name: register[name].take(places) for name in names}


def _zeros(like: Integers) -> Integers:
    return np.zeros(len(like), dtype=np.int64)


def _write(path: Path, columns: Columns, *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    buffer = io.BytesIO()
    options = csv.WriteOptions(delimiter=delimiter, quoting_style="needed")
    csv.write_csv(pa.table(columns), buffer, options)
    content = buffer.getvalue()
    path.write_bytes(content if encoding == "utf-8" else content.decode("utf-8").encode(encoding))
    return path
