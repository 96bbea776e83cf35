"""What runs each family of parity vectors on our modules."""
