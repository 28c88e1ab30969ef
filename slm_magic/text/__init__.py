"""Text without models: segmentation, protected spans, checks on the output."""
