"""What the preview says of more money and carbon dioxide, and of those who get nothing."""

from pathlib import Path

import pytest
from prepared_run import campaign_in, prepare

from tasks import plan_words, runs, store
from tasks.plan_page import plan_page
from tasks.preview_words import Words
from tasks.previews import write_preview
from tasks.shown_figures import figures
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")

PRICE = "INSERT INTO plan_price (run, ceiling, amount, used, gain, low, high) VALUES (?, ?, ?, ?, ?, ?, ?)"


def prices_told(workplace: Workplace, run: str, ceiling: str, amount: float, gain: float, to: float) -> list[str]:
    with store.writing(workplace) as connection:
        connection.execute(PRICE, [run, ceiling, amount, amount, gain, amount, to])
        page = plan_page(connection, runs.load_within(connection, run), "sv", Words("sv"))
    return [sentence.replace("\N{NO-BREAK SPACE}", " ") for sentence in page.prices]


HARDLY_CARBON = "Lite mer koldioxid skulle knappast få någon mer att agera."
HARDLY_MONEY = "Lite mer pengar skulle knappast få någon mer att agera."


@pytest.mark.parametrize(
    ("ceiling", "amount", "gain", "to", "told"),
    [
        ("carbon", 10.0, 0.0004, 10.01, [HARDLY_CARBON]),
        ("carbon", 10.0, 0.0004, 110.0, [HARDLY_CARBON]),
        ("budget", 5000.0, 0.0001, 5001.0, [HARDLY_MONEY]),
        ("carbon", 10.0, 40.0, 10.15, ["0,1 kg koldioxid", "ungefär 4,0 fler", "från 10,0 till 10,2 kg"]),
        ("carbon", 10.0, 40.0, 15.0, ["1 kg koldioxid", "ungefär 40,0 fler", "från 10 till 15 kg"]),
        ("budget", 5000.0, 0.02, 5500.0, ["100 kr", "ungefär 2,0 fler", "från 5 000 till 5 500 kr"]),
    ],
)
def test_a_little_more_is_told_in_a_step_that_means_something(
    workplace: Workplace, tmp_path: Path, ceiling: str, amount: float, gain: float, to: float, told: list[str]
) -> None:
    run = prepare(workplace, campaign_in(tmp_path))
    (sentence,) = prices_told(workplace, run, ceiling, amount, gain, to)
    assert all(part in sentence for part in told)


@pytest.mark.parametrize(("effects", "only"), [((9.0, 9.0), True), ((9.0, 8.0), False)])
def test_where_every_way_gives_the_same_plan_the_preview_says_so_in_one_sentence(
    workplace: Workplace, tmp_path: Path, effects: tuple[float, float], only: bool
) -> None:
    run = prepare(workplace, campaign_in(tmp_path))
    with store.writing(workplace) as connection:
        connection.execute("UPDATE plan SET cost_sek = 0, co2_kg = 0")
        for rule, effect in zip(("optimum", "cheapest"), effects, strict=True):
            connection.execute(
                "INSERT INTO plan_rule BY NAME SELECT ? AS run, ? AS rule, ? AS effect, 0 AS cost_sek, 0 AS co2_kg, "
                "1 AS lowest_reach",
                [run, rule, effect],
            )
    store.take_snapshot(workplace)
    page = write_preview(workplace, run).read_text(encoding="utf-8")
    assert ("Det finns bara ett sätt att planera" in page) == only
    assert ("Jämfört med enklare sätt" in page) != only


def test_why_some_get_nothing_is_told_once_each(workplace: Workplace, tmp_path: Path) -> None:
    run = prepare(workplace, campaign_in(tmp_path))
    with store.writing(workplace) as connection:
        for segment, unreachable in (("one", 0), ("other", 12)):
            reason = plan_words.reason("sv", None, 0.0, 40, unreachable)
            values = [run, "external", segment, "none", 40, 0.0, 0.0, 0.0, reason]
            connection.execute("INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        shown = figures(connection, runs.load_within(connection, run), "sv")
    (nothing,) = [channel for channel in shown.plan if channel["channel"] == "none"]
    assert len(nothing["reasons"]) == 2
    assert len(set(nothing["reasons"])) == 2
    assert any("räcker inte till alla" in reason for reason in nothing["reasons"])
