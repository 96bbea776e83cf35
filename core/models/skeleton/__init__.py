"""Skeleton networks: joint graphs, ST-GCN and ST-GCN++, classification head."""
