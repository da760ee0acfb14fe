"""Addresses of the pages about pushes."""

from django.urls import path

from bluezone.portal.appgateway.pushes import views

urlpatterns = [path("pushes/", views.push_list, name="push-list")]
