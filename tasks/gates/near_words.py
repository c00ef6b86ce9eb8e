"""The words that a slip of the fingers may have made of one that nobody knows."""

from collections.abc import Iterator

VOWELS = "aeiouyåäö"
WITHOUT_MARKS = {"a": "åä", "o": "öå", "e": "é"}
"""What a keyboard without å, ä and ö writes in their place."""
OFTEN_LEFT_OUT = "aeinrst"
LONGEST_MENDED = 25


def near_words(word: str) -> Iterator[str]:
    """Yield a few dozen words one slip away, the likeliest first: å, ä and ö without their marks, once or twice."""
    if len(word) > LONGEST_MENDED:
        return
    marked = list(_marked(word))
    yield from marked
    yield from (twice for once in marked for twice in _marked(once))
    yield from (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    yield from (word[:at] + word[at] + word[at:] for at in range(len(word)))
    yield from (word[:at] + word[at + 1 :] for at in range(len(word)))
    yield from (word[:at] + vowel + word[at + 1 :] for at in range(len(word)) if word[at] in VOWELS for vowel in VOWELS)
    yield from (word[:at] + letter + word[at:] for at in range(1, len(word)) for letter in OFTEN_LEFT_OUT)


def _marked(word: str) -> Iterator[str]:
    for at, letter in enumerate(word):
        yield from (word[:at] + vowel + word[at + 1 :] for vowel in WITHOUT_MARKS.get(letter, ""))
