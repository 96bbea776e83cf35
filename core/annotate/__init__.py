"""Labels videos that have no keypoints: finds the people, follows them and writes entries of an annotation file."""
