"""Bytes and their meaning, for both identifier schemes.

Pure functions and values: no clock, no chance, no files, no network, no web, no SQL.
"""
