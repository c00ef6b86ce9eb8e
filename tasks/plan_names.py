"""Names of the ways to plan, and of what a limit charges, for the preview."""

from campaigns.language import for_translation as _

RULES = {
    "optimum": _("This plan"),
    "one_channel": _("The first digital channel to everybody, once"),
    "cheapest_first": _("The cheapest contact first"),
    "swapping_greedy": _("Always the best next change"),
}
CHARGES = {
    "budget": _("Money"),
    "carbon": _("Carbon dioxide"),
    "capacity": _("Full channel"),
    "setup": _("Start and translation"),
    "equity": _("Fairness"),
}
