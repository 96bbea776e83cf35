"""Colors, plots of a run, and skeletons drawn over frames."""
