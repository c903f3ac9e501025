"""``python -m equifinal``: the command line where its program is not on the path."""

from equifinal.shell.start import main

if __name__ == "__main__":
    main()
