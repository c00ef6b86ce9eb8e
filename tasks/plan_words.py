"""Why a channel got its persons, in words; never with numbers of people, which a small segment would give away."""

from babel.numbers import format_decimal

from campaigns.channels import Channel
from campaigns.language import translations


def reason(language: str, channel: Channel | None, effect: float, persons: int, unreachable: int) -> str:
    """Return the reason of one row of the plan; ``effect`` is persons who act per person contacted."""
    _ = translations(language).gettext
    if channel is None:
        return _none(language, persons, unreachable)
    if channel.address_kind is None:
        return _("The city's own web page comes first: it is open to everybody and costs nothing per reader (P4e).")
    expected = _("About {share} of 1,000 are expected to act because of it, at {price} kr per message.").format(
        share=format_decimal(effect * 1000, format="#,##0", locale=language),
        price=format_decimal(channel.unit_cost_sek, format="#,##0.00", locale=language),
    )
    if channel.print:
        why = _("No digital address is known, so printed matter is sent, one per household (P4f).")
    else:
        why = _("A digital address is known, so nothing is printed (P4f).")
    return f"{why} {expected}"


def _none(language: str, persons: int, unreachable: int) -> str:
    _ = translations(language).gettext
    reasons = []
    if unreachable:
        reasons.append(_("The register has no address that the campaign's channels can use."))
    if unreachable < persons:
        reasons.append(_("The budget or the carbon ceiling reaches further elsewhere."))
    return " ".join(reasons)
