"""Where things lie: the folder that belongs to the user, and the assets that belong to the product."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).parent


def home() -> Path:
    """The user's folder: `CNNVIZ_HOME`, or the platform's user data folder (a cache may be wiped, runs must not be)."""
    return Path(os.environ.get("CNNVIZ_HOME") or platformdirs.user_data_dir("cnnviz", appauthor=False))


def asset(*parts: str) -> Path:
    """A shipped file or folder: inside the package once installed as a wheel, beside it in a checkout.

    Args:
        parts: The path below `assets`, for example `"networks", "digits", "card.json"`.
    """
    installed = PACKAGE / "assets"
    return (installed if installed.is_dir() else PACKAGE.parent / "assets").joinpath(*parts)
