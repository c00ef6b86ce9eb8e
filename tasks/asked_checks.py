"""The checks that `budkavle check` makes only when asked: do the linked pages answer, and what does a browser see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from campaigns.errors import Finding
from campaigns.programme import load_programme
from tasks.browser_check import look_at
from tasks.gates.examining import finding_of
from tasks.gates.links import links_to_ask
from tasks.gates.registry import Fault
from tasks.gates.subject import GateSubject
from tasks.gates.written import BRIEF_FILE
from tasks.link_check import Answer, check_links

Ask = Callable[[Sequence[str]], Mapping[str, Answer]]


def link_findings(subjects: Sequence[GateSubject], *, ask: Ask = check_links) -> list[Finding]:
    """Return each link that leads nowhere (B), and each of which nobody can say now (W), in every text."""
    rule = load_programme().gate("link_answers")
    linked = [(subject, *link) for subject in subjects for link in links_to_ask(subject)]
    answers = ask(list(dict.fromkeys(address for _, address, _, _ in linked)))
    found: dict[Finding, None] = {}
    for subject, address, place, sentence in linked:
        answer = answers[address]
        if answer.state == "answers":
            continue
        broken = answer.state == "broken"
        verb = "leads nowhere" if broken else "could not be checked"
        remedy = "Mend the address, or take the link away." if broken else "Open the link yourself, and check again."
        fault = Fault(
            f"the link {verb}: {address[:200]}: {answer.reason}", remedy, place, kind="B" if broken else "W",
            sentence=sentence,
        )  # fmt: skip
        found[_once(finding_of(subject, rule, fault))] = None
    return list(found)


def _once(finding: Finding) -> Finding:
    """Return a finding in the brief without the text that showed it: it is the same in all of them."""
    return replace(finding, language="", channel="", sentence="") if finding.file == BRIEF_FILE else finding


def browser_findings(subjects: Sequence[GateSubject]) -> list[Finding]:
    """Return what every text breaks of WCAG 2.1 A and AA in Chromium; raises InputError where there is none."""
    rule = load_programme().gate("browser")
    rendered = [subject for subject in subjects if subject.html.strip()]
    found: dict[Finding, None] = {}
    for subject, seen in zip(rendered, look_at([subject.html for subject in rendered]), strict=True):
        for broken in seen:
            message = f"{broken.rule}: {broken.says} ({broken.width} px, {broken.scheme}): {broken.html[:200]}"
            remedy = "Mend the text or the template; the rule is explained at dequeuniversity.com/rules/axe."
            place = subject.place(" ".join(broken.words.split()[:20]))
            found[finding_of(subject, rule, Fault(message, remedy, place, sentence=broken.words))] = None
    return list(found)
