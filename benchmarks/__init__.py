"""How long things take, measured on this machine: run by hand, never by `make test`."""
