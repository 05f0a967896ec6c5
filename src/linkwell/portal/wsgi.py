"""What gunicorn serves. WSGI on purpose: Django under ASGI loses the bytes of an upload whose line drops."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linkwell.portal.settings")
application = get_wsgi_application()
