"""The losses that every library differentiates, each written once."""
