// The interface that plugins offer is in C, so that they may be in any language.
#include "plugin.h"
