/* What a program packages is what the tool packages. */
#include "package.h"

static void an_archive_is_the_one_that_the_tool_makes(void) {
  hotshoe_profile* camera = camera_profile();
  hotshoe_package* made = NULL;
  hotshoe_install* how = NULL;
  hotshoe_installed* done = NULL;
  hotshoe_root* root = new_root("made");
  FILE *ours, *theirs;
  int byte;
  CHECK_OK(hotshoe_package_make(join(archives, "old/lens").text, Z, scratch, Z, camera, &made));
  CHECK_TEXT(hotshoe_package_name(made), "lens");
  CHECK_TEXT(hotshoe_package_version(made), "1.2.3");
  CHECK(strlen(hotshoe_package_sha256(made)) == 64);
  CHECK(exists(scratch, "lens-1.2.3.tar.gz.sha256"));
  ours = fopen(hotshoe_package_archive(made), "rb");
  theirs = fopen(join(archives, OLD).text, "rb");
  CHECK(ours != NULL && theirs != NULL);
  while ((byte = getc(ours)) != EOF) CHECK(byte == getc(theirs));
  CHECK(getc(theirs) == EOF && hotshoe_package_size(made) == (uint64_t)ftell(ours));
  CHECK(fclose(ours) == 0 && fclose(theirs) == 0);
  CHECK_OK(hotshoe_install_new(hotshoe_package_archive(made), Z, &how));
  CHECK_OK(hotshoe_install_into_root(how, root, &done));
  hotshoe_installed_free(done);
  hotshoe_install_free(how);
  hotshoe_root_free(root);
  hotshoe_package_free(made);

  made = NULL;
  CHECK_OK(hotshoe_profile_set_version(camera, "9.0.0", Z));
  CHECK_FAILS(hotshoe_package_make(join(archives, "old/lens").text, Z, scratch, Z, camera, &made),
              "host-incompatible");
  CHECK_FAILS(hotshoe_package_make(join(archives, "none").text, Z, scratch, Z, NULL, &made),
              "package-source");
  CHECK(made == NULL);
  hotshoe_profile_free(camera);
}

/* The archives' CMakeLists.txt puts the plugin and the description of its runtime beside them. */
static void a_plugin_of_a_runtime_that_is_not_installed_is_packaged_by_its_description(void) {
  const struct path hello = join(archives, "hello"), runtimes = join(archives, "runtimes");
  hotshoe_package_options* options = NULL;
  hotshoe_package* made = NULL;
  CHECK_FAILS(hotshoe_package_make(hello.text, Z, scratch, Z, NULL, &made), HOTSHOE_CODE_LIBRARY_MISSING);
  CHECK_OK(hotshoe_package_options_new(&options));
  CHECK_FAILS(hotshoe_package_make_with(options, hello.text, Z, scratch, Z, NULL, &made),
              HOTSHOE_CODE_LIBRARY_MISSING);
  CHECK_OK(hotshoe_package_options_add_runtime_folder(options, runtimes.text, Z));
  CHECK_OK(hotshoe_package_make_with(options, hello.text, Z, scratch, Z, NULL, &made));
  hotshoe_package_options_free(options);
  CHECK_TEXT(hotshoe_package_name(made), "hello");
  CHECK(exists(scratch, "hello-1.0.0.tar.gz"));
  hotshoe_package_free(made);
}

static void null_is_refused(void) {
  hotshoe_package_options* options = NULL;
  hotshoe_package* made = NULL;
  CHECK_FAILS(hotshoe_package_make(NULL, 0, "dist", Z, NULL, &made), "argument-invalid");
  CHECK_FAILS(hotshoe_package_make("lens", Z, NULL, 0, NULL, &made), "argument-invalid");
  CHECK_FAILS(hotshoe_package_make("lens", Z, "", Z, NULL, &made), "argument-invalid");
  CHECK_FAILS(hotshoe_package_make("lens", Z, "dist", Z, NULL, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_package_make_with(NULL, "lens", Z, "dist", Z, NULL, &made), "argument-invalid");
  CHECK_FAILS(hotshoe_package_options_new(NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_package_options_add_runtime_folder(NULL, "runtimes", Z), "argument-invalid");
  CHECK_OK(hotshoe_package_options_new(&options));
  CHECK_FAILS(hotshoe_package_options_add_runtime_folder(options, NULL, 0), "argument-invalid");
  CHECK_FAILS(hotshoe_package_make_with(options, NULL, 0, "dist", Z, NULL, &made), "argument-invalid");
  hotshoe_package_options_free(options);
  hotshoe_package_options_free(NULL);
  CHECK(made == NULL);
  CHECK_TEXT(hotshoe_package_name(NULL), NULL);
  CHECK_TEXT(hotshoe_package_version(NULL), NULL);
  CHECK_TEXT(hotshoe_package_archive(NULL), NULL);
  CHECK_TEXT(hotshoe_package_sha256(NULL), NULL);
  CHECK(hotshoe_package_size(NULL) == 0);
  hotshoe_package_free(NULL);
}

int main(int argc, char** argv) {
  arguments(argc, argv);
  an_archive_is_the_one_that_the_tool_makes();
  a_plugin_of_a_runtime_that_is_not_installed_is_packaged_by_its_description();
  null_is_refused();
  return 0;
}
