"""Why messages have not been taken, in words: what the gateways and places answered, and what to look at."""

import duckdb

from tasks import store

PLACES = {
    "404": "the address is not known there: see that BUDKAVLE_WEB_URL (or BUDKAVLE_INTRANET_URL) names the right place",
    "401": "the token or login is not accepted: see the channel's secret in `budkavle settings`",
    "403": "this installation may not write there: ask whoever runs the place for the right",
    "405": "the place does not take pages this way: its address may be that of the public website",
    "413": "the page is too large for the place",
    "429": "the gateway asks to be sent less; it is tried again",
    "503": "the gateway is busy or down; it is tried again",
    "no_connection": "nothing answers at the address: see that the service runs and `budkavle settings` names it",
    "timeout": "the answer came too late; it is tried again",
    "connection_lost": "the connection broke before the answer; it is tried again",
    "on_the_way": "an earlier request may still arrive; it is looked at again",
}
SERVER_FAULT = "the other side has a fault of its own; tell whoever runs it"
MOVED = "the place has moved: write its new address in the settings"


def replies(connection: duckdb.DuckDBPyConnection, run: str) -> list[dict[str, str]]:
    """Return channel, state, code and meaning of each kind of answer to messages that were not taken, no numbers."""
    rows = connection.execute(store.statement("publishing/replies"), [run]).fetchall()
    return [
        {"channel": channel, "status": status, "code": code, "meaning": meaning(code)} for channel, status, code in rows
    ]


def meaning(code: str) -> str:
    """Return what a code means and what to do; nothing where the gateway's own manual must tell."""
    if code in PLACES:
        return PLACES[code]
    if len(code) == 3 and code.isdecimal():
        return MOVED if code[0] == "3" else SERVER_FAULT if code in ("500", "502", "504") else ""
    return ""
