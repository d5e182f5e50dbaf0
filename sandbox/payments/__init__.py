"""Cards, intents, charges and what becomes of them."""
