"""What is told of each type of personal data; pure."""

from __future__ import annotations

from typing import Final

from customerai.privacy.policies.model import country_of, is_protected

_FACTS: Final[dict[str, tuple[str, str | None]]] = {
    "ABA_ROUTING_NUMBER": ("Bank routing number", "3-7-1 weights"),
    "ACCOUNT_NUMBER": ("Account number beside its words", None),
    "AGE": ("A person's age", None),
    "CREDIT_CARD": ("Payment card number", "Luhn"),
    "CRYPTO": ("Wallet address", "base58check or bech32"),
    "DATE_TIME": ("Calendar date or time of day", None),
    "EMAIL_ADDRESS": ("E-mail address", None),
    "IBAN_CODE": ("International bank account number", "mod 97-10"),
    "ID_NUMBER": ("Long number or code that is no amount", None),
    "IP_ADDRESS": ("Internet address", None),
    "LOCATION": ("Place, street or post code", None),
    "MAC_ADDRESS": ("Hardware address", None),
    "NRP": ("Nationality, religion or political group", None),
    "ORDER_NUMBER": ("Order number beside its words", None),
    "ORGANIZATION": ("Company or institution", None),
    "PASSWORD": ("Password beside its words", None),
    "PERSON": ("A person's name", None),
    "PHONE_NUMBER": ("Telephone number", "numbering plan"),
    "PIN": ("PIN beside its words", None),
    "TITLE": ("Form of address before a name", None),
    "URL": ("Web address", None),
    "USERNAME": ("User name or handle", None),
    "US_BANK_NUMBER": ("Bank account number", None),
    "US_DRIVER_LICENSE": ("Driving licence number", None),
    "US_ITIN": ("Taxpayer identification number", "group rule"),
    "US_PASSPORT": ("Passport number", None),
    "US_SSN": ("Social security number", "area, group and serial rules"),
    "UK_NHS": ("Health service number", "mod 11"),
    "UK_NINO": ("National insurance number", "allotted prefix"),
    "ES_NIF": ("Identity number", "mod 23"),
    "ES_NIE": ("Identity number of foreigners", "mod 23"),
    "IT_FISCAL_CODE": ("Fiscal code", "check letter"),
    "IN_AADHAAR": ("Aadhaar number", "Verhoeff"),
    "IN_PAN": ("Permanent account number", "holder letter"),
    "PL_PESEL": ("PESEL number", "weights"),
    "AU_TFN": ("Tax file number", "mod 11"),
    "FI_PERSONAL_IDENTITY_CODE": ("Personal identity code", "mod 31"),
    "FR_NIR": ("Social security number", "mod 97"),
    "DE_TAX_ID": ("Tax identification number", "mod 11,10"),
    "BE_NN": ("National number", "mod 97"),
    "BR_CPF": ("Taxpayer number", "two check digits"),
    "CA_SIN": ("Social insurance number", "Luhn"),
    "CH_AHV": ("Social security number", "EAN-13"),
    "CL_RUT": ("Tax number", "mod 11"),
    "IE_PPS": ("Personal public service number", "mod 23"),
    "MX_CURP": ("Population registry code", "check digit"),
    "NL_BSN": ("Citizen service number", "eleven test"),
    "PT_NIF": ("Tax number", "mod 11"),
    "SE_PERSONNUMMER": ("Personal identity number", "Luhn"),
}
_ISO: Final = {"UK": "GB"}  # Presidio's types spell it so


def type_facts(entity: str) -> dict[str, str | bool | None]:
    """A type's description, country, checksum and whether it is protected.

    Of a type that this list does not know, its name says what it is.
    """
    begins = country_of(entity)
    words = entity if begins is None else entity[len(begins) + 1 :]
    spelled = words.replace("_", " ").lower().capitalize()
    description, checksum = _FACTS.get(entity, (spelled, None))
    return {
        "type": entity,
        "description": description,
        "country": None if begins is None else _ISO.get(begins, begins),
        "checksum": checksum,
        "protected": is_protected(entity),
    }
