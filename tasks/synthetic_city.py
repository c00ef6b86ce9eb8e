"""Households and people of the synthetic city, as columns of equal length: no loop per person."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasks import synthetic_figures as figures
from tasks.synthetic_columns import Column, Columns, Integers, joined, only_where, pick, text
from tasks.synthetic_numbers import personal_numbers

NAMES = Path(__file__).parent / "data" / "names.csv"
STREETS = tuple(
    f"{first}{last}"
    for first in ("Exempel", "Prov", "Påhitts", "Fantasi", "Låtsas", "Mönster", "Övnings", "Skiss")
    for last in ("gatan", "vägen", "stigen", "gränd", "backen")
)
FLATS_IN_HOUSE, ADULT = 20, 20
Draw = np.random.Generator


@dataclass(frozen=True)
class City:
    """People and their households; ``household`` indexes the household columns, -1 is never used."""

    age: Integers
    household: Integers
    number: Integers
    district: Integers
    house: NDArray[np.bool_]


def draw_city(people: int, draw: Draw) -> City:
    """Draw ages, households, personal numbers, districts and housing for the given number of people."""
    age = _ages(people, draw)
    household = _households(age, draw)
    shares = np.array([district.people for district in figures.DISTRICTS], dtype=float)
    district = draw.choice(len(shares), size=int(household.max()) + 1, p=shares / shares.sum())
    in_house = np.array([one.houses for one in figures.DISTRICTS])[district]
    return City(
        age=age,
        household=household,
        number=personal_numbers(figures.NEWEST_BIRTH_YEAR - age, draw),
        district=district,
        house=draw.random(len(district)) < in_house,
    )


def register_columns(city: City, draw: Draw) -> Columns:
    """Return the clean population register, one row per person, in the columns of the register file contract."""
    home = city.household
    columns: Columns = {
        "personal_number": text(city.number),
        **_names(city, draw),
        **_addresses(city),
        "district": pick([one.name for one in figures.DISTRICTS], city.district[home]),
        "language": _languages(city, draw),
        "easy_read": pick(["false", "true"], (draw.random(len(home)) < figures.EASY_READ).astype(np.int64)),
        **_contacts(city, draw),
        "protected": pick(["false"], np.zeros(len(home), dtype=np.int64)),
        "status": pick(["alive"], np.zeros(len(home), dtype=np.int64)),
        "household_id": joined("H", text(home + 100_000_000)),
    }
    return columns


def _ages(people: int, draw: Draw) -> Integers:
    bands = np.array(figures.AGE_BANDS)
    band = draw.choice(len(bands), size=people, p=bands / bands.sum())
    oldest = np.minimum(80 + draw.geometric(0.14, size=people) - 1, 104)
    return np.where(band == len(bands) - 1, oldest, band * 5 + draw.integers(0, 5, size=people))


def _households(age: Integers, draw: Draw) -> Integers:
    """Put adults of about the same age together, then every child with adults about a generation older."""
    household = np.zeros(len(age), dtype=np.int64)
    adults, children = np.flatnonzero(age >= ADULT), np.flatnonzero(age < ADULT)
    if len(adults) == 0:
        return np.arange(len(age), dtype=np.int64)
    adults = adults[np.argsort(age[adults] + draw.normal(0, 2, len(adults)), kind="stable")]
    shares = np.array(list(figures.HOUSEHOLDS.values()), dtype=float)
    sizes = draw.choice(list(figures.HOUSEHOLDS), size=len(adults), p=shares / shares.sum())
    household[adults] = np.repeat(np.arange(len(sizes)), sizes)[: len(adults)]
    household[children] = _homes_of_children(age[adults], household[adults], age[children], draw)
    return np.asarray(np.unique(household, return_inverse=True)[1], dtype=np.int64)


def _homes_of_children(adult_age: Integers, adult_home: Integers, child_age: Integers, draw: Draw) -> Integers:
    homes, first, adults = np.unique(adult_home, return_index=True, return_counts=True)
    parent = np.clip((adult_age[first] >= 25) & (adult_age[first] <= 58), 0, 1) * np.where(adults > 1, 1.0, 0.3) + 1e-9
    wanted = len(child_age)
    drawn = draw.choice(homes, size=min(wanted, len(homes)), replace=False, p=parent / parent.sum())
    number = draw.choice(
        list(figures.CHILDREN_IN_HOUSEHOLD), size=len(drawn), p=list(figures.CHILDREN_IN_HOUSEHOLD.values())
    )
    places = np.resize(np.repeat(drawn, number)[:wanted], wanted)
    age_at_home = adult_age[first][np.searchsorted(homes, places)]
    places = places[np.argsort(age_at_home, kind="stable")]
    gap, spread = figures.PARENT_AGE_GAP
    result = np.empty(wanted, dtype=np.int64)
    result[np.argsort(child_age + gap + draw.normal(0, spread, wanted), kind="stable")] = places
    return result


def _names(city: City, draw: Draw) -> Columns:
    with NAMES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    people = len(city.age)
    drawn = {}
    for kind in ("female", "male", "surname"):
        bearers = np.array([float(row["bearers"]) for row in rows if row["kind"] == kind])
        size = int(city.household.max()) + 1 if kind == "surname" else people
        index = draw.choice(len(bearers), size=size, p=bearers / bearers.sum())
        drawn[kind] = [row["name"] for row in rows if row["kind"] == kind], index
    man = city.number // 10 % 2
    women, women_at = drawn["female"]
    men, men_at = drawn["male"]
    surnames, surname_at = drawn["surname"]
    return {
        "first_name": pick(women + men, np.where(man == 1, len(women) + men_at, women_at)),
        "last_name": pick(surnames, surname_at[city.household]),
    }


def _addresses(city: City) -> Columns:
    """Give every household its own address: twenty flats to a number, one house to a number."""
    home = city.household
    order = np.argsort(city.district * 2 + city.house, kind="stable")
    group, first = np.unique((city.district * 2 + city.house)[order], return_index=True)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - first[np.searchsorted(group, (city.district * 2 + city.house)[order])]
    building = np.where(city.house, place, place // FLATS_IN_HOUSE)
    street = building % len(STREETS)
    flat = place % FLATS_IN_HOUSE
    codes = [one.postcodes for one in figures.DISTRICTS]
    first_code = np.cumsum([0, *(len(some) for some in codes)])[:-1]
    area = np.array([code for some in codes for code in some])
    prefix = area[first_code[city.district] + street % np.array([len(some) for some in codes])[city.district]]
    ending = 10 + street * 2 + city.house
    number = text((building // len(STREETS) * 2 + 1 + city.house)[home])
    return {
        "street": joined(pick(list(STREETS), street[home]), " ", number),
        "apartment": only_where(~city.house[home], text((1001 + flat // 4 * 100 + flat % 4)[home])),
        "postcode": joined(text(prefix[home]), " ", text(ending[home])),
        "city": pick(["Stockholm"], np.zeros(len(home), dtype=np.int64)),
    }


def _languages(city: City, draw: Draw) -> Column:
    background = np.array([one.foreign_background for one in figures.DISTRICTS])[city.district]
    other = draw.random(len(background)) < background * figures.CHOOSES_OTHER_LANGUAGE
    shares = np.array(list(figures.LANGUAGES.values()))
    index = np.where(other, 1 + draw.choice(len(shares), size=len(other), p=shares / shares.sum()), 0)
    return pick(["sv", *figures.LANGUAGES], index[city.household])


def _contacts(city: City, draw: Draw) -> Columns:
    people = len(city.age)
    lowest = np.array(list(figures.INTERNET))
    online = (
        draw.random(people) < np.array(list(figures.INTERNET.values()))[np.searchsorted(lowest, city.age, "right") - 1]
    )
    has_email, has_mobile, has_mailbox = (
        online & (draw.random(people) < share)
        for share in (figures.KNOWN_EMAIL, figures.KNOWN_MOBILE, figures.DIGITAL_MAILBOX)
    )
    shares_email = draw.random(int(city.household.max()) + 1) < figures.SHARED_EMAIL_HOUSEHOLDS
    own = draw.permutation(people)
    account = np.where(shares_email[city.household], city.household + people, own)
    operators = np.array(list(figures.MAILBOX_OPERATORS.values()))
    mobile = draw.integers(figures.FIRST_MOBILE, figures.LAST_MOBILE + 1, size=people)
    return {
        "email": only_where(
            has_email,
            joined("boende", text(account + 1_000_000), "@", pick(list(figures.EMAIL_DOMAINS), account % 3)),
        ),
        "mobile": only_where(has_mobile, joined("0", text(mobile))),
        "digital_mailbox": only_where(
            has_mailbox & (city.age >= 18),
            pick(list(figures.MAILBOX_OPERATORS), draw.choice(len(operators), size=people, p=operators)),
        ),
    }
