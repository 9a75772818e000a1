from __future__ import annotations

import pytest

from customerai.core.safe_text_issuer import issue
from customerai.ml.language import LanguageIdentifier

pytestmark = pytest.mark.model

ALL = LanguageIdentifier()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order? I ordered it last week", "en"),
        ("¿Dónde está mi pedido? Lo pedí la semana pasada", "es"),
        ("Où est ma commande ? Je l'ai passée la semaine dernière", "fr"),
        ("Wo ist meine Bestellung? Ich habe letzte Woche bestellt", "de"),
        ("Onde está a minha encomenda? Não recebi nada", "pt"),
        ("Dov'è il mio ordine? L'ho fatto la settimana scorsa", "it"),
        ("Wo ist mein Paket, [PERSON_1]? Ich warte seit [DATE_TIME_1]", "de"),
    ],
)
def test_finds_the_language(text: str, language: str) -> None:
    found, score = ALL.identify([issue(text)])[0]
    assert found == language
    assert 0.5 < score <= 1.0


@pytest.mark.parametrize("text", ["", "ok", "123 456", "[PERSON_1]", "!!!", "\N{GRINNING FACE}"])
def test_text_without_letters_gives_the_first_language_with_a_low_score(text: str) -> None:
    assert LanguageIdentifier(("de", "en")).identify([issue(text)]) == [("de", 0.5)]


@pytest.mark.parametrize(
    ("text", "language"),
    [("Merci", "fr"), ("ja", "de"), ("Sim", "pt"), ("Hello [PERSON_1]!", "en"), ("grazie", "it")],
)
def test_common_words_are_known_even_alone(text: str, language: str) -> None:
    assert ALL.identify([issue(text)])[0][0] == language


def test_only_configured_languages_are_given() -> None:
    both = LanguageIdentifier(("en", "fr"))
    found = both.identify([issue("¿Dónde está mi pedido?"), issue("Wo ist meine Bestellung?")])
    assert {language for language, _ in found} <= {"en", "fr"}


def test_a_language_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="xx"):
        LanguageIdentifier(("en", "xx"))
    with pytest.raises(ValueError, match="at least one"):
        LanguageIdentifier(())


def test_a_plain_string_is_refused() -> None:
    with pytest.raises(TypeError, match="SafeText"):
        ALL.identify(["plain"])  # type: ignore[list-item]
