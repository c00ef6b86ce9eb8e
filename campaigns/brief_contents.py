"""Rules on what the brief's values say: groups that can exist, words that are finished."""

import re
from collections.abc import Iterator
from typing import Any

from campaigns.audience_knowledge import constants_of
from campaigns.brief_answers import is_no_answer, is_unfinished
from campaigns.brief_source import Path_, name_path
from campaigns.brief_subject import Found, Subject, rule
from campaigns.programme import load_programme

UNFINISHED = re.compile(
    r"\b(?:TODO|FIXME|TBC|TBD|TBA|FYLL I|DRAFT|UTKAST|[Xx]{3,}|[Ll]orem ipsum)\b|\?{2,}|_{2,}|\.{4,}|<[^<>]*>"
    r"|\[[^\[\]]*\]"
)
SAYS_NOTHING = frozenset(
    {"todo", "tbd", "tba", "tbc", "x", "xx", "test", "text", "namn", "titel", "n/a", "asdf", "null"}
)
SAID_IN = {
    "minority_language_decision": "Say in a sentence what is translated to Finnish, Meänkieli and Sami, or why "
    "nothing is, and who decided it: a yes or a no cannot be looked up.",
}
"""How to mend a key whose question is not answered with a word."""
FILLED_BY_OTHERS = frozenset({"contact", "facts", "slots", "waves", "languages", "channels", "schedule", "floors"})
"""Keys with rules of their own, or whose words are names in the system."""
ANSWERED_ELSEWHERE = frozenset({
    "print_reason", "sources", "fact_checker", "anchored_with", "images", "stories", "crisis",
    "press_contact", "capacity",
    "decision", "objective",
})  # fmt: skip
"""Keys whose own rule looks at values that name nothing."""


@rule
def floor_group(subject: Subject) -> Found:
    """S4: a floor is for a group that the audience can hold; else nobody sees that it was never kept."""
    facts = {row.get("name"): set(row.get("values") or ()) for _, row in subject.rows("facts")}
    languages = {word for _, word in subject.words("languages")}
    for number, row in subject.rows("floors"):
        if row.get("reach") == 0:
            message = f"`floors[{number + 1}].reach` is 0, which is kept by reaching nobody"
            yield ("floors", number, "reach"), message, "Write the least share that must be reached, such as 0.8."
        column, _, value = (row.get("group") or "").partition("=")
        day = subject.day("schedule", "start")
        if day and column == "district" and (gone := load_programme().abolished(value, day)):
            message = f"`floors[{number + 1}].group` names a district that was abolished after {gone.until}"
            yield ("floors", number, "group"), message, f"Today it is part of {gone.now}."
            continue
        known = languages if column == "language" else facts.get(column) or _known(subject, column)
        if not column or known is None or value in known or (column in {"language", *facts} and not known):
            continue
        path = ("floors", number, "group")
        if not known:
            remedy = "Let the query give the column, or choose one that it gives."
            yield path, f"`floors[{number + 1}].group` names a column that no audience query gives", remedy
        else:
            remedy = f"Possible here: {', '.join(sorted(known))}."
            yield path, f"`floors[{number + 1}].group` names a value that nobody can have", remedy


@rule
def brief_finished(subject: Subject) -> Found:
    """P5c: what the brief says is finished: no TODO, no lone hyphen where a reason should stand."""
    for path, text in _texts(subject.data, ()):
        bare = text.strip()
        nothing = not re.search(r"[^\W_]", bare) or bare.casefold().strip(" .!?") in SAYS_NOTHING
        nothing = (
            nothing or is_unfinished(bare) or (path[0] not in ANSWERED_ELSEWHERE and is_no_answer(str(path[0]), bare))
        )
        if bare and (nothing or UNFINISHED.search(bare)):
            remedy = SAID_IN.get(str(path[0]), "Write what is true of this campaign.")
            yield path, f"{name_path(path)} is not finished", remedy


def _known(subject: Subject, column: str) -> set[str] | None:
    """Return every value that the audience queries can give a column; None where that cannot be seen."""
    queries = [subject.file(row["audience"]) for _, row in subject.rows("waves") if row.get("audience")]
    given = [constants_of(query, column) for query in queries if query is not None]
    if len(given) < len(queries) or not given or not all(complete for _, complete in given):
        return None
    return {value for constants, _ in given for value in constants}


def _texts(data: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    """Yield each text of the brief with its path."""
    if isinstance(data, str):
        yield path, data
    for step, inner in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        if path or step not in FILLED_BY_OTHERS:
            yield from _texts(inner, (*path, step))
