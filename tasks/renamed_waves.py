"""Waves of an earlier edition that this one has not: those told before are left out wave by wave, by its name."""

from campaigns.brief import Brief
from tasks import runs, store
from tasks.workplace import Workplace


def warnings_of(workplace: Workplace, run: str) -> list[str]:
    """Return a sentence for each wave with messages to persons, of an earlier edition, that the brief has not."""
    with store.writing(workplace) as connection:
        this = runs.load_within(connection, run)
        values = {"run": this.run, "waves": [wave.name for wave in this.brief.waves]}
        rows = connection.execute(store.statement("audience/renamed_waves"), values).fetchall()
    return [_warning(edition, wave, this.brief) for edition, wave in rows]


def _warning(edition: str, wave: str, brief: Brief) -> str:
    names = ", ".join(one.name for one in brief.waves)
    return (
        f"waves: {edition} told people in its wave {wave}, and this edition has {names}: whoever got it is not left "
        f"out and may be told again. Call the wave {wave} unless that is meant."
    )
