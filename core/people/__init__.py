"""People in pictures and videos: found frame by frame, followed over time."""
