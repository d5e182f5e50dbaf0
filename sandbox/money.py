"""Amounts: integers of a currency's minor unit, exact fractions of them as Decimal."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
# fmt: off
CURRENCIES = frozenset((
    "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt", "bgn", "bhd", "bif",
    "bmd", "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf", "chf", "clp", "cny", "cop", "crc", "cve",
    "czk", "djf", "dkk", "dop", "dzd", "egp", "etb", "eur", "fjd", "fkp", "gbp", "gel", "gip", "gmd", "gnf", "gtq",
    "gyd", "hkd", "hnl", "htg", "huf", "idr", "ils", "inr", "isk", "jmd", "jod", "jpy", "kes", "kgs", "khr", "kmf",
    "krw", "kwd", "kyd", "kzt", "lak", "lbp", "lkr", "lrd", "lsl", "mad", "mdl", "mga", "mkd", "mmk", "mnt", "mop",
    "mur", "mvr", "mwk", "mxn", "myr", "mzn", "nad", "ngn", "nio", "nok", "npr", "nzd", "omr", "pab", "pen", "pgk",
    "php", "pkr", "pln", "pyg", "qar", "ron", "rsd", "rub", "rwf", "sar", "sbd", "scr", "sek", "sgd", "shp", "sle",
    "sos", "srd", "std", "szl", "thb", "tjs", "tnd", "top", "try", "ttd", "twd", "tzs", "uah", "ugx", "usd", "uyu",
    "uzs", "vnd", "vuv", "wst", "xaf", "xcd", "xof", "xpf", "yer", "zar", "zmw",
))
# fmt: on
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
# fmt: off
MINIMUM = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}
# fmt: on
MAXIMUM = 99_999_999
SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "krw": "₩", "inr": "₹", "aud": "A$", "cad": "CA$"}


def digits(currency: str) -> int:
    """How many decimals a currency has at Stripe."""
    return 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2


def minimum(currency: str) -> int:
    """The smallest amount that can be charged; 1 where Stripe names none."""
    return MINIMUM.get(currency, 1)


def rounded(amount: Decimal) -> int:
    """To whole minor units, halves away from zero, so that x and -x stay opposites."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def decimal_string(amount: Decimal) -> str:
    """Without exponent and trailing zeros, as Stripe prints `*_decimal`."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def display(amount: Decimal | int, currency: str) -> str:
    """For descriptions and pages: `$25.00`, `¥500`, `12.500 BHD`; fractions of the minor unit are kept."""
    places = digits(currency)
    major = Decimal(amount).scaleb(-places)
    exponent = major.as_tuple().exponent
    shown = max(places, -exponent if isinstance(exponent, int) else 0)
    text = f"{abs(major):,.{shown}f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction[:places] + fraction[places:].rstrip("0")
    text = f"{whole}.{fraction}" if fraction else whole
    symbol = SYMBOLS.get(currency)
    text = f"{symbol}{text}" if symbol else f"{text} {currency.upper()}"
    return f"-{text}" if major < 0 else text


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Splits a total in proportion to weights of one sign; the parts add up to it exactly.

    No part exceeds its weight as long as the total does not exceed their sum.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda index: -abs(remainders[index]))
    for index in order[: abs(total - sum(parts))]:
        parts[index] += 1 if total > sum(parts) else -1
    return parts
