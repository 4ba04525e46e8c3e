"""The page Experiments: a question, the runs that answer it, and what they have shown."""
