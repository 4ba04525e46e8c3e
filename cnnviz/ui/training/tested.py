"""Test pictures with what the network took them for; a selected one is looked at in any other page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz.errors import CnnvizError
from cnnviz.models.scaling import rgb
from cnnviz.train import RunFolder, TrainingSettings
from cnnviz.train.data import test_pictures
from cnnviz.train.opened import reads_digits
from cnnviz.ui import html, state
from cnnviz.ui.components.answers import Answer, answers, read_number
from cnnviz.ui.runs import places

SHOWN = "train_tested"  # Which picture of which group is selected, of the run that is on the page.


class Tested:
    """The test pictures of a run, with its answers.

    Args:
        run: One that was tested.
        names: Of the classes.
        pictures: All its test pictures, uint8 `(n, height, width, channels)`.
    """

    def __init__(self, run: RunFolder, names: Sequence[str], pictures: np.ndarray) -> None:
        self.run, self.names, self.pictures = run, names, pictures
        self.given = run.answers()

    def group(self, name: str, rows: Sequence[int] | np.ndarray) -> None:
        """Some of them to select from, and below them the selected one.

        Args:
            name: What they have in common; unique on the page.
            rows: Their numbers.
        """
        key = f"{SHOWN}_{self.run.id}_{name}"
        *where, number = st.session_state.get(SHOWN) or (None, None)
        selected = number if where == [self.run.id, name] and number in rows else None

        def take() -> None:
            number = read_number(st.session_state[key]["picture"], len(self.pictures))
            st.session_state[SHOWN] = None if number is None else (self.run.id, name, number)

        answers(
            [self._answer(int(row)) for row in rows],
            name=name,
            selected=selected,
            key=key,
            on_select=take,
        )
        if selected is not None:
            self._selected(selected)

    def _answer(self, row: int) -> Answer:
        label, taken = int(self.given["labels"][row]), int(self.given["predicted"][row])
        certainty = float(self.given["certainty"][row])
        return Answer(row, rgb(self.pictures[row]), self.names[label], self.names[taken], certainty)

    def _selected(self, row: int) -> None:
        one = self._answer(row)
        verdict = "named right" if one.label == one.taken else f"taken for **{html.plain(one.taken)}**"
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium"):
            with st.container(width=140):
                st.html(html.image(one.pixels, alt=f"Test picture {row + 1}: {one.label}", width=140))
            with st.container():
                st.markdown(
                    f"Test picture {row + 1:,} is **{html.plain(one.label)}**, {verdict} with a probability of "
                    f"{html.percent(one.certainty)}. Look at it with this network:"
                )
                if self.run.model.is_file():
                    name = f"Test picture {row + 1}"
                    shown = state.Picture(
                        name,
                        f"{name} of the run {self.run.name}: {one.label}.",
                        one.pixels,
                        False,
                        one.pixels.shape[:2],
                    )
                    places.offer(self.run, picture=shown)
                if reads_digits(self.run.settings):
                    st.markdown(
                        ":small[Other pages prepare a digit as they prepare a drawing: its place and its size may "
                        "differ a little from what the network was tested on, and the answer with them.]"
                    )


def pictures_of(run: RunFolder) -> np.ndarray | None:
    """The test pictures of a run; None, with a sentence, where they are not to be had any more."""
    try:
        return _gathered(run.settings.to_json())
    except CnnvizError as problem:
        st.markdown(f"The test pictures cannot be shown: {html.plain(str(problem))}")
        return None


@st.cache_resource(show_spinner="The test pictures are being read.", max_entries=4)
def _gathered(settings: str) -> np.ndarray:
    return test_pictures(TrainingSettings.from_json(settings))
