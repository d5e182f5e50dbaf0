"""Demo data: a catalogue, people with a past, and as many more customers as are wanted."""
