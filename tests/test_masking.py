"""What a finding quotes never holds a number that may be a person's, and keeps those that the city publishes."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.gates.masking import masked
from tasks.gates.personal_numbers import personal_numbers

DAYS = st.dates(date(1890, 1, 1), date(2026, 12, 31))
FORMS = ("{d:%Y%m%d}{n}", "{d:%y%m%d}{n}", "{d:%y%m%d}-{n}", "{d:%Y%m%d}-{n}", "{d:%y %m %d} {n}",
         "{d:%Y-%m-%d}-{n}",
         "{d:%y%m%d}+{n}", "{d:%y%m%d} {n}", "{d:%Y} {d:%m%d} {n}", "{d:%y.%m.%d}–{n}", "{d:%Y%m%d} - {n}",
         "{d:%Y-%m-%d} {n}")  # fmt: skip
SCRIPTS = st.sampled_from(["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９"])


@given(
    DAYS, st.integers(0, 9999), st.sampled_from(FORMS), SCRIPTS, st.sampled_from(["", "8 ", "kl 8 ", "08-508 00 000 "])
)
@example(date(2000, 1, 1), 0, "{d:%y %m %d} {n}", "0123456789", "")
def test_no_personal_number_is_ever_quoted(day: date, last: int, form: str, digits: str, before: str) -> None:
    number = form.format(d=day, n=f"{last:04}").translate(str.maketrans("0123456789", digits))
    shown = masked(f"Ring {before}{number} i dag")
    assert number not in shown
    assert not list(personal_numbers(shown))


@pytest.mark.parametrize(
    "number",
    ["08-508 00 000", "070-123 45 67", "070-1234567", "+46 8 508 00 000", "KS 2026/0001", "2026-000123", "556210-5855",
     "116 117", "5050-1055", "2027-01-18"],
)  # fmt: skip
def test_numbers_that_the_city_publishes_are_quoted(number: str) -> None:
    assert masked(f"Ring eller skriv till oss: {number}.") == f"Ring eller skriv till oss: {number}."
