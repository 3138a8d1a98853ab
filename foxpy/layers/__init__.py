"""One folder for each protocol: ``wire.py`` has its headers, ``layer.py`` the Protocol, ``__init__.py`` the factory."""
