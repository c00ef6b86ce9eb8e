"""The form of a run that waits for approval in Prefect: the code from the letter, and the findings that were read."""

from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput, delete_flow_run_input
from pydantic import Field

from campaigns.language import translations

WAITS_SECONDS = 14 * 24 * 3600


class ApprovalForm(RunInput):
    """What an approver fills in; empty where the run was resumed by the command line."""

    code: str = Field(default="", repr=False, title="Kod ur brevet / code from the letter")
    account: str = Field(default="", repr=False, title="Ditt konto / your account")
    refusal: str = Field(default="", title="Skäl, om du inte godkänner / reason, where you do not approve")
    reviewed: list[str] = Field(default=[], title="Läst och godtaget / read and accepted, such as politics:1")


def ask(key: str, problem: str, language: str) -> ApprovalForm:
    """Suspend the deployed run until its form is filled in, and return what was written.

    When Prefect executes the flow again from its top, a form with the same key gives its answer at once. The code is
    deleted from Prefect as soon as it has been read, before it is used.
    """
    text = translations(language).gettext
    explained = text(
        "Write the code from your letter, your account, and the findings that you have read and accept. By approving "
        "you confirm each point that the letter asks about."
    )
    form = ApprovalForm.with_initial_data(description=f"{explained}\n\n{problem}".strip())
    answer = suspend_flow_run(wait_for_input=form, timeout=WAITS_SECONDS, key=key)
    if answer.code:
        delete_flow_run_input(answer.metadata.key)
    return answer
