"""The identified half: one Django project, one app a subject."""
