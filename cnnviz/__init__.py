"""Convolutional networks made visible: from a picture, through every layer, to the answer and its reasons."""
