"""What the page Convolution is made of: its input, its kernels, and the scene that the stage shows."""
