"""Addresses of the public site, below the portal's root; management below /site/."""

from django.urls import path

from bluezone.portal.site import file_views, manage_views, news_views, views

_SITE = "site/<str:unit_path>/"

urlpatterns = [
    path("protection/", views.protection, name="protection"),
    path("install/", views.install, name="install"),
    path("copycats/", views.copycats, name="copycats"),
    path("questions/", views.question_list, name="questions"),
    path("figures/", views.figures, name="public-figures"),
    path("figures/<str:unit_path>/", views.figures, name="public-figures-unit"),
    path("materials/", views.materials, name="materials"),
    path(
        "materials/<str:unit_path>/<str:kind>-<str:language>.<str:ending>",
        file_views.material_file,
        name="material-file",
    ),
    path("posters/<str:code>.<str:ending>", file_views.poster_download, name="poster-file"),
    path("news/", news_views.news_list, name="news-list"),
    path("news/feed.atom", news_views.news_feed, name="news-feed"),
    path("news/<int:announcement_id>/", news_views.news_detail, name="news-detail"),
    path("news/<int:announcement_id>/print/", news_views.news_print, name="news-print"),
    path("q/<str:code>", views.scan, name="scan"),
    path("u/<str:unit_path>", views.unit_page, name="unit-install"),
    path("robots.txt", views.robots, name="robots"),
    path("site/", manage_views.site_units, name="site-units"),
    path(_SITE, manage_views.site_unit, name="site-unit"),
    path(f"{_SITE}posters/new/", manage_views.poster_new, name="site-poster-new"),
    path(f"{_SITE}posters/<str:code>/", manage_views.poster_detail, name="site-poster"),
    path(f"{_SITE}news/new/", manage_views.news_new, name="site-news-new"),
    path(f"{_SITE}news/<int:announcement_id>/", manage_views.news_manage, name="site-news"),
    path(
        f"{_SITE}news/<int:announcement_id>/publish/",
        manage_views.news_publish,
        name="site-news-publish",
    ),
    path(
        f"{_SITE}news/<int:announcement_id>/withdraw/",
        manage_views.news_withdraw,
        name="site-news-withdraw",
    ),
]
