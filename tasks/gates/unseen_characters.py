"""Characters that a reader cannot see or takes for others, and that a screen reader says as nonsense."""

import html
import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from tasks.gates.masking import shown_safely
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject
from tasks.gates.written import BRIEF_FILE

OVERRIDES = re.compile("[\u202a-\u202e]")
DIRECTIONS = re.compile("[\u061c\u200e\u200f\u2066-\u2069]")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
INVISIBLE = re.compile(
    "[\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\u115f\u1160\u3164\uffa0\u034f\u2028\u2029]"
    "|[\U000e0100-\U000e01ef]"
)
JOINERS = re.compile("[\u200c\u200d]")
JOINED = re.compile("[\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff]")
TAGS = re.compile("[\U000e0000-\U000e007f]")
FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]+")
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
CONTROL = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f]")
BROKEN = re.compile("\ufffd|Ã[\u0080-\u00bf„…†‡ˆ‰Š‹Œ–—˜™š›œ¤¥¶]|â€[\u0080-\u00bf™œž“”\u0153]?|Â[\u00a0-\u00bf]")
STYLED = re.compile("[\U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9]")
WORD = re.compile(r"[^\W\d_]+")
PLAIN = re.compile(r"[\t\n -~åäöéüÅÄÖÉÜ–”’§•…]*")
"""Nothing to look for: none of these hides, and none of them is part of what :data:`BROKEN` finds."""
LATIN_LIKE = frozenset(
    "авеікмнорсстухјѕԁԛԝһѵӏАВЕЅІЈКМНОРСТУХҮԌԚԜӀ"  # Cyrillic
    "αικνορυχγΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳ"  # Greek
    "օսռոցհյզՏԼՕՍ"  # Armenian
)
"""Letters of other scripts that a reader takes for Latin ones (Unicode Technical Standard 39, confusables)."""
ESCAPED = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|x([0-9a-f]{2}))", re.IGNORECASE)
"""A character as YAML and Jinja write it by its number between quotation marks."""
NAMED_IN_YAML = {"\\L": "\u2028", "\\P": "\u2029", "\\0": "\0", "\\a": "\a", "\\b": "\b", "\\e": "\x1b", "\\v": "\v"}
QUOTED = re.compile(r'^[^#"]*[:\[{,-]\s*"((?:[^"\\]|\\.)*)"')
SCRIPTS = {"CYRILLIC", "GREEK", "ARMENIAN"}


@gate("hidden_character")
def hidden_character(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: no character is there that nobody sees, that turns the reading order, or that looks like another letter."""
    remedy = subject.say("Delete it and write the words anew, without pasting them.")
    for name in subject.written:
        for number, line in subject.numbered(name):
            for sign in hidden_in(read_as(line, markup=name != BRIEF_FILE)):
                message = subject.say(
                    "The character {character} cannot be read as it looks", character=code_point(sign)
                )
                yield Fault(message, remedy, (name, number), sentence=_shown(line, sign))


@lru_cache(maxsize=16_384)
def read_as(line: str, *, markup: bool) -> str:
    """Return a line with the characters that it writes by number or name; with ``markup`` those of HTML too."""
    if markup and "&" in line:
        line = html.unescape(line)
    if "\\" not in line:
        return line
    if quoted := QUOTED.search(line):
        for escape, sign in NAMED_IN_YAML.items():
            line = line.replace(quoted[1], quoted[1].replace(escape, sign))
    return ESCAPED.sub(_numbered, line)


def _numbered(found: re.Match[str]) -> str:
    number = int(next(filter(None, found.groups())), 16)
    return chr(number) if number <= sys.maxunicode else found[0]


@lru_cache(maxsize=16_384)
def hidden_in(line: str) -> tuple[str, ...]:
    """Return each character of a line that no reader sees for what it is, once."""
    return () if PLAIN.fullmatch(line) else tuple(dict.fromkeys(_hidden_in(line)))


def _hidden_in(line: str) -> Iterator[str]:
    plain = FLAG.sub("", line)
    for form in (OVERRIDES, INVISIBLE, TAGS, PRIVATE, CONTROL, STYLED):
        yield from (found[0] for found in form.finditer(plain))
    if not RIGHT_TO_LEFT.search(plain) or _unbalanced(plain):
        yield from (found[0] for found in DIRECTIONS.finditer(plain))
    for found in JOINERS.finditer(plain):
        around = plain[max(0, found.start() - 1) : found.start()] + plain[found.end() : found.end() + 1]
        if not JOINED.search(around) and not _joins_pictures(around):
            yield found[0]
    yield from (found[0][0] for found in BROKEN.finditer(plain))
    yield from _look_alikes(plain)


def _unbalanced(line: str) -> bool:
    """Tell whether an isolated part is begun and not ended on the line, or ended without being begun."""
    return len(re.findall("[\u2066-\u2068]", line)) != line.count("\u2069")


def _joins_pictures(around: str) -> bool:
    return len(around) > 1 and all(unicodedata.category(sign) in {"So", "Sk", "Mn"} for sign in around)


def _look_alikes(line: str) -> Iterator[str]:
    """Yield letters of another script that look Latin: inside a Latin word, or a whole word among Latin ones."""
    words = WORD.findall(line)
    scripts = [{_script(letter) for letter in word} for word in words]
    own = [word for word, used in zip(words, scripts, strict=True) if used == {"LATIN"}]
    foreign = [word for word, used in zip(words, scripts, strict=True) if used & SCRIPTS]
    telling = any(letter not in LATIN_LIKE for word in foreign for letter in word if _script(letter) in SCRIPTS)
    for word, used in zip(words, scripts, strict=True):
        if used & SCRIPTS and ("LATIN" in used or (own and not telling and set(word) <= LATIN_LIKE and len(word) > 1)):
            yield from (letter for letter in word if letter in LATIN_LIKE)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def code_point(sign: str) -> str:
    """Return a character's code point and name, such as U+200B ZERO WIDTH SPACE."""
    name = unicodedata.name(sign, "")
    return f"U+{ord(sign):04X} {name}".strip()


def _shown(line: str, sign: str) -> str:
    """Return a line with a character that cannot be seen replaced by its code point."""
    visible = unicodedata.category(sign) in {"Ll", "Lu", "Lo"} and not PRIVATE.match(sign)
    return shown_safely(line if visible else line.replace(sign, f"[U+{ord(sign):04X}]"))
