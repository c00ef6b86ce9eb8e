"""The commands, grouped as their users meet them."""
