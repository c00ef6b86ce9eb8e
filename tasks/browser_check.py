"""Every text as Chromium shows it, looked at by axe: WCAG 2.1 A and AA, wide and narrow, light and dark.

Playwright, axe and Chromium are needed for this check alone and are imported when it is asked for. The page is a file
of its own; whatever it would fetch is refused.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from campaigns.errors import InputError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
Scheme = Literal["light", "dark"]
VIEWS: tuple[tuple[int, Scheme], ...] = ((1200, "light"), (1200, "dark"), (320, "light"))
REMEDY = "install them with `pip install 'budkavle[development]'` and your system's package `chromium`."


@dataclass(frozen=True)
class Broken:
    """One rule of WCAG that a page breaks: axe's id and words for it, and the HTML of the first element."""

    rule: str
    says: str
    html: str
    words: str
    width: int
    scheme: str


def look_at(pages: Sequence[str]) -> list[list[Broken]]:
    """Return what each page breaks, in order; raises InputError where there is no browser or no axe to look with."""
    try:
        from axe_playwright_python.sync_playwright import Axe
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise InputError("the browser check needs playwright and axe-playwright-python", remedy=REMEDY) from None
    axe, seen = Axe(), dict[str, list[Broken]]()
    try:
        with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
            browser = _launched(playwright)
            for page in dict.fromkeys(pages):
                file = Path(folder) / "page.html"
                file.write_text(page, encoding="utf-8")
                seen[page] = list(_seen(browser, file, axe))
            browser.close()
    except Error as error:
        problem = "the browser could not be started" if not seen else "the browser stopped"
        raise InputError(f"{problem}: {str(error).splitlines()[0][:200]}", remedy=REMEDY) from None
    return [seen[page] for page in pages]


def _launched(playwright: "Playwright") -> "Browser":
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    return playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))


def _seen(browser: "Browser", file: Path, axe: Any) -> Iterator[Broken]:
    found = set[tuple[str, str]]()
    for width, scheme in VIEWS:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True, offline=True
        )
        page = context.new_page()
        page.route("**/*", lambda route: route.continue_() if route.request.url == file.as_uri() else route.abort())
        page.goto(file.as_uri())
        for broken in (*_violations(page, axe, width, scheme), *_sideways(page, width, scheme)):
            if (broken.rule, broken.html) not in found:
                found.add((broken.rule, broken.html))
                yield broken
        context.close()


def _violations(page: "Page", axe: Any, width: int, scheme: Scheme) -> Iterator[Broken]:
    for rule in axe.run(page, options=RULES).response["violations"]:
        for node in rule["nodes"]:
            words = page.evaluate("one => document.querySelector(one)?.textContent ?? ''", _selector(node["target"]))
            yield Broken(rule["id"], rule["help"], node["html"], " ".join(words.split())[:300], width, scheme)


def _selector(target: Sequence[Any]) -> str:
    return target[0] if target and isinstance(target[0], str) else "html"


def _sideways(page: "Page", width: int, scheme: Scheme) -> Iterator[Broken]:
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        yield Broken("reflow", "The page must not scroll sideways (WCAG 1.4.10)", "<html>", "", width, scheme)
