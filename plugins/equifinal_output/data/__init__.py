"""The numbers for other programs: CSV and JSON."""
