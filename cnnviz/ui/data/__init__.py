"""The page Data: what a network will learn from."""
