"""Addresses of the API, as the reference has them: no slash at the end."""

from django.urls import URLPattern, path, re_path

from bluezone.portal.verification.api import views

urlpatterns: list[URLPattern] = [
    path("verify", views.verify, name="api-verify"),
    path("certificate", views.certificate, name="api-certificate"),
    path("issue", views.issue, name="api-issue"),
    path("batch-issue", views.batch_issue, name="api-batch-issue"),
    path("checkcodestatus", views.check_code_status, name="api-check-code-status"),
    path("expirecode", views.expire, name="api-expire-code"),
    re_path(r"^(?P<path>.*)$", views.unknown_call),
]
