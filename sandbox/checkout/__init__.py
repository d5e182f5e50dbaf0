"""Checkout: pages that Stripe hosts for a shop, and the sessions behind them."""
