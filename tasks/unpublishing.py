"""Taking down pages: those whose time is over or whose run is stopped, and those of a story that is withdrawn.

A page is removed with its entry once ``valid_until`` has passed or the run is stopped; a page that tells a story
without its consent gets a short page in its place, at once. The short pages are made when the sending is prepared, so
that taking down needs neither database nor brief. It may be repeated at any time; where a place does not do as it is
told, the next ``expire``, ``status``, ``run`` or ``withdraw`` tries again, and Prefect does every ten minutes.
"""

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from campaigns.brief import Brief
from campaigns.errors import BudkavleError, GatewayUnavailable
from campaigns.language import base, translations
from tasks import decisions, layouts, stories
from tasks.orders import TERMS, Control
from tasks.senders.page_places import NotDone, PagePlace, page_place, put_page
from tasks.senders.web import PAGE, pages_url, put_with_entry
from tasks.stories import Told
from tasks.workplace import Workplace

TAKEN_DOWN, NOT_PUBLISHED, WITHOUT, FAILED = "taken_down", "not_published", "without_the_story", "not_writable"
REMOVED = "removed"
OVER = frozenset({"stopped", "expired"})
TRIES, SHORTEST_PAUSE, LONGEST_PAUSE = 3, 0.1, 5.0


def keep_pages_instead(workplace: Workplace, run: str, brief: Brief, told: Sequence[Told]) -> None:
    """Write into the control folder the short page for each language in which a page tells a story."""
    for language in {each["language"] for each in told if each["open"]}:
        say = translations(base(language)).gettext
        title = say("This text has been taken down")
        words = say("The text that stood here is no longer shown. Do you have questions? Contact us.")
        fields = {"subject": title, "page_title": title, "preheader": "", "body": words}
        _, page = layouts.compose(
            brief, workplace, (brief.waves[-1].name, "web", language), fields, folder=workplace.home
        )
        put_page(_instead(workplace, run, language), page.encode())


def take_down_everywhere(workplace: Workplace) -> dict[str, dict[str, str]]:
    """Do the same for every run; returns what became of each page, by run and language."""
    runs = sorted(path.parent.parent.name for path in workplace.home.glob(f"runs/*/control/{TERMS}"))
    return {run: pages for run in runs if (pages := take_down(workplace, run))}


def take_down(workplace: Workplace, run: str) -> dict[str, str]:
    """Replace every page of a run that tells a withdrawn story; returns what became of each, by language.

    Nothing where no page may tell one. A page that cannot be replaced is told as ``not_writable``, never raised.
    """
    terms = _terms(workplace, run)
    told: list[Told] = terms.get("stories", [])
    gone = stories.withdrawn(workplace).keys() if told else set()
    pages = [each for each in told if each["open"] and gone & set(each["consents"])]
    if not pages:
        return {}
    place, variants = _place(workplace, run, terms), {each["variant"] for each in pages}
    languages = sorted({each["language"] for each in pages})
    try:
        return {language: _replace(workplace, run, place, language, variants) for language in languages}
    finally:
        place.close()


def unpublish_due(workplace: Workplace, now: datetime | None = None) -> dict[str, dict[str, str]]:
    """Remove every page whose time is over or whose run is stopped; returns what became of each, by run and language.

    A run whose pages or terms cannot be used is told as ``not_writable`` and stops none of the others.
    """
    found: dict[str, dict[str, str]] = {}
    for run in sorted(path.parent.parent.name for path in workplace.home.glob(f"runs/*/control/{TERMS}")):
        try:
            found[run] = unpublish_over(workplace, run, now)
        except (BudkavleError, OSError, ValueError, KeyError):
            found[run] = {"": FAILED}
    return {run: pages for run, pages in found.items() if pages}


def unpublish_over(workplace: Workplace, run: str, now: datetime | None = None) -> dict[str, str]:
    """Remove a run's pages and entries if its time is over or it is stopped; what became of each page, by language."""
    terms = _terms(workplace, run)
    place = _place(workplace, run, terms)
    names = place.names()
    if not terms or not names:
        return {}
    if Control(workplace.run_folder(run, "control"), "web").refresh(now or datetime.now(UTC)) not in OVER:
        return {}
    try:
        left = _remove(place, names)
    finally:
        place.close()
    pages = {Path(name).stem: REMOVED for name in names} | {Path(name).stem: FAILED for name in left}
    if removed := sorted(language for language, fate in pages.items() if fate == REMOVED):
        decisions.record(workplace, "pages_removed", actor="publishing", run=run, detail={"languages": removed})
    return pages


def _remove(place: PagePlace, names: Sequence[str]) -> list[str]:
    """Remove pages and return the names of those left; a place that cannot be reached is not asked for each."""
    try:
        place.open()
    except GatewayUnavailable:
        return list(names)
    return [name for name in names if not _tried(lambda name=name: place.remove(name))]  # type: ignore[misc]


def _terms(workplace: Workplace, run: str) -> dict[str, Any]:
    path = workplace.run_folder(run, "control") / TERMS
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _place(workplace: Workplace, run: str, terms: dict[str, Any]) -> PagePlace:
    internal = terms.get("internal", False)
    url = pages_url(workplace.web_url, workplace.intranet_url, workplace.home, internal)
    token = workplace.intranet_token if internal else workplace.web_token
    return page_place(url, token, workplace.home, run, "BUDKAVLE_INTRANET_URL" if internal else "BUDKAVLE_WEB_URL")


def _tried(step: Callable[[], None]) -> bool:
    """Do a step that may be repeated, up to three times; returns whether it was done."""
    for tries in range(1, TRIES + 1):
        pause = SHORTEST_PAUSE * 2**tries
        try:
            step()
            return True
        except NotDone as refusal:
            pause = max(pause, refusal.outcome.retry_after)
        except OSError:
            pass
        if tries == TRIES or pause > LONGEST_PAUSE:
            return False
        time.sleep(pause)
    return False


def _replace(workplace: Workplace, run: str, place: PagePlace, language: str, variants: set[str]) -> str:
    try:
        shown, instead = place.read(f"{language}{PAGE}"), _instead(workplace, run, language).read_bytes()
    except OSError:
        return FAILED
    if shown is None:
        return NOT_PUBLISHED
    if shown == instead and place.is_sure(f"{language}{PAGE}"):
        return TAKEN_DOWN
    if shown != instead and _is_of_another_text(workplace, run, shown, variants):
        return WITHOUT
    key = f"taken-down-{run}-{language}"
    return TAKEN_DOWN if _tried(lambda: put_with_entry(place, language, instead, run, key)) else FAILED


def _is_of_another_text(workplace: Workplace, run: str, shown: bytes, variants: set[str]) -> bool:
    """Tell whether the page is one of the run's texts that do not tell the story; when in doubt it is taken down."""
    folder = workplace.run_folder(run, "shards") / "variants"
    same = {path.name for path in folder.iterdir() if path.read_bytes() == shown}
    return bool(same) and not same & variants


def _instead(workplace: Workplace, run: str, language: str) -> Path:
    return workplace.run_folder(run, "control") / f"taken_down.{language}.html"
