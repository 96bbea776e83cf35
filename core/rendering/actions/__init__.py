"""What rendered people do: the library of scripted actions, and what their scripts are made of."""
