// A small agent: loads the tools whose folders it is given, lists them, calls them, and goes on when one
// dies.
#include <hotshoe/hotshoe.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "tool_service.hpp"

namespace {

// The tools register nothing: they are called by name.
struct Nothing {};

void use(const ToolService& tool, const std::string& arguments) {
  std::string failure;
  hotshoe::Result<std::string> result = tool.call(arguments, failure);
  std::cout << tool.plugin().name() << " " << arguments << ": ";
  if (!result) {
    std::cout << "lost (" << result.error().code() << ")" << std::endl;
  } else if (!failure.empty()) {
    std::cout << "cannot: " << failure << std::endl;
  } else {
    std::cout << result.value() << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) {
    std::cerr << "usage: registry_host <registry.host.json> <folder of a tool>..." << std::endl;
    return 2;
  }
  hotshoe::Host host = hotshoe::Host::create(hotshoe::Profile::from_file(argv[1]).value()).value();
  host.set_log([](const hotshoe::Diagnostic& found) { std::cerr << found.text() << std::endl; }).value();

  Nothing nothing;
  std::vector<ToolService> tools;
  for (int index = 2; index < argc; ++index) {
    tools.emplace_back(host.load_path(argv[index], nothing).value());
    const ToolDefinition definition = tools.back().definition().value();
    std::cout << definition.name << ": " << definition.description << std::endl;
  }
  for (const ToolService& tool : tools) {
    use(tool, R"({"a": 2, "b": 3, "location": "Oslo"})");
    use(tool, "{}");
    // The weather tool dies of this one. It is started again, and the same handle goes on.
    use(tool, R"({"location": "volcano"})");
    use(tool, R"({"a": 4, "b": 5, "location": "Rome"})");
  }
  for (const hotshoe::UnloadAnswer& answer : host.unload_all()) std::cout << answer.text << std::endl;
  return 0;
} catch (const hotshoe::Exception& error) {
  std::cerr << error.what() << std::endl;
  return 1;
}
