"""Order: the flows, their settings and the command line."""
