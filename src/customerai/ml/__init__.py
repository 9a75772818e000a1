"""Loading and running learned models; knows no tenant and no web."""
