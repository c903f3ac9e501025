"""The command line, the terminal, and starting a plugin or a study."""
