"""Pictures of a text: each with its rights in the brief, and one of a person looked at by a person."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from campaigns.brief import Image
from tasks.gates.masking import shown_safely
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.sender import LOGOTYPE
from tasks.gates.subject import GateSubject
from tasks.gates.written import BRIEF_FILE

MARKDOWN_PICTURE = re.compile(r"!\[([^\]]*)\]\(\s*<?([^)\s>]+)")
TEMPLATE_PICTURE = re.compile(r"<img\b[^>]*?\bsrc=[\"']([^\"'{}]+)[\"']", re.IGNORECASE)
PERSONS = re.compile(
    r"\b(?:\w*barn(?:et|en)?|ungdom(?:ar|arna)?|unga|bebis\w*|elev(?:en|er|erna)?|famil(?:j|jen|jer|jerna)"
    r"|flick(?:a|an|or|orna)"
    r"|pojk(?:e|en|ar|arna)|kvinn(?:a|an|or|orna)|män(?:nen)?|mannen|(?:en|ung|gammal|äldre|leende|glad|vuxen"
    r"|\w+ad) man"
    r"|person(?:en|er|erna)?|människ(?:a|an|or|orna)|medarbetare\w*|kolleg(?:a|an|or|orna)|vuxen|vuxna|tonåring\w*"
    r"|förälder\w*"
    r"|föräldr(?:ar)\w*|pensionär\w*|lärare\w*|mamm(?:a|an|or)|papp(?:a|an|or)|mor(?:mor|far)|far(?:mor|far)"
    r"|syskon(?:en)?"
    r"|tvilling(?:ar|arna)|kill(?:e|en|ar|arna)|tjej(?:en|er|erna)?|dam(?:en|er|erna)?|herre(?:n)?|grann(?:e|en|ar"
    r"|arna)|vän(?:ner|nerna)"
    r"|kund(?:en|er|erna)?|besökare\w*|invånare\w*|de boende|cyklist(?:en|er|erna)?|fotgängare\w*"
    r"|rullstolsanvändare\w*|i (?:sin )?rullstol"
    r"|personal(?:en)?|händer(?:na)?|teckenspråkstolk\w*|tolk(?:en|ar)?|\w*sköterska(?:n|or)?|\w*sköterskor(?:na)?"
    r"|vårdare\w*|patient(?:en|er)?|brukare\w*"
    r"|chaufför(?:en|er)?|förare(?:n)?|sophämtare\w*|hantverkare\w*|snickare\w*|kock(?:en|ar)?|brandmän|poliser"
    r"|publik(?:en)?"
    r"|idrottare\w*|fotbollslag(?:et)?|ansikte(?:t|n)?|porträtt(?:et)?|par som \w+|grupp (?:personer|människor"
    r"|ungdomar|medarbetare)"
    r"|någon som \w+|två som \w+|äldre par|ungt par|med funktionsnedsättning"
    r"|child(?:ren)?|kids?|toddlers?|girls?|boys?|wom[ae]n|(?:a|an|the|old|older|young|smiling|two|three|some"
    r"|disabled) m[ae]n|persons?|people"
    r"|pupils?|students?|teachers?|famil(?:y|ies)|parents?|mothers?|fathers?|grand(?:mother|father|parent|child)\w*"
    r"|teenagers?|seniors?"
    r"|employees?|colleagues?|bab(?:y|ies)|neighbours?|customers?|residents?|visitors?|cyclists?|pedestrians?"
    r"|wheelchair users?"
    r"|in (?:a|his|her|their) wheelchair|nurses?|carers?|patients?|drivers?|gardeners?|interpreters?|workers?|crowd"
    r"|audience|couple"
    r"|somebody|someone|(?:human )?face|portrait|smiling"
    r"|la(?:psi|pse|pset|sta|sten)\w*|koululai\w+|taapero\w*|tyttö|tytöt|poika|pojat|nainen|naiset|mies|miehet|henkilö\w*|oppila(?:s|at|sta)"
    r"|perhe|työntekijä\w*"
    r"|ihmi(?:nen|set|siä)|vauva|nuor(?:i|et|ia)|vanhemp(?:i|a)|äiti|isä|pyörätuolissa|opettaja\w*|naapuri\w*"
    r"|muotokuva"
    r"|ilmo|ilmaha|ca?rruur\w*|caruur\w*|cunug\w*|canug\w*|wiil\w*|gabar\w*|gabdho\w*|nin|naag\w*|haweeney\w*|qof|dad|dadka|arday\w*"
    r"|qoys\w*|hooyo\w*"
    r"|aabbe\w*|waalid\w*|macallin\w*|shaqaale\w*)\b"
    r"|طفل|طفلة|أطفال|فتاة|فتيات|ولد|أولاد|امرأة|نساء|رجل|رجال|شخص|أشخاص|تلميذ|تلاميذ|طلاب|طالب|عائلة|أسرة|موظف"
    r"|معلم|والد|أم |أب |كرسي متحرك",
    re.IGNORECASE,
)
NOT_SHOWN = re.compile(
    r"\b(?:utan|inga|tom|tomma|tomt|empty|without|no|tyhjä|ilman|madhan)(?: \w+){0,2} (?:människor|personer|barn"
    r"|people|children|ihmisiä|lapsia)\b"
    r"|^\W*(?:(?:en|ett|a|an|the) )?(?:\w+ )?(?:skylt|symbol|ikon|karta|logotyp|sign|icon|map|kyltti|kartta)(?:en"
    r"|n)?\b",
    re.IGNORECASE,
)

CHILDREN = re.compile(
    r"\b(?<!för )(?<!till )(?:(?:för|skol|små)?barn(?:et|en)?|flick(?:a|an|or|orna)|pojk(?:e|en|ar|arna)|bebis\w*"
    r"|elev(?:en|er|erna)?|child|children|kids?|toddlers?|girls?|boys?|pupils?|bab(?:y|ies)|la(?:psi|pse|sta|sten)\w*"
    r"|koululai\w+|oppila\w+|taapero\w*|tyttö\w*|tytö\w+|poika|poikia|pojat|poja[nt]\w*|vauva\w*"
    r"|ca?rruur\w*|caruur\w*|ilm(?:o|aha|ahu)|cunug\w*|canug\w*|gabadh\w*|gabdh\w*|wiil(?:ka|asha|al)?|arday\w*)\b"
    r"|[طت](?:فل|لميذ)|[أا]طفال|تلاميذ|صبي|فتاة|فتيات|رضيع|أولاد",
    re.IGNORECASE,
)
DRAWN = re.compile(
    r"teckning|tecknad|ritad|målning|illustration|staty|skulptur|docka|symbol|ikon|drawing|drawn|painting|cartoon"
    r"|statue|sculpture|doll|piirr|maalaus|رسم",
    re.IGNORECASE,
)


@gate("image_declared")
def image_declared(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: every picture of a text stands in the brief's `images`, with its source and licence."""
    known = {_name(image.file) for image in subject.brief.images}
    remedy = subject.say("Add it to `images` in the brief with source and licence, or take the picture away.")
    for name, alternative in _pictures(subject):
        if name not in known:
            message = subject.say("The picture {name} does not stand in the brief", name=name[:80])
            yield Fault(message, remedy, subject.place(name), sentence=shown_safely(alternative))


@gate("image_person")
def image_person(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: a picture of somebody, above all of a child, is looked at before it is shown."""
    declared = {_name(image.file): image for image in subject.brief.images}
    remedy = subject.say("Look at the picture: is it right to show, does the consent hold, is nobody shown in need?")
    for name, alternative in _pictures(subject):
        image = declared.get(name)
        if image is not None and image.shows_child:
            message = subject.say("The picture {name} shows a child", name=name[:80])
        elif (image is not None and _shows_somebody(image)) or _tells_of_somebody(alternative):
            message = subject.say("The picture {name} shows a person", name=name[:80])
        else:
            continue
        yield Fault(message, remedy, subject.place(name), sentence=shown_safely(alternative))


@gate("image_child")
def image_child(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5b: a picture that is described as one of children is declared so, and a guardian's consent asked for."""
    declared = {_name(image.file): image for image in subject.brief.images}
    remedy = subject.say(
        "Write shows_child: true and the guardian's consent under `images`, or the reason under `overrides`."
    )
    for name, alternative in _pictures(subject):
        image = declared.get(name)
        if image is None or image.shows_child or image.consent is not None:
            continue
        if CHILDREN.search(alternative) and not (NOT_SHOWN.search(alternative) or DRAWN.search(alternative)):
            message = subject.say("The picture {name} shows a child, which the brief does not say", name=name[:80])
            yield Fault(message, remedy, _declared_at(subject, image.file), sentence=shown_safely(alternative))


def _declared_at(subject: GateSubject, file: str) -> tuple[str, int]:
    lines = subject.numbered(BRIEF_FILE)
    return BRIEF_FILE, next((n for n, line in lines if re.search(rf"\bfile:\s*[\"']?{re.escape(file)}", line)), 1)


def _tells_of_somebody(alternative: str) -> bool:
    """Tell whether an alternative text names people; a map or a sign that does, and an empty place, shows nobody."""
    return PERSONS.search(alternative) is not None and not NOT_SHOWN.search(alternative)


def _shows_somebody(image: Image) -> bool:
    return image.shows_person or image.consent is not None


def _pictures(subject: GateSubject) -> list[tuple[str, str]]:
    """Return file name and alternative text of every picture but the logotype, each once.

    What the text shows is read from the text itself too, as a channel may have put the picture's bytes in its place.
    """
    logotype = {id(image) for element in subject.select(LOGOTYPE) for image in element.iter("img")}
    found = {
        _name(image.get("src", "")): image.get("alt", "")
        for image in subject.select("//img[@src]")
        if id(image) not in logotype and not image.get("src", "").startswith(("data:", "cid:"))
    }
    for name in subject.written:
        written = "\n".join(subject.lines(name))
        if name.endswith(".md"):
            found |= {_name(file): alternative for alternative, file in MARKDOWN_PICTURE.findall(written)}
        elif name.endswith(".j2"):
            found |= {_name(file): found.get(_name(file), "") for file in TEMPLATE_PICTURE.findall(written)}
    return [(name, alternative) for name, alternative in found.items() if name]


def _name(address: str) -> str:
    """Return the file name of an address, as the brief's `images` write it."""
    if address.startswith("data:"):  # its bytes stand in the template: it has no name but its kind
        return re.split("[;,]", address)[0]
    return unquote(urlsplit(address).path if "://" in address else address).split("?")[0].rsplit("/", 1)[-1]
