"""Families of gates: what every text must keep, each with its requirement id."""
