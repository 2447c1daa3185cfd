"""Where the API of tokens is found, below /api/v1/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from platform_site.accounts.api import TokenViewSet

router = SimpleRouter(use_regex_path=False)
router.register("tokens", TokenViewSet, basename="token")
urlpatterns = router.urls
