import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from approval_scene import DIRECTORY, postbox
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from evaluation_city import city, deliver_to_treated, observe, population_file
from hypothesis import given
from hypothesis import strategies as any_of

from campaigns import language as languages
from campaigns.brief_loading import find_campaign, load_brief
from campaigns.errors import OutcomesMissing
from tasks import evaluation_history, evaluation_record, report_effects, report_names, report_tables, store
from tasks.disclosure import SMALLEST_CELL, reach_rows
from tasks.evaluation import evaluate
from tasks.evaluation_record import stored_evaluation
from tasks.lessons import draw_lessons
from tasks.outcomes import import_outcomes
from tasks.pages import filters
from tasks.plain_words import PlainWords
from tasks.report_charts import fairness_chart
from tasks.report_summary import mail_summary, summary
from tasks.reports import write_report
from tasks.told_effects import told
from tasks.workplace import Workplace
from tasks.world import simulate_outcomes

ROOT = Path(languages.__file__).parent.parent
SOURCES = (
    "tasks/plain_words.py", "tasks/lessons.py", "tasks/segment_names.py", "tasks/report_names.py",
    "tasks/report_tables.py", "tasks/report_effects.py", "tasks/report_summary.py",
    "tasks/channel_lessons.py",
    "tasks/plan_lessons.py",
    "tasks/early_looks.py", "tasks/later_words.py",
)  # fmt: skip
TEMPLATES = (
    "campaigns/layouts/report.html.j2",
    "campaigns/layouts/page.html.j2",
    "campaigns/layouts/report_effects.html.j2",
)


class Page(HTMLParser):
    """The headings, landmarks, resources and reach-table cells of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.cells: list[str] = []
        self._in_reach = self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "table":
            self._in_reach = ("class", "reach") in attrs
        self._in_cell = tag == "td" and self._in_reach

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._in_cell and data.strip():
            self.cells.append(data.strip())


Evaluated = Callable[..., str]


@pytest.fixture(scope="module")
def made() -> dict[int, tuple[Path, str]]:
    """Home and evaluated run by the number of households; each is made once."""
    return {}


@pytest.fixture
def evaluated(tmp_path_factory: pytest.TempPathFactory, made: dict[int, tuple[Path, str]]) -> Iterator[Evaluated]:
    """Puts a home with an evaluated run of so many households in place and returns the run; its database stays open."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def put(workplace: Workplace, tmp_path: Path, households: int = 600) -> str:
        if households not in made:
            folder = tmp_path_factory.mktemp("evaluated")
            made[households] = (
                folder / "home",
                an_evaluated(replace(workplace, home=folder / "home"), folder, households),
            )
        home, run = made[households]
        shutil.copytree(home, workplace.home)
        opened.append(duckdb.connect(workplace.database))
        return run

    yield put
    for connection in opened:
        connection.close()


def an_evaluated(workplace: Workplace, tmp_path: Path, households: int) -> str:
    run = city(workplace, households, seed=2)
    deliver_to_treated(workplace, run)
    folder = population_file(workplace, households).parent
    world = simulate_outcomes(workplace, run, folder, 2, tmp_path / "outcomes.csv")
    import_outcomes(workplace, run, world.outcomes_file)
    evaluate(workplace, run, 1)
    draw_lessons(workplace, run, 1)
    return run


def test_what_the_approvers_confirmed_is_told_once(evaluated: Evaluated, workplace: Workplace, tmp_path: Path) -> None:
    run = evaluated(workplace, tmp_path)
    with store.writing(workplace) as connection:
        connection.execute("UPDATE run SET digest = 'd'")
        connection.execute(
            "INSERT INTO approval BY NAME SELECT ? AS run, 'd' AS digest, 'manager' AS role, unnest(['a', 'b']) AS "
            "approver, now() AS approved_at, ['facts', 'translation:en=reader'] AS confirmed",
            [run],
        )
    page = report(workplace, run)
    assert page.count("översättningen (engelska), läst av reader") == 1
    assert "a, b har intygat: fakta; översättningen" in page


def report(workplace: Workplace, run: str) -> str:
    store.take_snapshot(workplace)
    return write_report(workplace, run, 1).read_text(encoding="utf-8")


def test_the_report_answers_the_questions_of_a_communicator(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path
) -> None:
    text = report(workplace, evaluated(workplace, tmp_path, households=2000))
    headings = re.findall(r"<h2>(.*?)</h2>", text)
    assert headings == [
        "Vad var målet?",
        "Från insats till nytta",
        "Vad skickades, och av vem?",
        "Vilka nåddes, och vilka nåddes inte?",
        "Vad hände tack vare kampanjen?",
        "Vilka fick nytta, och vilka blev utan?",
        "Vad gjorde varje kanal?",
        "Hur säkra är vi?",
        "Vad kostade det?",
        "Dialog",
        "Vad lär vi oss?",
        "Metod, för analytikern",
    ]
    assert re.search(r"Av 100 hushåll .* nådde ungefär \d+ fler .* 95 procent säkra .* mellan \d+ och \d+ fler", text)
    assert "en del av Stockholms stad" in text
    assert "15 juni 2027" in text
    assert "P4c" in text


def test_the_report_needs_nothing_else_and_no_script(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path
) -> None:
    text = report(workplace, evaluated(workplace, tmp_path))
    page = Page(text)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not [
        value for name, value in page.attributes if name in {"src", "href"} and not (value or "").startswith("#")
    ]
    assert "@import" not in text
    assert ("lang", "sv") in page.attributes
    for landmark in ("main", "header", "footer", "h1"):
        assert page.tags.count(landmark) == 1
    names = [value for name, value in page.attributes if name == "id"]
    assert len(names) == len(set(names))
    assert page.tags.count("svg") == page.tags.count("desc") >= 2


@pytest.mark.parametrize(("given", "shown"), [(34, "34 svar"), (9, "")])
def test_the_dialogue_tells_how_many_answered_and_never_how_few(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path, given: int, shown: str
) -> None:
    run = evaluated(workplace, tmp_path)
    assert "svar och synpunkter kom in" not in report(workplace, run)
    with store.writing(workplace) as connection:
        connection.execute("UPDATE run SET state = 'evaluating'")
        connection.execute(
            "INSERT INTO feedback VALUES "
            "(?, 1, DATE '2027-06-01', DATE '2027-06-15', 'Vi hörde <er>.', '', ?, true, now())",
            [run, given],
        )
    text = report(workplace, run)
    dialogue = text[text.index("<h2>Dialog</h2>") : text.index("Vad lär vi oss?")]
    assert "Vi hörde &lt;er&gt;." in dialogue
    assert "Det ändrade beslutet." in dialogue
    assert (shown in dialogue) if shown else ("kom in" not in dialogue and f"{given} " not in dialogue)


def test_an_older_look_stands_beside_the_newest_and_never_in_its_place(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path
) -> None:
    run = evaluated(workplace, tmp_path)
    evaluate(workplace, run, 2)
    store.take_snapshot(workplace)
    newest = write_report(workplace, run, 2)
    before = newest.read_text(encoding="utf-8")
    older, english = (write_report(workplace, run, 1, language) for language in ("", "en"))
    assert [page.name for page in (newest, older, english)] == ["index.html", "look-1.html", "look-1.en.html"]
    assert newest.read_text(encoding="utf-8") == before != older.read_text(encoding="utf-8")


def test_a_report_that_is_written_anew_is_so_in_every_language_that_it_stands_in(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path
) -> None:
    run = evaluated(workplace, tmp_path)
    swedish, english = (write_report(workplace, run, 1, language) for language in ("", "en"))
    english.write_text("as it was before outcomes were corrected")
    swedish.unlink()
    assert write_report(workplace, run, 1) == swedish
    assert "What was the goal?" in english.read_text()


@pytest.mark.parametrize("few", [False, True])
def test_the_ratio_is_told_only_where_the_levels_of_both_arms_are(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path, few: bool
) -> None:
    run = evaluated(workplace, tmp_path)
    found = stored_evaluation(workplace, run, 1)
    found["arms"][1]["few"], found["arms"][0]["step"] = few, 0.05 if few else 0
    rows = dict(report_effects.method_rows("en", PlainWords("en", "household", True), told(found)))
    assert ("Ratio to the control group" in rows) is not few


@pytest.mark.parametrize("step", [0.1, 1.0])
def test_where_few_acted_neither_page_nor_letter_nor_lessons_tell_the_effect_itself(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path, step: float
) -> None:
    run = evaluated(workplace, tmp_path)
    kept = stored_evaluation(workplace, run, 1)
    treated, holdout = kept["arms"]
    assert holdout["few"], "fewer than ten of the sixty control households act"
    assert 0 < treated["step"] <= 0.1
    treated["step"], treated["effect"], treated["ci_low"] = step, 0.12345, 0.04567
    evaluation_record.keep(workplace, run, 1, kept)
    with store.writing(workplace) as connection:
        values = {name: treated[name] for name in ("step", "effect", "ci_low")}
        connection.execute(
            "UPDATE effect SET step = $step, estimate = $effect, ci_low = $ci_low WHERE segment = 'all'", values
        )
    draw_lessons(workplace, run, 1)
    for language, decimal in (("sv", ","), ("en", ".")):
        reader = replace(workplace, language=language)
        texts = report(reader, run), summary(reader, run, 1)
        for text in texts:
            shown = set(re.findall(rf"(?<![\d{decimal}])\d+{decimal}\d+(?= ?(?:percent|procent|per cent| till))", text))
            assert not shown & {f"12{decimal}3", f"4{decimal}6", f"12{decimal}35", f"4{decimal}57"}, text[:200]
        assert all(
            ("How large the effect is, is not shown" in text) is (step == 1) for text in texts if language == "en"
        )
    with store.reading(workplace) as connection:
        told_of = connection.execute(
            "SELECT DISTINCT estimate FROM report_effect WHERE segment = 'all' AND outcome = ?", [kept["outcome"]]
        ).fetchall()
    assert told_of == [(0.1 if step < 1 else None,)]


@pytest.mark.parametrize(
    ("level", "few", "observed", "line"),
    [(0.3, False, 100, True), (0.3, True, 100, False), (0.3, False, 9, False), (0.9, False, 100, False)],
)
def test_the_line_of_the_target_is_drawn_only_where_the_control_level_is_shown_and_below_the_target(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path, level: float, few: bool, observed: int, line: bool
) -> None:
    run = evaluated(workplace, tmp_path, households=2000)
    found = stored_evaluation(workplace, run, 1)
    found["arms"][1] |= {"level": level, "few": few, "observed_households": observed}
    evaluation_record.keep(workplace, run, 1, found)
    text = report(workplace, run)
    assert ("behövs för målet" in text) is line
    assert ("Den streckade linjen" in text) is line
    assert 'aria-labelledby="effect-title' in text


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("hidden", [False, True])
def test_what_a_dash_and_a_hidden_cost_mean_is_told_where_they_stand(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path, language: str, hidden: bool
) -> None:
    run = evaluated(workplace, tmp_path)
    shown = {"segment": "all", "shrunken": 0.26, "shrunken_low": 0.13, "shrunken_high": 0.39, "cost_sek": 22.0}
    rows = [
        shown | {"channels": "email", "co2_kg": 0.1, "sek_per_result": 1.5},
        shown | {"channels": "letter", "co2_kg": 0.1, "sek_per_result": None},
    ]
    evaluation_record.keep(workplace, run, 1, stored_evaluation(workplace, run, 1) | {"channels": rows})
    with store.writing(workplace) as connection:
        if hidden:
            connection.execute("UPDATE delivery_event SET status = 'accepted'")
            connection.execute(
                "UPDATE delivery_event SET status = 'rejected' WHERE message_id IN "
                "(SELECT message_id FROM message WHERE channel = 'email' ORDER BY message_id LIMIT 3)"
            )
    text = report(replace(workplace, language=language), run)
    dash, cost, most = {
        "sv": ("Ett streck står där det inte är visat", "Effekten visas ändå", "”Högst” är planens tak"),
        "en": ("A dash stands where the channel is not shown", "is shown all the same", "is the ceiling of the plan"),
    }[language]
    assert [told in text for told in (dash, cost, most)] == [not hidden, hidden, hidden]
    assert "Ett streck står där effekten inte är visad" not in text


@pytest.mark.parametrize("to_employees", [True, False])
def test_the_control_group_is_not_said_to_have_got_nothing_where_employees_were_told_first(
    workplace: Workplace, to_employees: bool
) -> None:
    external = {"name": "external", "start": "2027-01-18T08:00:00+01:00", "audience": "audience.sql"}
    run = city(workplace, 300, seed=1, **({} if to_employees else {"waves": [external]}))
    observe(workplace, run, {f"H{index:06d}": index % 2 for index in range(300)})
    evaluate(workplace, run, 1)
    text = report(workplace, run)
    assert ("fick inget meddelande i kampanjens utskick till allmänheten, för att" in text) is to_employees
    assert ("fick inget eget meddelande, för att" in text) is not to_employees
    english = report(replace(workplace, language="en"), run)
    assert ("got no message among those that the campaign sent to the public" in english) is to_employees


def test_the_line_of_a_target_below_the_baseline_stands_below_zero(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path
) -> None:
    run = evaluated(workplace, tmp_path)
    found = stored_evaluation(workplace, run, 1)
    found["objective"] |= {"baseline": 0.5, "target": 0.2}
    found["arms"][1]["few"] = found["arms"][0]["few"] = False
    levels = {0.6: pytest.approx(-0.4), 0.2: None, 0.1: None}
    for level, needed in levels.items():
        found["arms"][1]["level"] = level
        assert report_effects.needed_effect(found) == needed


@pytest.mark.parametrize(("share", "few", "told"), [(True, False, True), (True, True, False), (False, True, True)])
def test_the_level_of_a_measure_is_told_only_where_it_tells_of_ten(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path, share: bool, few: bool, told: bool
) -> None:
    run = evaluated(workplace, tmp_path)
    found = stored_evaluation(workplace, run, 1)
    levels = {"level": 0.317, "control_level": 0.023, "effect": 0.294, "ci_low": 0.2, "ci_high": 0.388}
    measure = {"outcome": "fetches_bags", "name": "Hämtar påsar", "stage": "outtake", "share": share, "few": few}
    measure["step"] = 0.001 if few else 0
    evaluation_record.keep(workplace, run, 1, found | {"kpis": [measure | levels]})
    text = report(workplace, run).replace("\N{NO-BREAK SPACE}", " ")
    written = ("31,7 %", "2,3 %") if share else ("0,3<",)
    assert all((level in text) is told for level in written)
    assert ("står för en nivå som skulle avslöja färre än tio" in text) is not told
    row = re.search(r"<th scope=\"row\">Hämtar påsar</th>.*", text)
    assert row is not None
    assert row[0].count("visas inte") == (0 if told else 2)
    assert ("29,4" in row[0]) is share


def test_english_is_written_on_request(evaluated: Evaluated, tmp_path: Path) -> None:
    workplace = Workplace(home=tmp_path / "home", key=b"a key for tests only", language="en")
    run = evaluated(workplace, tmp_path)
    text = report(workplace, run)
    assert '<html lang="en">' in text
    assert "What happened because of the campaign?" in text
    assert "part of the City of Stockholm" in text
    assert "have reached the result, in the target group" in text
    before = report(workplace, run)
    page = write_report(workplace, run, 1, "sv")
    assert page.name == "index.sv.html"
    assert '<html lang="sv">' in page.read_text(encoding="utf-8")
    assert (page.parent / "index.html").read_text(encoding="utf-8") == before


@pytest.mark.parametrize(("ran_in", "read_in"), [("sv", "en"), ("en", "sv")])
def test_a_report_says_the_same_whichever_language_the_evaluation_ran_in(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path, ran_in: str, read_in: str
) -> None:
    ran, reader = (replace(workplace, language=language) for language in (ran_in, read_in))
    run = evaluated(ran, tmp_path)
    with store.writing(workplace) as connection:  # so that there is something to warn of
        connection.execute("DELETE FROM outcome WHERE unit_key < '2'")
    evaluate(ran, run, 1)
    draw_lessons(ran, run, 1)
    assert evaluation_history.keep(ran, run, 1)
    text, mailed = report(reader, run), summary(reader, run, 1)
    evaluate(reader, run, 1)
    draw_lessons(reader, run, 1)
    assert text.splitlines() == report(reader, run).splitlines()
    assert mailed == summary(reader, run, 1)
    assert report(ran, run) != text
    assert not evaluation_history.keep(reader, run, 1), "the same figures in other words are nothing new"


@pytest.mark.parametrize("held_out", [2, 9])
def test_no_figure_gives_a_small_control_group_away(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path, held_out: int
) -> None:
    run = evaluated(workplace, tmp_path)
    with store.writing(workplace) as connection:
        connection.execute(
            "DELETE FROM outcome WHERE unit_key NOT IN (SELECT household_key FROM audience WHERE arm = 'treated') AND "
            "unit_key NOT IN (SELECT DISTINCT household_key FROM audience WHERE arm = 'holdout' ORDER BY 1 LIMIT ?)",
            [held_out],
        )
    found = evaluate(workplace, run, 1)
    draw_lessons(workplace, run, 1)
    told = [found[name] for name in ("segments", "groups", "channels")]
    assert [arm["level"] for arm in found["arms"]] == [None, None]
    assert (found["claim"], found["arms"][0]["effect"], *told) == ("too_few", None, [], [], [])
    text = report(workplace, run)
    assert "Färre än tio hushåll i någon av grupperna" in text
    assert "den här är för liten" in text
    assert "Resultat med och utan budskapet" not in text
    assert 'aria-labelledby="effect-title' not in text


def test_no_count_below_ten_stands_in_a_reach_table(evaluated: Evaluated, workplace: Workplace, tmp_path: Path) -> None:
    run = evaluated(workplace, tmp_path, households=500)
    with store.writing(workplace) as connection:
        connection.execute("UPDATE person SET district = 'Farsta' WHERE district = 'Järva'")
        connection.execute(
            "UPDATE person SET district = 'Skarpnäck' WHERE person_key IN "
            "(SELECT person_key FROM audience WHERE arm = 'treated' ORDER BY person_key LIMIT 6)"
        )
    cells = Page(report(workplace, run)).cells
    counts = [int(re.sub(r"\s", "", cell)) for cell in cells if re.fullmatch(r"[\d\s]+", cell)]
    assert counts
    assert min(counts) >= SMALLEST_CELL
    assert "visas inte" in cells


groups = any_of.lists(any_of.tuples(any_of.integers(0, 60), any_of.integers(0, 60)), min_size=1, max_size=9)


@given(groups)
def test_no_hidden_cell_is_the_only_one_of_its_column(cells: list[tuple[int, int]]) -> None:
    rows = reach_rows(cells)
    columns = {
        "persons": [sum(pair) for pair in cells],
        "reached": [r for r, _ in cells],
        "missed": [m for _, m in cells],
    }
    for name, counts in columns.items():
        hidden = [count for row, count in zip(rows, counts, strict=True) if getattr(row, name) is None]
        shown = [getattr(row, name) for row in rows if getattr(row, name) is not None]
        assert all(count >= SMALLEST_CELL for count in shown)
        if hidden and shown:
            assert len(hidden) > 1
            assert sum(hidden) >= SMALLEST_CELL
    assert all((row.reached is None) == (row.missed is None) for row in rows)


@given(any_of.integers(0, 60), any_of.integers(0, 60))
def test_messages_never_tell_how_few_were_accepted_or_not(accepted: int, others: int) -> None:
    shown = report_tables.counts({"planned": accepted + others, "accepted": accepted})
    known = [count for count in shown.values() if count is not None]
    rest = [known[0] - known[1]] if len(known) == 2 else []
    assert not [count for count in [*known, *rest] if 0 < count < SMALLEST_CELL]


def test_the_same_evaluation_gives_the_same_page(evaluated: Evaluated, workplace: Workplace, tmp_path: Path) -> None:
    run = evaluated(workplace, tmp_path)
    assert report(workplace, run) == report(workplace, run)


@pytest.mark.parametrize(
    ("every", "told"),
    [(3, ("33,5 %", "i målgruppen")), (50, ("Målet är inte nått", "skulle avslöja färre än tio"))],
    ids=["67 households acted", "4 households acted"],
)
def test_a_campaign_without_a_control_group_is_reported_without_a_claim(
    workplace: Workplace, every: int, told: tuple[str, ...]
) -> None:
    run = city(workplace, 200, seed=1, share=0, holdout={"share": 0, "by": "household"})
    deliver_to_treated(workplace, run)
    observe(workplace, run, {f"H{index:06d}": index % every == 0 for index in range(200)})
    evaluate(workplace, run, 1)
    draw_lessons(workplace, run, 1)
    text = report(workplace, run)
    assert "Ingen effekt kan visas" in text
    assert all(each in text for each in told)
    assert "2,0 %" not in text, "4 of 200"
    assert "tack vare kampanjen kostade" not in text
    assert "Lotta fram en kontrollgrupp" in text


def test_a_crisis_is_not_told_to_draw_a_control_group_but_what_to_follow(workplace: Workplace) -> None:
    crisis = {"verified_source": "Driftcentralen", "actors": ["Räddningstjänsten"]}
    run = city(workplace, 60, seed=1, share=0, holdout={"share": 0, "by": "household"}, crisis=crisis)
    observe(workplace, run, {f"H{index:06d}": index % 2 for index in range(60)})
    found = evaluate(workplace, run, 1)
    draw_lessons(workplace, run, 1)
    assert [each["code"] for each in found["doubts"]] == ["crisis"]
    for language, said, following in (
        ("sv", "I en kris ska ingen bli utan budskapet", "Följ i stället hur många som nåddes"),
        ("en", "In a crisis nobody is left without the message", "Follow instead how many were reached"),
    ):
        text = report(replace(workplace, language=language), run)
        assert said in text
        assert following in text
        assert "Lotta fram en kontrollgrupp" not in text
        assert "Draw a control group" not in text


@pytest.mark.parametrize(("campaign", "not_asked"), [("matavfall", set()), ("medarbetare", {"P3a", "P6b2"})])
def test_a_report_names_only_the_requirements_that_are_asked_of_its_campaign(
    campaign: str, not_asked: set[str]
) -> None:
    assert report_names.not_asked(load_brief(find_campaign(campaign))) == not_asked


def test_a_look_that_is_not_evaluated_has_no_report(workplace: Workplace) -> None:
    run = city(workplace, 30, seed=1)
    store.take_snapshot(workplace)
    with pytest.raises(OutcomesMissing):
        write_report(workplace, run, 1)


def test_lessons_and_beliefs_are_replaced_not_piled_up(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path
) -> None:
    run = evaluated(workplace, tmp_path)

    def written() -> tuple[object, object]:
        with store.writing(workplace) as connection:
            lessons = connection.execute("SELECT lesson FROM lesson ORDER BY lesson").fetchall()
            beliefs = connection.execute(
                "SELECT channel, segment, alpha, beta, source, run FROM response_belief ORDER BY ALL"
            ).fetchall()
        return lessons, beliefs

    first = written()
    draw_lessons(workplace, run, 1)
    assert written() == first
    lessons, beliefs = first
    assert lessons
    assert beliefs
    assert (workplace.home / "beliefs" / f"{run}-1.parquet").exists()


def test_a_channel_that_did_more_is_believed_to_do_more(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path
) -> None:
    evaluated(workplace, tmp_path, households=3000)
    with store.writing(workplace) as connection:
        rows = connection.execute(
            "SELECT channel, sum(alpha) / sum(alpha + beta) FROM response_belief WHERE segment <> 'all' "
            "GROUP BY channel"
        ).fetchall()
    share = dict(rows)
    assert 0.12 < share["email"] < 0.32
    assert 0.18 < share["letter"] < 0.40


def test_every_sentence_of_the_report_is_translated() -> None:
    known: set[object] = set()
    for path in languages.CATALOGUES.glob("*.sv.po"):
        with path.open("rb") as source:
            known |= {message.id for message in read_po(source, locale="sv") if message.id and message.string}
    used: dict[object, str] = {}
    for method, paths in (("python", SOURCES), ("jinja2.ext:babel_extract", TEMPLATES)):
        for path in paths:
            with (ROOT / path).open("rb") as source:
                used |= {message: path for _line, message, *_rest in extract(method, source)}
    assert len(used) > 100
    assert {message: path for message, path in used.items() if message not in known} == {}


def test_what_a_channel_costs_once_is_in_what_was_planned_and_spent() -> None:
    connection = duckdb.connect(":memory:")
    connection.execute(
        "CREATE TABLE delivery AS SELECT 'r' AS run, 'letter' AS channel, now() AS accepted_at, 10.0 AS cost_sek, "
        "0.5 AS co2_kg FROM range(3);"
        "CREATE TABLE plan AS SELECT 'r' AS run, segment, channel, persons, cost_sek, co2_kg FROM (VALUES "
        "('a', 'letter', 3, 30.0, 1.5), ('all', 'letter', 0, 2500.0, 0.0), ('all', 'posters', 0, 60000.0, 150.0), "
        "('all', 'web', 0, 0.0, 0.0)) AS rows (segment, channel, persons, cost_sek, co2_kg)"
    )
    found = connection.execute(store.statement("reports/sent"), {"run": "r"}).fetchall()
    assert [(row[0], row[2], row[3], row[4]) for row in found] == [
        ("posters", 0, 60000.0, 60000.0), ("letter", 3, 2530.0, 2530.0),
    ]  # fmt: skip


@pytest.mark.parametrize(("language", "step"), [("sv", "12,5"), ("en", "12.5")])
def test_the_axis_of_a_chart_writes_numbers_as_the_reader_does(language: str, step: str) -> None:
    words = {"share": "Andel", "effect": "Antal"}
    drawn = fairness_chart([(0.0, 11.75), (0.8, 11.0)], words, "Titel", "Text", filters(language)["number"])
    written = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert {"0", "80", step} <= set(written)


@given(any_of.floats(min_value=0, max_value=1e7, allow_nan=False))
def test_an_amount_that_is_not_nothing_never_looks_free_and_is_never_half_a_krona_wrong(amount: float) -> None:
    written = filters("sv")["money"](amount).replace("\N{NO-BREAK SPACE}", "")
    shown = int(written.removeprefix("under ").removesuffix("kr"))
    assert abs(shown - amount) <= (1 if written.startswith("under") else 0.5 + 1e-6)
    assert shown > 0 or amount < 1e-6


def test_halves_go_up_whatever_floating_point_made_of_them() -> None:
    money = filters("en")["money"]
    assert [money(amount) for amount in (6349.5, 6349.499999999, 6350.5, 0.28, 0)] == [
        "6,350 SEK", "6,350 SEK", "6,351 SEK", "less than 1 SEK", "0 SEK",
    ]  # fmt: skip


def test_the_summary_is_mailed_once_to_manager_and_communicator(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path
) -> None:
    run = evaluated(workplace, tmp_path, households=2000)
    report(workplace, run)
    with postbox() as (box, url):
        directory = tmp_path / "directory.yaml"
        directory.write_text(DIRECTORY, encoding="utf-8")
        place = replace(workplace, smtp_url=url, directory=directory)
        assert mail_summary(place, run, 1) == ["manager_waste", "communicator_waste"]
        assert mail_summary(place, run, 1) == []
    assert [letter["To"] for letter in box.letters] == ["chef@example.se", "skribent@example.se"]
    text = box.letters[0].get_content()
    assert text.startswith("Sortera matavfall hemma: uppföljning 1")
    assert "95 procent säkra" in " ".join(text.split())
    assert box.letters[0].get_content_type() == "text/plain"


def test_a_relay_that_does_not_answer_stops_no_report(
    evaluated: Evaluated, workplace: Workplace, tmp_path: Path
) -> None:
    run = evaluated(workplace, tmp_path, households=100)
    directory = tmp_path / "directory.yaml"
    directory.write_text(DIRECTORY, encoding="utf-8")
    place = replace(workplace, smtp_url="smtp://127.0.0.1:1", directory=directory)
    assert mail_summary(place, run, 1) == []
    assert not (place.run_folder(run, "report") / "summary-1.txt").exists()


def test_what_is_impossible_of_shares_is_told_nowhere() -> None:
    words = PlainWords("sv", "household", True)
    assert words.interval(-38.358, 38.554) == "−100,0 till +100,0 procentenheter"
    assert "mellan 100 färre och 56 fler" in words.effect(-1.038, -0.242, 0.555)
    assert "var bara under 1\N{NO-BREAK SPACE}%" in words.warning("little_power", power=0.002)
    assert "var bara 18\N{NO-BREAK SPACE}%" in words.warning("little_power", power=0.18)
    assert PlainWords("sv", "household", False).interval(-38.4, 38.6) == "−38,4 till +38,6"
