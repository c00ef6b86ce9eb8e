"""The dirt of real extracts, put into a clean synthetic register in the shares of ``synthetic_figures.DIRT``."""

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.synthetic_city import Draw
from tasks.synthetic_columns import Column, Columns, Integers, pick
from tasks.synthetic_figures import DIRT

arrow: Any = importlib.import_module("pyarrow.compute")

BROKEN_EMAILS = (
    "boende.example.se",
    "boende@@example.se",
    "boende..lada@example.se",
    "boende@example",
    "boende@exa mple.se",
)


def soil(register: Columns, draw: Draw) -> Columns:
    """Return the register with every kind of dirt but the duplicates; at least one row of each kind."""
    dirty = dict(register)
    for status in ("dead", "emigrated", "moved"):
        dirty["status"] = _put(dirty["status"], draw, status, partial(_same, status))
    dirty["protected"] = _put(dirty["protected"], draw, "protected", lambda some: _same("true", some))
    dirty["email"] = _put(dirty["email"], draw, "email_untidy", _untidy, filled=True)
    dirty["email"] = _put(dirty["email"], draw, "email_broken", _broken_emails, filled=True)
    dirty["mobile"] = _put(
        dirty["mobile"], draw, "mobile_broken", lambda some: arrow.utf8_slice_codeunits(some, 0, 7), filled=True
    )
    dirty["apartment"] = _put(dirty["apartment"], draw, "apartment_missing", lambda some: _same("", some), filled=True)
    dirty["postcode"] = _put(dirty["postcode"], draw, "postcode_empty", lambda some: _same("", some))
    dirty["personal_number"] = _put(dirty["personal_number"], draw, "number_wrong", _wrong_check_digit)
    return dirty


def add_duplicates(register: Columns, draw: Draw) -> Columns:
    """Return the register with some people told twice, the second time in other letter case."""
    again = _chosen(np.arange(len(register["status"])), draw, "duplicate")
    places = pa.array(np.sort(again))
    double = {name: column.take(places) for name, column in register.items()}
    double["first_name"] = arrow.utf8_upper(double["first_name"])
    double["last_name"] = arrow.utf8_upper(double["last_name"])
    double["email"] = arrow.utf8_upper(double["email"])
    order = pa.array(draw.permutation(len(register["status"]) + len(again)))
    return {name: pa.concat_arrays([column, double[name]]).take(order) for name, column in register.items()}


def _put(column: Column, draw: Draw, kind: str, change: Callable[[Any], Any], *, filled: bool = False) -> Column:
    full = np.flatnonzero(arrow.not_equal(column, "").to_numpy(zero_copy_only=False))
    rows = np.sort(_chosen(full if filled else np.arange(len(column)), draw, kind))
    mask = np.zeros(len(column), dtype=bool)
    mask[rows] = True
    return arrow.replace_with_mask(column, pa.array(mask), change(column.take(pa.array(rows))))


def _chosen(rows: Integers, draw: Draw, kind: str) -> Integers:
    return draw.choice(rows, size=min(len(rows), max(1, round(len(rows) * DIRT[kind]))), replace=False)


def _same(word: str, rows: Any) -> Column:
    return pick([word], np.zeros(len(rows), dtype=np.int64))


def _untidy(emails: Any) -> Column:
    return arrow.binary_join_element_wise(arrow.utf8_upper(emails), " ", "")


def _broken_emails(emails: Any) -> Column:
    return pick(list(BROKEN_EMAILS), np.arange(len(emails)) % len(BROKEN_EMAILS))


def _wrong_check_digit(numbers: Any) -> Column:
    values = numbers.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return pa.array(values // 10 * 10 + (values + 1) % 10).cast(pa.string())
