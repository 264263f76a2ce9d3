"""Write what Keras draws: every initializer's float32 kernels with integer seeds, its parameters, and the fans.

`tests/core/test_initializers.py` compares nnviz with the committed file. It was made by Keras 3.15.1 with

    KERAS_BACKEND=numpy python tests/reference/keras_draws.py tests/reference/keras_draws.npz

and any other seeds can be given after the file's name. "text form|shape" holds one kernel for each of "seeds";
"signatures" and "fans" are JSON.
"""

import inspect
import json
import re
import sys

import numpy as np

SEEDS = (0, 1, 1337)
SHAPES = ((8, 3), (3, 8), (3, 3, 4, 5), (5,))
FAN_SHAPES = ((), (7,), (64, 32), (32, 64), (5, 3, 4), (3, 3, 16, 32), (2, 3, 4, 5, 6))

# Beside the defaults, these. Every parameter is changed at least once.
VARIANTS = {
    "constant": [{"value": 0.5}],
    "identity": [{"gain": 1.3}],
    "random_normal": [{"mean": 0.2, "stddev": 1.0}],
    "random_uniform": [{"minval": -0.3, "maxval": 1.0}],
    "truncated_normal": [{"mean": -0.4, "stddev": 2.0}],
    "variance_scaling": [
        {"scale": 2.0, "mode": mode, "distribution": distribution}
        for mode in ("fan_in", "fan_out", "fan_avg")
        for distribution in ("truncated_normal", "untruncated_normal", "uniform")
    ],
    "orthogonal": [{"gain": 0.7}],
}

# Not for the kernels of an MLP: STFT makes kernels for signal layers.
# Not parameters here: the seed is given with the call; the axes are for kernels in an order that no layer has.
LEFT_OUT = {"Initializer", "STFT"}
NO_PARAMETERS = {"self", "args", "kwargs", "seed", "input_axes", "output_axes"}


def key_of(name: str) -> str:
    """`GlorotUniform` -> `glorot_uniform`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def main(path: str, seeds: tuple[int, ...]) -> None:
    import keras
    from keras.src.initializers.random_initializers import compute_fans

    if keras.backend.backend() != "numpy":
        raise SystemExit("Set KERAS_BACKEND=numpy.")
    classes = {
        key_of(value.__name__): value
        for value in vars(keras.initializers).values()
        if inspect.isclass(value) and value.__name__ not in LEFT_OUT
    }
    signatures = {
        key: {
            name: parameter.default
            for name, parameter in inspect.signature(value.__init__).parameters.items()
            if name not in NO_PARAMETERS
        }
        for key, value in classes.items()
    }
    arrays = {}
    for key, value in classes.items():
        takes_seed = "seed" in inspect.signature(value.__init__).parameters
        for settings in [{}, *VARIANTS.get(key, [])]:
            text = f"{key}({', '.join(f'{name}={setting}' for name, setting in settings.items())})"
            for shape in SHAPES:
                if key == "identity" and len(shape) != 2:
                    continue
                if key == "orthogonal" and len(shape) < 2:
                    continue
                makers = [value(**settings, **({"seed": seed} if takes_seed else {})) for seed in seeds]
                kernels = [np.asarray(make(shape, dtype="float32")) for make in makers]
                arrays[f"{text}|{','.join(map(str, shape))}"] = np.stack(kernels)
    np.savez_compressed(
        path,
        keras=np.array(keras.version()),
        seeds=np.array(seeds),
        signatures=np.array(json.dumps(signatures, sort_keys=True)),
        fans=np.array(json.dumps([[shape, compute_fans(shape)] for shape in FAN_SHAPES])),
        **arrays,
    )


if __name__ == "__main__":
    main(sys.argv[1], tuple(map(int, sys.argv[2:])) or SEEDS)
