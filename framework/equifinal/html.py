"""Small pieces of HTML with which results show themselves in notebooks."""

from equifinal.base.html import bullets, heading, not_observed, paragraph, piece, table, tables

__all__ = ["bullets", "heading", "not_observed", "paragraph", "piece", "table", "tables"]
