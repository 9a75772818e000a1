"""What a tenant decides about personal data: policies by purpose, recognizers of its own."""
