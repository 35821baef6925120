/* The interface of the host, from its own header. */
#include <my_host/plugin.h>
