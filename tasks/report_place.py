"""Where the page of a look stands: the newest look's is the run's page, an older look's stands beside it."""

from pathlib import Path

from tasks.pages import LOCALES
from tasks.workplace import Workplace


def page(workplace: Workplace, run: str, look: int, language: str = "") -> Path:
    """Return ``report/index.html``, or ``report/look-LOOK.html`` where a later look has an answer.

    In a ``language`` other than that of the settings its code stands before ``.html``.
    """
    answers = workplace.run_folder(run, "evidence").glob("evaluation-*.json")
    looks = (answer.stem.removeprefix("evaluation-") for answer in answers)
    newest = max((int(name) for name in looks if name.isdecimal()), default=look)
    stem = "index" if look >= newest else f"look-{look}"
    in_language = f".{language}" if language not in ("", workplace.language) else ""
    return workplace.run_folder(run, "report") / f"{stem}{in_language}.html"


def also_written_in(workplace: Workplace, run: str, look: int) -> list[str]:
    """Return the other languages in which the page of the look stands already."""
    others = [language for language in LOCALES if language != workplace.language]
    return [language for language in others if page(workplace, run, look, language).exists()]
