"""The app `gateway_pushes`: pushes to published phones: what they may say, and when they go out."""
