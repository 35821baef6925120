set(CONFIGURE_ERROR "lost.*with PROCESS there is no ENTRY")
