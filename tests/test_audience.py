"""Who is selected, and who is left alone and why."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from small_city import QUERY, Resident, begin, brief, insert, move_in, rows, sent

from campaigns.brief import Brief
from campaigns.brief_loading import find_campaign
from campaigns.errors import CheckFailed, InputError
from campaigns.programme import load_programme
from tasks import audience, renamed_waves, store
from tasks.local_time import CITY
from tasks.preview_words import Words
from tasks.segment_names import SegmentNames
from tasks.segments import LAST_RESORT, SMALLEST, Profile, coarsen
from tasks.workplace import Workplace

pytestmark = pytest.mark.usefixtures("kept_open")


def selected(workplace: Workplace, run: str) -> dict[str, tuple[str, ...]]:
    audience.select_audience(workplace, run)
    found = rows(
        workplace, "SELECT person_key, kind, language, excluded_reason, segment, facts['housing'] FROM audience"
    )
    return {row[0]: row[1:] for row in found}


def reasons(workplace: Workplace, run: str) -> dict[str, str | None]:
    return {person: row[2] for person, row in selected(workplace, run).items()}


def import_extract(workplace: Workplace, kind: str, days: int) -> None:
    with store.writing(workplace) as connection:
        extracted = datetime.now(CITY).date() - timedelta(days=days)
        insert(connection, "register_extract", [{"kind": kind, "extracted_on": extracted}])


def suppress(workplace: Workplace, subject: str, purpose: str, reason: str = "opt_out") -> None:
    with store.writing(workplace) as connection:
        insert(connection, "suppression", [{"subject_key": subject, "purpose": purpose, "reason": reason}])


def test_who_has_a_language_without_a_text_gets_the_swedish_one(workplace: Workplace, tmp_path: Path) -> None:
    move_in(workplace, [Resident("ann", "home", language="fa"), Resident("bo", "home2", language="en-GB")])
    people = selected(workplace, begin(workplace, tmp_path, brief(languages=["en", "sv"])))
    assert people["ann"][1] == "sv"
    assert people["bo"][1] == "en"


def test_the_first_legal_basis_that_has_the_person_gives_register_and_language(
    workplace: Workplace, tmp_path: Path
) -> None:
    customer = Resident("ann", "home", kind="customers", language="en-GB")
    move_in(workplace, [Resident("ann", "home", language="ar"), customer, Resident("bo", "home2", language="en")])
    query = QUERY + " WHERE person_key IN (SELECT person_key FROM register_customers) OR person_key = 'bo'"
    people = selected(workplace, begin(workplace, tmp_path, brief(), query))
    assert people["ann"][:2] == ("population", "sv")
    assert people["bo"][:2] == ("population", "en")
    bases = [
        {"register": kind, "purpose": "waste_information", "article": "6.1 e"} for kind in ("customers", "population")
    ]
    people = selected(workplace, begin(workplace, tmp_path, brief(legal_basis=bases), query))
    assert people["ann"][:2] == ("customers", "en")


def test_a_protected_person_takes_the_whole_household_out_whichever_register_says_so(
    workplace: Workplace, tmp_path: Path
) -> None:
    moved_in = [Resident("ann", "home"), Resident("bo", "home"), Resident("eva", "other")]
    move_in(workplace, [*moved_in, Resident("bo", "office", kind="employees", protected=True)])
    assert reasons(workplace, begin(workplace, tmp_path, brief())) == {"ann": None, "bo": "protected", "eva": None}
    move_in(workplace, [*moved_in, Resident("zoe", "home", kind="customers", protected=True)])
    assert reasons(workplace, begin(workplace, tmp_path, brief())) == {
        "ann": "protected",
        "bo": "protected",
        "eva": None,
    }


@pytest.mark.parametrize("status", ["dead", "emigrated", "moved"])
def test_who_is_not_here_any_more_is_left_out(workplace: Workplace, tmp_path: Path, status: str) -> None:
    move_in(workplace, [Resident("ann", "home", status=status), Resident("bo", "home")])
    assert reasons(workplace, begin(workplace, tmp_path, brief())) == {"ann": status, "bo": None}


def test_suppressions_hold_for_their_purpose_by_person_and_by_address(workplace: Workplace, tmp_path: Path) -> None:
    people = ["everything", "this", "another", "address", "bounced"]
    move_in(workplace, [Resident(name, f"home of {name}", email=f"mail of {name}") for name in people])
    suppress(workplace, "everything", "all")
    suppress(workplace, "this", "waste_information")
    suppress(workplace, "another", "crime_prevention")
    suppress(workplace, "mail of address", "waste_information")
    suppress(workplace, "mail of bounced", "all", "bounce")
    found = selected(workplace, begin(workplace, tmp_path, brief()))
    assert {name: row[2] for name, row in found.items()} == {
        "everything": "suppressed", "this": "suppressed", "another": None, "address": "suppressed", "bounced": None,
    }  # fmt: skip


def test_an_objection_and_a_withdrawn_consent_are_told_apart_from_other_wishes(
    workplace: Workplace, tmp_path: Path
) -> None:
    wishes = {"ann": "objection", "bo": "consent_withdrawn", "eva": "opt_out", "ida": "complaint"}
    move_in(workplace, [Resident(name, f"home of {name}", email=f"mail of {name}") for name in wishes])
    for name, wish in wishes.items():
        suppress(workplace, f"mail of {name}" if name == "bo" else name, "waste_information", wish)
    suppress(workplace, "ida", "all", "objection")
    told = {"ann": "objected", "bo": "consent_withdrawn", "eva": "suppressed", "ida": "objected"}
    assert reasons(workplace, begin(workplace, tmp_path, brief())) == told


def test_a_subscriber_gets_only_what_was_consented_to(workplace: Workplace, tmp_path: Path) -> None:
    names = ("ann", "bo", "eva")
    move_in(workplace, [Resident(name, f"home of {name}", kind="subscribers") for name in names])
    with store.writing(workplace) as connection:
        connection.execute("UPDATE person SET consent_purposes = ['waste_information'] WHERE person_key = 'ann'")
        connection.execute("UPDATE person SET consent_purposes = ['culture_news'] WHERE person_key = 'bo'")
    bases = [{"register": "subscribers", "purpose": "waste_information", "article": "6.1 a"}]
    query = QUERY.replace("register_population", "register_subscribers")
    found = reasons(workplace, begin(workplace, tmp_path, brief(legal_basis=bases), query))
    assert found == {"ann": None, "bo": "no_consent", "eva": "no_consent"}


def test_people_of_a_register_whose_extract_is_too_old_are_left_out_and_the_others_stay(
    workplace: Workplace, tmp_path: Path
) -> None:
    move_in(workplace, [Resident("ann", "home"), Resident("bo", "shop", kind="customers")])
    allowed = load_programme().extract_days
    import_extract(workplace, "population", allowed["population"])
    import_extract(workplace, "customers", allowed["customers"] + 1)
    query = f"{QUERY} UNION ALL {QUERY.replace('register_population', 'register_customers')}"
    assert reasons(workplace, begin(workplace, tmp_path, brief(), query)) == {"ann": None, "bo": "stale_extract"}


@pytest.mark.parametrize(("status", "left_out"), [("accepted", True), ("unknown", True), ("rejected", False)])
def test_a_new_edition_leaves_out_whom_an_earlier_one_may_have_reached(
    workplace: Workplace, tmp_path: Path, status: str, left_out: bool
) -> None:
    move_in(workplace, [Resident("ann", "home"), Resident("bo", "home")])
    sent(workplace, "matavfall", "2026-1", "ann", status=status)
    sent(workplace, "another", "2026-1", "bo")
    found = reasons(workplace, begin(workplace, tmp_path, brief()))
    assert found == {"ann": "earlier_edition" if left_out else None, "bo": None}


@pytest.mark.parametrize(("wave", "told_again"), [("external", False), ("first", True)])
def test_a_wave_that_has_changed_its_name_is_warned_of_because_its_people_are_told_again(
    workplace: Workplace, tmp_path: Path, wave: str, told_again: bool
) -> None:
    move_in(workplace, [Resident("ann", "home"), Resident("bo", "home")])
    sent(workplace, "matavfall", "2026-1", "ann", wave=wave)
    sent(workplace, "another", "2026-1", "bo", wave="first")
    run = begin(workplace, tmp_path, brief())
    assert reasons(workplace, run)["ann"] == (None if told_again else "earlier_edition")
    warnings = renamed_waves.warnings_of(workplace, run)
    assert [("matavfall-2026-1" in each, "wave first" in each) for each in warnings] == [(True, True)] * told_again


def soon(*days: int, **changes: Any) -> Brief:
    """A brief whose waves to the public start these days from now."""
    starts = [datetime.now(UTC) + timedelta(days=day) for day in days]
    waves = [{"name": f"wave{n}", "start": start, "audience": "audience.sql"} for n, start in enumerate(starts, 1)]
    return brief(waves=waves, **changes)


def contacts_left(workplace: Workplace, run: str) -> dict[str, int]:
    audience.select_audience(workplace, run)
    return dict(rows(workplace, "SELECT person_key, min(contacts_left) FROM audience GROUP BY ALL"))


def test_nobody_is_contacted_above_the_cap_of_two_weeks(workplace: Workplace, tmp_path: Path) -> None:
    move_in(workplace, [Resident("ann", "home"), Resident("bo", "home")])
    for edition in ("1", "2"):
        sent(workplace, "another", edition, "ann")
    sent(workplace, "another", "3", "bo")
    run = begin(workplace, tmp_path, soon(1, contact_cap=2))
    assert reasons(workplace, run) == {"ann": "contact_cap", "bo": None}
    with store.writing(workplace) as connection:
        connection.execute("UPDATE delivery_event SET happened_at = now() - INTERVAL 15 DAY WHERE run = 'another-1'")
    assert contacts_left(workplace, run) == {"ann": 1, "bo": 1}


def test_contacts_left_are_the_cap_less_what_others_send_and_at_most_one_per_public_wave(
    workplace: Workplace, tmp_path: Path
) -> None:
    move_in(workplace, [Resident(name, f"home of {name}") for name in ("ann", "bo", "eva")])
    sent(workplace, "another", "1", "ann")
    sent(workplace, "another", "2", "bo", status="unknown")
    sent(workplace, "another", "3", "eva", status="rejected")
    run = begin(workplace, tmp_path, soon(1, 8, contact_cap=2))
    assert contacts_left(workplace, run) == {"ann": 1, "bo": 1, "eva": 2}
    run = begin(workplace, tmp_path, soon(15, 22, contact_cap=2))
    assert set(contacts_left(workplace, run).values()) == {2}


def test_the_citys_contact_budget_holds_where_the_brief_allows_more(workplace: Workplace, tmp_path: Path) -> None:
    move_in(workplace, [Resident("ann", "home")])
    for edition in range(load_programme().contact_budget.messages):
        sent(workplace, "another", str(edition), "ann")
    assert reasons(workplace, begin(workplace, tmp_path, soon(1, contact_cap=20))) == {"ann": "contact_cap"}


@pytest.mark.parametrize(("state", "left"), [("approved", 0), ("paused", 0), ("prepared", 1), ("stopped", 1)])
def test_what_another_run_has_planned_near_the_wave_counts_once_it_is_approved(
    workplace: Workplace, tmp_path: Path, state: str, left: int
) -> None:
    move_in(workplace, [Resident("ann", "home")])
    other = begin(workplace, tmp_path / "other", soon(20, edition="other"))
    with store.writing(workplace) as connection:
        keys = {"run": other, "wave": "wave1", "person_key": "ann", "message_id": "planned"}
        insert(connection, "assignment", [keys])
        connection.execute("UPDATE run SET state = ?", [state])
    assert contacts_left(workplace, begin(workplace, tmp_path, soon(10, contact_cap=1))) == {"ann": left}
    assert contacts_left(workplace, begin(workplace, tmp_path, soon(40, contact_cap=1))) == {"ann": 1}


def test_who_may_get_fewer_messages_than_there_are_waves_is_told_apart_by_segment(
    workplace: Workplace, tmp_path: Path
) -> None:
    move_in(workplace, [Resident(f"p{i}", f"h{i}") for i in range(30)])
    for number in range(12):
        sent(workplace, "another", str(number), f"p{number}")
    audience.select_audience(workplace, begin(workplace, tmp_path, soon(1, 8, contact_cap=2)))
    found = rows(workplace, "SELECT DISTINCT segment, contacts_left FROM audience ORDER BY ALL")
    assert found == [("needs_bin/adults/sv/postal", 2), ("needs_bin/adults/sv/postal/1_left", 1)]
    assert SegmentNames("sv").name("needs_bin/adults/sv/postal/1_left").endswith("nås med brev, kontakter kvar: 1")


def test_a_fact_without_value_takes_the_first_declared_one(workplace: Workplace, tmp_path: Path) -> None:
    move_in(
        workplace,
        [
            Resident("ann", "home", attributes={"housing": None}),
            Resident("bo", "home", attributes={"housing": "house"}),
        ],
    )
    found = selected(workplace, begin(workplace, tmp_path, brief()))
    assert {name: row[4] for name, row in found.items()} == {"ann": "flat", "bo": "house"}


def test_segments_are_named_by_need_life_language_and_addresses(workplace: Workplace, tmp_path: Path) -> None:
    over_80 = {"life_situation": "over_80"}
    people = [Resident(f"p{i}", f"h{i}", email=f"e{i}" if i < 10 else "", attributes=over_80) for i in range(20)]
    move_in(workplace, people)
    found = selected(workplace, begin(workplace, tmp_path, brief()))
    assert {row[3] for row in found.values()} == {"needs_bin/over_80/sv/email+postal", "needs_bin/over_80/sv/postal"}


@pytest.mark.slow
def test_the_same_register_in_another_order_and_on_one_thread_gives_the_same_rows(
    workplace: Workplace, tmp_path: Path
) -> None:
    people = [Resident(f"p{i}", f"h{i % 17}", email=f"e{i % 23}", language="en" if i % 3 else "sv") for i in range(60)]
    move_in(workplace, people)
    run = begin(workplace, tmp_path, brief())
    everything = "SELECT * FROM audience"
    audience.select_audience(workplace, run)
    audience.draw_holdout(workplace, run)
    first = rows(workplace, everything + " ORDER BY ALL")
    held = duckdb.connect(workplace.database)
    held.execute("SET threads = 1")
    move_in(workplace, people[::-1])
    audience.select_audience(workplace, run)
    audience.draw_holdout(workplace, run)
    assert rows(workplace, everything + " ORDER BY ALL") == first
    held.close()


profiles = st.builds(
    Profile,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["x", "y", "z"]),
    st.sampled_from(["sv", "en", "fi"]),
    st.sampled_from(["email", "postal", "unreachable"]),
    st.booleans(),
    st.integers(0, 2),
)


@given(st.dictionaries(profiles, st.integers(0, 25), max_size=40))
def test_no_segment_is_smaller_than_ten_and_nobody_is_dropped(persons: dict[Profile, int]) -> None:
    segments = coarsen(persons, public_waves=2)
    sizes: dict[str, int] = {}
    for profile, segment in segments.items():
        sizes[segment] = sizes.get(segment, 0) + persons[profile]
    assert set(segments) == set(persons)
    assert sum(sizes.values()) == sum(persons.values())
    assert all(
        size >= SMALLEST or (name == LAST_RESORT and size == 0) or len(sizes) == 1 for name, size in sizes.items()
    )
    assert coarsen(dict(reversed(persons.items())), public_waves=2) == segments


@given(st.dictionaries(profiles, st.integers(0, 25), max_size=40))
def test_a_segment_never_mixes_addresses_or_contacts_left_but_for_the_remaining_groups(
    persons: dict[Profile, int],
) -> None:
    kinds: dict[str, set[tuple[str, int]]] = {}
    for profile, segment in coarsen(persons, public_waves=2).items():
        kinds.setdefault(segment, set()).add((profile.reach, profile.contacts_left))
    assert all(len(found) == 1 for segment, found in kinds.items() if segment != LAST_RESORT)


def test_a_rerun_replaces_its_own_rows(workplace: Workplace, tmp_path: Path) -> None:
    move_in(workplace, [Resident(f"p{i}", f"h{i}") for i in range(12)])
    run = begin(workplace, tmp_path, brief())
    audience.select_audience(workplace, run)
    before = rows(workplace, "SELECT * FROM audience ORDER BY ALL")
    audience.select_audience(workplace, run)
    assert rows(workplace, "SELECT * FROM audience ORDER BY ALL") == before
    assert not list(workplace.run_folder(run, "answers").glob("*.copy"))


def test_a_register_that_was_never_imported_is_named_with_the_command(workplace: Workplace, tmp_path: Path) -> None:
    run = begin(workplace, tmp_path, brief())
    with pytest.raises(InputError, match=r"not been imported yet: population\n.*import FILE --kind population"):
        audience.select_audience(workplace, run)


def test_an_audience_of_nobody_is_refused_and_names_the_query(workplace: Workplace, tmp_path: Path) -> None:
    move_in(workplace, [Resident("ann", "home")])
    run = begin(workplace, tmp_path, brief(), QUERY + " WHERE person_key = 'nobody'")
    with pytest.raises(CheckFailed, match=r"the audience is empty: nobody fits .*audience\.sql"):
        audience.select_audience(workplace, run)


@pytest.mark.parametrize("campaign", ["matavfall", "parkdialog", "template"])
def test_who_is_senior_is_named_with_the_ages_that_the_query_means(campaign: str) -> None:
    folder = Path(find_campaign("matavfall")).parent / campaign
    labels = YAML(typ="safe").load((folder / "campaign.yaml").read_text(encoding="utf-8"))["labels"]
    ends_at_80 = "'over_80'" in (folder / "audience.sql").read_text(encoding="utf-8")
    told = [SegmentNames(language, labels).value("senior") for language in ("sv", "en")]
    assert told == (["65–79 år", "65–79 years"] if ends_at_80 else ["65 år och äldre", "65 years and over"])


@pytest.mark.parametrize(
    ("value", "sv", "en"),
    [
        ("senior", "äldre", "older people"),
        ("unreachable", "saknar användbar adress", "no usable address"),
        ("email+postal", "nås med e-post eller brev", "reached by e-mail or letter"),
        ("email+mobile+postal", "nås med e-post eller sms eller brev", "reached by e-mail or text message or letter"),
    ],
)
def test_values_and_combinations_of_channels_have_names_in_both_languages(value: str, sv: str, en: str) -> None:
    assert (SegmentNames("sv").value(value), SegmentNames("en").value(value)) == (sv, en)


def test_a_campaigns_own_groups_have_the_names_that_its_brief_gives_them() -> None:
    labels = brief(labels={"has_bin": {"sv": "har redan kärl"}}).labels
    assert SegmentNames("sv", labels).name("has_bin/adults/sv/postal").startswith("har redan kärl, ")
    assert SegmentNames("en", labels).name("has_bin/any/sv").startswith("has bin")
    assert Words("sv", labels).facts({"bin": "has_bin", "easy_read": "yes"}).startswith("har redan kärl, ")
