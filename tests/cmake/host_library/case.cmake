# The host's library is not where the load test looks.
set(SKIPPED by_profile.load by_target.load by_name.load)
