"""Several runs side by side: planned arms, their costs, the table."""
