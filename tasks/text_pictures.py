"""Pictures of a text: a file of the campaign's folder, attached to an e-mail and put into any other page as bytes."""

import base64
import hashlib
import re
import struct
import warnings
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, unquote

from lxml.html import HtmlElement
from PIL import Image

from campaigns.campaign_files import PICTURE, why_refused
from campaigns.errors import InputError, PicturesInvalid
from tasks.slots import MARKER_SIGN

MOST_PIXELS = 4_000  # each way
KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
END_OF_PNG, END_OF_GIF, SCAN_OF_JPEG, END_OF_JPEG = b"IEND\xaeB`\x82", b";", b"\xff\xda", b"\xff\xd9"
FILE_NAME = re.compile(r"[\w][\w .()-]*\.(?:png|jpe?g|gif)", re.IGNORECASE)
CONTENT_ID = re.compile(r"cid:([0-9a-f]{16}\.([^\"'@\s]+)@budkavle)")
FILLED_IN = 'src="{{'
"""How a template writes a picture whose address it fills in."""
WITHIN = ("cid:", "data:")


def put_in_page(document: HtmlElement, folder: Path, channel: str, *, all_shown: bool = True) -> None:
    """Give each picture of a page an address that needs nobody: ``cid:`` in e-mail, ``data:`` elsewhere.

    Raises PicturesInvalid for all that are no pictures of the campaign's folder, each with its address in ``where``.
    Unless ``all_shown``, those lose their address instead, so that the rest of a page can be judged.
    """
    wrong: list[InputError] = []
    for image in document.iter("img"):
        address = image.get("src", "")
        if address.startswith(WITHIN):
            continue
        try:
            image.set("src", _address(folder, address, channel))
        except InputError as error:
            wrong.append(error)
            image.attrib.pop("src", None)
    if wrong and all_shown:
        raise PicturesInvalid(wrong)


def _address(folder: Path, address: str, channel: str) -> str:
    name = _named(address)
    content, media_type = _read(folder, name)
    if channel == "email":
        return f"cid:{hashlib.sha256(content).hexdigest()[:16]}.{quote(name)}@budkavle"
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def attached(page: str, folder: Path) -> list[tuple[bytes, str, str]]:
    """Return content, media type and content id of each picture that a page of an e-mail shows, each once."""
    found = dict(CONTENT_ID.findall(page))
    return [(*_read(folder, unquote(name)), content_id) for content_id, name in found.items()]


def shown_within(page: str, folder: Path) -> str:
    """Return an e-mail's page with its pictures inside it, for a preview; one that has changed since is not shown."""
    for content_id, name in set(CONTENT_ID.findall(page)):
        try:
            content, media_type = _read(folder, unquote(name))
        except InputError:
            continue
        if content_id.startswith(hashlib.sha256(content).hexdigest()[:16]):
            page = page.replace(f"cid:{content_id}", f"data:{media_type};base64,{base64.b64encode(content).decode()}")
    return page


def _named(address: str) -> str:
    if MARKER_SIGN.lower() in address.lower():
        raise InputError(
            "a slot stands in the address of a picture",
            remedy="name a picture of the campaign's folder; choose between pictures by a fact.",
        )
    if not address.strip():
        raise InputError(
            "a picture has no address: what is to stand in its `src` is empty",
            where=FILLED_IN,
            remedy="show it only where it is set, as `{% if message.logotype %}…{% endif %}`; an e-mail has its "
            "logotype as words where no picture of it is set.",
        )
    name = unquote(address)
    if not FILE_NAME.fullmatch(name):
        raise InputError(
            f"the picture {name[:80]} is no file of the campaign",
            where=address,
            remedy="put a .png, .jpg or .gif into the campaign's folder and write its name, without any folder.",
        )
    return name


def _read(folder: Path, name: str) -> tuple[bytes, str]:
    path = folder / name
    if not path.exists():
        raise InputError(
            f"the picture {name} is missing", where=name, remedy="put it into the campaign's folder, or mend its name."
        )
    if reason := why_refused(path, PICTURE):
        raise InputError(f"the picture {name} {reason[0]}", where=name, remedy=reason[1])
    content = path.read_bytes()
    media_type = next((kind for sign, kind in KINDS.items() if content.startswith(sign)), "")
    size = _size(content) if media_type else None
    if size is None:
        remedy = "save it anew as .png, .jpg or .gif, no larger than 1 MB."
        raise InputError(f"the picture {name} is no PNG, JPEG or GIF", where=name, remedy=remedy)
    if not _is_whole(content, media_type):
        remedy = "put the whole file there: this one was cut when it was copied or sent."
        raise InputError(f"the picture {name} is cut off", where=name, remedy=remedy)
    if max(size) > MOST_PIXELS:
        remedy = f"save it anew, at most {MOST_PIXELS:,} pixels each way."
        raise InputError(f"the picture {name} is over {MOST_PIXELS:,} pixels wide or high", where=name, remedy=remedy)
    return content, media_type


def _is_whole(content: bytes, media_type: str) -> bool:
    """Tell whether a picture has its last part: of a JPEG the end mark after the last scan, not that of a thumbnail."""
    if media_type == "image/jpeg":
        return content.rfind(END_OF_JPEG) > content.rfind(SCAN_OF_JPEG)
    return END_OF_PNG in content if media_type == "image/png" else content.rstrip(b"\0").endswith(END_OF_GIF)


def _size(content: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels as the picture's head gives them, nothing decoded; None where it has none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # its size is looked at here
            with Image.open(BytesIO(content)) as picture:
                return picture.size
    except Image.DecompressionBombError:
        return MOST_PIXELS + 1, MOST_PIXELS + 1
    except (OSError, ValueError, SyntaxError, struct.error):
        return None
