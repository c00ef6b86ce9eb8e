"""Rules on what lies beside the brief: audience queries and their registers, texts, and the names they use."""

import re
from collections import Counter

from campaigns.brief_answers import is_no_answer, says_no_time
from campaigns.brief_source import Path_
from campaigns.brief_subject import Found, Subject, rule
from campaigns.campaign_files import TEXT, markdown_files, why_refused
from campaigns.language import base, tag_meant
from campaigns.stories import INCLUDED, story_of

REGISTERS = ("population", "guardians", "employees", "customers", "subscribers")
RESERVED = {
    "slots": ("recipient", "message_id", "unsubscribe_url", "date"),
    "facts": ("language", "segment", "channel", "arm", "wave"),
}

ADDRESS = re.compile(r"https://[^\s/?#.]+(?:\.[^\s/?#.]+)+(?:[/?#]\S*)?")
NAME_OF_PERSON = re.compile(r"[A-ZÅÄÖÉ][a-zåäöéü]+(?:-[A-ZÅÄÖ][a-zåäöéü]+)?(?: [A-ZÅÄÖÉ][a-zåäöéü]+){1,2}")
"""A name where a reference should stand; references hold figures or small words."""


@rule
def audience_file(subject: Subject) -> Found:
    """P4d: each wave has a query over the register views."""
    for number, wave in subject.rows("waves"):
        path, name = ("waves", number, "audience"), wave.get("audience")
        registers = subject.registers.get(number)
        if name and registers is None:
            message = f"`waves[{number + 1}].audience` names no SQL file (UTF-8) here"
            yield path, message, "Write the file, or mend its name."
        elif registers is not None and not registers:
            remedy = f"Read at least one of {', '.join(f'register_{one}' for one in REGISTERS)}."
            yield path, f"the query of `waves[{number + 1}]` reads no register", remedy
        elif registers and not registers <= set(REGISTERS):
            remedy = f"The registers are {', '.join(f'register_{one}' for one in REGISTERS)}."
            yield path, f"the query of `waves[{number + 1}]` reads a register that does not exist", remedy


@rule
def text_file(subject: Subject) -> Found:
    """P5b: every wave speaks every language, and with a text of its own in each of them if it has one in any.

    Swedish is among the languages of what the public gets: it is the one that everybody at the city can answer for.
    """
    spoken = {base(language) for _, language in subject.words("languages")}
    if spoken and "sv" not in spoken and not _is_for_employees(subject):
        yield ("languages",), "the languages lack Swedish", "Add sv, and write the texts in Swedish."
    for number, language in subject.words("languages"):
        for name in _texts_needed(subject, language):
            if subject.file(name) is not None:
                continue
            reason = why_refused(subject.folder / name, TEXT) if (subject.folder / name).exists() else None
            told = f"{name} {reason[0]}, so there is none" if reason else f"there is no {name} (UTF-8)"
            message = f"{told} for `languages[{number + 1}]`"
            meant = tag_meant(language)
            hint = f"Did you mean `{meant}`? " if meant else ""
            yield ("languages", number), message, f"{hint}Write {name} in the campaign's folder."


def _is_for_employees(subject: Subject) -> bool:
    return bool(subject.internal_waves) and len(subject.internal_waves) == len(subject.rows("waves"))


def _texts_needed(subject: Subject, language: str) -> list[str]:
    """Return the files that the waves read in a language; of the internal wave internal_pack asks for its own."""
    waves = [(number, wave["name"]) for number, wave in subject.rows("waves") if wave.get("name")]
    public = {name for number, name in waves if number not in subject.internal_waves}
    languages = [each for _, each in subject.words("languages")]
    own = {
        name for _, name in waves
        if any(subject.file(f"text.{name}.{each}.md") is not None for each in languages)
        and (name in public or not public or subject.file(f"text.{name}.{language}.md") is not None)
    }  # fmt: skip
    files = [f"text.{name}.{language}.md" if name in own else f"text.{language}.md" for _, name in waves]
    return list(dict.fromkeys(files or [f"text.{language}.md"]))


@rule
def internal_pack(subject: Subject) -> Found:
    """P3b: employees get questions and answers before the public gets the message."""
    waves = subject.rows("waves")
    external = [number for number, _ in waves if number not in subject.internal_waves]
    internal = [wave for number, wave in waves if number in subject.internal_waves]
    if external and not internal and len(subject.registers) == len(waves):
        yield ("waves",), "no wave tells the employees first", "Add a wave over register_employees with its own text."
    for wave in internal if external else []:
        names = [f"text.{wave.get('name')}.{language}.md" for _, language in subject.words("languages")]
        missing = [name for name in names if subject.file(name) is None]
        if wave.get("name") and missing:
            told = f"there is no {', no '.join(missing)}"
            yield ("waves",), told, "Write questions and answers for those who will be asked."


@rule
def story_consent(subject: Subject) -> Found:
    """S7: every story that a text tells has a written consent for as long as the message is shown."""
    start, end = subject.day("schedule", "start"), subject.day("schedule", "valid_until")
    told = {story_of(part) for part in _included_stories(subject)}
    rows = {row.get("name"): number for number, row in subject.rows("stories")}
    for missing in sorted(name for name in told if name and name not in rows):
        remedy = f"Add {{name: {missing}, consent: …, consent_on: …}} once the employee has signed."
        yield ("stories",), f"a text tells the story {missing}, which has no consent under `stories`", remedy
    for name, number in rows.items():
        given, until = subject.day("stories", number, "consent_on"), subject.day("stories", number, "consent_until")
        if name in told and given and start and given > start:
            message = f"`stories[{number + 1}].consent_on` is after `schedule.start`"
            yield ("stories", number, "consent_on"), message, "Tell the story once its consent has been given."
        if name in told and until and end and until < end:
            message = f"`stories[{number + 1}].consent_until` is before `schedule.valid_until`"
            yield ("stories", number, "consent_until"), message, "Ask for a longer consent, or end the message sooner."
    for number, _ in subject.rows("stories"):
        consent = subject.text("stories", number, "consent")
        if is_no_answer("consent", consent) or NAME_OF_PERSON.fullmatch(consent):
            message = f"`stories[{number + 1}].consent` names no written consent"
            yield ("stories", number, "consent"), message, "Name the signed paper by its reference, not by name."


def _included_stories(subject: Subject) -> set[str]:
    files = (subject.file(path.name) for path in markdown_files(subject.folder))
    return {part for text in files if text for part in INCLUDED.findall(text)}


@rule
def slot_defaults(subject: Subject) -> Found:
    """P5b: nobody reads a gap where a value is unknown."""
    for number, row in subject.rows("slots"):
        default = row.get("default")
        missing = [one for _, one in subject.words("languages") if isinstance(default, dict) and one not in default]
        if missing:
            message = f"`slots[{number + 1}].default` has no text in {', '.join(missing)}"
            yield ("slots", number, "default"), message, "Give one text per language, or one for all."
        said = default if isinstance(default, dict) else {"": default}
        wrong = [one for one, words in said.items() if isinstance(words, str) and not ADDRESS.fullmatch(words.strip())]
        if row.get("kind") == "url" and wrong:
            path = ("slots", number, "default", *(wrong[:1] if isinstance(default, dict) else ()))
            message = f"`slots[{number + 1}].default` is no web address"
            yield path, message, "Write the whole address, such as https://start.stockholm/avfall."


@rule
def contact_languages(subject: Subject) -> Found:
    """P4b: hours and answer time are told in everybody's language; figures alone, such as 8–16, are in all of them."""
    languages = [language for _, language in subject.words("languages")]
    for key in ("hours", "answer_within"):
        told = subject.get("contact", key)
        missing = [one for one in languages if isinstance(told, dict) and one not in told]
        if missing:
            message = f"`contact.{key}` has no text in {', '.join(missing)}"
            yield ("contact", key), message, "Give one text per language."
        elif isinstance(told, str) and len(languages) > 1 and re.search(r"[^\W\d_]", told):
            form = ", ".join(f"{one}: …" for one in languages)
            message = f"`contact.{key}` is one text for the languages {', '.join(languages)}"
            yield ("contact", key), message, f"Give one text per language: {key}: {{{form}}}."
        said = told if isinstance(told, dict) else {"sv": told} if isinstance(told, str) else {}
        for each, words in said.items():
            if isinstance(words, str) and says_no_time(key, words, each):
                message = f"`contact.{key}` says no time in {each}"
                yield ("contact", key, each), message, "Write such as vardagar 9–15, or två arbetsdagar."


@rule
def names_unique(subject: Subject) -> Found:
    """P5b: one name means one thing."""
    declared = Counter[str]()
    for key in ("facts", "slots"):
        for number, row in subject.rows(key):
            name = row.get("name")
            if not isinstance(name, str):
                continue
            declared[name] += 1
            if name in RESERVED[key]:
                message = f"`{key}[{number + 1}].name` is a name that the system fills itself"
                yield (key, number, "name"), message, f"Choose another name than {', '.join(RESERVED[key])}."
            elif declared[name] > 1:
                message = f"`{key}[{number + 1}].name` is declared before"
                yield (key, number, "name"), message, "Facts and slots have different names, each once."
    yield from _repeated_rows(subject)


def _repeated_rows(subject: Subject) -> Found:
    named: list[tuple[str, str, list[tuple[int, str | None]]]] = [
        ("languages", "", [(number, word) for number, word in subject.words("languages")]),
        ("channels", "", [(number, word) for number, word in subject.words("channels")]),
        *((key, name, [(number, row.get(name)) for number, row in subject.rows(key)]) for key, name in
          (("waves", "name"), ("floors", "group"), ("stories", "name"), ("overrides", "gate"))),
    ]  # fmt: skip
    for key, name, listed in named:
        seen: set[str] = set()
        for number, word in listed:
            if word in seen:
                path: Path_ = (key, number, name) if name else (key, number)
                yield path, f"`{key}[{number + 1}]` repeats an earlier one", "Keep one of them."
            seen.add(word or "")
