"""Alternative texts that say nothing of the picture: file names, words for any picture, credits, stand-ins."""

import re

from tasks.text_pictures import CONTENT_ID

FILE_NAME = re.compile(
    r"\.(?:avif|gif|heic|jpe?g|pdf|png|svg|tiff?|webp)$"
    r"|^(?:img|dsc|dscn|pxl|mvimg|dji|fb_img|signal|image|bild|foto|photo|picture|kuva|sawir|scan|figur|figure|fig"
    r"|diagram|graf|chart|tabell|table|kuvio|skärm(?:avbild|bild|dump"
    r"|klipp)|screen ?(?:shot|capture|grab)|(?:namnlös|unnamed|untitled)(?: design)?|whatsapp[- ](?:image|bild|foto)"
    r"|inklistrad bild|pasted (?:image|graphic)|kuvakaappaus)"
    r"[-_ \d.:()]*(?:\b(?:kl|at|am|pm|på|of|on|den)\b[-_ \d.:()]*)*$",
    re.IGNORECASE,
)
"""What cameras, telephones and programs call a file."""
CREDIT = re.compile(
    r"^(?i:©|(?:foto(?:graf)?|bild|photo(?:graph)?|image|picture|illustration|kuva|credit|källa|source)\s*(?:by"
    r"|av)?\s*[:©])"
    r"\s*[^\W\d_a-zåäö][\w.’'-]*(?:[ /,]+(?:[^\W\d_a-zåäö][\w.’'-]*|stads?|och|and|von|de|av)){0,5}\W*$"
)
"""Who made the picture, and nothing of what it shows."""
TO_BE_WRITTEN = re.compile(
    r"^(?:infoga|lägg till|skriv|ange|fyll i|insert|add|enter|write|lisää)\b.{0,20}\b(?:alt(?:ernativ)?[- ]?text(?:en)?"
    r"|text|(?:bild)?beskrivning(?:en)?|description|vaihtoehtoinen teksti)\b.{0,10}$"
    r"|^(?:alt(?:ernativ)?[- ]?text|(?:bild)?beskrivning|description) (?:saknas|här|kommer|missing|here|to come)\b"
    r"|^(?:image|picture|photo|bild) description$|^no (?:alt text|description)(?: available)?$"
    r"|(?:description )?automatically generated(?: description)?"
    r"|automatiskt (?:genererad|skapad)|automaattisesti luotu",
    re.IGNORECASE,
)
"""What a program writes, or asks for, where the description is to stand."""
PUT_TOGETHER = re.compile(r"[^\W_][\w-]*_[\w-]+|(?=[^\d]*\d)[a-z0-9]+(?:-[a-z0-9]+){2,}", re.IGNORECASE)
"""Words that only a file name puts together: with _, or with hyphens and a number."""
OF_A_PICTURE = re.compile(
    r"^\s*(?:(?:den här |denna )?(?:bilden|fotot|fotografiet|illustrationen) (?:visar|föreställer)|(?:en )?(?:bild"
    r"|illustration) "
    r"(?:på|av|som visar)|(?:ett )?(?:foto|fotografi) (?:på|av)|(?:the |this )?(?:image|picture|photo) (?:shows"
    r"|depicts|of)"
    r"|(?:an? )?(?:image|picture|photo(?:graph)?) (?:of|showing)|this is|det här är|detta är|kuva(?:ssa)?(?= on)"
    r"|kuvassa on)(?:\s+|$)",
    re.IGNORECASE,
)
"""How a description begins that says first that it is one."""
FEWEST_LETTERS = 3
SAYS_NOTHING = frozenset({
    "dekorativ bild", "dekoration", "dekorbild", "decorative image", "decorative", "decoration", "illustrationsbild",
    "genrebild", "omslagsbild", "toppbild", "stock photo", "header image", "banner", "koristekuva", "ett foto",
    "ett fotografi", "en illustration", "some image", "någon bild", "något", "something",
    "logotyp", "logotypen", "en logotyp", "logo", "the logo", "a logo", "logotype", "the logotype", "loggan", "شعار",
    "bild", "bilden", "en bild", "foto", "fotot", "fotografi", "illustration", "grafik", "logga", "diagram", "karta",
    "image", "an image", "photo", "a photo", "photograph", "picture", "a picture", "the picture", "graphic", "img",
    "alt", "alt text", "alttext", "alternativtext", "kuva", "valokuva", "kuvituskuva", "sawir", "sawirka", "sawirro",
    "masawir",
    "صورة", "الصورة", "صوره", "صور", "رسم", "untitled", "namnlös", "icon", "ikon",
})  # fmt: skip


def says_nothing(text: str, name: str) -> bool:
    """Tell whether an alternative text is a file's name, a word for any picture or mere signs; empty is decoration."""
    if OF_A_PICTURE.match(text):
        return (
            says_nothing(OF_A_PICTURE.sub("", text, count=1), name) or not OF_A_PICTURE.sub("", text, count=1).strip()
        )
    file = CONTENT_ID.sub(r"\2", name).rsplit(".", 1)[0].casefold()
    words = text.casefold().strip(" .!:,")
    same = " " not in words and (words == file or bool(PUT_TOGETHER.fullmatch(text.strip())))
    short = 0 < len(words) < FEWEST_LETTERS and words.isascii()
    by_itself = FILE_NAME.search(text) or CREDIT.match(text) or TO_BE_WRITTEN.search(text)
    return bool(by_itself) or same or short or words in SAYS_NOTHING or bool(text and not re.search(r"\w", text))
