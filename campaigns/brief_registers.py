"""Rules on the registers that the audience queries read: each on a legal basis that fits it, none claimed in vain."""

import re

from campaigns.brief_files import REGISTERS
from campaigns.brief_subject import Found, Subject, rule
from campaigns.programme import load_programme

LAWFUL = re.compile(r"(?<![\d.])6\s*[.(]?\s*1(?!\d)\W*(?:[^\W\d]{2,}\W+){0,3}[a-f](?!\w)", re.IGNORECASE)
UNLAWFUL = re.compile(r"(?<![\d.])6\s*[.(]\s*1\s*[).]?\s*[(]?[g-z](?![a-zåäö])", re.IGNORECASE)


@rule
def register_declared(subject: Subject) -> Found:
    """P1: no register is used without a legal basis."""
    for number, _ in subject.rows("legal_basis"):
        article = subject.text("legal_basis", number, "article")
        if article and not (LAWFUL.search(article) and not UNLAWFUL.search(article)):
            remedy = "Name the point of article 6.1, a–f, such as 6.1 e for a task in the public interest."
            message = f"`legal_basis[{number + 1}].article` is no point of the GDPR's article 6.1"
            yield ("legal_basis", number, "article"), message, remedy
        elif article and (unfit := _unfit(subject, number, article)):
            remedy = "Ask the data protection officer on what ground this register may be used."
            message = f"`legal_basis[{number + 1}].article` is {unfit}, on which register_{{}} cannot be used"
            register = subject.text("legal_basis", number, "register")
            yield ("legal_basis", number, "article"), message.format(register), remedy
    declared = {row.get("register") for _, row in subject.rows("legal_basis")}
    if not declared or None in declared:
        return
    used = set().union(*subject.registers.values()) & set(REGISTERS)
    for register in sorted(used - declared):
        remedy = f"Add {{register: {register}, purpose: …, article: …}} after asking the data protection officer."
        yield ("legal_basis",), f"a query reads register_{register} without a legal basis", remedy


def _unfit(subject: Subject, number: int, article: str) -> str:
    """Return the point of article 6.1 that a row names where its register cannot be used on it; else nothing."""
    programme, register = load_programme(), subject.text("legal_basis", number, "register")
    fitting = {*programme.lawful_articles.get(register, ())}
    if subject.text("sender", "kind") == "company":
        fitting |= {*programme.lawful_for_companies.get(register, ())}
    named = [found[0][-1].lower() for found in LAWFUL.finditer(article)]
    return "" if not fitting or not named or fitting & set(named) else f"6.1 {named[0]}"


@rule
def register_unused(subject: Subject) -> Found:
    """P1: no legal basis is claimed for a register that is not used."""
    if len(subject.registers) < len(subject.rows("waves")) or not subject.registers:
        return
    used = set().union(*subject.registers.values())
    for number, row in subject.rows("legal_basis"):
        if row.get("register") in REGISTERS and row["register"] not in used:
            message = f"`legal_basis[{number + 1}].register` is read by no audience query"
            yield ("legal_basis", number, "register"), message, "Take the row out, or use the register."
