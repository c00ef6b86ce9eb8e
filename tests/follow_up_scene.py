"""A year of synthetic campaigns for the follow-up: several bodies and goals, some sent, evaluated or late."""

from datetime import UTC, datetime, timedelta

from evaluation_city import city, deliver_to_treated, drawn_households, observe

from campaigns.period import Period, read_period
from tasks import evaluation_history, feedback, looks, store
from tasks.evaluation import evaluate
from tasks.feedback import Told
from tasks.lessons import draw_lessons
from tasks.local_time import CITY
from tasks.workplace import Workplace

NOW = datetime.now(UTC)
START = NOW - timedelta(days=5)
"""When every campaign begins, so that they are of one year also in its first days."""
HEARD = "Ni ville ha mindre kärl på gårdar med trånga portar. Det provar vi på tio gårdar från hösten."
PERIOD: Period = read_period(f"{START.astimezone(CITY).year}")
OVERRIDE = {"gate": "sentence_length", "reason": "Lagtexten måste återges ordagrant i ett av styckena."}


def sent(workplace: Workplace, edition: str, households: int, promised_days: int, **changes: object) -> str:
    """A run that started five days ago, with a look that was due yesterday."""
    schedule = {"start": START.isoformat(), "valid_until": (START + timedelta(days=60)).isoformat()}
    promised = (NOW + timedelta(days=promised_days)).date().isoformat()
    look = (NOW - timedelta(days=1)).isoformat()
    run = city(workplace, households, seed=len(edition), edition=edition, schedule=schedule, looks=[look],
               feedback_by=promised, **changes)  # fmt: skip
    deliver_to_treated(workplace, run)
    with store.writing(workplace) as connection:
        connection.execute("UPDATE run SET state = 'evaluating' WHERE run = ?", [run])
        store.keep_evidence(connection, workplace, run, ["run"])
    looks.plan_looks(workplace, run)
    return run


def year(workplace: Workplace) -> dict[str, str]:
    """Four campaigns: evaluated and told back; without outcomes and late; of a department, open; not sent yet."""
    good = sent(workplace, "good", 400, 20, overrides=[OVERRIDE], challenges=["participation"])
    drawn = drawn_households(workplace, good, 400)
    acts = {unit: float(number % (3 if arm == "treated" else 12) == 0)
            for number, (unit, (arm, *_)) in enumerate(sorted(drawn.items()))}  # fmt: skip
    observe(workplace, good, acts, (NOW - timedelta(days=1)).date().isoformat())
    evaluate(workplace, good, 1)
    evaluation_history.keep(workplace, good, 1)
    draw_lessons(workplace, good, 1)
    feedback.give(workplace, good, Told(HEARD, NOW.astimezone(CITY).date(), 240, True), "account:test")
    late = sent(workplace, "late", 120, -2, goal="G4", title="Trygga skolvägar")
    department = {"body": "Trafikkontoret", "kind": "department", "unit": "cykel"}
    open_ = sent(workplace, "open", 90, 30, goal="G3", sender=department, title="Cykla i vinter")
    schedule = {"start": START.isoformat(), "valid_until": (START + timedelta(days=60)).isoformat()}
    draft = city(workplace, 30, seed=9, edition="draft", schedule=schedule, looks=[60], title="Ny badplats")
    describe_persons(workplace)
    store.take_snapshot(workplace)
    return {"good": good, "late": late, "open": open_, "draft": draft}


def describe_persons(workplace: Workplace) -> None:
    """Keep one row per person, with a language, an age and a wish for easy-to-read texts."""
    with store.writing(workplace) as connection:
        connection.execute(
            "CREATE TEMP TABLE once AS SELECT DISTINCT ON (kind, person_key) * REPLACE ("
            "CASE WHEN person_key < '2' THEN 'fi' ELSE 'sv' END AS language, "
            "(CASE WHEN person_key < '5' THEN 1940 WHEN person_key < 'b' THEN 2000 ELSE 1975 END)::SMALLINT "
            "AS birth_year, "
            "person_key < '15' AS easy_read) FROM person"
        )
        connection.execute("DELETE FROM person")
        connection.execute("INSERT INTO person FROM once")
