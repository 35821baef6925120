// Facts come out of a library without running it.
#include <hotshoe/inspection.hpp>

#include "check.hpp"

int main() {
  const hotshoe::Inspection gain = hotshoe::Inspection::of(built("gain2").string()).value();
  CHECK_EQUAL(gain.platforms().size(), 1u);
  CHECK(contains(gain.platforms()[0], "-"));
  CHECK(gain.exports("mixer_register"));
  CHECK(gain.exports(std::string_view("mixer_register_all").substr(0, 14)));
  CHECK(!gain.exports("mixer"));
  CHECK(!gain.exports({}));
  CHECK(gain.missing().empty());
  CHECK(contains(gain.json(), "mixer_register"));

  CHECK_EQUAL(hotshoe::Inspection::of(__FILE__).error().code(), "library-format");
  CHECK_EQUAL(hotshoe::Inspection::of("/no/such/file").error().code(), "library-unreadable");
  CHECK_EQUAL(hotshoe::Inspection::of({}).error().code(), "argument-invalid");

  // A path that is not UTF-8 takes nothing from the facts.
  Folder folder;
  const fs::path latin_1 = folder.path() / "caf\xe9.so";
  fs::copy_file(built("gain2"), latin_1);
  const hotshoe::Inspection same = hotshoe::Inspection::of(latin_1.string()).value();
  CHECK(contains(same.json(), "mixer_register"));
  CHECK(contains(same.json(), "caf\xef\xbf\xbd.so"));
}
