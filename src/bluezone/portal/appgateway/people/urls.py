"""Addresses of the pages about people, below the portal's root."""

from django.urls import path

from bluezone.portal.appgateway.people import deletion_views, desk_views

urlpatterns = [
    path("declarations/", desk_views.declaration_list, name="declaration-list"),
    path("declarations/<int:declaration_id>/", desk_views.declaration, name="declaration"),
    path(
        "declarations/<int:declaration_id>/state/",
        desk_views.declaration_state,
        name="declaration-state",
    ),
    path("declarations/person/", desk_views.person_search, name="person-search"),
    path("app-data/delete/", deletion_views.delete_page, name="app-data-delete"),
    path("app-data/delete/code/", deletion_views.delete_send, name="app-data-delete-send"),
    path("app-data/delete/done/", deletion_views.delete_done, name="app-data-delete-done"),
]
