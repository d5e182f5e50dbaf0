"""Invoices: how they are written, finalized and collected."""
