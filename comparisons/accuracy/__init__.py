"""How many digits of a derivative are right, over the whole domain of each op: in every library, against 50 digits.

An error is counted in units in the last place (ulp) of the true value itself, at each point: half an ulp is what
rounding the true value costs. Conventions, so that one can read the numbers:

- The truth is SymPy's derivative of the row's formula, evaluated by mpmath at the very number that the library was
  given, with as many digits as it takes until 20 of them stand.
- Where the truth is too large for the dtype, infinity or nan is right: one sees that there is no number. Where it is
  smaller than the smallest normal number, whatever is not larger than that is right: libraries round such results to
  0, or do not. Where it is 0 all around, only 0 is right; where it changes its sign, nothing is asked. Where there is
  a number, nan and infinity are infinitely wrong.
- Where it says k = 1e5, the result changes by 1e5 ulp when the input changes by 1: the point is close to a zero of the
  function, or in a steep tail, and an error of some k ulp is what rounding the input alone would cost. A larger error
  is sloppiness of the formula. The bounds are on the error over k.
- Inputs below the smallest normal number are counted apart: some libraries take them for 0.
"""
