"""`python -m cli …` in a checkout is `groundwork …`."""

from cli.main import main

main()
