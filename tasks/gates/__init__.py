"""Gates: what every text must keep, a module for each family; ``examining`` runs them."""
