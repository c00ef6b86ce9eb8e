"""What the demo needs before it starts: a folder of its own, an approvers' directory, a campaign for today."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from ruamel.yaml import YAML

from campaigns.brief_loading import find_campaign
from campaigns.channels import load_channels
from campaigns.errors import InputError

CITY = 1_000_000
MARK = ".made-by-budkavle-demo"
STARTED = date(2027, 1, 18)
STARTS = ("EEEE'en den' d MMMM y", "EEEE d MMMM y", "d MMMM")
"""How the texts of the campaign write the day on which it starts, the longest first."""


def fresh_home(home: Path) -> Path:
    """Empty the demo's own folder; a folder that the demo did not make is never touched."""
    if home.exists():
        if not (home / MARK).exists():
            raise InputError(
                "this folder was not made by the demo", where=str(home), remedy="set BUDKAVLE_HOME to another folder."
            )
        shutil.rmtree(home)
    home.mkdir(parents=True, mode=0o700)
    (home / MARK).touch()
    return home


def write_directory(home: Path) -> Path:
    """Write an approvers' directory with the two persons that the brief names and the communications director."""
    path = home / "directory.yaml"
    people = {
        "manager_waste": {"name": "Chef (exempel)", "address": "chef@example.se", "roles": ["manager"]},
        "communicator_waste": {
            "name": "Kommunikatör (exempel)",
            "address": "komm@example.se",
            "roles": ["communicator"],
        },
        "director_city": {
            "name": "Kommunikationsdirektör (exempel)",
            "address": "direktor@example.se",
            "roles": ["communications_director"],
        },
    }
    YAML().dump({"persons": people}, path)
    return path


def write_campaign(home: Path, people: int) -> Path:
    """Copy the campaign with its dates moved to today and its ceilings scaled to the size of the city.

    What starting a channel costs does not shrink with the city, so it is added.
    """
    folder = home / "campaigns" / "matavfall"
    shutil.copytree(find_campaign("matavfall"), folder)
    path = folder / "campaign.yaml"
    yaml = YAML()
    brief = yaml.load(path)
    now = datetime.now(UTC).astimezone(ZoneInfo("Europe/Stockholm")).replace(microsecond=0)
    start = now - timedelta(minutes=1)
    brief["edition"] = f"demo-{people}"
    brief["objective"]["by"] = (start + timedelta(days=90)).date()
    brief["feedback_by"] = (start + timedelta(days=150)).date()
    brief["schedule"]["start"] = start.isoformat()
    brief["schedule"]["valid_until"] = (start + timedelta(days=160)).isoformat()
    brief["waves"][0]["start"] = (start - timedelta(days=1)).isoformat()
    brief["waves"][1]["start"] = start.isoformat()
    at_once = "Demonstrationen skickas direkt, utan att någon nås."
    brief["overrides"] = [{"gate": "start_ahead", "reason": at_once}]
    for ceiling in ("sek", "co2_kg"):
        brief["budget"][ceiling] = round(brief["budget"][ceiling] * people / CITY, 2)
    brief["budget"]["sek"] += _setups(brief)
    yaml.dump(brief, path)
    _move_days(folder, start.date())
    return folder


def _move_days(folder: Path, start: date) -> None:
    """Let the texts that name the day on which the campaign starts name today."""
    for path in folder.glob("text.*.md"):
        language = path.suffixes[-2].removeprefix(".")
        text = path.read_text(encoding="utf-8")
        for pattern in STARTS:
            former, now = (format_date(day, pattern, locale=language) for day in (STARTED, start))
            text = text.replace(former, now).replace(former.capitalize(), now.capitalize())
        path.write_text(text, encoding="utf-8")


def _setups(brief: dict[str, Any]) -> float:
    channels = [load_channels()[name] for name in brief["channels"]]
    addressed = [channel for channel in channels if channel.address_kind]
    return sum(channel.setup_sek + channel.translation_sek * len(brief["languages"]) for channel in addressed)
