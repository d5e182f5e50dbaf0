"""Credit notes: what finalized invoices are lowered by, or paid ones give back."""
