"""Writes a trained network as one ONNX file with int8 weights and fixed activation ranges.

    python training/names/export.py --network names.pt --rows rows.npz --out names.onnx

Ranges are fixed on 1,500 rows, so that a text's result does not depend on its neighbours in a
batch, as it would with dynamic ranges. Weights use 7 bits: sums of two products then never saturate
on processors without VNNI. A convolution is a product with shifted copies; the rectifier is the
lower end of the unsigned range.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
import torch
from network import LABELS, Form, Network
from onnx import TensorProto, helper, numpy_helper
from train import Rows

ORT = "com.microsoft"
WEIGHT_MAX = 63
MIDDLE = 128


class Graph:
    """Nodes and constants of an ONNX graph under construction."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def node(self, kind: str, inputs: list[str], out: str, domain: str = "", **more: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [out], domain=domain, **more))
        return out

    def product(
        self, name: str, read: tuple[str, str, str], weight: np.ndarray, bias: np.ndarray
    ) -> str:
        """A uint8 value times a float weight of shape (in, out), made int8 column by column.

        `read` names the value, its step size and its zero.
        """
        x, scale, zero = read
        steps = np.abs(weight).max(axis=0) / WEIGHT_MAX + 1e-12
        rounded = np.clip(np.round(weight / steps), -WEIGHT_MAX, WEIGHT_MAX).astype(np.int8)
        inputs = [
            x,
            self.constant(f"{name}.weight", rounded),
            scale,
            self.constant(f"{name}.scale", steps.astype(np.float32)),
            zero,
            self.constant(f"{name}.zero", np.zeros(weight.shape[1], dtype=np.int8)),
            self.constant(f"{name}.bias", bias.astype(np.float32)),
        ]
        return self.node("MatMulIntegerToFloat", inputs, f"{name}.out", domain=ORT)


def ranges(network: Network, rows: Rows) -> dict[str, float]:
    """Largest size of each quantized activation, but for one value in 100,000."""
    seen: dict[str, list[np.ndarray]] = {}

    def watch(name: str):  # type: ignore[no-untyped-def]
        def hook(_module: object, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
            values = output if "norm" in name else torch.relu(output)
            seen.setdefault(name, []).append(values[live].abs().flatten().numpy())

        return hook

    for at, layer in enumerate(network.layers):
        layer.norm.register_forward_hook(watch(f"{at}.norm"))
        layer.spread.register_forward_hook(watch(f"{at}.spread"))
    network.norm.register_forward_hook(watch("last.norm"))
    chosen = rows.batches(np.random.default_rng(5))[:12]
    with torch.no_grad():
        for batch in chosen:
            ids, shapes, _, mask = rows.batch(batch[:128])
            live = mask.bool()
            network(ids, shapes, mask)
    return {
        name: float(np.quantile(np.concatenate(values), 0.99999)) for name, values in seen.items()
    }


def whole(value: int) -> np.ndarray:
    return np.array([value], dtype=np.int64)


def convolution(graph: Graph, h: str, at: int, network: Network, limits: dict[str, float]) -> str:
    """Layer number `at` over `h`; gives the name of their sum."""
    name, d = f"layers.{at}", network.form.dilations[at]
    state = {key: value.numpy() for key, value in network.state_dict().items()}
    weights = [f"{name}.norm.weight", f"{name}.norm.bias"]
    for part in weights:
        graph.constant(part, state[part])
    x = graph.node("LayerNormalization", [h, *weights], f"{name}.normed", axis=-1)
    x = graph.node("Mul", [x, "mask"], f"{name}.masked")
    size = limits[f"{at}.norm"] / 127
    scale = graph.constant(f"{name}.in_scale", np.array(size, dtype=np.float32))
    x = graph.node("QuantizeLinear", [x, scale, "middle"], f"{name}.q")
    pads = graph.constant(f"{name}.pads", np.array([0, d, 0, 0, d, 0], dtype=np.int64))
    wide = graph.node("Pad", [x, pads, "middle"], f"{name}.wide")
    zero = graph.constant(f"{name}.from0", whole(0))
    left_end = graph.constant(f"{name}.left_end", whole(-2 * d))
    right = graph.constant(f"{name}.right", whole(2 * d))
    end = graph.constant(f"{name}.end", whole(2**31))
    before = graph.node("Slice", [wide, zero, left_end, "axis"], f"{name}.before")
    after = graph.node("Slice", [wide, right, end, "axis"], f"{name}.after")
    beside = graph.node("Concat", [before, x, after], f"{name}.beside", axis=-1)
    spread = graph.product(
        f"{name}.spread",
        (beside, scale, "middle"),
        state[f"{name}.spread.weight"].T,
        state[f"{name}.spread.bias"],
    )
    size = limits[f"{at}.spread"] / 255
    scale = graph.constant(f"{name}.mid_scale", np.array(size, dtype=np.float32))
    spread = graph.node("QuantizeLinear", [spread, scale, "low"], f"{name}.positive")
    back = graph.product(
        f"{name}.back",
        (spread, scale, "low"),
        state[f"{name}.back.weight"].T,
        state[f"{name}.back.bias"],
    )
    return graph.node("Add", [h, back], f"{name}.h")


def build(network: Network, limits: dict[str, float]) -> onnx.ModelProto:
    graph = Graph()
    state = {name: value.numpy() for name, value in network.state_dict().items()}
    form = network.form
    middle = graph.constant("middle", np.array(MIDDLE, dtype=np.uint8))
    graph.constant("low", np.array(0, dtype=np.uint8))

    # One step size for all pieces: the product can take them as they are, without a float detour.
    pieces = state["pieces.weight"]
    step = float(np.quantile(np.abs(pieces), 0.9999)) / 127
    table = np.clip(np.round(pieces / step) + MIDDLE, 0, 255).astype(np.uint8)
    graph.constant("pieces", table)
    inward, bias = state["inward.weight"].T, state["inward.bias"]
    by_shape = state["shapes.weight"] @ inward[form.piece :] + bias
    graph.constant("shape_rows", by_shape.astype(np.float32))
    picked = graph.node("Gather", ["pieces", "ids"], "picked")
    step_name = graph.constant("pieces.step", np.array(step, dtype=np.float32))
    weight = inward[: form.piece]
    h = graph.product("inward", (picked, step_name, middle), weight, np.zeros(form.width))
    shaped = graph.node("Gather", ["shape_rows", "shapes"], "shaped")
    h = graph.node("Add", [h, shaped], "h0")
    graph.constant("axis", whole(1))

    for at in range(len(form.dilations)):
        h = convolution(graph, h, at, network, limits)
    for part in ("norm.weight", "norm.bias", "outward.bias"):
        graph.constant(part, state[part])
    graph.constant("outward.weight", np.ascontiguousarray(state["outward.weight"].T))
    x = graph.node("LayerNormalization", [h, "norm.weight", "norm.bias"], "normed", axis=-1)
    x = graph.node("MatMul", [x, "outward.weight"], "raw")
    x = graph.node("Add", [x, "outward.bias"], "logits")
    graph.node("Softmax", [x], "scores", axis=-1)

    made = helper.make_graph(
        graph.nodes,
        "names",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT64, ["rows", "pieces"]),
            helper.make_tensor_value_info("shapes", TensorProto.INT64, ["rows", "pieces"]),
            helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["rows", "pieces", 1]),
        ],
        [
            helper.make_tensor_value_info(
                "scores", TensorProto.FLOAT, ["rows", "pieces", len(LABELS)]
            )
        ],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", 19), helper.make_opsetid(ORT, 1)]
    model = helper.make_model(made, opset_imports=opsets, ir_version=9, producer_name="customerai")
    helper.set_model_props(model, {"labels": " ".join(LABELS)})
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    stored = torch.load(args.network, weights_only=True)
    network = Network(Form(**stored["form"]))
    network.load_state_dict(stored["state"])
    network.eval()
    model = build(network, ranges(network, Rows(args.rows)))
    args.out.write_bytes(model.SerializeToString())
    digest = hashlib.sha256(args.out.read_bytes()).hexdigest()
    print(f"{args.out.stat().st_size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
