"""Rendered people: an articulated body, scripted actions, pinhole cameras and a painter, in numpy and OpenCV."""
