"""Whether an answer is one that Stripe could have given, by what its own client says of every class and endpoint."""
