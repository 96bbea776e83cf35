"""IntegralAction (2007.06317): what a clip shows and how its people move, weighed by a gate made of the poses."""
