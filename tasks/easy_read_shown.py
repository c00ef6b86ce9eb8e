"""What the preview says of easy-to-read texts that nobody gets, and of wishes for them that no language meets.

No counts: how many wish for easy reading in one language may be few.
"""

import re
from collections.abc import Collection, Sequence

import duckdb

from campaigns.campaign_files import is_read
from campaigns.language import translations
from campaigns.languages_told import name_of
from campaigns.texts import text_path
from tasks import store
from tasks.combinations import open_channels
from tasks.gates.subject import GateSubject
from tasks.preview_words import Words
from tasks.runs import Run

FACT, NAME = "easy_read", re.compile(r"\beasy_read\b")
PART = "easy-read"
"""How the file begins that holds an easy-to-read version, such as ``easy-read.sv.md``."""


def easy_read_notes(
    connection: duckdb.DuckDBPyConnection, run: Run, texts: Sequence[GateSubject], language: str
) -> list[str]:
    """Return a sentence for each wave and language whose easy-to-read text nobody gets, or has none for who wishes it.

    ``texts`` are the run's stored texts. Nothing where the brief does not tell who wishes for easy reading.
    """
    if FACT not in {fact.name for fact in run.brief.facts}:
        return []
    rows = connection.execute(store.statement("previews/easy_read"), {"run": run.run}).fetchall()
    wishing = {(wave, tag) for wave, tag in rows}
    words, _ = Words(language), translations(language).gettext
    notes = []
    for wave, tag in ((wave.name, tag) for wave in run.brief.waves for tag in run.brief.languages):
        told = {"language": name_of(tag, language), "wave": words.wave(wave)}
        if (wave, tag) not in wishing and _has_easy_read(run, wave, tag):
            notes.append(_("Easy-to-read %(language)s, %(wave)s: nobody gets it as a text of their own now.") % told)
            notes[-1] += " " + _("It stands on the web page.") if _on_the_web(run, texts, wave, tag) else ""
        elif (wave, tag) in wishing and not _has_easy_read(run, wave, tag):
            sentence = _(
                "Wish for easy reading not met, %(wave)s: some who wish for it read %(language)s and get the ordinary "
                "text, for there is no easy-to-read one in that language."
            )
            notes.append(sentence % told)
    return notes


def _has_easy_read(run: Run, wave: str, tag: str) -> bool:
    """Say whether the text of a wave in a language is another for whoever wishes for easy reading."""
    path = text_path(run.folder, wave, tag)
    return is_read(path) and NAME.search(path.read_text(encoding="utf-8", errors="replace")) is not None


def _on_the_web(run: Run, texts: Collection[GateSubject], wave: str, tag: str) -> bool:
    channels = open_channels(run.brief)
    return any(
        part.startswith(PART)
        for each in texts
        if (each.wave, each.language) == (wave, tag) and each.channel in channels
        for part in each.included or ()
    )
