"""The synthetic city: plausible, dirty on purpose, and made of nobody."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from personnummer import personnummer

from campaigns.errors import InputError
from tasks import synthetic_figures as figures
from tasks.register_columns import COLUMNS
from tasks.synthesis import synthesise

PEOPLE = 6000
Rows = list[dict[str, str]]


def read(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> Rows:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return synthesise(PEOPLE, 11, tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def population(files: dict[str, Path]) -> Rows:
    return read(files["population"])


@pytest.fixture(scope="module")
def customers(files: dict[str, Path]) -> Rows:
    return read(files["customers"], "latin-1", ";")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(files: dict[str, Path], tmp_path: Path) -> None:
    again, other = synthesise(PEOPLE, 11, tmp_path / "a"), synthesise(PEOPLE, 12, tmp_path / "b")
    for kind, file in files.items():
        assert again[kind].read_bytes() == file.read_bytes()
        assert other[kind].read_bytes() != file.read_bytes()


def test_every_column_is_one_of_the_contract_or_a_declared_attribute(files: dict[str, Path], customers: Rows) -> None:
    assert set(read(files["population"])[0]) <= set(COLUMNS)
    declared = {"sorts_food_waste", "food_waste_bin", "housing", "pickup_place"}
    assert set(customers[0]) - set(COLUMNS) == declared
    assert "unit" in read(files["employees"], "utf-8-sig")[0]
    guardians = read(files["guardians"])
    assert set(guardians[0]) - set(COLUMNS) == {"school_choice"}
    assert all(row["guardian_of"] for row in guardians)
    assert "consent_purposes" in read(files["subscribers"])[0]


def test_every_valid_personal_number_is_reserved_for_tests_or_visibly_a_coordination_number(population: Rows) -> None:
    numbers = {row["personal_number"] for row in population}
    valid = {number for number in numbers if personnummer.valid(number)}
    assert len(numbers) - len(valid) == round(PEOPLE * figures.DIRT["number_wrong"])
    for number in valid:
        serial, coordination = int(number[8:11]), int(number[6:8]) > 60
        assert serial in (238, 239) or (coordination and serial >= 900)
        assert coordination or 1976 <= int(number[:4]) <= 2024


def test_days_that_skatteverket_left_out_of_the_reserve_are_never_used(tmp_path: Path) -> None:
    # 1990-01-01 with serial 239 is one of them (Skatteverket, testpersonnummer).
    numbers = {row["personal_number"] for row in read(synthesise(60_000, 3, tmp_path)["population"])}
    assert any(number.startswith("19900101238") for number in numbers)
    assert not any(number.startswith("19900101239") for number in numbers)


def test_addresses_reach_nobody(population: Rows) -> None:
    for row in population:
        if "@" in row["email"] and "boende1" in row["email"].lower():
            assert row["email"].lower().strip().endswith(figures.EMAIL_DOMAINS)
        if len(row["mobile"]) == 10:
            assert figures.FIRST_MOBILE <= int(row["mobile"]) <= figures.LAST_MOBILE


def test_districts_ages_and_households_follow_the_published_shares(population: Rows) -> None:
    shares = Counter(row["district"] for row in population)
    everybody = sum(one.people for one in figures.DISTRICTS)
    assert set(shares) == {one.name for one in figures.DISTRICTS}
    for one in figures.DISTRICTS:
        assert shares[one.name] / len(population) == pytest.approx(one.people / everybody, abs=0.02)
    children = sum(figures.NEWEST_BIRTH_YEAR - int(row["personal_number"][:4]) < 20 for row in population)
    assert children / len(population) == pytest.approx(0.216, abs=0.02)
    households = Counter(row["household_id"] for row in population)
    assert 1.9 < len(population) / len(households) < 2.3
    singles = sum(size == 1 for size in households.values()) / len(households)
    assert 0.35 < singles < 0.55


def test_every_child_lives_with_an_adult_about_a_generation_older(population: Rows) -> None:
    ages: dict[str, list[int]] = {}
    for row in population:
        ages.setdefault(row["household_id"], []).append(figures.NEWEST_BIRTH_YEAR - int(row["personal_number"][:4]))
    homes = [sorted(home) for home in ages.values() if min(home) < 18]
    assert all(home[-1] >= 20 for home in homes)
    assert sum(home[-1] - home[0] >= 16 for home in homes) / len(homes) > 0.95


def test_about_two_in_five_households_sort_and_all_who_sort_have_the_bin(customers: Rows) -> None:
    sorts = [row["sorts_food_waste"] == "yes" for row in customers]
    assert sum(sorts) / len(sorts) == pytest.approx(figures.SORTS_FOOD_WASTE, abs=0.03)
    assert all(row["food_waste_bin"] == "yes" for row in customers if row["sorts_food_waste"] == "yes")
    assert len({row["household_id"] for row in customers}) == len(customers)


def test_guardians_have_children_from_the_year_before_school_and_households_choose_together(
    files: dict[str, Path],
) -> None:
    rows = read(files["guardians"])
    born = {int(row["guardian_of"][:4]) for row in rows}
    assert born == set(range(figures.NEWEST_BIRTH_YEAR - 15, figures.NEWEST_BIRTH_YEAR - 3))
    chosen: dict[str, set[str]] = {}
    for row in rows:
        chosen.setdefault(row["household_id"], set()).add(row["school_choice"])
    assert all(len(answers) == 1 for answers in chosen.values())
    made = sum(answers == {"made"} for answers in chosen.values()) / len(chosen)
    assert made == pytest.approx(figures.CHOSEN_SCHOOL, abs=0.08)


def test_every_kind_of_dirt_is_there_even_in_a_small_city(tmp_path: Path) -> None:
    rows = read(synthesise(150, 5, tmp_path)["population"])
    statuses = {row["status"] for row in rows}
    assert statuses == {"alive", "dead", "emigrated", "moved"}
    assert any(row["protected"] == "true" for row in rows)
    assert any(row["email"] != row["email"].lower().strip() for row in rows)
    assert any(row["postcode"] == "" for row in rows)
    assert any(0 < len(row["mobile"]) < 10 for row in rows)
    assert any(not personnummer.valid(row["personal_number"]) for row in rows)
    assert len({row["personal_number"] for row in rows}) < len(rows)
    assert any(row["first_name"].isupper() and len(row["first_name"]) > 1 for row in rows)
    emails = Counter(row["email"] for row in rows if row["email"].startswith("boende1"))
    assert max(emails.values()) > 1


def test_the_files_are_written_in_the_forms_that_registers_come_in(files: dict[str, Path]) -> None:
    assert files["employees"].read_bytes().startswith(b"\xef\xbb\xbf")
    with pytest.raises(UnicodeDecodeError):
        files["customers"].read_bytes().decode("utf-8")
    assert b";" in files["customers"].read_bytes().splitlines()[0]


def test_the_customer_service_is_never_a_handful(tmp_path: Path) -> None:
    rows = read(synthesise(400, 2, tmp_path)["employees"], "utf-8-sig")
    assert sum(row["unit"] == "Kundservice" for row in rows) >= 12
    assert len(rows) >= 60


@pytest.mark.parametrize("people", [0, 99])
def test_a_city_too_small_to_hide_anybody_is_refused(tmp_path: Path, people: int) -> None:
    with pytest.raises(InputError, match="too small"):
        synthesise(people, 1, tmp_path)
