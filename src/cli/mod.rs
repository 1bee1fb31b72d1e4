//! The command line: arguments, one call into one room, an exit status.
