"""Methods, their analyses, and running them on a study."""
