"""Random tape programs, run on tapes and on other libraries: whoever wrote the rules did not choose the examples."""
