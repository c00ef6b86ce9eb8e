"""Taking down pages that tell a story whose consent is withdrawn: a short page in their place, at once.

The short pages are made when the sending is prepared, so that taking down needs neither database nor brief. It may be
repeated at any time; where the web folder cannot be written, the next ``status``, ``run`` or ``withdraw`` tries again.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from campaigns.brief import Brief
from campaigns.language import base, translations
from tasks import layouts, stories
from tasks.orders import TERMS
from tasks.senders.web import pages_url, put_page, web_folder
from tasks.stories import Told
from tasks.workplace import Workplace

TAKEN_DOWN, NOT_PUBLISHED, WITHOUT, FAILED = "taken_down", "not_published", "without_the_story", "not_writable"


def keep_pages_instead(workplace: Workplace, run: str, brief: Brief, told: Sequence[Told]) -> None:
    """Write into the control folder the short page for each language in which a page tells a story."""
    for language in {each["language"] for each in told if each["open"]}:
        say = translations(base(language)).gettext
        title = say("This text has been taken down")
        words = say("The text that stood here is no longer shown. Do you have questions? Contact us.")
        fields = {"subject": title, "page_title": title, "preheader": "", "body": words}
        _, page = layouts.compose(brief, workplace, brief.waves[-1].name, "web", language, fields)
        put_page(_instead(workplace, run, language), page.encode())


def take_down_everywhere(workplace: Workplace) -> dict[str, dict[str, str]]:
    """Do the same for every run; returns what became of each page, by run and language."""
    runs = sorted(path.parent.parent.name for path in workplace.home.glob(f"runs/*/control/{TERMS}"))
    return {run: pages for run in runs if (pages := take_down(workplace, run))}


def take_down(workplace: Workplace, run: str) -> dict[str, str]:
    """Replace every page of a run that tells a withdrawn story; returns what became of each, by language.

    Nothing where no page may tell one. A page that cannot be replaced is told as ``not_writable``, never raised.
    """
    path = workplace.run_folder(run, "control") / TERMS
    terms = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    told: list[Told] = terms.get("stories", [])
    gone = stories.withdrawn(workplace).keys() if told else set()
    pages = [each for each in told if each["open"] and gone & set(each["consents"])]
    url = pages_url(workplace.web_url, workplace.intranet_url, workplace.home, terms.get("internal", False))
    folder, variants = web_folder(url, workplace.home, run), {each["variant"] for each in pages}
    languages = sorted({each["language"] for each in pages})
    return {language: _replace(workplace, run, folder / f"{language}.html", variants) for language in languages}


def _replace(workplace: Workplace, run: str, page: Path, variants: set[str]) -> str:
    try:
        shown = page.read_bytes()
        instead = _instead(workplace, run, page.stem).read_bytes()
        if shown == instead:
            return TAKEN_DOWN
        if _is_of_another_text(workplace, run, shown, variants):
            return WITHOUT
        put_page(page, instead)
    except FileNotFoundError:
        return NOT_PUBLISHED
    except OSError:
        return FAILED
    return TAKEN_DOWN


def _is_of_another_text(workplace: Workplace, run: str, shown: bytes, variants: set[str]) -> bool:
    """Tell whether the page is one of the run's texts that do not tell the story; when in doubt it is taken down."""
    folder = workplace.run_folder(run, "shards") / "variants"
    return any(path.name not in variants and path.read_bytes() == shown for path in folder.iterdir())


def _instead(workplace: Workplace, run: str, language: str) -> Path:
    return workplace.run_folder(run, "control") / f"taken_down.{language}.html"
