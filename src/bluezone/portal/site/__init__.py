"""The public site: what the app is, how to install it, materials, announcements, figures."""
