"""The texts of a preview as they are read: those that differ only in language, or in being easy to read, together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from tasks.combinations import open_channels
from tasks.gates.subject import GateSubject
from tasks.preview_words import Words

EASY_READ = "easy_read"


@dataclass(frozen=True)
class Text:
    """The variants that differ only in language, or in being easy to read: what is read side by side."""

    wave: str
    channel: str
    facts: str
    variants: tuple[GateSubject, ...]


def texts_shown(subjects: Sequence[GateSubject], words: Words) -> list[Text]:
    """Return the texts by wave, channel and facts, each in its languages; easy-read beside the ordinary one."""

    combinations: dict[str, set[str]] = {}
    for each in subjects:
        combinations.setdefault(each.wave, set()).add(words.facts(each.facts))

    def kind(subject: GateSubject) -> tuple[str, str, str]:
        speaks_to_all = subject.channel in open_channels(subject.brief)
        # Employees have one and the same value where a fact is about residents: it tells nothing there.
        speaks_to_all |= subject.brief.is_to_employees(subject.wave) and len(combinations[subject.wave]) == 1
        told = {name: value for name, value in subject.facts.items() if name != EASY_READ}
        return subject.wave, subject.channel, "" if speaks_to_all else words.facts(told)

    def place(subject: GateSubject) -> tuple[object, ...]:
        waves = [wave.name for wave in subject.brief.waves]
        easy_read = subject.facts.get(EASY_READ, "")
        return waves.index(subject.wave), *kind(subject), subject.brief.languages.index(subject.language), easy_read

    together = sorted(subjects, key=place)
    return [Text(*key, tuple(group)) for key, group in groupby(together, key=kind)]


def languages_without_readers(subjects: Sequence[GateSubject], words: Words) -> list[tuple[str, str, list[str]]]:
    """Return channel, wave and the languages of the brief in which nobody gets that text, so that it is not shown."""
    shown: dict[tuple[str, str], set[str]] = {}
    for each in subjects:
        if each.channel not in open_channels(each.brief):
            shown.setdefault((each.channel, each.wave), set()).add(each.language)
    languages = subjects[0].brief.languages if subjects else ()
    return [
        (words.channel(channel), words.wave(wave), missing)
        for (channel, wave), found in shown.items()
        if (missing := [words.language(tag) for tag in languages if tag not in found])
    ]
