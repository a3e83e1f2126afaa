"""MyGrad: NumPy-like tensors with a gradient each; it has no second derivatives."""

from __future__ import annotations

import mygrad
import mygrad.nnet
import numpy as np

from ..namespaces import Namespace, numpy_like
from ..problem import Arrays, Problem
from . import Gradients, Unsupported

TF = Namespace("MyGrad", numpy_like(
    mygrad, sigmoid=mygrad.nnet.sigmoid, nn__relu=mygrad.nnet.relu,
    math__softplus=lambda x: mygrad.logaddexp(x, 0.0),
    nn__log_softmax=lambda x, axis=-1: mygrad.nnet.logsoftmax(x, axis)))


class MyGrad:
    """Differentiates with Tensor.backward."""

    def gradients(self, problem: Problem) -> tuple[np.ndarray, Gradients]:
        inputs = {name: mygrad.tensor(array) for name, array in problem.inputs.items()}
        value = problem.call(TF, inputs, problem.data)
        value.backward()
        return value.data, {name: None if x.grad is None else np.asarray(x.grad) for name, x in inputs.items()}

    def hessian_vector(self, problem: Problem, vector: Arrays) -> Gradients:
        raise Unsupported("no second derivatives")


BACKEND = MyGrad()
