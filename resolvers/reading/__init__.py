"""How reads happen: a selection becomes one SQL statement that returns JSON, for every type alike."""
