"""What is believed of each channel in each segment, and how an evaluation changes it; pure."""

from dataclasses import dataclass

FORGETTING = 0.9
SMALLEST_SHARE = 0.001


@dataclass(frozen=True)
class Belief:
    """Beta(alpha, beta) about the share who act because of one contact; alpha + beta counts contacts seen."""

    alpha: float
    beta: float


def learn(before: Belief, effect: float, standard_error: float, reached_share: float, channel_share: float) -> Belief:
    """Return the belief after one evaluated effect.

    ``effect`` is treated minus holdout among everybody drawn. Divided by the share that was reached it becomes the
    effect per reached person (Bloom, 1984), with its error scaled alike. A share e with standard error s weighs as
    e(1 − e)/s² contacts; ``channel_share`` of them are this channel's, and 0.9 of what was known before is kept.
    """
    share = min(max(effect / reached_share, SMALLEST_SHARE), 1 - SMALLEST_SHARE)
    weight = share * (1 - share) / (standard_error / reached_share) ** 2 * channel_share
    return Belief(
        FORGETTING * before.alpha + weight * share,
        FORGETTING * before.beta + weight * (1 - share),
    )
