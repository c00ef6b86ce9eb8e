"""Which value of a fixed list is meant by what is written in its place: a slip, a Swedish name, an inflected form."""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from campaigns.programme import load_programme

MEANT_VALUES = Path(__file__).parent / "words" / "meant_values.yaml"
LONGEST = 80
SLIP, INFLECTED = 0.6, 0.75
"""How like a value, or one of its other names, what is written must be (difflib's ratio)."""


def near(given: str, known: Iterable[str]) -> str:
    """Return the known value that is meant: the nearest word, or the one of that other name; empty where none is."""
    values, written = list(known), " ".join(given.replace("_", " ").lower().split())[:LONGEST]
    names = {name: value for value in values for name in _other_names().get(value, ())}
    if written in names:
        return names[written]
    small = {value.lower(): value for value in values}
    return (
        _nearest(written.replace(" ", "_"), small, INFLECTED)
        or _nearest(written, names, INFLECTED)
        or _nearest(given.lower()[:LONGEST], small, SLIP)
    )


def hint(given: str, known: Collection[str]) -> str:
    """Return a sentence with the known value that is meant; empty where none is near."""
    nearest = near(given, known)
    return f"Did you mean `{nearest}`? " if nearest else ""


def named_otherwise(given: str, known: Collection[str]) -> str:
    """Return the known value that something is another name of, such as first_name for förnamn; empty where none is."""
    return next((value for value in known if given.lower() in _other_names().get(value, ())), "")


def _nearest(written: str, names: Mapping[str, str], likeness: float) -> str:
    found = difflib.get_close_matches(written, names, n=1, cutoff=likeness)
    return names[found[0]] if found else ""


@cache
def _other_names() -> dict[str, tuple[str, ...]]:
    """Return what else each value is called, in small letters."""
    with MEANT_VALUES.open(encoding="utf-8") as source:
        listed: dict[str, list[str]] = YAML(typ="safe", pure=True).load(source)
    names: dict[str, list[str]] = {value: [str(name) for name in other] for value, other in listed.items()}
    for value, name in _told_by_the_programme():
        names.setdefault(value, []).append(name)
    return {value: tuple(name.lower() for name in other) for value, other in names.items()}


def _told_by_the_programme() -> Iterator[tuple[str, str]]:
    programme = load_programme()
    yield from programme.overall_messages.items()
    for each in (*programme.goals, *programme.challenges):
        yield from ((each.id, each.sv), (each.id, each.en))
