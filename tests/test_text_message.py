"""Text messages are counted exactly and filled without harm."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.escapes import ESCAPES
from tasks.slots import marker, parse
from tasks.text_message import GSM, PLAIN, count, named, replaceable

# 3GPP TS 23.038, 6.2.1 and 6.2.1.1: the default alphabet in order, without the escape, and its extension.
DEFAULT = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\0ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
).replace("\0", "")
EXTENSION = "\f^{}\\[~]|€"


def parts_by_the_standard(text: str) -> int:
    """Count by packing one sign after another; an oracle that shares nothing with what is tested."""
    if all(sign in DEFAULT + EXTENSION for sign in text):
        sizes, whole, part = [1 + (sign in EXTENSION) for sign in text], 160, 153
    else:
        sizes, whole, part = [len(sign.encode("utf-16-be", "surrogatepass")) // 2 for sign in text], 70, 67
    if sum(sizes) <= whole:
        return 1
    parts, room = 1, part
    for size in sizes:
        parts, room = (parts, room - size) if size <= room else (parts + 1, part - size)
    return parts


signs = st.sampled_from(DEFAULT + EXTENSION) | st.characters(exclude_categories=["Cs"])
texts = st.lists(st.tuples(signs, st.integers(1, 200)), max_size=5).map(
    lambda runs: "".join(sign * size for sign, size in runs)
)


@given(texts)
@example("a" * 152 + "€" + "a" * 153)
@example("a" * 152 + "|")
@example("–" + "🚀" * 33 + "a" * 67)
def test_parts_are_those_of_the_standard(text: str) -> None:
    counted = count(text)
    assert counted.parts == parts_by_the_standard(text)
    assert (counted.alphabet == "GSM-7") == set(text).issubset(DEFAULT + EXTENSION) == (counted.forcing == ())


@pytest.mark.parametrize(
    ("text", "alphabet", "parts"),
    [
        ("1234567890" * 16, "GSM-7", 1),
        ("1234567890" * 16 + "1", "GSM-7", 2),
        ("1234567890" * 30 + "1234567", "GSM-7", 3),
        ("|" + "1234567890" * 15 + "12345678", "GSM-7", 1),
        ("€" + "1234567890" * 15 + "123456789", "GSM-7", 2),
        ("Á" * 70, "UCS-2", 1),
        ("Á" * 71, "UCS-2", 2),
        ("😀" + "]" * 68, "UCS-2", 1),
        ("😀" + "]" * 69, "UCS-2", 2),
    ],
)
def test_published_vectors_of_twilio(text: str, alphabet: str, parts: int) -> None:
    """From TwilioDevEd/message-segment-calculator (MIT), tests/index.test.js."""
    assert (count(text).alphabet, count(text).parts) == (alphabet, parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("à" * 160, 1), ("à" * 307, 3), ("à" * 919, 7), ("ÿ" * 70, 1), ("ÿ" * 135, 3), ("ÿ" * 403, 7), ("^" * 80, 1),
        ("^" * 81, 2), ("a" * 159 + "|", 2), ("a" * 304 + "[", 2), ("a" * 304 + "[]", 3), ("â" * 134 + "}", 3),
        ("à" * 70 + "ÿ", 2),
    ],
)  # fmt: skip
def test_published_vectors_of_notify(text: str, parts: int) -> None:
    """From alphagov/notifications-utils (MIT), tests/test_template_types.py."""
    assert count(text).parts == parts


def test_nothing_is_downgraded_although_others_do() -> None:
    """Notify sends 160 rockets as question marks in one part; a city sends what was approved."""
    assert count("🚀" * 160).parts == 5


def test_the_characters_that_cost_are_named_once_each_in_order() -> None:
    counted = count("Förslag – ej beslutat – “snart”\N{NO-BREAK SPACE}")
    assert counted.forcing == ("–", "“", "”", "\N{NO-BREAK SPACE}")
    assert [named(each) for each in counted.forcing[::3]] == ["– (U+2013 EN DASH)", "U+00A0 NO-BREAK SPACE"]
    assert replaceable(counted.forcing) == {"–": "-", "“": '"', "”": '"', "\N{NO-BREAK SPACE}": " "}


@pytest.mark.parametrize("text", ["Davvisámegiella: čđŋšŧž – bures", "مرحبا – أهلا", "Łukasz – hej", "Zoë – á"])
def test_no_letter_is_ever_offered_for_another(text: str) -> None:
    assert replaceable(count(text).forcing) == {}


def test_every_plain_sign_is_free_and_no_letter_has_one() -> None:
    assert all(set(plain) <= GSM for plain in PLAIN.values())
    assert not any(sign.isalpha() or sign in GSM for sign in PLAIN)


@given(st.text(max_size=60))
@example("a\r\nb\x85c\u2028d")
@example(marker("other", "sms"))
@example("Ąņ–“”\N{NO-BREAK SPACE}🚀")
def test_no_value_changes_what_stands_around_it_or_is_itself_altered(value: str) -> None:
    template = parse(f"Hej {marker('name', 'sms')}!\n\n{marker('other', 'sms')}\nStockholms stad".encode())
    filled = template.fill({"name": value, "other": "x"}).decode()
    found = re.fullmatch(r"Hej (.*)!\n\nx\nStockholms stad", filled)
    assert found
    unprinted = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufff9-\ufffb\ufffe\uffff]+"
    kept = re.sub(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]+", "", re.sub(unprinted, " ", value)).strip()
    assert found[1].removeprefix("\u2068").removesuffix("\u2069") == kept
    assert ESCAPES["sms_rtl"](value).decode().removeprefix("\u2068").removesuffix("\u2069") == kept
