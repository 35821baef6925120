/* Hotshoe: what a host calls. Generated from src/capi: change it there, then run tools/headers.sh.
 *
 * Use        link libhotshoe (`Hotshoe::hotshoe` in CMake, `hotshoe` in pkg-config). A C++ program includes
 *            hotshoe.hpp instead, which catches what plugins throw.
 * Handles    are opaque. What a function gives out through a pointer to a handle is yours, and ends with the
 *            _free of its kind, which takes NULL. What is returned as a pointer to const is lent by its owner.
 * Errors     A function that can fail returns hotshoe_error *: NULL is success, anything else is yours to free.
 *            Out-parameters are written on success only. Their codes are in hotshoe/codes.h.
 * Strings    in: UTF-8 with a length, or HOTSHOE_NUL_TERMINATED. Paths on Unix may be any bytes.
 *            out: end with NUL and live as long as the handle they came from. NULL where there is none.
 * NULL       for a handle never crashes: a fallible function returns the error `argument-invalid`, any other
 *            returns NULL, 0 or false.
 * Threads    A function whose first parameter is a pointer to const may be called from many threads at once
 *            with the same handle; any other needs the handle for itself.
 */

#ifndef HOTSHOE_HOST_H
#define HOTSHOE_HOST_H

#include "codes.h"
#include "host/version.h"
#include "host/error.h"
#include "host/diagnostics.h"
#include "host/profile.h"
#include "host/inspection.h"
#include "host/catalog.h"
#include "host/plugin.h"
#include "host/unload.h"
#include "host/host.h"
#include "host/watch.h"
#include "host/unloads.h"
#include "host/call.h"
#include "host/capability.h"
#include "host/interface.h"
#include "host/value.h"
#include "host/context.h"
#include "host/pipeline.h"
#include "host/runtime.h"
#include "host/package.h"
#include "host/installed.h"
#include "host/root.h"
#include "host/install.h"

#endif
