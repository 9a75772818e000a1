"""The rights of customers, part by part."""
