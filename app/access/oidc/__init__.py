"""Users of an OpenID Connect provider: Bearer tokens, and the authorization code flow with PKCE for the page."""
