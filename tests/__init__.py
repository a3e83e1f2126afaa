"""What is claimed is tested here, and what tests it is shown to be able to fail."""
