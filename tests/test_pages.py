"""The pages as a browser shows them: no WCAG violation that axe finds, nothing that needs a script."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from installation import Installation, serving
from playwright.sync_api import Browser, sync_playwright

from tasks import evaluation, lessons, outcomes, reports, store, world

pytestmark = pytest.mark.slow
CHROMIUM = "/usr/bin/chromium"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def evaluated(place: Installation) -> Path:
    """Publish, observe and evaluate; returns the run's folder."""
    place.run("run", str(place.campaign))
    run = place.answer("status")["runs"][0]["run"]
    observed = world.simulate_outcomes(
        place.workplace, run, place.home / "register-files", 1, place.home / "outcomes.csv"
    )
    outcomes.import_outcomes(place.workplace, run, observed.outcomes_file)
    evaluation.evaluate(place.workplace, run, 1)
    lessons.draw_lessons(place.workplace, run, 1)
    store.take_snapshot(place.workplace)
    reports.write_report(place.workplace, run, 1)
    return place.workplace.run_folder(run)


def violations(browser: Browser, page: Path, width: int) -> list[str]:
    shown = browser.new_page(viewport={"width": width, "height": 900})
    requested: list[str] = []
    shown.on("request", lambda request: requested.append(request.url))
    shown.goto(page.as_uri())
    found = Axe().run(shown, options=RULES).response["violations"]
    assert [url for url in requested if not url.startswith(("file:", "data:", "about:"))] == []
    overflow = shown.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.name} scrolls sideways at {width} px"
    shown.close()
    return [f"{each['id']}: {node['target']}" for each in found for node in each["nodes"]]


def test_preview_and_report_have_no_violation_and_no_script(served: Installation) -> None:
    with serving(served) as place:
        folder = evaluated(place)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        for name in ("preview", "report"):
            page = folder / name / "index.html"
            assert "<script" not in page.read_text(encoding="utf-8")
            for width in (1200, 400):
                assert violations(browser, page, width) == []
        browser.close()
