"""A network whose layers follow one another, as Keras code that builds it anew."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from cnnviz.errors import NetworkError
from cnnviz.models.graph import network_graph
from cnnviz.models.network import Network

# What a layer's configuration holds that is no argument worth writing down.
LEFT_OUT = ("trainable", "dtype", "batch_shape", "optional", "sparse", "ragged", "build_config")
# What is meant where nothing is said.
IMPLIED = {"data_format": "channels_last", "activation": "linear"}


def model_code(net: Network) -> str:
    """A script that builds the same model with new weights: layers, shapes, options and names are the same.

    Args:
        net: A network whose layers follow one another; nested models must do so, too.

    Returns:
        Python source; after it has run, `model` holds the model.

    Raises:
        NetworkError: If the network has branches, or a layer that Keras does not have.
    """
    if not is_sequential(net.model) and not _is_flat_chain(net):
        raise NetworkError(
            "Only networks whose layers follow one another can be written as a list of layers; this one has branches, "
            'shared layers or a class of its own. Save it with model.save("name.keras") instead.'
        )
    lines = _lines(net.model, "")
    lines[0] = "model = " + lines[0]
    return "\n".join(["import keras", "from keras import layers", "", *lines, "model.summary()"]) + "\n"


def is_sequential(model: Any) -> bool:
    """Whether a model is a `keras.Sequential`, and every model within it."""
    import keras

    return isinstance(model, keras.Sequential) and all(
        is_sequential(layer) for layer in model.layers if isinstance(layer, keras.Model)
    )


def _is_flat_chain(net: Network) -> bool:
    """Whether a functional model is a list of layers by another name."""
    import keras

    graph = network_graph(net)
    return (
        isinstance(net.model, keras.Model)
        and hasattr(net.model, "operations")
        and graph.traced
        and graph.is_chain()
        and all(node.is_layer and not node.group and ":" not in node.name for node in graph.nodes[1:])
    )


def _lines(model: Any, indent: str) -> list[str]:
    import keras

    inner = indent + "    "
    source = model.inputs[0]
    kind = "" if str(source.dtype) == "float32" else f', dtype="{source.dtype}"'
    lines = [f"{indent}keras.Sequential(", f"{inner}["]
    lines.append(f"{inner}    keras.Input({tuple(source.shape[1:])!r}, name={_text(source.name)}{kind}),")
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if isinstance(layer, keras.Model):
            nested = _lines(layer, inner + "    ")
            lines += [*nested[:-1], nested[-1] + ","]
        else:
            lines.append(f"{inner}    {written(_described(layer))},")
    return [*lines, f"{inner}],", f"{inner}name={_text(model.name)},", f"{indent})"]


def _described(layer: Any) -> dict[str, Any]:
    import keras

    described: Any = keras.saving.serialize_keras_object(layer)
    policy = layer.dtype_policy.name
    usual = keras.config.dtype_policy().name
    return {**described, "dtype": None if policy == usual == "float32" else policy}


def written(described: Mapping[str, Any]) -> str:
    """A serialised Keras object as the call that makes it, with what is not as usual as arguments."""
    import keras

    module, name = described["module"], described["class_name"]
    parts = str(module).split(".")
    found: Any = keras
    for part in (*parts[1:], name):
        found = getattr(found, part, None)
    if parts[0] != "keras" or found is None or name == "Lambda":
        raise NetworkError(
            f"The layer {described['config'].get('name', name)!r} is a {name}, which is no layer of Keras itself; "
            "its code is only where it was written."
        )
    config = {key: value for key, value in described["config"].items() if key not in LEFT_OUT}
    parameters = [one for key, one in inspect.signature(found.__init__).parameters.items() if key != "self"]
    first = [one.name for one in parameters if one.default is one.empty or one.name == "pool_size"]
    needed = [name for name in first if name in config]
    unsaid = (None, inspect.Parameter.empty)
    defaults = {one.name: IMPLIED.get(one.name) if one.default in unsaid else one.default for one in parameters}
    if "pool_size" in config:
        defaults["strides"] = config["pool_size"]
    told = {key: value for key, value in config.items() if not _is_usual(value, defaults.get(key))}
    arguments = [_value(config[key]) for key in needed]
    # Its name comes last, as people write it.
    arguments += [f"{key}={_value(told[key])}" for key in sorted(told, key="name".__eq__) if key not in needed]
    if described.get("dtype"):
        arguments.append(f"dtype={_text(described['dtype'])}")
    module = module.replace("keras.layers", "layers")
    return f"{module}.{name}({', '.join(arguments)})"


def _is_usual(value: Any, default: Any) -> bool:
    """Whether an argument says no more than leaving it out would."""
    import keras

    if value is None:
        return default is None
    if isinstance(value, (list, tuple)):
        same = [default] * len(value) if isinstance(default, int) else list(default or ())
        return list(value) == same
    if isinstance(value, Mapping) and isinstance(default, str):
        if not str(value.get("module")).startswith("keras.initializers"):
            return False
        usual: Any = keras.saving.serialize_keras_object(keras.initializers.get(default))
        return usual["class_name"] == value["class_name"] and usual["config"] == value["config"]
    return type(value) is type(default) and value == default


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return written(value) if "class_name" in value else repr(dict(value))
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (list, tuple)):
        items = [_value(each) for each in value]
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    return repr(value)


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
