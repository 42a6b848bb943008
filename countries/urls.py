"""Addresses of the world page and the country pages."""

from django.urls import path

from countries import views

urlpatterns = [
    path("", views.world_page, name="world"),
    path("compare/", views.compare, name="compare"),
    path("countries/<str:iso3>/", views.country_page, name="country"),
    path("countries/<str:iso3>/factors/<int:number>/", views.country_factor_page, name="country_factor"),
    path("countries/<str:iso3>/brief/", views.brief_page, name="country_brief"),
    path("countries/<str:iso3>/breakdown/", views.breakdown_page, name="country_breakdown"),
    path("countries/<str:iso3>/factor-plots/", views.factor_plots_page, name="country_factor_plots"),
    path("countries/<str:iso3>/change/", views.change_page, name="country_change"),
]
