"""Verbs: one module per stage, pure functions first, then the thin Prefect task."""
