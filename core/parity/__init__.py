"""Comparison with recorded answers of the official implementations ("parity vectors")."""
