"""Headings and sentences that tell of a person by name: an employee's own story (S7) rests on a written consent."""

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
TELLS = (
    r"(?:berättar|berättade|delar med sig|beskriver|minns|skildrar|tells|told|shares?|talks|describes|kertoo|kertoi)"
)
OWN = (
    r"(?:om (?:sin|sitt|sina)|om när (?:hon|han|hen)|hur (?:hon|han|hen)|varför (?:hon|han|hen)"
    r"|(?:about )?(?:her|his|their)(?! \w+ing\b)|how (?:she|he|they)|when (?:she|he)|\w+(?:stään|nsa|nsä))"
)
HEALTH = (
    r"(?:sjukskriv\w*|utmattning\w*|utbränd\w*|utbrändhet\w*|depression\w*|deprimerad\w*|ångest\w*|cancer\w*|stroke\w*"
    r"|diagnos\w*|missbruk\w*|alkoholism\w*|missfall\w*|sjukdom\w*|sjuk|rehabilitering\w*"
    r"|sick leave|burn(?:out|ed out|t out)|depress\w+|anxiety|illness|miscarriage|addiction"
    r"|sairauslo\w*|masennu\w*|uupumu\w*|syöpä\w*)"
)
COLLEAGUE = rf"(?:{TRADE}(?:n|en)?|(?:kollega|medarbetare|colleague|employee|kollegan|medarbetaren))"
STORY = re.compile(
    rf"(?<!\w)(?i:{COLLEAGUE}) (?P<name>{NAME})(?:(?!\w)[^.!?]{{0,30}}?(?<!\w){TELLS} (?:\w+ ){{0,3}}?{OWN}(?!\w)"
    rf"|(?!\w)[^.!?]{{0,80}}?(?<!\w)(?i:{HEALTH})(?!\w))"
)
"""A sentence that tells an employee's own story: a trade, a name, and what they went through."""
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


@lru_cache(maxsize=4096)
def told_of(sentence: str) -> tuple[int, int] | None:
    """Return where a sentence tells what somebody in the staff went through, by name; None where it tells of nobody."""
    found = STORY.search(sentence)
    return None if found is None or NOBODY.match(found["name"]) else found.span("name")
