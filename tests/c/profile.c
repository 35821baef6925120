/* From a host's name everything follows, and setters change what they name. */
#include "check.h"

static void everything_follows_from_the_name(void) {
  hotshoe_profile* profile = camera_profile();
  CHECK_TEXT(hotshoe_profile_name(profile), "camera");
  CHECK_TEXT(hotshoe_profile_version(profile), NULL);
  CHECK_TEXT(hotshoe_profile_search_path_variable(profile), "CAMERA_PLUGIN_PATH");
  CHECK_TEXT(hotshoe_profile_entry(profile), "camera_register");
  CHECK_TEXT(hotshoe_profile_version_symbol(profile), "camera_plugin_version");
  CHECK_TEXT(hotshoe_profile_version_key(profile), "camera_version");

  CHECK_OK(hotshoe_profile_set_version(profile, "1.2.0", Z));
  CHECK_TEXT(hotshoe_profile_version(profile), "1.2.0");
  CHECK_OK(hotshoe_profile_set_entry(profile, "camera_main (not this)", 11));
  CHECK_TEXT(hotshoe_profile_entry(profile), "camera_main");
  CHECK_OK(hotshoe_profile_set_abi(profile, "film", Z, "35 mm", Z));
  CHECK_OK(hotshoe_profile_set_private_copies(profile, true));
  CHECK_OK(hotshoe_profile_set_index(profile, false));
  CHECK_OK(hotshoe_profile_set_receipt_policy(profile, HOTSHOE_RECEIPT_POLICY_OFF));
  CHECK_OK(hotshoe_profile_set_receipt_policy(profile, HOTSHOE_RECEIPT_POLICY_IF_PRESENT));
  CHECK_OK(hotshoe_profile_set_receipt_policy(profile, HOTSHOE_RECEIPT_POLICY_REQUIRED));

  CHECK_OK(hotshoe_profile_add_provided(profile, "libcamera-core.so.1", Z));
  CHECK_OK(hotshoe_profile_add_provided(profile, "libfilm-*", Z));

  CHECK_FAILS(hotshoe_profile_add_provided(profile, "/usr/lib/libcamera-core.so.1", Z), "profile-invalid");
  CHECK_FAILS(hotshoe_profile_add_provided(profile, "", 0), "profile-invalid");
  CHECK_FAILS(hotshoe_profile_set_receipt_policy(profile, 3), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_receipt_policy(profile, -1), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_version(profile, "one", Z), "version-invalid");
  CHECK_FAILS(hotshoe_profile_set_entry(profile, "not a symbol", Z), "profile-invalid");
  CHECK_TEXT(hotshoe_profile_version(profile), "1.2.0");
  CHECK_TEXT(hotshoe_profile_entry(profile), "camera_main");
  hotshoe_profile_free(profile);
}

static void a_profile_that_cannot_be_made_writes_nothing(void) {
  hotshoe_profile* profile = NULL;
  CHECK_FAILS(hotshoe_profile_new("7 seas", Z, &profile), "profile-invalid");
  CHECK_FAILS(hotshoe_profile_new("", 0, &profile), "profile-invalid");
  CHECK_FAILS(hotshoe_profile_new("\xff", Z, &profile), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_new("camera", (size_t)-2, &profile), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_from_file("/no/such.host.json", Z, &profile), "profile-unreadable");
  CHECK_FAILS(hotshoe_profile_from_file(__FILE__, Z, &profile), "profile-invalid");
  CHECK_FAILS(hotshoe_profile_from_json("{", Z, &profile), "profile-invalid");
  CHECK_FAILS(hotshoe_profile_from_json("", 0, &profile), "profile-invalid");
  CHECK(profile == NULL);
}

static void it_may_be_inside_the_host(void) {
  static const char json[] = "{\"name\": \"camera\", \"version\": \"1.2.0\", \"entry\": \"camera_main\"}";
  hotshoe_profile* profile = NULL;
  CHECK_OK(hotshoe_profile_from_json(json, sizeof json - 1, &profile));
  CHECK_TEXT(hotshoe_profile_version(profile), "1.2.0");
  CHECK_TEXT(hotshoe_profile_entry(profile), "camera_main");
  hotshoe_profile_free(profile);
}

static void it_has_the_folders_that_it_names(void) {
  hotshoe_profile* profile = camera_profile();
  CHECK_TEXT(hotshoe_profile_folder(profile, HOTSHOE_FOLDER_KIND_PROGRAM), NULL);
  CHECK_TEXT(hotshoe_profile_folder(profile, HOTSHOE_FOLDER_KIND_USER), NULL);
  CHECK_OK(hotshoe_profile_set_folder(profile, HOTSHOE_FOLDER_KIND_USER, "camera/lenses (not this)", 13));
  CHECK_OK(hotshoe_profile_use_default_folders(profile));
  CHECK_TEXT(hotshoe_profile_folder(profile, HOTSHOE_FOLDER_KIND_PROGRAM), "../lib/camera/plugins");
  CHECK_TEXT(hotshoe_profile_folder(profile, HOTSHOE_FOLDER_KIND_USER), "camera/lenses");
  CHECK_TEXT(hotshoe_profile_folder(profile, HOTSHOE_FOLDER_KIND_SYSTEM), "camera/plugins");
  CHECK_OK(hotshoe_profile_set_folder(profile, HOTSHOE_FOLDER_KIND_SYSTEM, NULL, 0));
  CHECK_TEXT(hotshoe_profile_folder(profile, HOTSHOE_FOLDER_KIND_SYSTEM), NULL);
  CHECK_FAILS(hotshoe_profile_set_folder(profile, HOTSHOE_FOLDER_KIND_USER, "/etc", Z), "profile-invalid");
  CHECK_FAILS(hotshoe_profile_set_folder(profile, HOTSHOE_FOLDER_KIND_USER, "", 0), "profile-invalid");
  CHECK_FAILS(hotshoe_profile_set_folder(profile, 3, "camera", Z), "argument-invalid");
  CHECK_TEXT(hotshoe_profile_folder(profile, HOTSHOE_FOLDER_KIND_USER), "camera/lenses");
  CHECK_TEXT(hotshoe_profile_folder(profile, -1), NULL);
  hotshoe_profile_free(profile);
}

static void it_takes_the_runtimes_that_it_lists(void) {
  hotshoe_profile* profile = camera_profile();
  CHECK(hotshoe_profile_runtime_count(profile) == 1);
  CHECK_TEXT(hotshoe_profile_runtime(profile, 0), "native");
  CHECK_TEXT(hotshoe_profile_runtime_settings(profile, 0), NULL);
  CHECK_OK(hotshoe_profile_add_runtime(profile, "process", Z, "{\"timeout\": 5}", Z));
  CHECK_OK(hotshoe_profile_add_runtime(profile, "lua-5", Z, NULL, 0));
  CHECK(hotshoe_profile_runtime_count(profile) == 3);
  CHECK_TEXT(hotshoe_profile_runtime(profile, 1), "process");
  CHECK_TEXT(hotshoe_profile_runtime_settings(profile, 1), "{\"timeout\":5}");
  CHECK_TEXT(hotshoe_profile_runtime_settings(profile, 2), "{}");
  CHECK_TEXT(hotshoe_profile_runtime(profile, 3), NULL);
  CHECK_TEXT(hotshoe_profile_runtime_settings(profile, 3), NULL);
  CHECK_FAILS(hotshoe_profile_add_runtime(profile, "process", Z, NULL, 0), "profile-invalid");
  CHECK_FAILS(hotshoe_profile_add_runtime(profile, "../../x", Z, NULL, 0), "profile-invalid");
  CHECK_FAILS(hotshoe_profile_add_runtime(profile, "python", Z, "[]", Z), "profile-invalid");
  CHECK_FAILS(hotshoe_profile_add_runtime(profile, "python", Z, "{\"a\": 1, \"a\": 2}", Z),
              "profile-invalid");
  CHECK_FAILS(hotshoe_profile_add_runtime(profile, "python", Z, "{", Z), "profile-invalid");
  CHECK(hotshoe_profile_runtime_count(profile) == 3);
  hotshoe_profile_free(profile);
}

static void an_unknown_key_is_a_finding(void) {
  static const char json[] = "{\"name\": \"camera\", \"shutter\": 1}";
  const hotshoe_diagnostics* found = NULL;
  hotshoe_profile* profile = camera_profile();
  CHECK(hotshoe_diagnostics_count(hotshoe_profile_diagnostics(profile)) == 0);
  hotshoe_profile_free(profile);
  CHECK_OK(hotshoe_profile_from_json(json, Z, &profile));
  found = hotshoe_profile_diagnostics(profile);
  CHECK(hotshoe_diagnostics_count(found) == 1);
  CHECK_TEXT(hotshoe_diagnostics_code(found, 0), "profile-unknown-key");
  CHECK_TEXT(hotshoe_diagnostics_message(found, 0), "the key `shutter` is unknown, and means nothing here");
  hotshoe_profile_free(profile);
  profile = NULL;
  CHECK_FAILS(hotshoe_profile_from_json("{\"name\": \"camera\", \"entrey\": \"x\"}", Z, &profile),
              "profile-invalid");
  CHECK_FAILS(hotshoe_profile_installed("no-such-camera", Z, &profile), "profile-not-found");
  CHECK_FAILS(hotshoe_profile_installed("../camera", Z, &profile), "profile-invalid");
  CHECK(profile == NULL);
}

static void null_is_refused(void) {
  hotshoe_profile* profile = camera_profile();
  hotshoe_profile* other = NULL;
  CHECK_FAILS(hotshoe_profile_new(NULL, 0, &other), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_new("camera", Z, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_from_file(NULL, 0, &other), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_from_file("camera.host.json", Z, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_from_json(NULL, 0, &other), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_from_json("{}", Z, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_version(NULL, "1.0.0", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_version(profile, NULL, 0), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_entry(NULL, "entry", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_entry(profile, NULL, Z), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_abi(NULL, "key", Z, "value", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_abi(profile, NULL, 0, "value", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_abi(profile, "key", Z, NULL, 0), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_add_provided(NULL, "libcamera-core.so.1", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_add_provided(profile, NULL, 0), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_private_copies(NULL, true), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_index(NULL, true), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_receipt_policy(NULL, HOTSHOE_RECEIPT_POLICY_OFF), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_installed(NULL, 0, &other), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_installed("camera", Z, NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_use_default_folders(NULL), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_set_folder(NULL, HOTSHOE_FOLDER_KIND_USER, "camera", Z), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_add_runtime(NULL, "process", Z, NULL, 0), "argument-invalid");
  CHECK_FAILS(hotshoe_profile_add_runtime(profile, NULL, 0, NULL, 0), "argument-invalid");
  CHECK(other == NULL);
  hotshoe_profile_free(profile);

  CHECK_TEXT(hotshoe_profile_name(NULL), NULL);
  CHECK_TEXT(hotshoe_profile_version(NULL), NULL);
  CHECK_TEXT(hotshoe_profile_search_path_variable(NULL), NULL);
  CHECK_TEXT(hotshoe_profile_entry(NULL), NULL);
  CHECK_TEXT(hotshoe_profile_version_symbol(NULL), NULL);
  CHECK_TEXT(hotshoe_profile_version_key(NULL), NULL);
  CHECK_TEXT(hotshoe_profile_folder(NULL, HOTSHOE_FOLDER_KIND_USER), NULL);
  CHECK(hotshoe_profile_runtime_count(NULL) == 0);
  CHECK_TEXT(hotshoe_profile_runtime(NULL, 0), NULL);
  CHECK_TEXT(hotshoe_profile_runtime_settings(NULL, 0), NULL);
  CHECK(hotshoe_profile_diagnostics(NULL) == NULL);
  hotshoe_profile_free(NULL);
}

int main(void) {
  everything_follows_from_the_name();
  it_may_be_inside_the_host();
  it_has_the_folders_that_it_names();
  it_takes_the_runtimes_that_it_lists();
  an_unknown_key_is_a_finding();
  a_profile_that_cannot_be_made_writes_nothing();
  null_is_refused();
  return 0;
}
