"""Links that would carry a person's data to whoever keeps the page: addresses are logged wherever they are read."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from tasks.gates.masking import shown_safely
from tasks.gates.registry import Fault, Threshold, gate
from tasks.gates.subject import GateSubject
from tasks.slots import POSTAL

WEB = ("http://", "https://")
PERSONAL_SLOT = re.compile(rf"‹(?:first_name|last_name|recipient|{'|'.join(POSTAL)})›")
PERSONAL = re.compile(
    r"(?:person(?:al)?_?-?(?:nummer|number|nr|id)|pnr|ssn|samordningsnummer|hetu|e-?post(?:adress)?|e-?mail(?:_?address)?|mejl"
    r"|tele?fon(?:nummer|nr)?|phone(?:_?number)?|mobil(?:nummer|nr)?|mobile|f[oö]rnamn|efternamn|first_?name|last_?name"
    r"|full_?name|sur_?name|hemadress|gatuadress|f[oö]delse(?:datum|dag|[aå]r)|birth_?(?:date|day)|date_?of_?birth)",
    re.IGNORECASE,
)
"""Parameters that hold somebody's data by their name."""
OF_SOMEBODY = re.compile(r"[\w.+-]@[\w-]+\.\w|(?<!\d)(?:0|(?:\+|00| )46)7[02369]\d{7}(?!\d)")
"""A value that is an e-mail address or a Swedish mobile number, whatever the parameter is called."""


@gate("link_personal")
def link_personal(subject: GateSubject, threshold: Threshold) -> Iterator[Fault]:
    """P5c: no web address carries a name, an e-mail address or a number of somebody's."""
    remedy = subject.say("Leave it out of the address: the page can ask for it.")
    for address in subject.personal_addresses:
        if address.lower().startswith(WEB) and (found := PERSONAL_SLOT.search(address)):
            message = subject.say("A web address carries {slot}, which is a person's", slot=found[0])
            form = re.compile(rf"(?:\]\(|href=[\"']|<|https?:)[^)\"'>]*{{{{\s*{found[0].strip('‹›')}\s*}}}}")
            yield Fault(message, remedy, subject.written_at(form) or subject.place(address), sentence=address[:200])
    for link in subject.select("//a[@href]"):
        address = str(link.get("href", ""))
        if address.lower().startswith(WEB) and (names := _personal_parameters(address)):
            message = subject.say("A web address asks for a person's data: {name}", name=", ".join(names))
            at = next((each for each in (address, f"{names[0]}=") if subject.written_at(each)), address)
            yield Fault(
                message, remedy, subject.written_at(at) or subject.place(at), sentence=shown_safely(address)[:200]
            )


def _personal_parameters(address: str) -> list[str]:
    try:
        given = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    except ValueError:
        return []
    return list(dict.fromkeys(name for name, value in given if PERSONAL.fullmatch(name) or OF_SOMEBODY.search(value)))
