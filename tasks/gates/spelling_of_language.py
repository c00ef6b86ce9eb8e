"""Whether a sentence is Swedish, told by the dictionary where its small words do not tell."""

import re
from functools import lru_cache

from campaigns.language import base
from tasks.gates.reading import WORD
from tasks.gates.spelling import dictionary, is_known

FEWEST_SWEDISH, FEWEST_OTHER = 3, 4
FEWEST_LETTERS = 2
SWEDISH_LETTERS = re.compile("[åäö]")
NEIGHBOURS = frozenset({"sv", "da", "nb", "nn", "no", "fo", "is", "fit", "fkv"})
"""Languages that share too many words with Swedish, or letters of its names, to be told from it so."""
UNKNOWN = "und"


@lru_cache(maxsize=8192)
def told_by_spelling(sentence: str, tag: str) -> str:
    """Return ``sv`` for Swedish words marked as another language, ``und`` for other words marked as Swedish.

    Names are left out. Swedish are three words or more of which the dictionary knows every one, and of which one has a
    letter that few other languages have; of another language four or more of which it knows a quarter at most.
    """
    words = [word for word in WORD.findall(sentence) if len(word) >= FEWEST_LETTERS and word.isalpha()]
    common = [word for number, word in enumerate(words) if not number or word.islower()]
    if dictionary() is None or len(common) < FEWEST_SWEDISH or len(common) < len(words) / 2:
        return ""
    if base(tag) == "sv":
        known_by_few = len(common) >= FEWEST_OTHER and 4 * sum(map(is_known, common)) <= len(common)
        return UNKNOWN if known_by_few else ""
    if base(tag) in NEIGHBOURS or not any(SWEDISH_LETTERS.search(word) for word in common):
        return ""
    return "sv" if all(map(is_known, common)) else ""
