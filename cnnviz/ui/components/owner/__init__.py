"""By what a browser is known again: a token in its local storage, which stays there after the page is closed."""

from __future__ import annotations

import re
from collections.abc import Callable

from cnnviz.ui.components.declare import declare

SHAPE = re.compile(r"[0-9a-f]{32}")

_owner = declare("owner", scripts=("owner/owner.js",), styles=())


def ask_browser(*, proposed: str, known: str, key: str, on_change: Callable[[], None]) -> None:
    """Ask the browser for its token; it comes into the session's state under `key` as "token".

    Args:
        proposed: What a browser without one is to keep.
        known: What this session has taken it for so far; nothing is sent where it is that.
        key: Unique on the page.
        on_change: Called when the browser has another one.
    """
    _owner(data={"proposed": proposed, "known": known}, key=key, on_token_change=on_change)


def read_token(value: object) -> str | None:
    """The token that a browser has sent; None if it is none."""
    return value if isinstance(value, str) and SHAPE.fullmatch(value) else None
