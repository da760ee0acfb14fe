"""Addresses of the figures, below the portal's root."""

from django.urls import path

from bluezone.portal.campaign.figures import upload_views, views

_UNIT = "campaign/<str:unit_path>/figures/"

urlpatterns = [
    path(_UNIT, views.figure_list, name="figure-list"),
    path(f"{_UNIT}table.csv", views.figure_table, name="figure-table"),
    path(f"{_UNIT}new/", views.figure_new, name="figure-new"),
    path(f"{_UNIT}held/", views.held_list, name="figure-held"),
    path(f"{_UNIT}conflicts/", views.conflict_list, name="figure-conflicts"),
    path(f"{_UNIT}upload/", upload_views.upload_new, name="figure-upload-new"),
    path(f"{_UNIT}uploads/<int:upload_id>/", upload_views.upload_preview, name="figure-upload"),
    path(
        f"{_UNIT}uploads/<int:upload_id>/confirm/",
        upload_views.upload_confirm,
        name="figure-upload-confirm",
    ),
    path(
        f"{_UNIT}uploads/<int:upload_id>/cancel/",
        upload_views.upload_cancel,
        name="figure-upload-cancel",
    ),
    path(f"{_UNIT}<int:figure_id>/", views.figure_detail, name="figure-detail"),
    path(f"{_UNIT}<int:figure_id>/correct/", views.figure_correct, name="figure-correct"),
    path(f"{_UNIT}<int:figure_id>/review/", views.figure_review, name="figure-review"),
]
