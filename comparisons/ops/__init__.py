"""Every row of the registry against every oracle: what is right is measured, not believed."""
