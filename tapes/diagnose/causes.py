"""Every cause of a gradient that is None, in words: what happened, and what to do about it."""

from __future__ import annotations

HOW_TO_SEE = ("run the program inside `with tapes.diagnose.history():` and ask again: then the answer names the op and "
              "the line")
_TO_NUMPY = "x.numpy(), float(x) and NumPy's functions give plain numbers, which no tape follows"

# By cause: what happened, and the cure. In braces: t and s, the target and the source; parent, the tensor at which the
# chain is broken, and op, the op that used it, in the line `here`; at, the line of what happened to the tape.
CAUSES: dict[str, tuple[str, str]] = {
    "after gradient": (
        "{op} ran after gradient() had been called inside the block ({at}), and that ends the recording",
        "compute everything before gradient(), or say GradientTape(persistent=True)"),
    "after the block": (
        "{op} ran after the block of the tape had ended",
        "indent the line, so that it stands inside the `with` block"),
    "another tape": (
        "another tape recorded {op}, not this one",
        "ask the tape that recorded it, or compute it inside the block of this one"),
    "another thread": (
        "{parent} was computed in another thread, and a tape records its own thread alone",
        "compute it in the thread of the tape, or open a tape in that thread"),
    "assign": (
        "the value went through assign into a Variable, and a Variable holds numbers without their past",
        "use the tensor itself instead of the Variable"),
    "before the block": (
        "{op} used {parent} before the block of the tape began ({at})",
        "move the line into the `with` block"),
    "constant": (
        "no op made {t}, as far as the history of this thread goes: it is a constant, or was computed in another "
        "thread, or before the history began",
        "compute it with ops, inside the `with` block of the tape, in the same thread"),
    "constant derivative": (
        "what was differentiated here is linear in {s}, so its derivative no longer depends on {s}; the derivative of "
        "a constant is None, as in TensorFlow, not 0",
        "say unconnected_gradients='zero' to get 0"),
    "custom gradient": (
        "the rule of {op}, its own gradient function, returned None",
        "return a tensor for this input from the gradient function"),
    "fresh read": (
        "each read of a Variable makes a new tensor, and {t} was computed from another one{there}",
        "give gradient() the Variable itself{origin}"),
    "fresh slice": (
        "each slice makes a new tensor, and {t} was computed from another one{there}",
        "slice once and give it a name, for the computation and for gradient(); or take the gradient by the "
        "whole{origin}, and slice that"),
    "drawn": (
        "{op} draws random numbers: how often each of them comes may depend on {parent}, but one that was drawn has no "
        "derivative",
        "use the probabilities themselves instead (a softmax, a mean); or noise that is scaled and shifted, mean + "
        "stddev * noise; or the gradient of log(probability), times what is to be made large (Williams 1992, "
        "REINFORCE)"),
    "independent": (
        "{t} does not depend on {s}{roots}",
        "look whether another name was meant; unconnected_gradients='zero' gives 0 instead of None"),
    "inner gradient": (
        "the inner gradient was computed while the outer tape did not record",
        "call the inner gradient() inside the `with` block of the outer tape"),
    "integer": (
        "{op} leads through integers or booleans, which have no derivatives",
        "keep floating numbers on the way from the source to the target"),
    "integer source": (
        "{s} is {dtype}, and only floating numbers have derivatives",
        "make it a floating number where it is made, 3.0 instead of 3; or watch tapes.cast(x, tapes.float32) and use "
        "that"),
    "left the tape": (
        "the value of {parent} was taken out by {op}, and what became of it came back as a constant (most likely; "
        "NumPy's work leaves no trace)",
        "use the ops of tapes instead of NumPy's, and no float() or .numpy() on the way{instead}"),
    "no derivative": (
        "{op} has no derivative",
        "if a gradient is to flow nevertheless, replace {op} by something smooth (a sigmoid for a comparison, a "
        "softmax for argmax), or give it a derivative of your own with custom_gradient"),
    "not a tensor": (
        "{wrong}: " + _TO_NUMPY,
        "use the ops of tapes from the source up to the target"),
    "not read": (
        "{s}, a Variable, was not read while this tape recorded, but before the block, or not at all",
        "use {s} itself inside the block; or " + HOW_TO_SEE),
    "not recording": (
        "this tape did not record when {op} ran",
        "compute it inside the `with` block"),
    "not trainable": (
        "{s} is a Variable with trainable=False, which no tape watches by itself",
        "make it trainable, or say tape.watch({s}) inside the block"),
    "not watched": (
        "this tape did not watch {parent}{when}",
        "say tape.watch({parent}) inside the block before it is used, or make it a tapes.Variable, which is watched as "
        "soon as it is read{instead}"),
    "only another tape watches": (
        "another tape watches {parent}, but each tape follows only what it watches itself, and {op} used it",
        "say watch({parent}) on this tape too, before that"),
    "overwritten": (
        "{s} is now another tensor than the one that {t} was computed from: {op} made it afterwards{origin}",
        "keep the tensor that was used under a name of its own, and give that to gradient(); to change a Variable and "
        "leave it a Variable, say assign"),
    "paused": (
        "{op} ran while stop_recording() paused the tape ({at})",
        "move the line out of the stop_recording() block"),
    "reset": (
        "the tape was emptied ({at}), and has forgotten {parent}",
        "watch it again after that, and compute the target again"),
    "stop_gradient": (
        "stop_gradient keeps the value and drops the past, as it is meant to",
        "leave it out if a gradient is to flow"),
    "swapped": (
        "{s} was computed from {t}, not the other way round",
        "swap them: gradient(target, source)"),
    "target not on the tape": (
        "{t} is not on the tape: it was computed before watch(), outside of the `with` block, in stop_recording(), or "
        "from nothing that the tape follows: what a function of NumPy such as np.exp gave, integers and "
        "booleans (argmax, comparisons), what stop_gradient gave, a Variable after assign",
        HOW_TO_SEE),
    "unknown": (
        "What the gradient of {t} by {s} is, and why, cannot be told any more: gradient() has used the tape up, and "
        "the steps are gone",
        "ask before gradient(), or say GradientTape(persistent=True); or " + HOW_TO_SEE),
    "never entered": (
        "the tape has recorded nothing: it was never entered",
        "compute the target in a block, `with tape:`"),
    "unlinked": (
        "both are on the tape, but no recorded op leads from {s} to {t}. Either {t} does not depend on {s}, or it does "
        "so through what was computed before watch(), in stop_recording(), by NumPy, or behind stop_gradient",
        HOW_TO_SEE),
    "Variable": (
        "Variable(...) made from a tensor holds its numbers without their past",
        "use the tensor itself, and make Variables before the block"),
    "watch_accessed_variables": (
        "the tape has watch_accessed_variables=False, and nobody watched {s}",
        "say tape.watch({s}) inside the block"),
    "watched late": (
        "{parent} was watched ({at}) only after {op} had used it",
        "move tape.watch({parent}) before that"),
}
