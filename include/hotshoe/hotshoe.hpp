// Hotshoe for C++: what a host includes. C++17, header-only, over the C interface in host.h.
//
//     #include <hotshoe/hotshoe.hpp>
//
//     Registry registry;
//     auto host = hotshoe::Host::create(hotshoe::Profile::named("harmonics").value()).value();
//     hotshoe::Loaded loaded = host.load_all(registry);
//
// Each part wraps one handle of C in one class that can be moved and not copied, ends the handle, and adds
// nothing that C lacks, but for what only C++ can do: what plugins throw is caught where their entry is
// called (host.hpp), what a watch throws reaches the caller without passing through C (root.hpp), and what
// plugins register is owned (registration.hpp).
//
// Link `Hotshoe::hotshoe` (CMake) or `hotshoe` (pkg-config). It works with -fno-exceptions: see error.hpp,
// and for loading plugins host.hpp.
#ifndef HOTSHOE_HOTSHOE_HPP
#define HOTSHOE_HOTSHOE_HPP

#include "call.hpp"
#include "capability.hpp"
#include "catalog.hpp"
#include "context.hpp"
#include "diagnostics.hpp"
#include "error.hpp"
#include "host.h"
#include "host.hpp"
#include "inspection.hpp"
#include "install.hpp"
#include "installed.hpp"
#include "package.hpp"
#include "pipeline.hpp"
#include "plugin.hpp"
#include "profile.hpp"
#include "registration.hpp"
#include "root.hpp"
#include "unload.hpp"
#include "value.hpp"
#include "watch.hpp"

#endif  // HOTSHOE_HOTSHOE_HPP
