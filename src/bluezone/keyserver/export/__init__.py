"""Signed files of published keys: windows, lease, worker, index, download."""
