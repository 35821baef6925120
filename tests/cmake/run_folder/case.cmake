set(CONFIGS RelWithDebInfo)
set(OPTIONS -DCMAKE_BUILD_TYPE=RelWithDebInfo)
