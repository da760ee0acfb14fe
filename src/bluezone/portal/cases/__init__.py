"""Cases: a pseudonym, a kind of test and a day. Nothing else yet."""
