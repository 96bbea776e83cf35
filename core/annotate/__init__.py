"""Annotating videos that come without keypoints: pose estimators, tracks of people, and entries made of them."""
