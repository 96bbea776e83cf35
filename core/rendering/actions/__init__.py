"""The actions of rendered people: the library of scripted actions and the pieces that scripts are made of."""
