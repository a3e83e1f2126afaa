"""The comparison as one page that can be sent to somebody: no script, nothing from the network."""
