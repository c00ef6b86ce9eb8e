"""The logotype: the real asset where the installation has one, otherwise a clearly marked stand-in."""

import mimetypes
from pathlib import Path

from campaigns.errors import InputError
from tasks.pages import LAYOUTS
from tasks.workplace import Workplace

RASTER = frozenset({"image/png", "image/jpeg", "image/gif"})
LOGOTYPE_CID = "logotype@budkavle"


def logotype_file(workplace: Workplace) -> tuple[bytes, str]:
    """Return the logotype and its media type: the real asset where it is set, otherwise the marked stand-in."""
    path = workplace.logotype or LAYOUTS / "logotype_stand_in.svg"
    try:
        return path.read_bytes(), mimetypes.guess_type(Path(path).name)[0] or "image/svg+xml"
    except OSError:
        raise InputError(
            "the logotype cannot be read",
            where=str(path),
            remedy="set BUDKAVLE_LOGOTYPE to an image file, or unset it.",
        ) from None


def attached_logotype(workplace: Workplace) -> tuple[bytes, str] | None:
    """Return the image that goes with e-mail, and its media type; None where the wordmark stands in text.

    Mail programs show neither SVG nor ``data:`` images, so that only a raster image of the real logotype is attached.
    """
    content, media_type = logotype_file(workplace)
    return (content, media_type) if media_type in RASTER else None
