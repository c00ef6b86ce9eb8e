"""Nouns: what the city says, and the model of it. No Prefect, no DuckDB."""
