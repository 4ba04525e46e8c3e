"""How a component's folder of JavaScript and CSS becomes a Streamlit components-v2 module."""

from __future__ import annotations

from pathlib import Path

from streamlit.components.v2 import component
from streamlit.components.v2.types import ComponentRenderer

HERE = Path(__file__).parent


def declare(name: str, *, scripts: tuple[str, ...], styles: tuple[str, ...]) -> ComponentRenderer:
    """Register a component once, at module level.

    Streamlit loads a component's script from a `blob:` address, from where it cannot import other files, so the files
    are joined in the given order; the last one holds the `export default`.

    Args:
        name: Unique among the components of this app.
        scripts: Files below `ui/components`, shared ones first.
        styles: Style sheets below `ui/components`.
    """
    read = [[(HERE / file).read_text(encoding="utf-8") for file in files] for files in (scripts, styles)]
    return component(f"cnnviz_{name}", html='<div class="root"></div>', js="\n".join(read[0]), css="\n".join(read[1]))
