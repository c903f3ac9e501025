"""Writing a comparison down: outputs, and the folder of a report."""
