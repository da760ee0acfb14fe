"""One command, `bluezone`: results on stdout, progress on stderr, exit 0, 1 or 2."""
