"""Pure measures and methods of table privacy: k, l, t, generalization, private statistics."""
