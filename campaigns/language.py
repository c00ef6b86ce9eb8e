"""What readers see, in Swedish or English: gettext catalogues, one per page and language."""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parent / "locale"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the translations of every catalogue ``locale/*.<language>.po``; English is the source language."""
    if language == "en":
        return gettext.NullTranslations()
    merged = Catalog(locale=language)
    for path in sorted(CATALOGUES.glob(f"*.{language}.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id and message.string:
                    merged[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
