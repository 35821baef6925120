set(CONFIGURE_ERROR "short.*VERSION `1.2` is not a semantic version")
