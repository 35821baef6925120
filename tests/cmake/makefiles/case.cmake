set(GENERATOR "Unix Makefiles")
