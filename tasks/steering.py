"""A person's orders to a run: pause, resume, stop; the order first, then the run's state."""

from tasks import accounts, control, looks, runs, store
from tasks.workplace import Workplace

NOT_SENDING_YET = frozenset({"prepared", "approved", "scheduled"})


def steer(workplace: Workplace, run: str, order: str, actor: str) -> str:
    """Give a run the order ``pause``, ``resume`` or ``stop`` and return its id.

    A run that is not being sent yet can be paused too: its state stays, and nothing is sent until it is resumed.
    Raises IllegalMove where the run's state does not allow it, before anything is ordered.
    """
    known = runs.load(workplace, run)
    becomes = {"pause": "paused", "resume": "publishing", "stop": "stopped"}[order]
    if known.state in NOT_SENDING_YET and order != "stop":
        becomes = known.state
    runs.require_move(known.run, known.state, becomes)
    {"pause": control.pause, "resume": control.resume, "stop": control.stop}[order](workplace, known.run, actor)
    with store.writing(workplace) as connection:
        accounts.merge_within(connection, workplace, known.run)
        runs.move_within(connection, workplace, known.run, becomes)
        sent = accounts.messages_accounted(connection, known.run)["accepted"]
    if order == "stop" and sent:
        looks.plan_looks(workplace, known.run)
    return known.run
