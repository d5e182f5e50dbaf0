"""Stripe's test cards, by the names of their tokens (https://docs.stripe.com/testing)."""

from sandbox.api.errors import unsupported
from sandbox.payments.cards import Card


def refused(number: str, reason: str) -> Card:
    """A card that is refused on attaching and on charging alike."""
    return Card(number, attach=reason, charge=reason)


# fmt: off
COUNTRIES = {
    "ae": "4000007840000001", "ar": "4000000320000021", "at": "4000000400000008", "au": "4000000360000006",
    "be": "4000000560000004", "bg": "4000001000000000", "br": "4000000760000002", "by": "4000001120000005",
    "ca": "4000001240000000", "ch": "4000007560000009", "cl": "4000001520000001", "cn": "4000001560000002",
    "co": "4000001700000003", "cr": "4000001880000005", "cy": "4000001960000008", "cz": "4000002030000002",
    "de": "4000002760000016", "dk": "4000002080000001", "ec": "4000002180000000", "ee": "4000002330000009",
    "es": "4000007240000007", "fi": "4000002460000001", "fr": "4000002500000003", "gb": "4000008260000000",
    "gi": "4000002920000005", "gr": "4000003000000030", "hk": "4000003440000004", "hr": "4000001910000009",
    "hu": "4000003480000005", "ie": "4000003720000005", "in": "4000003560000008", "it": "4000003800000008",
    "jp": "4000003920000003", "li": "4000004380000004", "lt": "4000004400000000", "lu": "4000004420000006",
    "lv": "4000004280000005", "mt": "4000004700000007", "mx": "4000004840008001", "my": "4000004580000002",
    "nl": "4000005280000002", "no": "4000005780000007", "nz": "4000005540000008", "pa": "4000005910000000",
    "pe": "4000006040000068", "pl": "4000006160000005", "pt": "4000006200000007", "py": "4000006000000066",
    "ro": "4000006420000001", "sa": "4000006820000007", "se": "4000007520000008", "sg": "4000007020000003",
    "si": "4000007050000006", "sk": "4000007030000001", "tw": "4000001580000008", "us": "4242424242424242",
    "uy": "4000008580000003",
}
# fmt: on
TOKENS: dict[str, Card] = {
    "visa": Card("4242424242424242"),
    "visa_debit": Card("4000056655665556", funding="debit"),
    "mastercard": Card("5555555555554444", "mastercard"),
    "mastercard_debit": Card("5200828282828210", "mastercard", "debit"),
    "mastercard_prepaid": Card("5105105105105100", "mastercard", "prepaid"),
    "amex": Card("378282246310005", "amex"),
    "discover": Card("6011111111111117", "discover"),
    "diners": Card("3056930009020004", "diners"),
    "jcb": Card("3566002020360505", "jcb", country="JP"),
    "unionpay": Card("6200000000000005", "unionpay", country="CN"),
    "visa_cartesBancaires": Card("4000002500001001", country="FR", co_brand="cartes_bancaires"),
    "mastercard_cartesBancaires": Card("5555552500001001", "mastercard", country="FR", co_brand="cartes_bancaires"),
    "visa_debit_eftposAuCoBranded": Card("4000050360000001", "visa", "debit", "AU", co_brand="eftpos_au"),
    "mastercard_debit_eftposAuCoBranded": Card("5555050360000080", "mastercard", "debit", "AU", co_brand="eftpos_au"),
    "ae_mastercard": Card("5200007840000022", "mastercard", country="AE"),
    "gb_debit": Card("4000058260000005", funding="debit", country="GB"),
    "gb_mastercard": Card("5555558265554449", "mastercard", country="GB"),
    "th_credit": Card("4000007640000003", country="TH"),
    "th_debit": Card("4000057640000008", funding="debit", country="TH"),
    "debit_visaHsaProductCode": Card("4000051230000072", funding="debit"),
    "mastercard_debit_mastercardFsaProductCode": Card("5200828282828897", "mastercard", "debit"),
    "chargeDeclined": refused("4000000000000002", "generic_decline"),
    "chargeDeclinedInsufficientFunds": refused("4000000000009995", "insufficient_funds"),
    "chargeDeclinedLostCard": refused("4000000000009987", "lost_card"),
    "chargeDeclinedStolenCard": refused("4000000000009979", "stolen_card"),
    "chargeDeclinedExpiredCard": refused("4000000000000069", "expired_card"),
    "chargeDeclinedIncorrectCvc": refused("4000000000000127", "incorrect_cvc"),
    "chargeDeclinedProcessingError": refused("4000000000000119", "processing_error"),
    "chargeDeclinedVelocityLimitExceeded": refused("4000000000006975", "card_velocity_exceeded"),
    "chargeDeclinedFraudulent": Card("4100000000000019", charge="fraudulent", risk="highest"),
    "chargeCustomerFail": Card("4000000000000341", charge="generic_decline"),
    "radarBlock": Card("4100000000000019", charge="fraudulent", risk="highest"),
    "riskLevelHighest": Card("4000000000004954", risk="highest"),
    "riskLevelElevated": Card("4000000000009235", risk="elevated"),
    "highFraudDisputeScore": Card("4000008400000407"),
    "highEfwScore": Card("4000008400000159"),
    "radarDynamicRiskThreshold": Card("4000008400001017"),
    "adaptive3dsChallenge": Card("4000008405600003"),
    "cvcCheckFail": Card("4000000000000101", cvc_check="fail"),
    "avsZipFail": Card("4000000000000036", zip_check="fail"),
    "cvcCheckFailElevatedRisk": Card("4000058400307872", cvc_check="fail", risk="elevated"),
    "avsZipFailElevatedRisk": Card("4000058400306072", zip_check="fail", risk="elevated"),
    "avsLine1Fail": Card("4000000000000028", line1_check="fail"),
    "avsFail": Card("4000000000000010", zip_check="fail", line1_check="fail"),
    "avsUnchecked": Card("4000000000000044", zip_check="unavailable", line1_check="unavailable"),
    "createDispute": Card("4000000000000259", dispute="fraudulent"),
    "createDisputeProductNotReceived": Card("4000000000002685", dispute="product_not_received"),
    "createDisputeInquiry": Card("4000000000001976", dispute="fraudulent", inquiry=True),
    "createIssuerFraudRecord": Card("4000000000005423", unbuilt="early fraud warnings"),
    "createMultipleDisputes": Card("4000000404000079", unbuilt="several disputes of one charge"),
    "createCe3EligibleDispute": Card("4000000404000038", unbuilt="disputes with enhanced evidence"),
    "createComplianceDispute": Card("4000008400000779", unbuilt="compliance disputes"),
    "createMastercardComplianceDispute": Card("5105008400000002", unbuilt="compliance disputes"),
    "createAutoRepresentmentEligibleDispute": Card("4000000001000043", unbuilt="Smart Disputes"),
    "createRapidDisputeResolutionDispute": Card("4000000404004816", unbuilt="dispute prevention"),
    "createCe3BlockDispute": Card("4000000404005649", unbuilt="dispute prevention"),
    "createEthocaAlert": Card("5105000300000018", unbuilt="dispute prevention"),
    "pendingRefund": Card("4000000000007726", refund="pending"),
    "refundFail": Card("4000000000005126", refund="failed"),
    "bypassPending": Card("4000000000000077", bypasses_pending=True),
    "bypassPendingInternational": Card("4000003720000278", country="IE", bypasses_pending=True),
    "authenticationRequired": Card("4000002760003184", country="DE", authentication="always"),
    "authenticationRequiredOnSetup": Card("4000002500003155", country="FR", authentication="unless_set_up"),
    "authenticationRequiredSetupForOffSession": Card(
        "4000003800000446", country="IT", authentication="unless_set_up", set_up=True
    ),
    "authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        "4000008260003178", country="GB", authentication="always", charge="insufficient_funds"
    ),
    "threeDSecure2Required": Card("4000000000003220", country="IE", authentication="unless_set_up", by_radar=True),
    "threeDSecureRequired": Card("4000000000003063", authentication="unless_set_up", by_radar=True),
    "threeDSecureRequiredChargeDeclined": Card(
        "4000008400001629", authentication="unless_set_up", by_radar=True, charge="generic_decline"
    ),
    "threeDSecureRequiredProcessingError": Card("4000008400001280", charge="generic_decline"),
    "threeDSecureOptional": Card("4000000000003055", authentication="optional", by_radar=True),
    "threeDSecureOptionalProcessingError": Card("4000000000003097"),
    "amex_threeDSecureNotSupported": Card("378282246310005", "amex"),
} | {country: Card(number, country=country.upper()) for country, number in COUNTRIES.items()}
WITHOUT_TOKEN = (
    Card("2223003122003222", "mastercard"),
    Card("371449635398431", "amex"),
    Card("6011000990139424", "discover"),
    Card("6011981111111113", "discover", "debit"),
    Card("36227206271667", "diners"),
    Card("6200000000000047", "unionpay", "debit", "CN"),
    Card("6205500000000000004", "unionpay", country="CN"),
    Card("3530111333300000", "jcb", country="JP"),
    Card("4000008400000027", authentication="unless_set_up", by_radar=True),
    Card("4000000032200000", unbuilt="3-D Secure without a challenge"),
)
BY_NUMBER = {card.number: card for card in (*WITHOUT_TOKEN, *TOKENS.values())}


def token_of(id: str) -> Card | None:
    """The card behind `pm_card_visa`, `pm_card_visa_chargeDeclined`, …; 501 for what the sandbox cannot play."""
    if not id.startswith("pm_card_"):
        return None
    name = id.removeprefix("pm_card_")
    return built(TOKENS.get(name) or TOKENS.get(name.removeprefix("visa_")))


def card_of(number: str) -> Card | None:
    """The test card with a number; 501 for what the sandbox cannot play."""
    return built(BY_NUMBER.get(number.replace(" ", "")))


def built(card: Card | None) -> Card | None:
    """Refuses the cards whose behaviour is not there."""
    if card is not None and card.unbuilt:
        raise unsupported(f"{card.unbuilt}, which this test card is for")
    return card
