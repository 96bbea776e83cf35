"""From a trained checkpoint to answers about new videos: window by window, or frame by frame as they come."""
