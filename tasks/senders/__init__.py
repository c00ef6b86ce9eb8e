"""Senders: one module per channel behind one small protocol."""
