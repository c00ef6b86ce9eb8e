"""Why a channel got its persons, in words; never with numbers of people, which a small segment would give away."""

from collections.abc import Mapping
from math import ceil, floor, inf

from babel import Locale
from babel.numbers import format_decimal, format_percent

from campaigns.brief import Brief
from campaigns.channels import Channel
from campaigns.language import translations
from tasks.broadcast import Broadcast
from tasks.plan_blocks import Row
from tasks.plan_contradictions import Contradiction

CENT = 0.005
HUNDRED = 100


def reason(
    language: str,
    channel: Channel | None,
    effect: float,
    persons: int = 0,
    unreachable: int = 0,
    elsewhere: int = 0,
    *,
    internal: bool = False,
) -> str:
    """Return the reason of one row of the plan; ``effect`` is persons who act per person contacted.

    ``internal``: the campaign is to employees alone. Of ``persons`` who get nothing, no channel reaches
    ``unreachable``, and ``elsewhere`` get it in another wave.
    """
    _ = translations(language).gettext
    if channel is None:
        return _none(language, persons, unreachable, elsewhere)
    if channel.address_kind is None and internal:
        return _(
            "The intranet's own page comes first: every employee can read it, and it costs nothing per reader (P4e)."
        )
    if channel.address_kind is None:
        return _("The city's own web page comes first: it is open to everybody and costs nothing per reader (P4e).")
    expected = _("About {share} of 1,000 are expected to act because of it, at {price} SEK per message.").format(
        share=format_decimal(effect * 1000, format="#,##0", locale=language),
        price=format_decimal(channel.unit_cost_sek, format="#,##0.00", locale=language),
    )
    if channel.print:
        why = _("Print goes only where the brief gives a reason for it, one per household where that is enough (P4f).")
    else:
        why = _("A digital address is known (P4f).")
    return f"{why} {expected}"


def setup(language: str, translated: str | None) -> str:
    """Return why a set-up is paid: for the channel as a whole, or for one language of it."""
    _ = translations(language).gettext
    if translated is None:
        return _("The channel is started once, and it does enough to be worth it.")
    name = Locale.parse(translated, sep="-").get_display_name(language)
    return _("The text in {language} is made once, and it does enough to be worth it.").format(language=name)


def broadcast(language: str, channel: Broadcast) -> str:
    """Return why a broadcast channel is bought, and what it can never show."""
    _ = translations(language).gettext
    return _(
        "About {share} of the audience meet it, and that is worth its price. It addresses nobody, so nobody can be "
        "held out from it, and it proves no effect by itself."
    ).format(share=format_percent(channel.audience_share, locale=language))


def contradiction(found: Contradiction, brief: Brief, taken: Mapping[Row, float]) -> tuple[str, str]:
    """Return which demands cannot hold together and by how much, and what to do about it.

    ``taken`` is what waves planned before have used of a ceiling, so that the brief's own figures are named. What is
    needed is rounded up to whole hundreds of kronor, which also tells nobody how few letters a small group needs.
    """
    floors = [f"at least {share * 100:.3g} % of {_group(group)}" for group, share in found.floors.items()]
    ceilings = [_amount(row, amount + taken.get(row, 0.0), brief) for row, amount in found.ceilings.items()]
    demands = [*floors, *ceilings]
    together = "both" if len(demands) == 2 else "all"
    needed = [
        _amount(row, amount + taken.get(row, 0.0), brief, up=True)
        for row, amount in found.needed.items() if amount < inf
    ]  # fmt: skip
    enough = f"{' or '.join(needed)} {'is' if len(needed) == 1 else 'would be'} needed" if needed else "no amount helps"
    remedies = [f"raise {_key(row)}" for row, amount in found.needed.items() if amount < inf]
    lower = floor(found.reachable * 100) / 100
    if lower < min(found.floors.values(), default=0.0):
        which = "its `reach`" if len(found.floors) == 1 else "every `reach` here"
        remedies.append(f"lower {which} under `floors` to at most {lower:g}")
    return f"{' and '.join(demands)} cannot {together} hold: {enough}", f"{', or '.join(remedies)}, or add a channel."


def _group(group: str) -> str:
    column, value = group.split("=", 1)
    if column == "language":
        return f"those who read {Locale.parse(value, sep='-').get_display_name('en')}"
    if column == "easy_read":
        return "those who want easy reading" if value == "yes" else "those who do not want easy reading"
    return f"{value.replace('_', ' ')} ({column})"


def _amount(row: Row, amount: float, brief: Brief, *, up: bool = False) -> str:
    if row[0] == "capacity":
        return f"{ceil(amount):,} messages by {row[1][1]} in wave {brief.waves[row[1][0]].name}"
    if row[0] == "carbon":
        return f"{ceil(amount * 100) / 100 if up else amount:,.2f} kg of carbon dioxide"
    return f"{ceil((amount - CENT) / HUNDRED) * HUNDRED if up else amount:,.0f} kr"


def _key(row: Row) -> str:
    return {"budget": "`budget.sek`", "carbon": "`budget.co2_kg`", "capacity": "the channel's capacity"}[row[0]]


def _none(language: str, persons: int, unreachable: int, elsewhere: int) -> str:
    _ = translations(language).gettext
    reasons = []
    if elsewhere:
        reasons.append(_("The message reaches them in another wave."))
    if unreachable:
        reasons.append(_("The register has no address that the campaign's channels can use."))
    if unreachable + elsewhere < persons:
        reasons.append(
            _(
                "The budget, the carbon ceiling and the room in the channels are not enough for everybody. "
                "The messages go where they are expected to make most people act."
            )
        )
    return "\n".join(reasons)
