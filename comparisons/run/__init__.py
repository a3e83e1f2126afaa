"""`python -m comparisons run`: the same losses in every library; the verdict first, then what it rests on."""
