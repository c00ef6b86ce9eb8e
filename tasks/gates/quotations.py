"""Words of somebody: an employee's own are a story (S7), which rests on a written consent."""

import re
from collections.abc import Iterator

from campaigns.stories import story_of
from tasks.gates.masking import masked
from tasks.gates.passages import passages, places
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject

SAYS = (
    r"(?:säger|berättar|tycker|menar|förklarar|minns|says|said|tells us|explains|recalls|sanoo|kertoo|toteaa|muistelee"
    r"|ayuu yiri|ayay tiri|ayuu yidhi|ayay tidhi|يقول|تقول|قال|قالت|يحكي|تحكي)"
)
END_OF_QUOTATION = r"(?:[”“\"»›’']\s*,?|[.,!?]\s*[”“\"»›’']\s*,?)"
QUOTED = re.compile(
    rf"{END_OF_QUOTATION}\s*{SAYS}(?!\w)"  # ”Jag trivs”, säger Anna
    rf"|(?:^|\s)[–—-]\s\S[^–—]*[,.!?]\s+{SAYS}\s+\w+"  # – Jag trivs, säger Anna
    rf"|(?<!\w){SAYS}\s+[^.!?”“\"«»]{{2,60}}[:,]\s*[”“\"«»‘'–]"  # Anna säger: ”Jag trivs”
    rf"|(?<=\w)\s+{SAYS}\s*[:,]\s*[”“\"«»‘'–]",
    re.IGNORECASE,
)


@gate("employee_quoted")
def employee_quoted(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """S7: whoever is quoted outside a declared story is looked at by a person, who knows whether there is a consent."""
    message = subject.say("Somebody is quoted, and no story with a consent holds the words")
    remedy = subject.say(
        "Put an employee's words into a file story.NAME.LANGUAGE.md and the consent under `stories`; "
        "a person reads other quotations."
    )
    for passage in passages(subject):
        if found := QUOTED.search(passage.text):
            for place in places(subject, passage.text, *found.span()):
                if story_of(place[0]) is None:
                    yield Fault(message, remedy, place, sentence=masked(passage.text))
