"""Segments: how finely people are told apart, and never more finely than ten persons."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

SMALLEST = 10
LAST_RESORT = "other"
LEFT = "_left"


class Profile(NamedTuple):
    """What tells people apart: two pieces of knowledge, message language, usable addresses, easy read, contacts."""

    first: str
    second: str
    language: str
    reach: str
    easy_read: bool
    contacts_left: int

    def levels(self, public_waves: int) -> Iterator[str]:
        """Yield the names of the profile, finest first: easy read, then language, then knowledge is left out.

        Addresses and contacts left stay to the last, so that what is planned for a segment suits each of its members;
        contacts left stand in the name only where they are fewer than the waves to the public.
        """
        first, second, language, reach = (
            part.replace("/", "-") for part in (self.first, self.second, self.language, self.reach)
        )
        left = [f"{self.contacts_left}{LEFT}"] if self.contacts_left < public_waves else []
        if self.easy_read:
            yield "/".join([first, second, language, reach, "easy_read", *left])
        yield "/".join([first, second, language, reach, *left])
        yield "/".join([first, second, "any_language", reach, *left])
        yield "/".join([first, "any", "any_language", reach, *left])
        yield "/".join(["any", "any", "any_language", reach, *left])
        yield LAST_RESORT


def coarsen(persons: Mapping[Profile, int], public_waves: int = 1) -> dict[Profile, str]:
    """Return the segment of every profile, given how many persons have it and how many waves go to the public.

    A group of at least ten keeps its name; who is left over meets again one level coarser, so that nobody is dropped.
    Where fewer than ten are left at the end, the smallest segment joins them in ``other``. Independent of the order.
    """
    unsettled = {profile: list(profile.levels(public_waves)) for profile in persons}
    most = max((len(levels) for levels in unsettled.values()), default=0)
    levels = {profile: [names[0]] * (most - len(names)) + names for profile, names in unsettled.items()}
    segments: dict[Profile, str] = {}
    for level in range(most):
        left = [profile for profile in persons if profile not in segments]
        sizes: Counter[str] = Counter()
        for profile in left:
            sizes[levels[profile][level]] += persons[profile]
        last = level == most - 1
        segments |= {
            profile: levels[profile][level] for profile in left if last or sizes[levels[profile][level]] >= SMALLEST
        }
    return _with_last_resort_filled(segments, persons)


def _with_last_resort_filled(segments: dict[Profile, str], persons: Mapping[Profile, int]) -> dict[Profile, str]:
    sizes: Counter[str] = Counter()
    for profile, segment in segments.items():
        sizes[segment] += persons[profile]
    if not 0 < sizes[LAST_RESORT] < SMALLEST or len(sizes) == 1:
        return segments
    _, smallest = min((size, segment) for segment, size in sizes.items() if segment != LAST_RESORT and size > 0)
    return {profile: LAST_RESORT if segment == smallest else segment for profile, segment in segments.items()}
