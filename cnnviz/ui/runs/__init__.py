"""The page Runs: what was trained here, compared; and what can be done with a run, on this page and on Train."""
