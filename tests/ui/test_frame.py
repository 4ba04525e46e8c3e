"""What is set up for every page."""

import keras
from streamlit.testing.v1 import AppTest

from .test_pages import PATIENCE, run


def test_a_run_of_a_page_leaves_compiled_passes_alone(root, digits, monkeypatch):
    """Streamlit would clear Keras' session, and the first pass of the next run would take 50 ms and more."""
    cleared = []
    monkeypatch.setattr(keras.backend, "clear_session", lambda *_, **__: cleared.append(1))
    app = run(AppTest.from_file(str(root / "app.py"), default_timeout=PATIENCE))
    run(app)
    assert not cleared
