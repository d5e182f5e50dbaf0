"""Worlds and documents out of a seed: ordinary ones, with whatever may go wrong thrown in."""
