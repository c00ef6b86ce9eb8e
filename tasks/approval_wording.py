"""What the letter to an approver says of its errand: to approve before anything is sent, or to review what was."""

from dataclasses import dataclass

from campaigns.language import for_translation as _


@dataclass(frozen=True)
class Wording:
    """What a letter says of its errand: an approval before anything is sent, or a review of what was.

    ``form`` is the part of its ``ends`` that only holds where a Prefect server is; ``refusal`` is how to say no.
    """

    subject: str
    asks: str
    questions: str
    command: str
    ends: tuple[str, ...]
    form: str = ""
    refusal: str = ""


WHERE = _(
    "Write it in a terminal on the computer where Budkavle is, logged in as yourself: the code counts from your own "
    "account only. Have you no terminal, ask %(communicator)s, or those who run the system, to open one for you. To "
    "answer this letter, or to give somebody else the code, approves nothing."
)
FORM = _("Or write the code in the form of the suspended run in Prefect.")
BEFORE = Wording(
    _("Approve the campaign “%(title)s”"),
    _("The campaign “%(title)s” from %(sender)s waits for your approval as %(role)s."),
    _("Read the whole preview and ask yourself:"),
    _("To approve, run this command:\n\n    %s"),
    (
        WHERE,
        _("By approving you confirm each of these points, and they are kept beside your name."),
        FORM,
        _("The code can be used once, until %(expires)s, and holds for exactly this content: any change voids it."),
    ),
    form=FORM,
    refusal=_(
        "If you do not approve, say why; nothing is sent then, and the communicator is told who refused in which role, "
        "and the reason:\n\n    %s"
    ),
)
AFTERWARDS = Wording(
    _("Review afterwards the crisis message “%(title)s”"),
    _(
        "“%(title)s” from %(sender)s is a crisis message. Others approve it before it is sent, and nothing waits for "
        "you. You are asked to review it afterwards as %(role)s."
    ),
    _("Read the whole preview. Was the message right?"),
    _("When you have reviewed it and have nothing to object, run this command:\n\n    %s"),
    (
        WHERE,
        _("By doing so you confirm each of these points, and they are kept beside your name."),
        _("The code can be used once, until %(expires)s, and is for your review of exactly this content."),
        _(
            "If something was wrong, do not use the code: tell the manager and the communicator at once, so that the "
            "message can be stopped or corrected."
        ),
    ),
)
