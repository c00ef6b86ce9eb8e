"""Rules on what the brief promises: result, people, sender, decision, message and channels."""

import re

from campaigns.brief_answers import is_no_answer
from campaigns.brief_meant import hint
from campaigns.brief_subject import Found, Subject, rule
from campaigns.programme import load_programme

TO_EMPLOYEES = "main_internal"
RESULTS = ("outcome", "impact")
SEEN_ONLY = re.compile(
    r"\b(?:sett|läst|öppnat|klickat|tittat|hört|fått|nåtts?|exponerats?|besökt|laddat ner|delat|gillat)\b[^,]{0,20}"
    r"\b(?:film|video|annons|affisch|brev|utskick|mejl|e-post|sms|inlägg|sida|webb|kampanj|budskap|broschyr|folder"
    r"|nyhet|artikel"
    r"|banner|reklam|text|information)\w*"
    r"|\b(?:klick|visningar|räckvidd|exponeringar|sidvisningar|öppningsgrad|klickfrekvens|följare|gillamarkeringar"
    r"|delningar"
    r"|kännedom|nedladdningar|tittare|utskick)\w*\b|\b(?:nåtts|känner till|hört talas om|minns) (?:av )?(?:kampanj"
    r"|budskap|annons|\w+)\w*"
    r"|\b(?:webb|sid)?besök(?:are)? på (?:webb|sidan|hemsidan|landningssidan|kampanjsidan)\w*"
    r"|\b(?:seen|read|opened|clicked|watched|heard|received|visited|downloaded|shared|liked)\b[^,]{0,20}"
    r"\b(?:film|video|advert|poster|letter|mailing|e-?mail|text message|post|page|website|campaign|message|brochure"
    r"|leaflet|news"
    r"|article|banner|information)\w*"
    r"|\b(?:clicks?|impressions?|reach|page views?|open rate|click-through|followers|likes|shares|downloads"
    r"|awareness|views|recall)\b",
    re.IGNORECASE,
)
"""What a measure of output or outtake counts: who has seen, read or heard, not what they did."""

SHARE = re.compile(r"\s*(?:andel|share|proportion)\w*\b", re.IGNORECASE)
LEAST_PER_CENT = {True: 2, False: 10}
"""A target written in per cent, by whether today's share is above nothing; between 1 and this it may be a mean."""


@rule
def objective_moves(subject: Subject) -> Found:
    """P2b: a goal is a number that differs from today's."""
    baseline, target = subject.get("objective", "baseline"), subject.get("objective", "target")
    if baseline is not None and baseline == target:
        yield ("objective", "target"), "the target equals the baseline", "Give the number that you want to reach."
    if is_no_answer("group", subject.text("objective", "group")):
        remedy = "Say among whom, such as hushåll som inte sorterar matavfall."
        yield ("objective", "group"), "`objective.group` is nobody in particular", remedy

    yield from _no_shares(subject)


def _no_shares(subject: Subject) -> Found:
    """Yield each target that no share can have, where today's value or the measure's name tells that it is one."""
    baseline, target = subject.get("objective", "baseline"), subject.get("objective", "target")
    if isinstance(baseline, int | float) and isinstance(target, int | float):
        share = 0 <= baseline < 1 and subject.text("objective", "unit") != "area"
        if (share and LEAST_PER_CENT[baseline > 0] <= target <= 100) or (target < 0 <= baseline):
            remedy = "Write shares as 0.31 for 31 per cent, as `objective.baseline` is."
            yield ("objective", "target"), "the target is no share of the group", remedy
    for number, row in subject.rows("kpis"):
        given = row.get("target")
        if isinstance(given, int | float) and SHARE.match(row.get("name") or "") and not 0 <= given <= 1:
            message = f"`kpis[{number + 1}].target` is no share"
            yield ("kpis", number, "target"), message, "Write shares as 0.31 for 31 per cent."


@rule
def outcome_kpi(subject: Subject) -> Found:
    """P4a: benefit, not reach."""
    stages = [row.get("stage") for _, row in subject.rows("kpis")]
    if stages and None not in stages and not set(stages) & set(RESULTS):
        yield ("kpis",), "no measure is of a result", f"Give at least one measure the stage {' or '.join(RESULTS)}."
    results = [(number, row.get("name") or "") for number, row in subject.rows("kpis") if row.get("stage") in RESULTS]
    for number, _ in results if all(SEEN_ONLY.search(name) for _, name in results) else ():
        remedy = "Count what people do or what has changed, and give what they have seen the stage output or outtake."
        yield ("kpis", number, "name"), f"`kpis[{number + 1}]` tells who was reached, not what came of it", remedy


@rule
def two_people(subject: Subject) -> Found:
    """P3c: who prepares does not approve."""
    if subject.text("manager") and subject.text("manager") == subject.text("communicator"):
        yield ("communicator",), "manager and communicator are the same person", "Name two different people."


@rule
def sender_kind(subject: Subject) -> Found:
    """P6b2: a company that calls itself a department would lose its endorsement."""
    body, kind = load_programme().body(subject.text("sender", "body")), subject.text("sender", "kind")
    if body and kind and kind != body.kind:
        yield ("sender", "kind"), "`sender.kind` is not what this sender is", f"Write {body.kind}."


@rule
def sender_known(subject: Subject) -> Found:
    """P6b: the sender stands in the programme's list, so that the follow-up finds it."""
    name, unit = subject.text("sender", "body"), subject.text("sender", "unit")
    body = load_programme().body(name)
    if name and body is None:
        known = [one for each in load_programme().bodies for one in (each.name, each.department) if one]
        remedy = f"{hint(name, known)}campaigns/programme.yaml lists committees, departments and companies."
        yield ("sender", "body"), "`sender.body` is not a known committee, department or company", remedy
    if unit and body and body.units and unit not in body.units:
        yield ("sender", "unit"), "`sender.unit` is not a known unit of the sender", f"Known: {', '.join(body.units)}."


@rule
def decision_complete(subject: Subject) -> Found:
    """P6d: a decision can be looked up; a proposal says who will decide and until when one can answer."""
    status = subject.text("decision", "status")
    needed = {"decided": ("body", "date", "reference"), "proposed": ("body", "consultation_until")}.get(status, ())
    for key in needed:
        if not subject.text("decision", key):
            remedy = f"What is {status} names {', '.join(needed)}."
            yield ("decision", key), f"`decision.{key}` is missing although the status is {status}", remedy
    for key in ("body", "reference"):
        if is_no_answer(key, subject.text("decision", key)):
            yield ("decision", key), f"`decision.{key}` names nothing", "Write what can be looked up, or leave it out."
    decided, start = subject.day("decision", "date"), subject.day("schedule", "start")
    if status == "decided" and decided and start and decided > start:
        message = "`decision.date` is after `schedule.start`, so nothing is decided when the message is sent"
        yield ("decision", "date"), message, "Mend the date, write the status proposed, or wait for the decision."
    until = subject.day("decision", "consultation_until")
    if status == "proposed" and until and start and until <= start:
        message = "`decision.consultation_until` is not after `schedule.start`"
        yield ("decision", "consultation_until"), message, "Give people time to answer."


@rule
def overall_message(subject: Subject) -> Found:
    """P7a: every campaign derives from a message that the council has set."""
    known = list(load_programme().overall_messages)
    given = subject.text("overall_message")
    if given and given not in known:
        remedy = f"{hint(given, known)}Allowed: {', '.join(known)}."
        yield ("overall_message",), "`overall_message` is none of the programme's", remedy
    registers = {row.get("register") for _, row in subject.rows("legal_basis")} - {None}
    if given == TO_EMPLOYEES and registers - {"employees"}:
        remedy = f"Allowed beyond the employees: {', '.join(name for name in known if name != TO_EMPLOYEES)}."
        yield ("overall_message",), "`overall_message` is that to the employees, but others are written to", remedy


@rule
def message_kind(subject: Subject) -> Found:
    """P7b: progress messages are told apart."""
    if not subject.text("message_kind"):
        yield ("message_kind",), "`message_kind` is missing", "Allowed: how_we_do, how_it_goes, where_we_are."


@rule
def challenge_known(subject: Subject) -> Found:
    """U: reports group by the city's challenges."""
    known = [challenge.id for challenge in load_programme().challenges]
    for number, word in subject.words("challenges"):
        if word not in known:
            remedy = f"{hint(word, known)}Allowed: {', '.join(known)}."
            yield ("challenges", number), f"`challenges[{number + 1}]` is none of the city's challenges", remedy


@rule
def anchored(subject: Subject) -> Found:
    """P5a: thought through and anchored."""
    if not subject.words("anchored_with"):
        yield ("anchored_with",), "`anchored_with` names nobody", "Name the units that know and agree."
    for number, word in subject.words("anchored_with"):
        if is_no_answer("anchored_with", word):
            message = f"`anchored_with[{number + 1}]` names nobody in particular"
            yield ("anchored_with", number), message, "Name the units that know and agree."


@rule
def sources(subject: Subject) -> Found:
    """P5c: facts come from somewhere and somebody has checked them."""
    if not subject.words("sources"):
        yield ("sources",), "`sources` is empty", "Name where the facts come from."
    for number, word in subject.words("sources"):
        if is_no_answer("sources", word):
            message = f"`sources[{number + 1}]` is no source that anybody can look up"
            yield ("sources", number), message, "Name the register, report or decision that the facts come from."
    checker = subject.text("fact_checker")
    if not checker or is_no_answer("fact_checker", checker):
        yield ("fact_checker",), "`fact_checker` is missing", "Name who has checked the facts."
    elif checker == subject.text("communicator"):
        message = "`fact_checker` is the communicator, who wrote the text"
        yield ("fact_checker",), message, "Let somebody else check the facts."
    readers = subject.get("translation_readers")
    for language, reader in readers.items() if isinstance(readers, dict) else ():
        if isinstance(reader, str) and reader == subject.text("communicator"):
            message = f"`translation_readers.{language}` is the communicator, who wrote the text"
            yield ("translation_readers", language), message, "Let somebody else read the translation."


@rule
def override_known(subject: Subject) -> Found:
    """P3c: only warnings can be overridden."""
    warnings = [gate.id for gate in load_programme().gates if gate.kind == "W"]
    for number, row in subject.rows("overrides"):
        name = row.get("gate")
        if isinstance(name, str) and name not in warnings:
            remedy = f"{hint(name, warnings)}Gates that can be overridden: {', '.join(warnings)}."
            yield ("overrides", number, "gate"), f"`overrides[{number + 1}].gate` is no gate that warns", remedy
