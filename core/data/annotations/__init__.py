"""Labeled sequences: the record, its files, their readers, and who trains and who tests."""
