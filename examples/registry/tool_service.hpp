// The service of the registry's tools, `pluginapi.ToolService`, over a plugin that was loaded.
//
//     ToolService weather(host.load_path("plugins/weather", none).value());
//     std::string result = weather.call(R"({"location": "Oslo"})").value();
#ifndef TOOL_SERVICE_HPP
#define TOOL_SERVICE_HPP

#include <cstddef>
#include <hotshoe/hotshoe.hpp>
#include <string>
#include <string_view>
#include <utility>

// A text as JSON has it, with its quotes.
inline std::string json_text(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') json += '\\';
    if (byte < 0x20) {
      json += std::string("\\u00") + digits[byte / 16] + digits[byte % 16];
    } else {
      json += c;
    }
  }
  return json + "\"";
}

// What a tool says of itself, or answers: a message, whose fields are JSON.
class ToolMessage {
 public:
  explicit ToolMessage(std::string json) : json_(std::move(json)) {}

  // A field that is a text; an empty one if it is not there. Its values are texts only, so that no other
  // field can look like it.
  std::string text(std::string_view field) const {
    const std::string start = json_text(field) + ":";
    std::size_t at = json_.find(start + "\"");
    if (at == std::string::npos) return {};
    std::string text;
    for (at += start.size() + 1; at < json_.size() && json_[at] != '"'; ++at) {
      if (json_[at] == '\\' && at + 1 < json_.size()) {
        ++at;
        text += json_[at] == 'n' ? '\n' : json_[at] == 't' ? '\t' : json_[at];
      } else {
        text += json_[at];
      }
    }
    return text;
  }

 private:
  std::string json_;
};

struct ToolDefinition {
  std::string name;
  std::string description;
  std::string parameters;  // a JSON schema
};

class ToolService {
 public:
  explicit ToolService(hotshoe::Plugin plugin) : plugin_(std::move(plugin)) {}

  hotshoe::Result<ToolDefinition> definition() const {
    hotshoe::Result<ToolMessage> answer = ask("GetDefinition", "{}");
    if (!answer) return std::move(answer).error();
    const ToolMessage& said = answer.value();
    return ToolDefinition{said.text("name"), said.text("description"), said.text("parameters_json")};
  }

  // Runs the tool: arguments and result are JSON. What the tool cannot do is in `failure`, and no error.
  hotshoe::Result<std::string> call(std::string_view arguments, std::string& failure) const {
    hotshoe::Result<ToolMessage> answer = ask("Call", "{\"args_json\":" + json_text(arguments) + "}");
    if (!answer) return std::move(answer).error();
    failure = answer.value().text("error");
    return answer.value().text("result_json");
  }

  const hotshoe::Plugin& plugin() const { return plugin_; }

 private:
  hotshoe::Result<ToolMessage> ask(std::string_view method, std::string_view input) const {
    hotshoe::Result<hotshoe::Call> call = hotshoe::Call::of(method);
    if (!call) return std::move(call).error();
    hotshoe::Result<void> set = call.value().set_input(hotshoe::Encoding::Json, input);
    if (!set) return std::move(set).error();
    hotshoe::Result<std::string> output = call.value().output_of(plugin_);
    if (!output) return std::move(output).error();
    return ToolMessage(std::move(output).value());
  }

  hotshoe::Plugin plugin_;
};

#endif  // TOOL_SERVICE_HPP
