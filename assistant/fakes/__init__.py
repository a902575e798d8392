"""Test peers that ship with the product, for the tests and for the demo: real sockets, no outside host."""
