"""Endpoints that Stripe has and the sandbox has not: they answer 501, never a wrong success."""

PATHS = """
    account_links account_sessions accounts accounts/* accounts/*/capabilities accounts/*/capabilities/*
    accounts/*/external_accounts accounts/*/external_accounts/* accounts/*/login_links accounts/*/persons
    accounts/*/persons/* accounts/*/reject accounts/*/unreject apple_pay/domains apple_pay/domains/*
    application_fees application_fees/* application_fees/*/refunds application_fees/*/refunds/* apps/installs
    apps/installs/* apps/installs/*/uninstall apps/secrets apps/secrets/delete apps/secrets/find balance_settings
    billing/alerts billing/alerts/* billing/alerts/*/activate billing/alerts/*/archive billing/alerts/*/deactivate
    billing/credit_balance_summary billing/credit_balance_transactions billing/credit_balance_transactions/*
    billing/credit_grants billing/credit_grants/* billing/credit_grants/*/expire billing/credit_grants/*/void
    billing/feedback_options billing/feedback_options/* billing/feedback_options/*/deactivate
    billing/meter_event_adjustments billing/meter_events billing/meters billing/meters/* billing/meters/*/deactivate
    billing/meters/*/event_summaries billing/meters/*/reactivate climate/orders climate/orders/*
    climate/orders/*/cancel climate/products climate/products/* climate/suppliers climate/suppliers/*
    confirmation_tokens/* country_specs country_specs/* customers/*/cash_balance
    customers/*/cash_balance_transactions customers/*/cash_balance_transactions/* customers/*/funding_instructions
    customers/*/sources customers/*/sources/* customers/*/sources/*/verify ephemeral_keys ephemeral_keys/*
    exchange_rates exchange_rates/* file_links file_links/* files files/* financial_connections/accounts
    financial_connections/accounts/* financial_connections/accounts/*/disconnect
    financial_connections/accounts/*/owners financial_connections/accounts/*/refresh
    financial_connections/accounts/*/subscribe financial_connections/accounts/*/unsubscribe
    financial_connections/sessions financial_connections/sessions/* financial_connections/transactions
    financial_connections/transactions/* forwarding/requests forwarding/requests/* identity/verification_reports
    identity/verification_reports/* identity/verification_sessions identity/verification_sessions/*
    identity/verification_sessions/*/cancel identity/verification_sessions/*/redact invoice_rendering_templates
    invoice_rendering_templates/* invoice_rendering_templates/*/archive invoice_rendering_templates/*/unarchive
    issuing/authorizations issuing/authorizations/* issuing/authorizations/*/approve
    issuing/authorizations/*/decline issuing/cardholders issuing/cardholders/* issuing/cards issuing/cards/*
    issuing/disputes issuing/disputes/* issuing/disputes/*/submit issuing/personalization_designs
    issuing/personalization_designs/* issuing/physical_bundles issuing/physical_bundles/* issuing/tokens
    issuing/tokens/* issuing/transactions issuing/transactions/* mandates/* payment_attempt_records
    payment_attempt_records/* payment_intents/*/amount_details_line_items payment_intents/*/apply_customer_balance
    payment_intents/*/increment_authorization payment_intents/*/verify_microdeposits payment_links payment_links/*
    payment_links/*/line_items payment_method_configurations payment_method_configurations/* payment_method_domains
    payment_method_domains/* payment_method_domains/*/validate payment_records payment_records/*
    payment_records/*/report_payment_attempt payment_records/*/report_payment_attempt_canceled
    payment_records/*/report_payment_attempt_failed payment_records/*/report_payment_attempt_guaranteed
    payment_records/*/report_payment_attempt_informational payment_records/*/report_refund
    payment_records/report_payment payouts payouts/* payouts/*/cancel payouts/*/reverse product_catalog/trial_offers
    product_catalog/trial_offers/* quotes quotes/* quotes/*/accept quotes/*/cancel
    quotes/*/computed_upfront_line_items quotes/*/finalize quotes/*/line_items quotes/*/pdf
    radar/early_fraud_warnings radar/early_fraud_warnings/* radar/payment_evaluations radar/value_list_items
    radar/value_list_items/* radar/value_lists radar/value_lists/* reporting/report_runs reporting/report_runs/*
    reporting/report_types reporting/report_types/* reviews reviews/* reviews/*/approve
    setup_intents/*/verify_microdeposits shipping_rates shipping_rates/* sigma/scheduled_query_runs
    sigma/scheduled_query_runs/* sources sources/* sources/*/source_transactions sources/*/verify
    subscriptions/*/migrate tax/associations/find tax/calculations tax/calculations/* tax/calculations/*/line_items
    tax/locations tax/locations/* tax/registrations tax/registrations/* tax/settings tax/transactions/*
    tax/transactions/*/line_items tax/transactions/create_from_calculation tax/transactions/create_reversal
    tax_codes tax_codes/* terminal/configurations terminal/configurations/* terminal/connection_tokens
    terminal/locations terminal/locations/* terminal/onboarding_links terminal/readers terminal/readers/*
    terminal/readers/*/cancel_action terminal/readers/*/collect_inputs terminal/readers/*/collect_payment_method
    terminal/readers/*/confirm_payment_intent terminal/readers/*/process_payment_intent
    terminal/readers/*/process_setup_intent terminal/readers/*/refund_payment terminal/readers/*/set_reader_display
    test_helpers/confirmation_tokens test_helpers/customers/*/fund_cash_balance test_helpers/issuing/authorizations
    test_helpers/issuing/authorizations/*/capture test_helpers/issuing/authorizations/*/expire
    test_helpers/issuing/authorizations/*/finalize_amount
    test_helpers/issuing/authorizations/*/fraud_challenges/respond test_helpers/issuing/authorizations/*/increment
    test_helpers/issuing/authorizations/*/reverse test_helpers/issuing/cards/*/shipping/deliver
    test_helpers/issuing/cards/*/shipping/fail test_helpers/issuing/cards/*/shipping/return
    test_helpers/issuing/cards/*/shipping/ship test_helpers/issuing/cards/*/shipping/submit
    test_helpers/issuing/personalization_designs/*/activate
    test_helpers/issuing/personalization_designs/*/deactivate test_helpers/issuing/personalization_designs/*/reject
    test_helpers/issuing/transactions/*/refund test_helpers/issuing/transactions/create_force_capture
    test_helpers/issuing/transactions/create_unlinked_refund test_helpers/refunds/*/expire
    test_helpers/terminal/readers/*/present_payment_method test_helpers/terminal/readers/*/succeed_input_collection
    test_helpers/terminal/readers/*/timeout_input_collection test_helpers/treasury/inbound_transfers/*/fail
    test_helpers/treasury/inbound_transfers/*/return test_helpers/treasury/inbound_transfers/*/succeed
    test_helpers/treasury/outbound_payments/* test_helpers/treasury/outbound_payments/*/fail
    test_helpers/treasury/outbound_payments/*/post test_helpers/treasury/outbound_payments/*/return
    test_helpers/treasury/outbound_transfers/* test_helpers/treasury/outbound_transfers/*/fail
    test_helpers/treasury/outbound_transfers/*/post test_helpers/treasury/outbound_transfers/*/return
    test_helpers/treasury/received_credits test_helpers/treasury/received_debits three_d_secure/authentications
    three_d_secure/authentications/* three_d_secure/authentications/*/cancel three_d_secure/authentications/*/submit
    tokens tokens/* topups topups/* topups/*/cancel transfers transfers/* transfers/*/reversals
    transfers/*/reversals/* treasury/credit_reversals treasury/credit_reversals/* treasury/debit_reversals
    treasury/debit_reversals/* treasury/financial_accounts treasury/financial_accounts/*
    treasury/financial_accounts/*/close treasury/financial_accounts/*/features treasury/inbound_transfers
    treasury/inbound_transfers/* treasury/inbound_transfers/*/cancel treasury/outbound_payments
    treasury/outbound_payments/* treasury/outbound_payments/*/cancel treasury/outbound_transfers
    treasury/outbound_transfers/* treasury/outbound_transfers/*/cancel treasury/received_credits
    treasury/received_credits/* treasury/received_debits treasury/received_debits/* treasury/transaction_entries
    treasury/transaction_entries/* treasury/transactions treasury/transactions/*
"""

WITH_METHOD = frozenset(("POST charges", "DELETE plans/*", "POST plans", "POST plans/*"))


def is_known(method: str, path: str) -> bool:
    """Whether Stripe has an endpoint at a path below /v1, whatever the ids in it are."""
    parts = path.strip("/").split("/")[1:]
    more = {known.partition(" ")[2] for known in WITH_METHOD if known.startswith(f"{method} ")}
    for known in (*PATHS.split(), *more):
        pattern = known.split("/")
        if len(pattern) == len(parts) and all(want in ("*", got) for want, got in zip(pattern, parts, strict=True)):
            return True
    return False
