"""The sections of a report, by subject: each module turns tables of a comparison into sections."""
