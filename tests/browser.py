"""A page as a browser shows it."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
WIDTHS = (1200, 400)


def faults_shown(page: Path) -> list[str]:
    """Return what axe finds against WCAG 2.1 A and AA, what is fetched from elsewhere and what scrolls sideways."""
    faults = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for width in WIDTHS:
            shown = browser.new_page(viewport={"width": width, "height": 900})
            requested: list[str] = []
            shown.on("request", lambda request, to=requested: to.append(request.url))
            shown.goto(page.as_uri())
            for found in Axe().run(shown, options=RULES).response["violations"]:
                faults += [f"{width} px: {found['id']} at {node['target']}" for node in found["nodes"]]
            faults += [f"fetched {url}" for url in requested if not url.startswith(("file:", "data:", "about:"))]
            if shown.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                faults.append(f"{page.name} scrolls sideways at {width} px")
        browser.close()
    return faults
