"""Pixels: videos decoded, frames extracted, stored and read."""
