"""The columns of a register file, which are required, and what to say of a header that does not hold them."""

import difflib
import re
from pathlib import Path

from campaigns.errors import RegisterFileInvalid

COLUMNS = (
    "personal_number", "first_name", "last_name", "street", "apartment", "postcode", "city", "district", "language",
    "easy_read", "email", "mobile", "digital_mailbox", "protected", "status", "household_id", "guardian_of", "unit",
    "consent_purposes",
)  # fmt: skip
REQUIRED = {
    "population": ("personal_number",),
    "guardians": ("personal_number", "guardian_of"),
    "employees": ("personal_number",),
    "customers": ("personal_number",),
    "subscribers": ("personal_number", "consent_purposes"),
}
# What source systems call our columns. Told as a hint, never guessed: a wrong guess would publish an address.
OTHER_NAMES = {
    "personnummer": "personal_number", "personnr": "personal_number", "pnr": "personal_number",
    "ssn": "personal_number",
    "fornamn": "first_name", "förnamn": "first_name", "given_name": "first_name", "tilltalsnamn": "first_name",
    "efternamn": "last_name", "surname": "last_name", "name": "last_name", "namn": "last_name",
    "gatuadress": "street", "adress": "street", "address": "street", "lagenhetsnummer": "apartment",
    "lägenhetsnummer": "apartment", "lgh": "apartment", "postnummer": "postcode", "zip": "postcode", "postort": "city",
    "stadsdel": "district", "stadsdelsområde": "district", "sprak": "language", "språk": "language",
    "epost": "email", "e_post": "email", "e_mail": "email", "mail": "email", "mobil": "mobile", "telefon": "mobile",
    "phone": "mobile", "mobiltelefon": "mobile", "digital_brevlada": "digital_mailbox", "skyddad": "protected",
    "sekretess": "protected", "hushall": "household_id", "hushåll": "household_id", "vardnadshavare_for": "guardian_of",
    "enhet": "unit", "samtycke": "consent_purposes",
}  # fmt: skip
NEAR = 0.78


def column_names(file: Path, kind: str, header: tuple[str, ...]) -> list[str]:
    """Return the plain names of a header's columns; one that is not in ``COLUMNS`` is an attribute.

    Raises RegisterFileInvalid with every doubt at once.
    """
    names = [re.sub(r"\W+", "_", name.strip().lower()).strip("_") for name in header]
    doubts = [f"the column {name} is missing" for name in REQUIRED[kind] if name not in names]
    if doubts:
        ours = ", ".join(name for name in names if name in COLUMNS) or "none"
        doubts.append(f"of the {len(names)} columns in the file, those of a register are: {ours}")
    for place, name in enumerate(names, start=1):
        near = OTHER_NAMES.get(name) or next(iter(difflib.get_close_matches(name, COLUMNS, n=1, cutoff=NEAR)), None)
        if not name:
            doubts.append(f"column {place} has no name")
        elif names.index(name) != place - 1:
            doubts.append(f"column {place} has the same name as column {names.index(name) + 1}")
        elif name not in COLUMNS and near and near not in names:
            doubts.append(f"column {place} is not known; did you mean {near}?")
    if doubts:
        needed = ", ".join(REQUIRED[kind])
        allowed = f"the header of {kind} must hold {needed}, and may hold {', '.join(COLUMNS)} and declared attributes."
        raise refused(file, "; ".join(doubts), allowed)
    return names


def refused(file: Path, problem: str, remedy: str) -> RegisterFileInvalid:
    """Return the error for a file of which nothing is imported."""
    return RegisterFileInvalid(f"{problem}; nothing was imported", where=file.name, remedy=remedy)
