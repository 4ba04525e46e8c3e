"""Arrays to pictures and figures; knows no model and no page."""

from cnnviz.figures.pictures import coloured, enlarged, heated, in_colour, kernel_picture, montage, png

__all__ = ["coloured", "enlarged", "heated", "in_colour", "kernel_picture", "montage", "png"]
