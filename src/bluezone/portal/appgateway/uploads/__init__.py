"""Uploads of published phones, dropped at the door unless somebody agreed to them."""
