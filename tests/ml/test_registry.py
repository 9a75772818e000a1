from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from customerai.core.safe_text_issuer import issue
from customerai.ml.classifier import TextClassifier
from customerai.ml.registry import CARDS, ModelFileInvalid, locate

OURS = 12_000_000  # bytes an artifact of ours may have; all together 30 MB


@pytest.mark.parametrize("name", sorted(CARDS))
def test_each_card_names_a_file_with_its_digest_and_size(name: str) -> None:
    card = CARDS[name]
    assert locate(card).stat().st_size == card.size_bytes
    assert card.licence
    assert card.source


def test_our_own_artifacts_stay_small() -> None:
    sizes = [card.size_bytes for card in CARDS.values() if card.package == "customerai.ml"]
    assert max(sizes) <= OURS
    assert sum(sizes) <= 30_000_000


def test_another_digest_is_refused() -> None:
    forged = dataclasses.replace(CARDS["reasons"], sha256="0" * 64)
    with pytest.raises(ModelFileInvalid, match="reasons"):
        TextClassifier(forged).predict([issue("hello")])


def test_a_missing_file_is_refused() -> None:
    absent = dataclasses.replace(CARDS["reasons"], resource="models/absent.npz")
    with pytest.raises(ModelFileInvalid, match=r"absent\.npz"):
        locate(absent)


def test_an_override_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileInvalid, match="does not exist"):
        locate(CARDS["reasons"], override=tmp_path / "none.npz")
