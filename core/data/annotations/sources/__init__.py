"""Readers of other formats: one module a format, each turns files into the content of an annotation pickle."""
