"""The app `gateway_people`: what people typed into the published app about themselves."""
