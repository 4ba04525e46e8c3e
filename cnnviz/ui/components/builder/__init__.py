"""A list of layers that is put together by hand; what each makes, Python tells.

The browser keeps the list with its history and sends it as the component's state `layers` whenever an edit is
finished, also when the network cannot work:

    {"layers": [{"kind": "conv", "filters": 32, …}, …], "number": int, "token": int}

and a file that is to be opened as its trigger `file`: `{"name": str, "text": str}`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from streamlit.components.v2.types import ComponentRenderer

from cnnviz.errors import SettingsError
from cnnviz.models.stack import Walk, from_data, to_data
from cnnviz.models.stack_layers import KINDS, Layer, readable
from cnnviz.models.stack_rules import rules
from cnnviz.ui.components.declare import declare

_builder: ComponentRenderer = declare(
    "builder",
    scripts=(
        "shared/text.js",
        "builder/steps.js",
        "builder/fields.js",
        "builder/drag.js",
        "builder/card.js",
        "builder/builder.js",
    ),
    styles=("shared/parts.css", "builder/builder.css"),
)


@dataclass(frozen=True)
class Draft:
    """A list of layers as it was sent.

    Attributes:
        layers: In their order; they need not work.
        number: Counts what the browser sent, and rises; 0 before it has sent anything.
        token: Changes when other layers are loaded here; the browser then takes them, as one step that Undo takes back.
        before: What was there before that, for a browser that has not seen it.
    """

    layers: tuple[Layer, ...]
    number: int = 0
    token: int = 0
    before: tuple[Layer, ...] | None = None


def builder(
    draft: Draft,
    gone: Walk,
    *,
    picture: tuple[int, int, int],
    total: str,
    presets: Sequence[tuple[str, Sequence[Layer]]],
    problem: str,
    key: str,
    on_layers: Callable[[], None],
    on_file: Callable[[], None],
) -> None:
    """Show the list; the browser reads its layers when it appears for the first time and when the token changes.

    Args:
        draft: The layers.
        gone: What comes of them, on this picture.
        picture: Its shape.
        total: A sentence on all layers together.
        presets: Title and layers of networks to begin from.
        problem: Why the last thing that was asked for did not happen.
        key: Unique on the page.
        on_layers: Called when other layers are in the session's state.
        on_file: Called when a file is there.
    """
    data = {
        "key": key,
        "layers": to_data(draft.layers),
        "before": None if draft.before is None else to_data(draft.before),
        "number": draft.number,
        "token": draft.token,
        "kinds": kinds(),
        "presets": [{"title": title, "layers": to_data(layers)} for title, layers in presets],
        "picture": readable(picture),
        "facts": facts(draft.layers, gone),
        "fault": gone.fault,
        "sentence": gone.sentence,
        "all": total,
        "problem": problem,
    }
    _builder(key=key, data=data, on_layers_change=on_layers, on_file_change=on_file)


def facts(layers: Sequence[Layer], gone: Walk) -> list[dict[str, Any]]:
    """What is said of each layer; of those behind the first that cannot work, only what they are."""
    said: list[dict[str, Any]] = [{"words": layer.words()} for layer in layers]
    for one, step in zip(said, gone.steps, strict=False):
        one |= {"made": readable(step.shape), "parameters": step.parameters, "sees": readable(step.sees)}
    return said


def kinds() -> list[dict[str, Any]]:
    """What can be added, and what can be set of it."""
    return [
        {
            "kind": name,
            "title": kind.title,
            "learns": "initializer" in rules(kind),
            "settings": [
                {
                    "name": setting,
                    "type": type(rule).__name__.lower(),
                    "value": getattr(kind(), setting),
                    **dataclasses.asdict(rule),
                }
                for setting, rule in rules(kind).items()
            ],
        }
        for name, kind in KINDS.items()
    ]


def read_draft(value: object) -> Draft:
    """Check what the browser sent, whole.

    Raises:
        SettingsError: With one sentence for a user, if it is no such list or a value cannot work.
    """
    if not isinstance(value, dict) or not all(type(value.get(name)) is int for name in ("number", "token")):
        raise SettingsError("The layers did not arrive whole. Change one of them, and they are sent again.")
    return Draft(from_data(value.get("layers")), value["number"], value["token"])
