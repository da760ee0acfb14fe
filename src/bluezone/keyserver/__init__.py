"""The anonymous half's server: publish, export, download. It knows no people."""
