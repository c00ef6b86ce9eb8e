"""What a report calls gates, stages of measures and states of messages, and which requirements it names."""

from campaigns.brief import Brief
from campaigns.language import translations
from campaigns.programme import load_programme


def gate(language: str, name: str) -> str:
    """Return what a gate asks."""
    says = next((each.says for each in load_programme().gates if each.id == name), "")
    return translations(language).gettext(says) if says else name.replace("_", " ")


def stage(language: str, name: str) -> str:
    """Return the stage of a measure."""
    _ = translations(language).gettext
    return {"outtake": _("Out-takes"), "outcome": _("Outcomes"), "impact": _("Impact")}[name]


def state(language: str, status: str) -> str:
    """Return what became of a message."""
    _ = translations(language).gettext
    names = {
        "queued": _("not sent yet"),
        "marked": _("not sent yet"),
        "deferred": _("not sent yet"),
        "accepted": _("accepted"),
        "delivered": _("delivered"),
        "rejected": _("refused"),
        "soft_bounce": _("bounced for now"),
        "hard_bounce": _("bounced"),
        "complaint": _("complaint"),
        "unknown": _("unknown whether it arrived"),
        "suppressed": _("opted out"),
        "expired": _("out of date before it was sent"),
        "cancelled": _("cancelled"),
    }
    return names.get(status, status.replace("_", " "))


def not_asked(brief: Brief) -> set[str]:
    """Return the requirements that the programme does not ask of a campaign like this."""
    before_the_public = any(brief.is_to_employees(wave.name) for wave in brief.waves) and not brief.is_internal
    return ({"P3a"} if not before_the_public else set()) | ({"P6b2"} if brief.sender.kind != "company" else set())
