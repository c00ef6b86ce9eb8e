"""A register has one name, whoever reads about it: the audience page, the approvers' letters."""

import gettext

import pytest
from small_run import MATAVFALL

from campaigns.brief_files import REGISTERS
from campaigns.brief_loading import load_brief
from campaigns.language import translations
from tasks.approval_matter import uses
from tasks.audience_words import AudienceWords


def lines_of_uses(language: str, register: str) -> str:
    brief = load_brief(MATAVFALL)
    basis = brief.legal_basis[0].model_copy(update={"register_": register})
    catalogue: gettext.NullTranslations = translations(language)
    return "\n".join(uses(brief.model_copy(update={"legal_basis": (basis,)}), catalogue.gettext, language))


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("register", REGISTERS)
def test_the_audience_page_and_the_letter_name_a_register_alike(register: str, language: str) -> None:
    named = AudienceWords(language).register(register)
    assert named != register
    assert named.casefold() in lines_of_uses(language, register).casefold()


def test_the_population_register_has_the_name_that_the_texts_tell_readers() -> None:
    assert "befolkningsregistret" in lines_of_uses("sv", "population")
