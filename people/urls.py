"""Addresses for signing in and out."""

from django.contrib.auth import views as auth
from django.urls import path

from people import views

urlpatterns = [
    path(
        "sign-in/",
        auth.LoginView.as_view(template_name="people/sign_in.html", redirect_authenticated_user=True),
        name="sign_in",
    ),
    path("sign-out/", auth.LogoutView.as_view(), name="sign_out"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="password"),
]
