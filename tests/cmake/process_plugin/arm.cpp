#include <iostream>
#include <string>

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t at = line.find("\"id\":");
    if (at == std::string::npos) continue;  // a notification
    const std::string id = line.substr(at, line.find_first_of(",}", at) - at);
    std::cout << R"({"jsonrpc":"2.0",)" << id
              << R"(,"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":")"
              << HOTSHOE_PLUGIN_NAME << R"(","version":")" << HOTSHOE_PLUGIN_VERSION << R"("}}})"
              << std::endl;
  }
}
