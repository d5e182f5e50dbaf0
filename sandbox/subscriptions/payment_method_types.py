"""How the invoices of a subscription may be paid (https://docs.stripe.com/api/subscriptions/create)."""

TYPES = (
    "ach_credit_transfer", "ach_debit", "acss_debit", "affirm", "alipay", "amazon_pay", "au_becs_debit",
    "bacs_debit", "bancontact", "billie", "blik", "boleto", "card", "cashapp", "crypto", "custom",
    "customer_balance", "eps", "fpx", "giropay", "grabpay", "ideal", "jp_credit_transfer", "kakao_pay", "klarna",
    "konbini", "kr_card", "link", "mb_way", "multibanco", "naver_pay", "nz_bank_account", "p24", "pay_by_bank",
    "payco", "paynow", "paypal", "payto", "pix", "promptpay", "revolut_pay", "satispay", "sepa_credit_transfer",
    "sepa_debit", "sequra", "sofort", "swish", "twint", "upi", "us_bank_account", "wechat_pay",
)  # fmt: skip
