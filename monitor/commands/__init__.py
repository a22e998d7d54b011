"""The subcommands of `groundswell`, one file a family."""
