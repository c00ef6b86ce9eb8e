"""The matter that an approver's letter tells: what, to whom, from which registers, how, when, at what cost."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, TypeAlias

import duckdb

from campaigns.approval_matrix import is_assessed
from campaigns.brief import Brief
from campaigns.errors import Finding
from campaigns.language import for_translation as _
from campaigns.language import translations
from campaigns.programme import load_programme
from campaigns.sendings import sendings
from tasks import cost_bound, later_words
from tasks.approval_mail import Request
from tasks.audience_words import AudienceWords
from tasks.local_time import in_words
from tasks.pages import filters
from tasks.preview_words import Words
from tasks.profile_cells import APPROACHED
from tasks.register_names import REGISTERS
from tasks.runs import Run
from tasks.shown_design import shown_design
from tasks.shown_figures import Figures, figures
from tasks.workplace import Workplace

Text: TypeAlias = Callable[[str], str]
Writers: TypeAlias = Mapping[str, Any]
NOT_SHOWN = _("“Not shown” stands where fewer than ten people would show, or could be worked out from the rest.")


def matter(
    connection: duckdb.DuckDBPyConnection, workplace: Workplace, run: Run, findings: Sequence[Finding] = ()
) -> str:
    """Return what is to be approved: what, to whom, from which registers, by which channels, when, at what cost.

    Then the decision's status, and each override with its reason beside the findings it accepts.
    """
    words, brief = Words(workplace.language), run.brief
    text, write = translations(workplace.language).gettext, filters(workplace.language)
    shown = figures(connection, run, workplace.language)
    goal = next(goal for goal in load_programme().goals if goal.id == brief.goal)
    lines = [
        text("What: %s") % f"{title(brief)} ({goal.id}: {goal.en if workplace.language == 'en' else goal.sv})",
        text("To whom: %s") % brief.objective.group,
        *_to_whom(shown, words, text),
        *(f"  - {sentence}" for sentence in later_words.sentences(shown.later, run, workplace.language)),
        *_too_small(connection, run, workplace.language),
        text("Registers, purposes and legal bases:"),
        *uses(brief, text, workplace.language),
        *_channels(shown, words, text),
        text("When:"),
        *_starts(brief, words, workplace.language),
        text("  - holds until %s") % local(brief.schedule.valid_until, brief, workplace.language),
        _cost(run, shown, cost_bound.at_most(connection, run, shown), text, write),
        *_decision(brief, words, text, write),
        text("Readers ask at %(way)s, %(hours)s, and are answered within %(time)s.")
        % {
            "way": brief.contact.way,
            "hours": brief.contact.hours_in(workplace.language),
            "time": brief.contact.answer_within_in(workplace.language),
        },
    ]
    lines += _overrides(brief, findings, text)
    hidden = any(words.persons(None) in line for line in lines)
    return "\n".join([*lines, *([text(NOT_SHOWN)] if hidden else [])])


def _starts(brief: Brief, words: Words, language: str) -> list[str]:
    """Return to whom the message is sent when."""
    every = [(later_words.sending(each, words, language), each.start) for each in sendings(brief)]
    return [f"  - {to_whom}: {local(start, brief, language)}" for to_whom, start in every]


def _to_whom(shown: Figures, words: Words, text: Text) -> list[str]:
    lines = []
    for wave in shown.waves:
        persons, total = dict(wave["standings"]).get(APPROACHED, 0), wave["total"]
        line = text("  - %(wave)s: %(persons)s persons of %(total)s in the audience may be contacted")
        if persons is None:
            line = text("  - %(wave)s: how many persons is not shown")
        elif total is None:
            line = text("  - %(wave)s: %(persons)s persons")
        told = {"persons": words.persons(persons), "total": words.persons(total)}
        lines.append(line % {"wave": words.wave(wave["wave"]), **told})
        lines += _control_group(dict(wave["standings"]), words, text)
    return lines


def _control_group(standings: Mapping[str, int | None], words: Words, text: Text) -> list[str]:
    """Return how many are held out of a wave; nothing where nobody is."""
    if "held_out" not in standings:
        return []
    told = text("control group, which gets nothing so that the effect can be shown: %s")
    return ["      " + told % words.persons(standings["held_out"])]


def _too_small(connection: duckdb.DuckDBPyConnection, run: Run, language: str) -> list[str]:
    """Return why the control group cannot show the objective, as the preview warns; nothing where it can.

    What to do about it is told in the preview: it is for the communicator.
    """
    warning = AudienceWords(language, run.brief.labels).obstacle(shown_design(connection, run))
    return [f"  - {warning}"] if warning else []


def _channels(shown: Figures, words: Words, text: Text) -> list[str]:
    """Return for each wave how many persons each channel reaches, as the preview shows it."""
    lines = []
    for wave, channels in groupby(shown.plan, key=lambda channel: channel["wave"]):
        told = [
            f"{words.channel(each['channel'])} {words.persons(each['persons'])}"
            if each["persons"] != 0
            else text("%s for everybody") % words.channel(each["channel"])
            for each in channels
        ]
        lines.append(f"  - {words.wave(wave)}: " + "; ".join(told))
    return [text("Persons who get a message, by channel:"), *lines] if lines else []


def _cost(run: Run, shown: Figures, bound: tuple[float, float], text: Text, write: Writers) -> str:
    budget, planned = run.brief.budget, run.design.get("planned_sek")
    sek, co2_kg = bound if planned is not None and shown.withheld else (budget.sek, budget.co2_kg)
    most = {"most": write["money"](sek), "most_co2": write["kilograms"](co2_kg)}
    if planned is None or shown.withheld:
        return text("Cost: at most %(most)s and %(most_co2)s kg of carbon dioxide") % most
    spent = {"sek": write["money"](planned), "co2": write["kilograms"](run.design["planned_co2_kg"])}
    return text("Cost: %(sek)s of at most %(most)s, %(co2)s of at most %(most_co2)s kg of carbon dioxide") % (
        most | spent
    )


def _decision(brief: Brief, words: Words, text: Text, write: Writers) -> list[str]:
    """Return the status of the decision and, of a proposal, until when to answer; then what is promised."""
    decision = brief.decision
    known = [decision.body, decision.date and write["date"](decision.date), decision.reference]
    settled = ", ".join(part for part in known if part)
    until = decision.consultation_until
    return [
        text("Decision: %s") % (words.decision(decision.status) + (f" ({settled})" if settled else "")),
        *([text("Last day to answer: %s") % write["date"](until)] if until else []),
        text("Promised: by %s the audience hears what came of it") % write["date"](brief.feedback_by),
    ]


def uses(brief: Brief, text: Text, language: str) -> list[str]:
    """Return each use of a register on a line: register, purpose, article of the GDPR, and whether it is new."""
    lines = []
    for basis in brief.legal_basis:
        register = text(REGISTERS.get(basis.register_, basis.register_))
        line = text("  - %(register)s for the purpose %(purpose)s, Article %(article)s GDPR") % {
            "register": register,
            "purpose": _purpose(brief, basis.purpose, text, language),
            "article": basis.article,
        }
        lines.append(line + ("" if is_assessed(basis.register_, basis.purpose) else text(" (not assessed before)")))
    return lines


def _purpose(brief: Brief, purpose: str, text: Text, language: str) -> str:
    """Return a purpose in the reader's language, by the brief's labels too; untranslated, in quotes."""
    words = purpose.replace("_", " ")
    known = brief.labels.get(purpose, {}).get(language) or text(words)
    return text("“%s”") % words if known == words else known


def _overrides(brief: Brief, findings: Sequence[Finding], text: Text) -> list[str]:
    """Return each override, what was found that it accepts, and its reason."""
    if not brief.overrides:
        return []
    asked = {gate.id: text(gate.says) for gate in load_programme().gates}
    lines = [text("Warnings that the communicator asks you to accept, with the reason:")]
    for each in brief.overrides:
        lines.append(f"  - {asked.get(each.gate, each.gate)} ({each.gate})")
        found = [finding for finding in findings if finding.gate == each.gate and finding.accepted]
        lines += dict.fromkeys(
            f"      {text('Found:')} {finding.file}:{finding.line} {finding.message}" for finding in found
        )
        lines.append(f"      {text('Reason:')} {each.reason}")
    return lines


def last_day(request: Request, brief: Brief) -> datetime:
    """Return until when an answer helps: the first wave to come, or the end of the code where that is sooner."""
    now = datetime.now(UTC)
    return min([request.expires_at, *(wave.start for wave in brief.waves if wave.start > now)])


def title(brief: Brief) -> str:
    """Return the campaign's title on one line."""
    return " ".join(brief.title.split())


def local(moment: datetime, brief: Brief, language: str) -> str:
    """Return a moment in the campaign's own time, in words."""
    return in_words(moment, language, brief.schedule.time_zone)
