"""Which fields an object may lack; all others are there, if only as null.

Stripe's API description tells absent from null, the annotations of its Python client do not: a field with a "?" may be
either. Kinds that are not listed are only held to what the annotations say.
"""

MAY_BE_ABSENT = {
    "account": """
        business_profile? business_type? capabilities company controller country created default_currency
        external_accounts future_requirements groups? individual metadata requirements settings? tos_acceptance
    """,
    "balance_transaction": "",
    "billing_portal.configuration": "",
    "billing_portal.session": "after_expiration?",
    "charge": "authorization_code level3 presentment_details radar_options refunds? transfer",
    "checkout.session": """
        branding_settings excluded_payment_method_types line_items name_collection optional_items?
        phone_number_collection presentment_details redirect_on_completion return_url tax_id_collection
    """,
    "coupon": "applies_to currency_options",
    "credit_note": "",
    "credit_note_line_item": "invoice_line_item",
    "customer": """
        address? business_name cash_balance? currency? customer_account? delinquent? discount? individual_name
        invoice_credit_balance invoice_prefix? name? next_invoice_sequence phone? preferred_locales? sources
        subscriptions tax tax_exempt? tax_ids test_clock?
    """,
    "customer_balance_transaction": "",
    "discount": "",
    "dispute": "network_reason_code? payment_method_details",
    "entitlements.active_entitlement": "",
    "entitlements.feature": "",
    "event": "account context",
    "invoice": """
        amount_paid_off_stripe auto_advance confirmation_secret? customer_tax_ids? hosted_invoice_url?
        invoice_pdf? payments status_details threshold_reason
    """,
    "invoice_payment": "",
    "invoiceitem": "frozen_fields invoicing_rules net_amount proration_details",
    "item": "discounts taxes",
    "line_item": "",
    "payment_intent": "amount_details hooks payment_details presentment_details transfer_data?",
    "payment_method": """
        acss_debit affirm afterpay_clearpay alipay allow_redisplay alma amazon_pay au_becs_debit bacs_debit
        bancontact billie bizum blik boleto card card_present cashapp crypto custom customer_balance eps fpx
        giropay grabpay ideal interac_present kakao_pay klarna konbini kr_card link mb_way mobilepay multibanco
        naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal paypay payto pix promptpay
        radar_options revolut_pay samsung_pay satispay scalapay sepa_debit sequra sofort sunbit swish twint upi
        us_bank_account wechat_pay zip
    """,
    "plan": "tiers",
    "price": "currency_options tiers",
    "product": "default_price? statement_descriptor? tax_code? unit_label?",
    "product_feature": "",
    "promotion_code": "",
    "refund": """
        description destination_details failure_balance_transaction failure_reason instructions_email next_action
        pending_reason presentment_details
    """,
    "setup_attempt": "attach_to_self",
    "setup_intent": "attach_to_self customer_account? flow_directions? managed_payments?",
    "subscription": "default_tax_rates? presentment_details status_details",
    "subscription_item": "billed_until quantity",
    "subscription_schedule": "",
    "tax_id": "",
    "tax_rate": "",
    "test_helpers.test_clock": "",
    "webhook_endpoint": "secret",
}

# Fields that Stripe still sends, though its description of the API does not list them.
UNDOCUMENTED = {
    "charge": {"destination", "dispute", "order"},
    "subscription": {"plan", "quantity"},
}
