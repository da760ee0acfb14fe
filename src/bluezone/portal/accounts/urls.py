"""Addresses of accounts, below /account/.

Only the pages of django-allauth that we use are here, under the names that it knows them by.
"""

from allauth.account.views import reauthenticate
from allauth.mfa.base import views as steps
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from bluezone.portal.accounts import invitation_views, own_views, staff_views

_sign_in = login_not_required(RedirectView.as_view(pattern_name="sign-in", query_string=True))

second_factor = [
    path("", steps.index, name="mfa_index"),
    path("step/", steps.authenticate, name="mfa_authenticate"),
    path("confirm/", steps.reauthenticate, name="mfa_reauthenticate"),
    path("app/", totp.activate_totp, name="mfa_activate_totp"),
    path("app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("recovery/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "recovery/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"
    ),
    path("passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("passkeys/new/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("passkeys/confirm/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkeys/<int:pk>/name/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
]
urlpatterns = [
    path("", own_views.account_page, name="account"),
    path("password/", own_views.password_page, name="password"),
    path("sessions/end-others/", own_views.end_other_sessions, name="end-other-sessions"),
    path("sessions/<int:sign_in_id>/end/", own_views.end_session, name="end-session"),
    path("sign-in/", _sign_in, name="account_login"),
    path("confirm/", reauthenticate, name="account_reauthenticate"),
    path("second-factor/", include(second_factor)),
    path("invitation/<str:token>/", invitation_views.invitation_page, name="invitation"),
    path("staff/", staff_views.staff_start, name="staff"),
    path("staff/<str:unit_path>/", staff_views.staff_list, name="staff-list"),
    path("staff/<str:unit_path>/invite/", staff_views.invite_page, name="invite"),
    path(
        "staff/<str:unit_path>/invitations/<int:invitation_id>/withdraw/",
        staff_views.invitation_withdraw,
        name="invitation-withdraw",
    ),
    path("people/<int:user_id>/", staff_views.person_page, name="person"),
    path("people/<int:user_id>/state/", staff_views.person_state, name="person-state"),
    path("people/<int:user_id>/link/", staff_views.person_link, name="person-link"),
    path("roles/<int:membership_id>/", staff_views.role_change, name="role-change"),
    path("roles/<int:membership_id>/end/", staff_views.role_end, name="role-end"),
]
