"""Do the arms have the sizes that were drawn? Pure.

Source: Fabijan et al. (2019), *Diagnosing Sample Ratio Mismatch*; for clusters the chi-square is divided by the design
effect Σm²/Σm of their sizes (Rao and Scott, 1981).
"""

import math
from collections.abc import Mapping

UNLIKELY = 0.001


def sample_ratio_p(treated: int, control: int, control_share: float) -> float:
    """Return the p value that so lopsided arms were drawn with the given share (chi-square, one degree of freedom)."""
    drawn = {"treated": treated, "control": control}
    return shares_p(drawn, {"treated": 1 - control_share, "control": control_share})


def shares_p(counts: Mapping[str, float], shares: Mapping[str, float], design_effect: float = 1.0) -> float:
    """Return the p value that arms of these sizes were drawn with these shares, which sum to 1."""
    from scipy.special import chdtrc

    drawn = sum(counts.values())
    expected = {arm: drawn * share for arm, share in shares.items()}
    statistic = sum((counts.get(arm, 0) - size) ** 2 / size for arm, size in expected.items() if size)
    if any(count and not expected.get(arm) for arm, count in counts.items()):
        statistic = math.inf
    return float(chdtrc(len(shares) - 1, statistic / design_effect))
