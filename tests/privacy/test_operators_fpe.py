"""Format-preserving encryption: NIST's own figures, and the laws of the operator."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customerai.privacy.operators import FormatPreserving, NoStandIn, Scope
from customerai.privacy.operators.ff1 import FF1, DomainTooSmall
from customerai.privacy.operators.fpe import luhn_holds

KEY = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94")
SIGNS = string.digits + string.ascii_lowercase
SCOPE = Scope.of(bytes(range(32)), tenant="t1")


@pytest.mark.parametrize(
    ("key_bytes", "radix", "tweak", "plain", "expected"),
    [
        # NIST, "FF1 samples" of SP 800-38G: samples 1 to 9.
        (16, 10, "", "0123456789", "2433477484"),
        (16, 10, "39383736353433323130", "0123456789", "6124200773"),
        (16, 36, "3737373770717273373737", "0123456789abcdefghi", "a9tv40mll9kdu509eum"),
        (24, 10, "", "0123456789", "2830668132"),
        (24, 10, "39383736353433323130", "0123456789", "2496655549"),
        (24, 36, "3737373770717273373737", "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"),
        (32, 10, "", "0123456789", "6657667009"),
        (32, 10, "39383736353433323130", "0123456789", "1001623463"),
        (32, 36, "3737373770717273373737", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
    ],
)
def test_ff1_gives_the_standards_figures(
    key_bytes: int, radix: int, tweak: str, plain: str, expected: str
) -> None:
    cipher = FF1(KEY[:key_bytes], radix)
    numerals = [SIGNS.index(sign) for sign in plain]
    made = cipher.encrypt(numerals, bytes.fromhex(tweak))
    assert "".join(SIGNS[numeral] for numeral in made) == expected
    assert cipher.decrypt(made, bytes.fromhex(tweak)) == numerals


@given(st.data(), st.integers(2, 70), st.binary(max_size=40))
def test_ff1_is_undone(data: st.DataObject, radix: int, tweak: bytes) -> None:
    numerals = data.draw(st.lists(st.integers(0, radix - 1), min_size=20, max_size=60))
    cipher = FF1(KEY, radix)
    made = cipher.encrypt(numerals, tweak)
    assert len(made) == len(numerals)
    assert cipher.decrypt(made, tweak) == numerals


def test_ff1_permutes_a_whole_domain() -> None:
    cipher = FF1(KEY, 1000)
    images = {
        tuple(cipher.encrypt((at, other))) for at in range(0, 1000, 50) for other in range(99)
    }
    assert len(images) == 20 * 99


@pytest.mark.parametrize(
    ("radix", "length", "refused"),
    [(10, 5, True), (10, 6, False), (36, 3, True), (36, 4, False), (2, 19, True), (2, 20, False)],
)
def test_domains_below_a_million_are_refused(radix: int, length: int, refused: bool) -> None:
    cipher = FF1(KEY, radix)
    if refused:
        with pytest.raises(DomainTooSmall, match="million"):
            cipher.encrypt([0] * length)
    else:
        assert len(cipher.encrypt([0] * length)) == length


def test_ff1_refuses_wrong_keys_radixes_and_numerals() -> None:
    with pytest.raises(ValueError, match="AES"):
        FF1(KEY[:15], 10)
    with pytest.raises(ValueError, match="radix"):
        FF1(KEY, 1)
    with pytest.raises(ValueError, match="numerals"):
        FF1(KEY, 10).encrypt([10] * 8)


@settings(max_examples=500)
@given(
    st.text(string.digits, min_size=6, max_size=20)
    | st.text(string.digits + string.ascii_uppercase + "- ", min_size=4, max_size=24)
    | st.text(string.digits + string.ascii_lowercase + "/.", min_size=4, max_size=24)
    | st.text(string.digits + string.ascii_letters + "_", min_size=4, max_size=24),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([None, True, False]),
)
def test_the_form_stays_and_the_value_comes_back(
    value: str, first: int, last: int, luhn: bool | None
) -> None:
    operator = FormatPreserving(keep_first=first, keep_last=last, keep_luhn=luhn)
    try:
        made = operator.encrypt("ID_NUMBER", value, SCOPE)
    except NoStandIn:
        body = sum(char.isalnum() for char in value) - first - last
        assert body < 6 or luhn
        return
    assert len(made) == len(value)
    for old, new in zip(value, made, strict=True):
        assert old == new if not old.isalnum() else new.isalnum()
    signs = [char for char in value if char.isalnum()]
    new_signs = [char for char in made if char.isalnum()]
    assert signs[:first] == new_signs[:first]
    assert signs[len(signs) - last :] == new_signs[len(signs) - last :]
    assert operator.decrypt("ID_NUMBER", made, SCOPE) == value


@settings(max_examples=300)
@given(st.text(string.digits, min_size=12, max_size=18), st.booleans())
def test_a_card_stays_one(body: str, spaced: bool) -> None:
    check = next(digit for digit in string.digits if luhn_holds([*body, digit]))
    card = body + check
    value = " ".join(card[at : at + 4] for at in range(0, len(card), 4)) if spaced else card
    operator = FormatPreserving(keep_first=4, keep_last=2)
    made = operator.encrypt("CREDIT_CARD", value, SCOPE)
    assert luhn_holds([char for char in made if char.isdigit()])
    assert operator.decrypt("CREDIT_CARD", made, SCOPE) == value


def test_type_tenant_and_key_make_another_stand_in() -> None:
    operator = FormatPreserving()
    made = {
        operator.encrypt(entity, "4111111111111111", Scope.of(root, tenant=tenant))
        for entity in ("ID_NUMBER", "PHONE_NUMBER")
        for tenant in ("t1", "t2")
        for root in (b"a" * 32, b"b" * 32)
    }
    assert len(made) == 8


@pytest.mark.parametrize("value", ["12345", "ab1", "٤٥٦٧٨٩٠١", "Ünsal12345", "", "--"])
def test_what_has_no_safe_form_is_refused_without_echo(value: str) -> None:
    with pytest.raises(NoStandIn) as refused:
        FormatPreserving().encrypt("PIN", value, SCOPE)
    assert not value.strip("-") or value not in str(refused.value)
