"""The page Train: choose a network, watch it learn, and see what it has learned."""
