"""Claims: what must be true at every stage boundary, one module per boundary, as data.

Importing this package imports no Great Expectations; ``tasks/quality.py`` alone runs the suites.
"""

from expectations import audience, delivery, outcomes, plan, register, variants
from expectations.claims import Claim, Suite

SUITES: dict[str, Suite] = {
    module.SUITE.stage: module.SUITE for module in (register, audience, plan, variants, delivery, outcomes)
}

__all__ = ["SUITES", "Claim", "Suite"]
