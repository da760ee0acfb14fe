"""The identified half: staff, cases, verification codes, certificates, messages.

One Django project, one app a subject. It may know who is a case and never which keys are
theirs; the only thing that leaves it for the anonymous half is a signed certificate.
"""
