"""Where Stripe tells what happened."""
