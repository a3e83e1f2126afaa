"""What a gradient tape promises, rule by rule; each rule needs a program that shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A promise of the tape.

    Attributes:
        name: a letter for its topic and a number, such as "W3".
        says: the rule in one sentence.
        mirrored: whether tapes does exactly what TensorFlow does; otherwise it differs, on purpose, at least somewhere.
    """

    name: str
    says: str
    mirrored: bool

    @property
    def topic(self) -> str:
        """The title of its part of the table."""
        return TOPICS[self.name[0]]


# A star marks a rule in which tapes goes its own way, on purpose: a program of it differs from TensorFlow.
_TABLE = """
W    watching
W1   a constant has a gradient only if it is watched
W2   watch acts from then on: what was computed earlier is lost
W3   what is computed after the block is not recorded
W4   watching an intermediate result neither cuts nor changes the path through it
W5   whatever the block computed from something watched is a source, without being watched
W6   watch takes structures of tensors, nested at will
W7*  there are no sparse and ragged tensors, so none to watch
W8   what is no tensor or Variable cannot be watched
W9   watching an integer is allowed, with a warning
W10  floating and complex numbers have gradients; integers and truth values have none
W11  watching twice is watching once
W12* watch before the first block, or on a tape that is used up, is refused with advice
W13* watch between blocks or in a pause is never lost
W14  a second name is no op
W15  identity and trivial arithmetic make new tensors; a cast to the same dtype does not
W16  tensors are told apart by who they are, not by their value
W17  packing tensors into one is recorded
W18  iterating, indexing, slicing, Python's max and sum are recorded
W19  float(), numpy() and NumPy's functions leave the tape
W20  tensors are compared entry by entry, are no dictionary keys, and never change
W21  loops and branches are recorded as they ran
W22  watch between two blocks acts in the second while another tape records

V    variables
V1   a trainable Variable is watched when it is read
V2   a Variable that is not trainable is watched only on purpose
V3   watch_accessed_variables=False leaves the choice to watch
V4   every use of the value is a read; asking for shape, dtype or name is none
V5   a value that was read before the block is a constant
V6   the Variable and the tensor that was read from it are both sources
V7   watched_variables lists them in the order of creation
V8   an integer Variable is listed like any other
V9   a Variable may be created inside the block
V10  assigning after a read does not change a recorded gradient
V11  each read keeps the value that it saw
V12  no gradient flows through an assignment
V13  assigning changes what is read next, and returns the Variable
V14  += and its like are refused, in favour of assign_add
V15  what is assigned must fit in shape and dtype
V16  a Variable compares like a tensor
V17  a Variable made from a tensor is a new leaf
V18  what a Variable may be made from
V19* the gradient of an integer Variable is None, with a warning
V20* what assign returns is the Variable itself
V21  a part of a Variable can be assigned
V22* a Variable has the length of its value

L    lifetime
L1   a tape that is not persistent gives one gradient
L2   before its first block it gives none
L3   a persistent tape gives any number
L4*  any true value makes it persistent
L5   gradient inside the block is allowed, and ends the recording
L7   inside the block of a persistent tape it is recorded too, with a warning
L8   a tape that is entered again goes on where it was; what happened meanwhile is lost
L9   a tape that records cannot be entered
L10  a tape that is used up can be entered again, and starts with nothing
L11  tapes may be left in any order
L12  wrong arguments do not use the tape up
L13* a gradient that fails leaves no half tape
L14  the order of the arguments of GradientTape
L15  the names of the arguments of gradient

G    gradients
G1   several targets are added up
G2   a target of many entries means their sum
G3   a target that is a source counts 1
G4   a gradient is the total derivative
G5   the result has the structure of the sources
G6   a source may be named twice
G7   no sources, no gradients; no targets, no connection
G8   target=None is refused
G9*  numbers and arrays are no targets and no sources: they have left the tape
G10  a Variable may be a target
G11  output_gradients weigh the targets
G12  weights may be tensors, Variables, numbers and arrays
G13* None among the weights means ones
G14* a list of numbers is not one vector of weights
G15* there is one weight for each target
G16* a weight has the shape of its target
G17  the weight of a target that is not connected does not matter
G18  a gradient has the dtype of its source
G19  a gradient has the shape of its source, also after broadcasting
G20  a slice is a source if it was taken inside the block
G21  each call gives tensors of its own
G22  tensors without entries are no special case
G23  an input that is used twice collects both adjoints
G24  dictionaries of weights
G25* a derivative by an integer is worth a warning
G26* a number or array as weight takes the dtype of its target
G27* None among targets or sources is refused in words that help

N    None and zero
N0   not connected is None, or zeros on request
N1   a branch that has no derivative does not count in a sum
N2   stop_gradient keeps the value and ends the path
N3   a path through an integer ends there
N4   the remainder of a division has derivatives
N5   taking entries hands the adjoint to those that were taken
N7*  x log(y) has the derivative log(y) by x, at 0 too
N8*  0 times infinity is nan, in sqrt as everywhere
N9   what is constant but for jumps has no derivative: None, not 0
N10* argmax has no derivative, with a warning
N11  a derivative that is 0 is 0, not None
N12  unconnected_gradients takes 'none' and 'zero', and nothing else
N13  1/x and log at 0: 0 times infinity is nan
N14* the gradient of cumprod is right where there is a 0
N15* of several updates of one place, the one that stays has the gradient
N16  through the values of unique and the weights of bincount a gradient is refused
N17* the remainder that is cut off towards 0 has a derivative

H    higher order
H1   every tape that records hears every op
H2   a gradient that is to be differentiated is computed inside the outer block
H3   inside the inner block will do as well
H4   a constant must be watched by both tapes
H5   the derivative of a constant derivative is None
H6   Hessians, and their products with vectors
H7*  the functions of TensorFlow 1 are not there, and say what to use instead
H8   a gradient may be part of a loss
H9   mixed derivatives
H10* a rule reads the result, or computes it anew

S    pausing
S1   stop_recording pauses one tape
S2   what was recorded before stays, and recording goes on afterwards
S3   a Variable that is read in the pause is not watched
S4   only a tape that records can pause
S5   reset forgets what was recorded and watched
S6   reset is for the inside of the block

C    custom gradients
C0   a function with a custom gradient has that gradient, whatever it is made of
C1   it returns one gradient for each positional argument
C2   numbers among the arguments count; what is passed by keyword does not
C3   a gradient that is None means None
C4   a result that is not used has the adjoint 0
C5   a Variable that the function reads must be provided for
C6   then the gradients of Variables come in a list of their own
C7   Variables that are arguments, or not trainable, are not asked for
C8*  Variables come in the order of their creation
C9   the argument itself may be returned
C10  arguments and results may be structures, and computed with NumPy
C11  higher derivatives are those of the ops in the gradient
C12* a function that returns no pair is refused
C13  an exception in the gradient reaches the caller
C14  methods, parentheses, names
C15  the path through the ops of the function is cut
C16* forward mode takes the custom gradient too
C17  recompute_grad computes the function again instead of keeping its values
C18  grad_pass_through hands the adjoint on
C20  custom gradients on several tapes, and what they are used for
C21* recompute_grad works in forward mode
C22* a tensor passed by keyword has no gradient, with a warning
C23* a gradient has the shape of its argument
C24* with Variables, a gradient that is no pair is refused
C25* forward mode of a gradient that is not linear in what arrives comes with a warning
C26* a tape inside the gradient function records in either mode
C27* recompute_grad finds Variables and random numbers as they were

J    Jacobians
J1   a Jacobian has the shape of the target and then that of the source
J2   one Jacobian uses a tape up; a persistent tape gives any number
J3   a Jacobian inside the block ends the recording
J4   not connected is None, or zeros on request
J5*  the target is one tensor
J6   a Variable by itself has the identity; tensors without entries are no special case
J7*  entries that were gathered have a dense Jacobian
J8   batch_jacobian: rows of the target by the same rows of the source
J9   where nothing is connected a batch Jacobian is 0
J10  rows that depend on each other are added up in a batch Jacobian
J11* the source of a batch Jacobian is one tensor, which may have no rows
J12  parallel_iterations is accepted
J13  a Jacobian of a gradient is a Hessian, and a Jacobian can be differentiated
J14  the source may be an intermediate result, of another dtype
J15* a target of integers has none, with a warning

F    forward mode
F1   jvp looks up the tangent that travelled beside a value
F2   the tangent of the primal is what was given; not connected is None, or zeros on request
F3   what several primals contribute is added up
F4   a primal is named once
F5   an accumulator that records cannot be entered, but entered again later
F6   numbers and arrays may be tangents
F7   an integer has no tangents, with a warning
F8   Variables may be primals; assigning keeps the tangent
F9   accumulators nest: the outer one follows the tangents of the inner one
F10  forward over reverse: gradients have tangents inside the accumulator's block
F11  reverse over forward: a tape records tangents
F12  the order of entering decides who hears whose derivatives; all nestings agree
F13  what has no derivative has no tangent
F14  an argument that is not used has no tangent to hand on
F15  pausing a tape does not stop an accumulator; they may be left in any order
F16  a Hessian, column by column
F17* what has left the tape has no tangent
F18* jvp and gradient take the same words for unconnected_gradients
F19* a tangent has the shape and dtype of its primal
F20* numbers and arrays are no primals
F21* the tangent of sign is 0, like its gradient
F22* every nesting of any order works

B    dense gradients
B1*  the gradient of taking entries out of a tensor is a tensor
B2   entries that were taken twice are added up
B3*  IndexedSlices stand for the tensor that they describe, and cannot be followed themselves
B4*  gather_nd of a single index has a gradient

X    functions
X1   value and gradients of a function, and of its gradient
X2   one tensor for two arguments is one source
X3   vector-Jacobian products
X4   gradients by all Variables that a function reads
X5   a function that forgot to return is refused

Y    define and run
Y1   a function is traced once for the shapes and dtypes of its tensors
Y2   what Python does besides the ops happens while it is traced
Y3*  everything that is no tensor belongs to the signature by its value
Y4*  an input_signature, or a concrete function, refuses what does not fit
Y5   Variables are captured by reference, all else is a constant
Y6*  what depends on values is decided at each call, and nothing silently frozen
Y7   tapes around a function, and inside of it, find what they find without it
Y8*  functions in functions, methods, exceptions and threads

M    matrices
M1   what has no inverse is refused
M2   what is not positive definite gives nan
M3   of a symmetric matrix the lower half is read
M4   vectors of equal eigenvalues do not part
M5*  the determinant of a singular matrix has a gradient
M6*  the gradient of a complex determinant is conjugated
M7*  the phase of a complex determinant turns
M8*  full_matrices has a gradient
M9*  least squares of any rank has a gradient
M10* an implied result of einsum keeps '...'

D    dtypes
D1   numbers get their usual dtypes; NumPy's keep theirs
D2   two tensors are never promoted
D3   numbers and arrays take the dtype of the tensor beside them
D4   integers divide to floats; their mean is an integer
D5   a cast between floats is differentiable
D6   dtypes compare with NumPy's and with names
D7   half precision stays half precision
D8   the gradient by a complex number is the conjugate of the derivative
D9*  a number that does not fit its tensor gives one message for all operators

D10* there is no bfloat16
D11* the gradient of a complex running product follows the convention of D8
D12* floordiv is the floor of the exact quotient

A    arrays
A1   lists, numbers and arrays become tensors
A2   what has no dtype or no shape is refused
A3   tensors keep their dtype when they are converted or packed
A4   scalars become Python numbers; vectors do not
A5   tensors become NumPy arrays
A6   shapes compare and join like lists
A7   is_tensor
A8   comparing with None
A9   a tensor has no gradient of its own
A10  tensors and Variables survive pickling
A11* truth values may stand among numbers
A12* a number that does not fit its dtype is refused
A13* constant refuses a tensor of another dtype as convert_to_tensor does
A14* constant takes numbers among tensors as convert_to_tensor does

O    operators
O1   arithmetic with a tensor on either side
O2   @ is for matrices; what does not fit is refused
O3   comparisons, entry by entry
O4   logic of truth values
O5   division by zero, and integers to negative powers

I    indexing
I1   integers, slices, axes, ... and newaxis
I2   masks
I3   what is no index is refused
I4   the gradient of a part is 0 for the rest
I5*  a list is no index
I6*  nan is sorted behind all numbers

P    printing
P1   a tensor prints as TensorFlow's
P2   a Variable prints as TensorFlow's
P3   in an f-string a scalar is its number
P4   in a list tensors show their repr
P5   shapes print as TensorFlow's

T    threads and memory
T1   a tape belongs to its thread
T2   a tape keeps nothing alive that nobody needs
T3   an exception leaves the block clean
T4   changing an array changes no tensor
T5   tapes and Variables can be copied
T6   long chains are no problem
T7   blocks in generators and stacks

E    errors
E1   the errors of a tape have the types and first words of TensorFlow's
E2   errors of ops are caught as InvalidArgumentError
E3*  they are ValueErrors too
E4   an op that failed leaves nothing on the tape
"""


def _parsed(table: str) -> tuple[dict[str, str], dict[str, Rule]]:
    topics, rules = {}, {}
    for line in filter(None, table.splitlines()):
        name, says = line.split(maxsplit=1)
        if len(name) == 1:
            topics[name] = says
        else:
            rules[name.rstrip("*")] = Rule(name.rstrip("*"), says, not name.endswith("*"))
    return topics, rules


TOPICS, RULES = _parsed(_TABLE)  # by letter and by name, in the order in which they are taught
