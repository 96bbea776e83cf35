"""IntegralAction (2007.06317): an RGB stream and a pose stream; a gate that reads the poses weighs them."""
