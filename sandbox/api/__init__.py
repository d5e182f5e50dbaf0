"""How a call goes: key, endpoint, idempotency, parameters, verb, expansion, answer."""
