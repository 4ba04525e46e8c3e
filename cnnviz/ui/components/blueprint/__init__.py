"""A network's drawing to select blocks in, the selected one in detail, and all layers as a table.

Everything is sent once per network: selecting, sorting and enlarging need no server. Opening a nested model does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.ui.components.declare import declare
from cnnviz.ui.components.packing import pack

_SHARED = ("unpack", "text")
# In this order: each uses only what stands before it.
_SUBJECTS = ("drawing", "detail", "table", "blueprint")
_blueprint = declare(
    "blueprint",
    scripts=(*(f"shared/{name}.js" for name in _SHARED), *(f"blueprint/{name}.js" for name in _SUBJECTS)),
    styles=("shared/parts.css", "blueprint/blueprint.css"),
)


@dataclass(frozen=True, eq=False)
class Plan:
    """A network as it is shown.

    Attributes:
        network: What tells it from others, to remember what was selected.
        title: Of the drawing, for ears.
        wide: The drawing for a screen, SVG.
        narrow: The drawing for a phone, SVG.
        facts: Of every layer, in order, the picture first; see `ui/blocks.py`.
        models: Of every nested model, the same.
        homes: From each layer's name to that of the block that shows it.
        opened: Names of the nested models that are drawn open.
        selected: Name of the layer or model that is selected at first.
        offers_maps: Whether a layer's maps can be opened.
    """

    network: str
    title: str
    wide: str
    narrow: str
    facts: Sequence[dict[str, Any]]
    models: Sequence[dict[str, Any]]
    homes: dict[str, str]
    opened: Sequence[str]
    selected: str
    offers_maps: bool


@dataclass(frozen=True)
class Asked:
    """What was just asked for on the drawing.

    Attributes:
        maps: The layer whose maps are to be opened; None where none are.
        toggled: The nested model to open or to close; None where none is.
    """

    maps: str | None = None
    toggled: str | None = None


def blueprint(plan: Plan, *, key: str) -> Asked:
    """Show a network; what is selected stays in the browser.

    Args:
        plan: What to show.
        key: Unique on the page.
    """
    answer = _blueprint(data=plan_bytes(plan), key=key, on_maps_change=_nothing, on_toggled_change=_nothing)
    layers = {fact["name"] for fact in plan.facts if fact["maps"]}
    models = {fact["name"] for fact in plan.models}
    return Asked(
        answer.maps if isinstance(answer.maps, str) and answer.maps in layers else None,
        answer.toggled if isinstance(answer.toggled, str) and answer.toggled in models else None,
    )


def plan_bytes(plan: Plan) -> bytes:
    """What the browser is sent: a header alone."""
    return pack(vars(plan), {})


def _nothing() -> None:
    """Called when something is asked for; the page itself reads what."""
