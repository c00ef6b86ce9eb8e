"""However an address or a login name is written, it is one person's."""

from pathlib import Path

import pytest
from approval_scene import DIRECTORY, campaign_folder, office, postbox, prepared
from hypothesis import given
from hypothesis import strategies as st

from campaigns.approvers import Directory
from campaigns.errors import ApprovalRefused
from campaigns.identities import groups, login, mailbox
from tasks import approval

SPELLINGS = [
    "anna.berg@exempel.se", "Anna.Berg@EXEMPEL.se", "annaberg@exempel.se", "anna.berg+kampanj@exempel.se",
    "ännä.berg@exempel.se", "a\N{COMBINING DIAERESIS}nna.berg@exempel.se", "anna\N{SOFT HYPHEN}.berg@exempel.se.",
    '"anna.berg"@exempel.se', "\N{FULLWIDTH LATIN SMALL LETTER A}nna.berg@exempel.se", "<anna.berg@exempel.se>",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_a_mailbox_is_the_same(spelling: str) -> None:
    assert mailbox(spelling) == mailbox(SPELLINGS[0])


def test_a_domain_with_an_umlaut_is_the_same_in_both_forms() -> None:
    assert mailbox("a@Malmö.se") == mailbox("a@xn--malm-8qa.se") != mailbox("a@malmo.se")


@given(st.emails(), st.sampled_from(["x", "kampanj.2"]))
def test_case_tag_and_dots_never_make_another_person(address: str, tag: str) -> None:
    local, _, domain = address.rpartition("@")
    if "." not in local and "+" not in local:
        assert mailbox(f"{local.upper()}+{tag}@{domain.upper()}") == mailbox(address)
        assert mailbox(f"{local[0]}.{local[1:]}@{domain}") == mailbox(address)
    assert mailbox(mailbox(address)) == mailbox(address)


def test_others_stay_others() -> None:
    assert len({mailbox(each) for each in ("anna@a.se", "anna@b.se", "ann@a.se", "+@a.se", "+x@a.se")}) == 5
    assert login("Anna.S") == login("anna.s") != login("annas")


def test_persons_are_joined_by_way_of_a_third() -> None:
    found = groups({"a": {"1"}, "b": {"2"}, "c": {"3"}, "d": {"1", "2"}})
    assert found == {"a": "a", "b": "a", "c": "c", "d": "a"}


def test_an_account_that_is_an_address_is_known_by_every_spelling() -> None:
    person = {"name": "Exempel", "address": "anna.berg@exempel.se", "account": "AB12"}
    directory = Directory.model_validate({"persons": {"anna": person}})
    for account in ("anna", "ab12", "account:root/Anna.Berg+x@exempel.se"):
        assert directory.is_person("anna", account)
    assert not directory.is_person("anna", "bo.berg@exempel.se")


def test_one_person_with_two_addresses_never_counts_as_two(tmp_path: Path) -> None:
    same = DIRECTORY.replace("jurist@", "C.hef+jurist@").replace("direktor@", "CHEF@")
    with postbox() as (box, url):
        workplace = office(tmp_path, url, same)
        run = prepared(workplace, campaign_folder(tmp_path), goal="G4")
        with pytest.raises(Exception, match="one person alone holds all these roles"):
            approval.request(workplace, run)
        apart = DIRECTORY.replace("jurist@", "C.hef+jurist@")
        assert workplace.directory is not None
        workplace.directory.write_text(apart, encoding="utf-8")
        approval.request(workplace, run)
        workplace.directory.write_text(same, encoding="utf-8")
        approval.grant(workplace, run, box.codes()[0])
        with pytest.raises(ApprovalRefused, match="one person alone is not enough"):
            approval.grant(workplace, run, box.codes()[1])


def test_an_author_with_another_spelling_never_approves(tmp_path: Path) -> None:
    with postbox() as (_, url):
        workplace = office(tmp_path, url, DIRECTORY.replace("chef@", "skri.bent+chef@"))
        run = prepared(workplace, campaign_folder(tmp_path))
        with pytest.raises(ApprovalRefused, match="communicator"):
            approval.request(workplace, run)
