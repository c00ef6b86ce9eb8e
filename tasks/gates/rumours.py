"""What a text in a crisis tells without knowing: rumours, and guesses about when something happens."""

import re
from functools import lru_cache

SOMEBODY = r"(?:folk|många|några|vissa|somliga|man|grannar|grannarna|people|some|many|neighbours)"
SAY = r"(?:säger|skriver|påstår|hävdar|menar|tror|say|claim|write|think)"
ONLINE = (
    r"(?:på (?:nätet|internet|facebook|sociala medier)|i (?:sociala medier|kommentar\w*)|online"
    r"|on (?:the internet|facebook|social media))"
)
WHEN = (
    r"(?:i kväll|ikväll|i natt|i morgon|imorgon|i dag|idag|snart|klockan|kl|om \w+ timm\w+|tonight|tomorrow|today|soon"
    r"|this (?:evening|afternoon)|at \d+|tänään|huomenna|pian)"
)
RUMOUR = re.compile(
    rf"(?<!\w)(?:{SAY} {SOMEBODY}|{SOMEBODY} {SAY})(?: {ONLINE})?(?!\w)|(?<!\w){SOMEBODY} {ONLINE} {SAY}(?!\w)"
    r"|(?<!\w)(?:enligt (?:\w+ )?(?:rykten\w*|obekräftade \w+|sociala medier|grannar\w*)|det (?:sägs|ryktas|påstås)"
    r"|ryktet säger|according to (?:\w+ )?(?:rumou?rs|social media)|rumou?r has it|it is (?:said|rumou?red)|reportedly"
    r"|huhujen mukaan)(?!\w)"
    rf"|(?<!\w)(?:kanske|möjligen|förhoppningsvis|maybe|perhaps|hopefully|ehkä"
    rf"|toivottavasti)(?: [\w-]+){{0,6}}? {WHEN}(?!\w)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def rumours(sentence: str) -> tuple[tuple[int, int], ...]:
    """Return where a sentence tells a rumour or guesses about a time."""
    return tuple(found.span() for found in RUMOUR.finditer(sentence))
