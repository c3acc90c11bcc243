"""`python -m asymptotix` is the command line."""

from asymptotix.cli.app import main

if __name__ == "__main__":
    main()
