"""Taxes by rates that the account's owner sets; Stripe Tax itself is not here."""
