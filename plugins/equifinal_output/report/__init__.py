"""The report, as one HTML page and in Markdown: what it says, in order, and how each section is read."""
