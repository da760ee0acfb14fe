"""Loading a tree: everything or nothing, or the good rows; the same again changes nothing.

What a table no longer has stays (figures may speak of it) and is counted as missing. Rows are
written in bulk: all of Vietnam, 24,800 units and 22,100 links, takes a few seconds.
"""
