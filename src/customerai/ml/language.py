"""Which of the configured languages a text is written in."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Final

import numpy as np
from py3langid.langid import MODEL_FILE
from py3langid.langid import LanguageIdentifier as NaiveBayes

from customerai.core.safe_text import SafeText
from customerai.ml.prepared_text import cut, require_safe, without_placeholders

DEFAULT_LANGUAGES: Final = ("en", "es", "fr", "de", "pt", "it")
MIN_LETTERS: Final = 3
"""Fewer letters than this ("ok", "11 am") tell no language, unless they are a common word."""

SHORT_WORDS: Final = 3
MIN_SHORT_SCORE: Final = 0.3
"""A guess from at most three words that is less sure than this is no better than the fallback."""

# What chats consist of and byte n-grams fail on; each word belongs to one language only.
COMMON_WORDS: Final = {
    "en": "yes yeah yep hello hi hey thanks thank please sure problem welcome correct bye sorry",
    "es": "sí gracias hola vale adiós bueno buenas buenos ahora",
    "fr": "oui merci bonjour salut d'accord bonsoir voilà rien très bien où quoi",
    "de": "ja nein danke hallo bitte gut nicht genau tschüss guten moment ich",
    "pt": "sim não obrigado obrigada olá oi tudo bom onde agora",
    "it": "sì grazie ciao buongiorno prego bene niente certo dove",
}

COMMON_WORD_SCORE: Final = 0.9
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


class LanguageIdentifier:
    """py3langid's naive Bayes over byte n-grams, restricted to the languages a company serves.

    Args:
        languages: ISO 639-1 codes, at least one; the first is the fallback.

    Raises:
        ValueError: no language, or one that the model does not know.
    """

    def __init__(self, languages: Sequence[str] = DEFAULT_LANGUAGES) -> None:
        if not languages:
            raise ValueError("at least one language is needed")
        self._fallback = languages[0]
        self._model: NaiveBayes = NaiveBayes.from_model_file(MODEL_FILE, norm_probs=True)
        self._model.set_languages(list(languages))
        self._count = len(set(languages))
        kept = {code: set(COMMON_WORDS.get(code, "").split()) for code in languages}
        self._language_of = {
            word: code
            for code, words in kept.items()
            for word in words
            if sum(word in others for others in kept.values()) == 1
        }
        # The model's walk keeps no state, but the package does not promise so.
        self._lock = threading.Lock()

    def identify(self, texts: Sequence[SafeText]) -> list[tuple[str, float]]:
        """The likeliest language of each text and its probability among the configured ones.

        Placeholders are left out of account. In texts of up to three words a list of common words
        decides first. Where nothing tells (fewer than three letters, or three words and no sure
        guess), the first language comes with the probability of chance, 1 / number of languages.

        Raises:
            TypeError: an item is not `SafeText`.
        """
        require_safe(texts)
        return [self._identify(without_placeholders(cut(text))) for text in texts]

    def _identify(self, text: str) -> tuple[str, float]:
        words = _WORD.findall(text.lower())
        if len(words) <= SHORT_WORDS:
            known = {self._language_of[word] for word in words if word in self._language_of}
            if len(known) == 1:
                return known.pop(), COMMON_WORD_SCORE
        if sum(map(len, words)) < MIN_LETTERS:
            return self._fallback, 1.0 / self._count
        with self._lock:
            language, score = self._model.classify(text)
        if len(words) <= SHORT_WORDS and score < MIN_SHORT_SCORE:
            return self._fallback, 1.0 / self._count
        return str(language), float(np.clip(score, 0.0, 1.0))
