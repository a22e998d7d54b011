"""`python -m monitor` is the command `groundswell`."""

from monitor.cli import main

main()
