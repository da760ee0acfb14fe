"""The app `gateway_phones`: tokens of published phones, their numbers and codes by message."""
