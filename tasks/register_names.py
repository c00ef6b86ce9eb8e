"""The names of the registers in running text, the same on every page and in every letter."""

from campaigns.language import for_translation as _

REGISTERS = {
    "population": _("the population register"),
    "guardians": _("the register of guardians"),
    "employees": _("the register of employees"),
    "customers": _("the register of customers"),
    "subscribers": _("the register of subscribers"),
}
