"""What the follow-up of the programme says in words, in one language."""

from collections.abc import Callable, Iterator
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names

from campaigns.language import for_translation as _
from campaigns.language import translations
from campaigns.period import Period
from campaigns.programme import load_programme
from tasks.pages import LOCALES, filters
from tasks.preview_words import Words

Rows = list[dict[str, Any]]


STANDINGS = {
    "kept": _("told in time"),
    "late": _("told too late"),
    "overdue": _("not told, though the day is past"),
    "open": _("the day is still to come"),
}
BADGES = {"kept": "good", "late": "warning", "overdue": "bad", "open": ""}
VERDICTS = {
    "better": _("made a difference for the better"),
    "worse": _("made things worse"),
    "not_shown": _("no effect shown"),
}
DIMENSIONS = {
    "language": _("By the person's language"),
    "age": _("By age"),
    "district": _("By district"),
    "easy_read": _("By wish for easy-to-read texts"),
}
VALUES = {"unknown": _("not known"), "easy_read": _("wants easy-to-read texts"), "other": _("has not asked for them")}
KINDS = {"B": _("blocks"), "W": _("warns"), "H": _("a person reads")}
MEASURES = {
    "feedback_in_time": _("Promises to tell back that were kept in time"),
    "without_override": _("Campaigns sent without an override"),
    "residents_ratings": _("Residents' ratings in surveys"),
    "approval_hours": _("From the first request to the last approval, median"),
    "answers_in_time": _("Questions answered within the promised time"),
    "press_answer_hours": _("Answer time to the press"),
    "staff_survey": _("Staff surveys"),
    "contributions": _("Contributions received"),
    "changed_decisions": _("Campaigns in which what was heard changed the decision"),
    "sender_recall": _("Residents who remember the sender"),
    "trust": _("Trust in the city"),
    "applied_for_work": _("Applicants for work in the city"),
    "retention": _("Employees who stay"),
}
PERIODS = {"T": _("Tertial %(number)s, %(year)s"), "Q": _("Quarter %(number)s, %(year)s")}


class FollowUpWords:
    """Names and sentences of the follow-up; unknown names are shown as they are."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.say: Callable[[str], str] = translations(language).gettext
        self.written, self._words = filters(language), Words(language)
        programme = load_programme()
        self._names = {
            row.id: row.en if language == "en" else row.sv for row in (*programme.goals, *programme.challenges)
        }
        self._gates = {gate.id: gate.says for gate in programme.gates}

    def period(self, period: Period) -> str:
        """Return a period as a heading names it: a year, a tertial, a quarter or a month."""
        if period.kind == "Y":
            return str(period.year)
        if period.kind == "M":
            months = get_month_names("wide", context="stand-alone", locale=LOCALES[self.language])
            return f"{months[period.number]} {period.year}"
        return self.say(PERIODS[period.kind]) % {"number": period.number, "year": period.year}

    def name(self, identity: str) -> str:
        """Return a goal or a challenge in words."""
        return self._names.get(identity, identity)

    def measure(self, name: str) -> str:
        """Return what the programme measures a goal by."""
        return self.say(MEASURES[name])

    def measured(self, row: dict[str, Any]) -> str:
        """Return the value of a measure in its unit, or that there is no data."""
        value, unit = row["value"], row["unit"]
        if value is None:
            return self.say("no data")
        if unit == "share":
            return str(self.written["percent"](value, 1))
        number = str(self.written["number"](value, 0 if float(value).is_integer() else 1))
        return self.say("%(hours)s hours") % {"hours": number} if unit == "hours" else number

    def gate(self, identity: str) -> str:
        """Return what a gate asks for."""
        return self.say(self._gates[identity]) if identity in self._gates else identity

    def state(self, name: str) -> str:
        """Return the state of a campaign."""
        return self._words.state(name)

    def requirement(self, identity: str) -> str:
        """Return a requirement of the programme with its id."""
        return self._words.requirement(identity)

    def kind(self, kind: str | None) -> str:
        """Return what a gate does."""
        return self.say(KINDS[kind]) if kind in KINDS else "–"

    def standing(self, standing: str) -> str:
        """Return how a promise stands."""
        return self.say(STANDINGS[standing])

    def verdict(self, verdict: str | None) -> str:
        """Return what a campaign was shown to have done."""
        return self.say(VERDICTS[verdict]) if verdict in VERDICTS else "–"

    def dimension(self, name: str) -> str:
        """Return the caption of a table of groups."""
        return self.say(DIMENSIONS[name])

    def group(self, dimension: str, value: str) -> str:
        """Return the name of a group."""
        if value in VALUES and (dimension == "easy_read" or value == "unknown"):
            return self.say(VALUES[value])
        if dimension == "language":
            try:
                return Locale.parse(value).get_display_name(self.language) or value
            except (UnknownLocaleError, ValueError):
                return value
        return self.say("%(ages)s years") % {"ages": value.replace("-", "–")} if dimension == "age" else value

    def summary(self, period: Period, tables: dict[str, Rows]) -> Iterator[str]:
        """Yield the follow-up in a few sentences, as the page begins and the letter says."""
        _, campaigns, bodies = self.say, tables["campaigns"], tables["bodies"]
        known = [body for body in bodies if body["kind"] != "unknown"]
        yield _("Campaigns that started: %(campaigns)s, from %(active)s of %(bodies)s committees and companies.") % {
            "campaigns": len(campaigns),
            "active": sum(body["campaigns"] > 0 for body in known),
            "bodies": len(known),
        }
        evaluated = [row for row in campaigns if row["looks_done"]]
        yield _(
            "Evaluated: %(evaluated)s, of which shown to have an effect for the better: %(better)s, "
            "and at their goal: %(reached)s."
        ) % {
            "evaluated": len(evaluated),
            "better": sum(row["verdict"] == "better" for row in evaluated),
            "reached": sum(bool(row["goal_reached"]) for row in evaluated),
        }
        if late := sum(row["looks_overdue"] > 0 for row in campaigns):
            yield _("With an evaluation that is overdue: %(late)s.") % {"late": late}
        standings = [row["standing"] for row in tables["feedback"]]
        yield _("Promises to tell back: %(kept)s kept, %(late)s late, %(overdue)s overdue, %(open)s still open.") % {
            name: standings.count(name) for name in STANDINGS
        }
        unserved = [row["goal"] for row in tables["goals"] if not row["campaigns"]]
        if unserved and campaigns:
            yield _("No campaign serves %(goals)s.") % {"goals": ", ".join(unserved)}
