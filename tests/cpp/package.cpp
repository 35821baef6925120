// What a program packages is what the tool packages.
#include <hotshoe/package.hpp>

#include "check.hpp"
#include "shop.hpp"

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void an_archive_is_the_one_that_the_tool_makes() {
  Shop shop;
  const fs::path theirs = shop.archive("1.0.0");
  const std::string folder = (theirs.parent_path() / "gain").string();
  const std::string output = (theirs.parent_path() / "dist").string();
  const hotshoe::Package made = hotshoe::Package::make(folder, output).value();
  CHECK_EQUAL(made.name(), "gain");
  CHECK_EQUAL(made.version(), "1.0.0");
  CHECK_EQUAL(made.size(), fs::file_size(theirs));
  CHECK(content(std::string(made.archive())) == content(theirs.string()));
  CHECK_EQUAL(content(std::string(made.archive()) + ".sha256"),
              std::string(made.sha256()) + "  gain-1.0.0.tar.gz\n");

  const hotshoe::Profile mixer = hotshoe::Profile::named("mixer").value();
  CHECK_EQUAL(hotshoe::Package::make(folder, output, mixer).value().sha256(), made.sha256());
  CHECK_EQUAL(hotshoe::Package::make(folder + "/none", output).error().code(), "package-source");
  CHECK_EQUAL(hotshoe::Package::make({}, output).error().code(), "argument-invalid");
}

void a_plugin_of_a_runtime_that_is_not_installed_is_packaged_by_its_description() {
  const Folder folder;
  const fs::path hello = folder.path() / "hello", runtimes = folder.path() / "runtimes";
  fs::create_directories(hello);
  fs::create_directories(runtimes);
  std::ofstream(hello / "plugin.json") << R"({"name": "hello", "version": "1.0.0", "runtime": "echo"})";
  std::ofstream(hello / "hello.echo") << "echo hello";
  fs::copy_file(ECHO_DESCRIPTION, runtimes / "echo.runtime.json");
  const std::string output = (folder.path() / "dist").string();

  CHECK_EQUAL(hotshoe::Package::make(hello.string(), output).error().code(), HOTSHOE_CODE_LIBRARY_MISSING);
  hotshoe::PackageOptions options = hotshoe::PackageOptions::create().value();
  options.add_runtime_folder(runtimes.string()).value();
  CHECK_EQUAL(hotshoe::Package::make(hello.string(), output, options).value().name(), "hello");
  CHECK_EQUAL(options.add_runtime_folder({}).error().code(), HOTSHOE_CODE_ARGUMENT_INVALID);
}

}  // namespace

int main() {
  an_archive_is_the_one_that_the_tool_makes();
  a_plugin_of_a_runtime_that_is_not_installed_is_packaged_by_its_description();
}
