/* The host profile: my-host.host.json, which is installed with the program. */
#ifndef MY_HOST_PROFILE_H
#define MY_HOST_PROFILE_H

#include <hotshoe/host.h>

/* Reads it. `profile`: yours. */
hotshoe_error* profile_read(hotshoe_profile** profile);

#endif /* MY_HOST_PROFILE_H */
