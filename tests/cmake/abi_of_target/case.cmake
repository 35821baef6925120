set(BUILD_ERROR "has another C.. ABI than plugin.json says")
