"""A run's status, and what became of its pages, as lines to read."""

from typing import Any

import typer

NOT_SHOWN = "not shown, since it would tell of fewer than ten persons"
MOST_UNKNOWN_LINES = 20


def status_lines(found: dict[str, Any]) -> list[str]:
    """Return one run's status; ``found`` is what :func:`tasks.status.run_status` gives."""
    persons, messages = found["persons"], found["messages"]
    states = ("accepted", "rejected", "unknown", "suppressed", "expired", "cancelled", "pending")
    return [
        f"run        {found['run']}: {found['state']}",
        *_approvals(found["approvals"]),
        *(f"wave       {wave['wave']} starts {_local(wave['start'])}" for wave in found["waves"]),
        *(f"paused     {why['reason']}, by {why['by']}, {_local(why['at'])}" for why in [found["paused"]] if why),
        _persons(persons),
        *(
            f"             excluded, {reason}: {'not shown' if count is None else count}"
            for reason, count in persons["excluded_by_reason"].items()
        ),
        *_messages(messages, persons, states),
        *(
            f"why        {each['channel']} {each['status']}: answer {each['code']}"
            + (f", {each['meaning']}" if each["meaning"] else "")
            for each in found["replies"]
        ),
        *(f"why        {reason}" for reason in [found["unreachable"]] if reason),
        *(f"unknown    {line}" for line in unknown_lines(found["unknown"])),
        *(
            f"story      {each['story']} withdrawn {_local(each['withdrawn_at'])}"
            for each in found["withdrawn_stories"]
        ),
        *page_lines(found["taken_down"]),
        *(_look(look) for look in found["due_looks"]),
        *(_late(each) for each in found["overdue"]),
        *(f"review     {review['role']}, afterwards: {review['why']}" for review in found["due_reviews"]),
        f"next       {found['next']}",
    ]


def _messages(messages: dict[str, Any], persons: dict[str, Any], states: tuple[str, ...]) -> list[str]:
    """Return the accounts of all messages and of each channel; the states of a hidden sum would tell it.

    Before the sending begins there are none, whoever is assigned one.
    """
    if messages["planned"] == 0 and persons["assigned"] != 0:
        return ["messages   none yet: they are written out for those assigned when the sending begins"]
    told = {
        channel: ", ".join(f"{count} {state}" for state, count in counts.items() if count)
        for channel, counts in messages["by_channel"].items()
    }
    sums = f"{messages['planned']} planned = " + " + ".join(f"{messages[state]} {state}" for state in states)
    lines = ["messages   " + (NOT_SHOWN if messages["planned"] is None else sums)]
    return lines + [
        f"             {channel}: {NOT_SHOWN if None in messages['by_channel'][channel].values() else line}"
        for channel, line in told.items()
    ]


def unknown_lines(messages: list[str]) -> list[str]:
    """Return the first messages in doubt, and how many more there are."""
    more = len(messages) - MOST_UNKNOWN_LINES
    return [*messages[:MOST_UNKNOWN_LINES], *([f"and {more} more; --json lists every one"] if more > 0 else [])]


def _persons(persons: dict[str, Any]) -> str:
    told = {name: "not shown" if count is None else count for name, count in persons.items()}
    return (
        f"persons    {told['audience']} in the audience = {told['held_out']} held out"
        f" + {told['excluded']} excluded + {told['assigned']} assigned; {told['reached']} reached"
    )


def _approvals(standing: dict[str, Any]) -> list[str]:
    """Return who has approved and when, who has refused, and from whom an approval is missing."""
    lines = [
        f"approval   given as {each['role']}: {each['approver']}, {_local(each['at'])}"
        for each in standing.get("given", [])
    ]
    lines += [
        f"refused    {each['role']} ({each['approver']}), {_local(each['at'])}: {each['reason']}"
        for each in standing.get("refused", [])
    ]
    for each in standing.get("missing", []):
        asked = f"{', '.join(each['asked'])} has the code" if each["asked"] else "nobody has a code that holds"
        lines.append(f"approval   missing from {each['role']}: {asked}; asked because {each['why']}")
    return lines + ([f"approval   {standing['problem']}"] if "problem" in standing else [])


def _local(moment: str) -> str:
    from datetime import datetime

    from tasks.local_time import on_one_line

    return on_one_line(datetime.fromisoformat(moment))


def page_lines(taken_down: dict[str, str]) -> list[str]:
    """Return a line per language of what became of a run's pages."""
    told = {
        "taken_down": "taken down",
        "not_published": "never published",
        "without_the_story": "does not tell the story",
        "removed": "removed, for its time is over or the run is stopped",
        "not_writable": "STILL SHOWN: the place of the pages does not take it; mend it and run this command again",
    }
    return [f"page       {language}: {told[fate]}" for language, fate in taken_down.items()]


def _look(look: dict[str, Any]) -> str:
    """Return how one evaluation stands: when it was made, or when it is to be."""
    start, due = f"look {look['look']}     ", _local(look["due_at"])
    if look["state"] == "early":
        return f"{start}evaluated early, {_local(look['evaluated_at'])}; evaluated again on its day, {due}"
    if look["state"] == "done":
        return f"{start}done, {_local(look['evaluated_at'])}; planned for {due}"
    return f"{start}{look['state']}, {due}"


def _late(each: dict[str, Any]) -> str:
    what = "feedback promised" if each["what"] == "feedback" else f"outcomes of look {each['look']}"
    return f"{red('OVERDUE')}    {what}, due {each['since']}, {each['days']} days ago"


def red(text: str) -> str:
    """Return a text as an alarm, where the terminal has colours."""
    return typer.style(text, fg=typer.colors.RED, bold=True)
