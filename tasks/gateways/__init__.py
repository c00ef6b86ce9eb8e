"""Gateways that ship: real servers on a socket, to try out with and for tests."""
