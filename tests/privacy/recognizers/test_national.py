"""Numbers that states give: samples with their checksums, and what only looks like them."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from customerai.privacy.recognizers.national import COUNTRIES, KINDS, NATIONAL_ID
from customerai.privacy.recognizers.registry import RecognizerRegistry, default_recognizers

REGISTRY = RecognizerRegistry(default_recognizers(None))

# Published samples, and made-up numbers whose checksum holds.
SAMPLES = [
    ("AR_CUIT", "20-05536168-2", ""),
    ("AT_SVNR", "1237 010180", "SV-Nummer"),
    ("AU_ABN", "51 824 753 556", ""),
    ("AU_TFN", "123 456 782", "tfn"),
    ("AU_MEDICARE", "2123 45670 1", "medicare"),
    ("BE_NN", "85.07.30-033.28", ""),
    ("BR_CPF", "390.533.447-05", ""),
    ("BR_CNPJ", "16.727.230/0001-97", ""),
    ("CA_SIN", "123-456-782", "sin"),
    ("CH_AHV", "756.9217.0769.85", ""),
    ("CL_RUT", "12.531.909-2", ""),
    ("CN_RIC", "360426199101010071", ""),
    ("CZ_RC", "710319/2745", "rodné číslo"),
    ("DE_TAX_ID", "36 574 261 809", "Steuer-ID"),
    ("DK_CPR", "211062-5629", ""),
    ("EE_IK", "36805280109", "isikukood"),
    ("ES_NIF", "12345678Z", ""),
    ("ES_NIE", "X1234567L", ""),
    ("FI_PERSONAL_IDENTITY_CODE", "131052-308T", ""),
    ("FR_NIR", "2 55 08 14 168 025 38", ""),
    ("UK_NHS", "943 476 5919", "nhs"),
    ("UK_NINO", "AB 12 34 56 C", ""),
    ("GR_AMKA", "01013099997", "amka"),
    ("HR_OIB", "33392005961", "oib"),
    ("IE_PPS", "6433435F", "pps"),
    ("IL_ID", "039337423", "israeli id"),
    ("IN_AADHAAR", "2341 2341 2346", ""),
    ("IN_PAN", "ABCPE1234F", "pan"),
    ("IT_FISCAL_CODE", "RCCMNL83S18D969H", ""),
    ("JP_MY_NUMBER", "1234 5678 9018", "my number"),
    ("KR_RRN", "900101-1234567", ""),
    ("LT_ASMENS", "33309240064", "asmens kodas"),
    ("MX_CURP", "BOXW310820HNERXN09", ""),
    ("MY_NRIC", "770305-02-1234", ""),
    ("NL_BSN", "1112.22.333", "bsn"),
    ("NO_FODSELSNUMMER", "151086 95088", ""),
    ("PL_PESEL", "44051401359", "pesel"),
    ("PT_NIF", "501 964 843", "nif"),
    ("RO_CNP", "1630615123457", "cnp"),
    ("SE_PERSONNUMMER", "880320-0016", ""),
    ("SG_NRIC_FIN", "S1234567D", ""),
    ("TH_TNIN", "1-1007-01234-56-1", ""),
    ("TR_TCKN", "17291716060", "tckn"),
    ("US_SSN", "219-09-9999", ""),
    ("US_NPI", "1234567893", "npi"),
    ("MEDICAL_LICENSE", "AB1234563", "dea"),
    ("ZA_ID", "7503305044089", "sa id"),
]


@pytest.mark.parametrize(("entity", "value", "word"), SAMPLES, ids=[row[0] for row in SAMPLES])
def test_samples_are_found_and_explained(entity: str, value: str, word: str) -> None:
    text = f"here: {word} {value} as asked"
    start = text.index(value)
    spans = [
        span
        for span in NATIONAL_ID.find(text)
        if (span.type, span.start, span.end) == (entity, start, start + len(value))
    ]
    assert spans
    reason = max(spans, key=lambda span: span.score).reason
    assert reason is not None
    assert reason.pattern.startswith(f"national_id.{entity.lower()}.")
    assert reason.context == word.casefold()


def test_a_kind_without_checksum_or_own_form_waits_for_its_word() -> None:
    rng = random.Random(7)
    runs = ["".join(rng.choices("0123456789", k=size)) for size in range(7, 17) for _ in range(20)]
    text = " and ".join(runs)
    greedy = {"ZA_ID", "RO_CNP", "CN_RIC", "CH_AHV", "KR_RRN", "FR_NIR", "DE_SOCIAL_SECURITY"}
    found = {span.type for span in NATIONAL_ID.find(text)}
    assert found <= greedy


def test_random_codes_are_no_identity_numbers() -> None:
    rng = random.Random(3)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    false = 0
    for _ in range(2000):
        token = "".join(rng.choices(letters, k=rng.randrange(8, 13)))
        false += bool(NATIONAL_ID.find(f"code {token} came"))
    assert false <= 4


@pytest.mark.parametrize(
    "text",
    [
        "log at 1700000000000 done",
        "log at 1700000000 done",
        "call 212-555-0100 about the savings account",
        "my phone is 2125550100, the bank said",
    ],
)
def test_time_stamps_and_telephones_are_no_money(text: str) -> None:
    types = {span.type for span in REGISTRY.analyze([text])[0]}
    assert not types & {"CREDIT_CARD", "US_BANK_NUMBER", "IBAN_CODE", "IN_PAN", "US_PASSPORT"}


def test_one_file_a_country() -> None:
    for one in COUNTRIES:
        code = one.__name__.rpartition(".")[2].strip("_").upper()
        assert {kind.country for kind in one.KINDS} == {code}


def test_context_words_have_no_open_ends() -> None:
    for kind in KINDS:
        assert not re.search(r"\\w[+*{]|\.[+*{]", kind.words), kind.type


def test_the_reference_lists_every_entity() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/entities.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    assert listed == REGISTRY.entities
