set(CONFIGURE_ERROR "faded.*ICON .*/missing_icon/pictures/faded.svg is not a file")
