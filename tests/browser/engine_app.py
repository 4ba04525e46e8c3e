"""A page that trains a network, ends the worker halfway, and says who has run the page; for `test_engine`."""

import os
import signal

import streamlit as st

from cnnviz.home import home
from cnnviz.train import TrainingSettings
from cnnviz.train.engine import the_engine
from cnnviz.train.runs import ENDED

home().mkdir(parents=True, exist_ok=True)
with (home() / "ran").open("a") as file:
    file.write(f"{os.getpid()}\n")

st.set_page_config(page_title="engine")
st.title("A run", anchor=False)
engine = the_engine()
run = engine.start(
    TrainingSettings(dataset="digits_8x8", architecture="c1", epochs=4, limit=1250, test_limit=50, batch_size=2)
)
state = st.empty()
number, killed = 0, False
# The script stays at work all the while: the page is the server's main module when the new worker starts.
while (status := engine.status(run)).state not in ENDED:
    number, events = engine.follow(run.id, number, timeout=0.5)
    state.text(f"{status.state}: {status.epoch} epochs. {status.sentence}")
    if not killed and any(one["kind"] == "batch" and one["epoch"] == 1 for one in events):
        [worker] = engine._foreman.workers.client.run(os.getpid).values()
        os.kill(worker, signal.SIGKILL)
        killed = True
st.text(f"Ended: {status.state}, {status.epoch} epochs, taken up after epoch {status.interrupted}.")
st.text(f"Ran in {len(set((home() / 'ran').read_text().split()))} process.")
