"""How every page looks and speaks: colours, type, languages, numbers and dates."""
