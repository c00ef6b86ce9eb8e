"""What the libraries say of numbers and addresses: each distinct value is asked about once.

SQL has already decided what is plain (``sql/register/macros.sql``); a test holds the two against each other.
"""

import re
from collections.abc import Callable

import duckdb


def judge(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the tables ``number``, ``email`` and ``mobile`` the libraries' answer where SQL had none."""
    suspicious = _values(connection, "SELECT given FROM number WHERE number IS NULL")
    _answer(connection, "number", "number", suspicious, usable_number)
    connection.execute("UPDATE number SET born = birth_date(number), fault = NULL WHERE number IS NOT NULL")
    _answer(
        connection, "email", "usable", _values(connection, "SELECT given FROM email WHERE usable IS NULL"), usable_email
    )
    _answer(connection, "mobile", "usable", _values(connection, "SELECT given FROM mobile"), usable_mobile)


def usable_number(value: str) -> str | None:
    """Return a personal or coordination number as twelve digits, None where the personnummer library refuses it."""
    from personnummer import personnummer

    try:
        found = str(personnummer.parse(value).format(long_format=True))
    except (personnummer.PersonnummerException, ValueError):
        return None
    return found if re.fullmatch(r"[0-9]{12}", found) else None


def usable_email(value: str) -> str | None:
    """Return the address in lower case, None where email-validator refuses it.

    Nothing is looked up. The local part must be ASCII, since not every relay speaks SMTPUTF8 (RFC 6531).
    """
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(value, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return (found.ascii_email or found.normalized).lower()


def usable_mobile(value: str) -> str | None:
    """Return a mobile number as E.164, Swedish unless it says otherwise; None where it is no mobile number."""
    import phonenumbers

    try:
        found = phonenumbers.parse(value, "SE")
    except phonenumbers.NumberParseException:
        return None
    mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if not phonenumbers.is_valid_number(found) or phonenumbers.number_type(found) not in mobile:
        return None
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))


def _values(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [value for (value,) in connection.execute(query).fetchall()]


def _answer(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    column: str,
    values: list[str],
    usable: Callable[[str], str | None],
) -> None:
    answers = {value: usable(value) for value in values}
    accepted = {value: answer for value, answer in answers.items() if answer is not None}
    if accepted:
        told = "(SELECT unnest(?) AS given, unnest(?) AS usable) AS answer"
        connection.execute(
            f"UPDATE {table} SET {column} = answer.usable FROM {told} WHERE {table}.given = answer.given",
            [list(accepted), list(accepted.values())],
        )
