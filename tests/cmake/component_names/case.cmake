set(CONFIGURE_ERROR "echo-debug.*CPack cannot tell its component.*from those of Echo")
