"""The app `gateway_consent`: help that people chose to give, and how they take it back."""
