set(CONFIGURE_ERROR "typo.*unknown keyword CAPABILTY")
