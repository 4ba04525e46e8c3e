"""Arrays to pictures and figures; knows no model and no page."""

from cnnviz.figures.pictures import coloured, enlarged, heated, montage, png

__all__ = ["coloured", "enlarged", "heated", "montage", "png"]
