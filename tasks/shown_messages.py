"""The accounts of messages in a run's status as they may be shown beside its pages: none that tells a small group.

Pure: accounts in, accounts or None out.
"""

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from campaigns.channels import load_channels
from tasks.disclosure import hidden_cells
from tasks.hidden_figures import ALL_CHANNELS

Accounts: TypeAlias = dict[str, int | None]


def shown_messages(messages: Mapping[str, Any], untold: Collection[str] = ()) -> dict[str, Any]:
    """Return the accounts of all channels and ``by_channel``, None for those that are hidden.

    ``untold``: channels, and ``all`` for their sum, that would tell a small group beside what other pages show.
    """
    by_channel: Mapping[str, Mapping[str, int]] = messages["by_channel"]
    sums = {name: count for name, count in messages.items() if name != "by_channel"}
    together = _together(by_channel, untold)
    apart: dict[str, Accounts] = {name: dict(counts) for name, counts in by_channel.items() if name not in together}
    if together:
        summed: Accounts = {account: sum(by_channel[name][account] for name in together) for account in sums}
        apart["+".join(together)] = dict.fromkeys(summed) if ALL_CHANNELS in untold else summed
    return (dict.fromkeys(sums) if ALL_CHANNELS in untold else sums) | {"by_channel": apart}


def _together(by_channel: Mapping[str, Mapping[str, int]], untold: Collection[str]) -> list[str]:
    """Return the channels that are told as one sum: those with fewer than ten messages or ``untold``, with a guard.

    The preview withholds how few a channel reaches; the sum, such as ``email+letter``, keeps every total true.
    """
    personal = [name for name in by_channel if load_channels()[name].address_kind]
    hidden = hidden_cells([[by_channel[name]["planned"]] for name in personal])
    hidden |= {position for position, name in enumerate(personal) if name in untold}
    if len(hidden) == 1:
        hidden |= {position for position in range(len(personal)) if position not in hidden and len(hidden) < 2}
    together = [name for position, name in enumerate(personal) if position in hidden]
    return together if len(together) > 1 or set(together) & set(untold) else []
