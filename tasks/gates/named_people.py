"""Headings that present a person by name: an employee's own story (S7) rests on a written consent."""

import re
from functools import lru_cache

NAME = r"[A-ZÅÄÖÉÜ][a-zåäöéü’'-]+(?: [A-ZÅÄÖÉÜ][a-zåäöéü’'-]+)?"
TRADE = (
    r"\w*(?:sköterska|skötare|lärare|läkare|chef|ledare|förare|arbetare|pedagog|assistent|handläggare|ingenjör|kurator"
    r"|rektor|kock|tekniker|biträde|sekreterare|vaktmästare|elev|förälder|mamma|pappa|pensionär|boende|nurse|teacher"
    r"|driver|carer|assistant|manager|worker|engineer|cook|caretaker|pupil|parent|resident|hoitaja|opettaja|kuljettaja)"
)
PRESENTED = re.compile(
    rf"^(?P<trade>{NAME}), (?:\d{{1,3}}(?: år(?!\w)|(?=,|\W*$))|{TRADE}(?!\w)(?! (?:sök|önskas|behövs|wanted|needed)))"
    rf"|^(?:Möt|Träffa|Lär känna|Meet|Tapaa) (?P<met>{NAME})(?!\w)"
    rf"|^(?P<tells>{NAME}?)s? (?:berättar|berättelse|historia|tells|story|kertoo)(?!\w)"
)
NOBODY = re.compile(
    r"(?:oss|[Vv]i|[Ss]taden|\w*[Ss]kolan|[Ss]tockholm\w*|\w+(?:en|et|arna|erna|orna|skola|stad|holm|gatan|torget|parken)|[Oo]ur|[Uu]s|[Tt]he"
    r"|[Ww]e|[Yy]our|Våra?|[Dd]in|[Dd]ina|[Ee]n|[Ee]tt|[Aa]n?)(?= |$)"
)


@lru_cache(maxsize=1024)
def presented(heading: str) -> tuple[int, int] | None:
    """Return where a heading presents somebody by name; None where it presents nobody."""
    found = PRESENTED.search(heading)
    if found is None:
        return None
    group = found.lastgroup or ""
    return None if NOBODY.match(found[group]) else found.span(group)
