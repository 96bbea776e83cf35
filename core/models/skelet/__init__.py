"""SkeleT: expressive keypoints merged step by step, persons merged at the start (2406.18011)."""
