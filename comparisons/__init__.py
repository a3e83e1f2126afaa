"""The same loss, written once, differentiated by every library, with the numbers side by side."""
