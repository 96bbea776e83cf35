"""Visual branches on the backbone maps that pose estimation leaves unused, and their fusion with the skeleton."""
