"""From a record and its frames to the clip that a model reads."""
