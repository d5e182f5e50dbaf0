"""Requests by chance, for every endpoint of the sandbox there is, and what must hold whatever they are."""
