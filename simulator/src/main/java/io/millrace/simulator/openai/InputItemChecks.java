package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What OpenAI says of the input of a Responses call. It keeps nothing, so it knows no ids. */
final class InputItemChecks {
  private static final Set<String> ROLES = Set.of("user", "assistant", "system", "developer");
  private static final Set<String> SAID = Set.of("output_text", "refusal");
  private static final Set<String> ASKED =
      Set.of("input_text", "input_image", "input_file", "input_audio");

  private InputItemChecks() {}

  static Optional<OpenAiError> problem(JsonNode root) {
    if (!Checks.isAbsent(root, "previous_response_id")) {
      String id = root.get("previous_response_id").asText("");
      String message = "Previous response with id '%s' not found.".formatted(id);
      return Optional.of(
          OpenAiError.invalid("previous_response_not_found", "previous_response_id", message));
    }
    if (Checks.isAbsent(root, "input")) {
      return Checks.missing("input");
    }
    JsonNode input = root.get("input");
    if (input.isTextual()) {
      return Optional.empty();
    }
    if (!input.isArray() || input.isEmpty()) {
      return Checks.wrongType("input", "a string or an array of items");
    }
    var calls = new HashSet<String>();
    for (int i = 0; i < input.size(); i++) {
      Optional<OpenAiError> problem = itemProblem(input.get(i), "input[" + i + "]", calls);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private static Optional<OpenAiError> itemProblem(JsonNode item, String path, Set<String> calls) {
    switch (item.path("type").asText("message")) {
      case "message" -> {
        return messageProblem(item, path);
      }
      case "function_call", "custom_tool_call" -> {
        calls.add(item.path("call_id").asText(""));
        return Checks.isAbsent(item, "name") ? Checks.missing(path + ".name") : Optional.empty();
      }
      case "function_call_output", "custom_tool_call_output" -> {
        String id = item.path("call_id").asText("");
        String message = "No tool call found for function call output with call_id " + id + ".";
        return calls.contains(id)
            ? Optional.empty()
            : Optional.of(OpenAiError.invalid("", "input", message));
      }
      case "reasoning" -> {
        return item.path("encrypted_content").asText("").startsWith("gAAAA")
            ? Optional.empty()
            : notFound(item);
      }
      case "item_reference" -> {
        return notFound(item);
      }
      default -> {
        return Optional.empty();
      }
    }
  }

  private static Optional<OpenAiError> notFound(JsonNode item) {
    String message =
        "Item with id '%s' not found. Items are not persisted when `store` is set to false."
            .formatted(item.path("id").asText(""));
    return Optional.of(OpenAiError.invalid("", "input", message));
  }

  private static Optional<OpenAiError> messageProblem(JsonNode item, String path) {
    String role = item.path("role").asText("");
    if (!ROLES.contains(role)) {
      return Checks.wrongValue(path + ".role", "user, assistant, system or developer");
    }
    if (!item.path("id").asText("msg_").startsWith("msg_")) {
      return Checks.wrongValue(path + ".id", "an ID that begins with 'msg'");
    }
    JsonNode content = item.path("content");
    if (content.isTextual()) {
      return Optional.empty();
    }
    if (!content.isArray()) {
      return Checks.missing(path + ".content");
    }
    Set<String> types = role.equals("assistant") ? SAID : ASKED;
    for (int i = 0; i < content.size(); i++) {
      if (!types.contains(content.get(i).path("type").asText(""))) {
        String place = path + ".content[" + i + "].type";
        return Checks.wrongValue(place, "one of " + types.stream().sorted().toList());
      }
    }
    return Optional.empty();
  }
}
