"""What the page Activations is made of: curves, what becomes of a feature map, and what softmax makes of scores."""
