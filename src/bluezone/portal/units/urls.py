"""Addresses of the administrative tree, below /units/."""

from django.urls import path, register_converter

from bluezone.portal.units import views
from bluezone.portal.units.converters import UnitPathConverter

register_converter(UnitPathConverter, "unit")

urlpatterns = [
    path("", views.search_page, name="unit-search"),
    path("editions/", views.edition_list, name="edition-list"),
    path("<unit:unit_path>/", views.unit_detail, name="unit-detail"),
    path("<unit:unit_path>/children.csv", views.unit_children, name="unit-children"),
    path("<unit:unit_path>/villages/new/", views.village_new, name="village-new"),
    path("<unit:unit_path>/rename/", views.village_rename, name="village-rename"),
    path("<unit:unit_path>/close/", views.village_close, name="village-close"),
]
