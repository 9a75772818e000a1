"""The network: word pieces and shapes in, one score a label for each piece out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from customerai.ml.word_shapes import SHAPES

LABELS = (
    "O",
    "PERSON",
    "LOCATION",
    "ORGANIZATION",
    "TITLE",
    "NRP",
    "DATE_TIME",
    "AGE",
    "PHONE_NUMBER",
    "EMAIL_ADDRESS",
    "ID_NUMBER",
)
VOCABULARY = 30_522
UNKNOWN = 100


@dataclass(frozen=True)
class Form:
    """The sizes of a network; `dilations` has one entry a layer."""

    piece: int = 128
    shape: int = 16
    width: int = 256
    dilations: tuple[int, ...] = (1, 2, 4, 8, 1)


class Layer(nn.Module):
    """A residual convolution over three places, as one product with shifted copies."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.norm = nn.LayerNorm(width)
        self.spread = nn.Linear(3 * width, width)
        self.back = nn.Linear(width, width)
        nn.init.zeros_(self.back.weight)
        nn.init.zeros_(self.back.bias)

    def forward(self, h: Tensor, mask: Tensor) -> Tensor:
        x = self.norm(h) * mask
        d = self.dilation
        padded = nn.functional.pad(x, (0, 0, d, d))
        count = x.shape[1]
        beside = torch.cat((padded[:, :count], x, padded[:, 2 * d : 2 * d + count]), dim=-1)
        out: Tensor = h + self.back(torch.relu(self.spread(beside)))
        return out


class Network(nn.Module):
    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form
        self.pieces = nn.Embedding(VOCABULARY, form.piece)
        self.shapes = nn.Embedding(SHAPES, form.shape)
        self.inward = nn.Linear(form.piece + form.shape, form.width)
        self.layers = nn.ModuleList(Layer(form.width, d) for d in form.dilations)
        self.norm = nn.LayerNorm(form.width)
        self.outward = nn.Linear(form.width, len(LABELS))

    def forward(self, ids: Tensor, shapes: Tensor, mask: Tensor, drop: float = 0.0) -> Tensor:
        """Logits of shape (rows, pieces, labels); `mask` is 1.0 where a piece is."""
        mask = mask.unsqueeze(-1)
        h = self.inward(torch.cat((self.pieces(ids), self.shapes(shapes)), dim=-1))
        h = nn.functional.dropout(h, drop, training=self.training)
        for layer in self.layers:
            h = layer(h, mask)
        out: Tensor = self.outward(self.norm(h))
        return out
