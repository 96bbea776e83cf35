"""From a model and test clips to answers, figures and the files of a test."""
