package io.millrace.simulator.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What Converse refuses, in about its own words. */
final class ConverseChecks {
  private static final Set<String> FIELDS =
      Set.of(
          "messages",
          "system",
          "inferenceConfig",
          "toolConfig",
          "guardrailConfig",
          "additionalModelRequestFields",
          "promptVariables",
          "additionalModelResponseFieldPaths",
          "requestMetadata",
          "performanceConfig",
          "serviceTier",
          "outputConfig");
  private static final Set<String> BLOCKS =
      Set.of(
          "text",
          "image",
          "document",
          "video",
          "audio",
          "toolUse",
          "toolResult",
          "guardContent",
          "cachePoint",
          "reasoningContent",
          "citationsContent",
          "searchResult");
  private static final Pattern DOCUMENT_NAME =
      Pattern.compile("(?!.*\\s\\s)[A-Za-z0-9\\s\\-()\\[\\]]{1,200}");

  private ConverseChecks() {}

  static Optional<BedrockError> problem(JsonNode root) {
    for (var field : root.properties()) {
      if (!FIELDS.contains(field.getKey())) {
        return wrong("extraneous key [" + field.getKey() + "] is not permitted");
      }
    }
    return messagesProblem(root.path("messages"))
        .or(() -> toolsProblem(root))
        .or(() -> inferenceProblem(root.path("inferenceConfig")))
        .or(() -> schemaProblem(root.at("/outputConfig/textFormat")));
  }

  private static Optional<BedrockError> messagesProblem(JsonNode messages) {
    if (!messages.isArray() || messages.isEmpty()) {
      return wrong("The messages list must not be empty.");
    }
    var expected = "user";
    for (int i = 0; i < messages.size(); i++) {
      JsonNode message = messages.get(i);
      if (!message.path("role").asText().equals(expected)) {
        return wrong(
            i == 0
                ? "A conversation must start with a user message. Try again with a conversation"
                    + " that starts with a user message."
                : "A conversation must alternate between user and assistant roles. Make sure the"
                    + " conversation alternates between user and assistant roles and try again.");
      }
      Optional<BedrockError> problem = contentProblem(message.path("content"), i);
      if (problem.isPresent()) {
        return problem;
      }
      expected = expected.equals("user") ? "assistant" : "user";
    }
    return resultsProblem(messages);
  }

  private static Optional<BedrockError> contentProblem(JsonNode content, int message) {
    if (!content.isArray() || content.isEmpty()) {
      return wrong("The content field in the Message object at messages." + message + " is empty.");
    }
    boolean hasText = false;
    boolean hasDocument = false;
    for (int i = 0; i < content.size(); i++) {
      JsonNode block = content.get(i);
      String at = " at messages." + message + ".content." + i + " ";
      if (block.size() != 1 || !BLOCKS.contains(block.fieldNames().next())) {
        return wrong("The ContentBlock" + at + "must have exactly one member.");
      }
      if (block.has("text") && block.get("text").asText("").isBlank()) {
        return wrong("The text field in the ContentBlock object" + at + "is blank.");
      }
      hasText |= block.has("text");
      hasDocument |= block.has("document");
      if (block.has("document") && !isDocumentRight(block.get("document"))) {
        return wrong("The document" + at + "has a wrong name, format or source.");
      }
      if (block.has("image")
          && !isBytes(block.get("image"), Set.of("png", "jpeg", "gif", "webp"))) {
        return wrong("The image" + at + "has a wrong format or source.");
      }
    }
    return hasDocument && !hasText
        ? wrong("A text block must be included when using documents.")
        : Optional.empty();
  }

  private static boolean isDocumentRight(JsonNode document) {
    return DOCUMENT_NAME.matcher(document.path("name").asText("")).matches()
        && isBytes(
            document, Set.of("pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"));
  }

  private static boolean isBytes(JsonNode media, Set<String> formats) {
    return formats.contains(media.path("format").asText(""))
        && !media.at("/source/bytes").asText("").isEmpty();
  }

  /** The calls of an assistant's turn are answered in the next message, all of them. */
  private static Optional<BedrockError> resultsProblem(JsonNode messages) {
    for (int i = 0; i < messages.size(); i++) {
      var wanted = new HashSet<String>();
      for (JsonNode block : messages.path(i - 1).path("content")) {
        if (block.has("toolUse")) {
          wanted.add(block.at("/toolUse/toolUseId").asText());
        }
      }
      var given = new HashSet<String>();
      for (JsonNode block : messages.get(i).path("content")) {
        if (block.has("toolResult")) {
          given.add(block.at("/toolResult/toolUseId").asText());
        }
      }
      if (!wanted.equals(given)) {
        return wrong(
            "Expected toolResult blocks at messages." + i + ".content for each toolUse before.");
      }
    }
    return Optional.empty();
  }

  private static Optional<BedrockError> toolsProblem(JsonNode root) {
    JsonNode config = root.path("toolConfig");
    boolean isUsed =
        root.path("messages").findValue("toolUse") != null
            || root.path("messages").findValue("toolResult") != null;
    if (config.isMissingNode()) {
      return isUsed
          ? wrong(
              "The toolConfig field must be defined when using toolUse and toolResult content"
                  + " blocks.")
          : Optional.empty();
    }
    var names = new HashSet<String>();
    for (JsonNode tool : config.path("tools")) {
      JsonNode spec = tool.path("toolSpec");
      if (spec.isObject()) {
        names.add(spec.path("name").asText());
        if (!spec.at("/inputSchema/json/type").asText("").equals("object")) {
          return wrong("The value at toolConfig.tools.inputSchema.json.type must be object.");
        }
      }
    }
    JsonNode named = config.at("/toolChoice/tool/name");
    if (names.isEmpty() || (named.isTextual() && !names.contains(named.asText()))) {
      return wrong("The toolConfig names no tool, or one that it does not declare.");
    }
    return Optional.empty();
  }

  private static Optional<BedrockError> inferenceProblem(JsonNode config) {
    for (var name : new String[] {"temperature", "topP"}) {
      double value = config.path(name).asDouble(0);
      if (value < 0 || value > 1) {
        return wrong("Value at 'inferenceConfig." + name + "' must be from 0 to 1");
      }
    }
    boolean isLimitRight = config.path("maxTokens").asInt(1) >= 1;
    return isLimitRight
        ? Optional.empty()
        : wrong("Value at 'inferenceConfig.maxTokens' must be at least 1");
  }

  private static Optional<BedrockError> schemaProblem(JsonNode format) {
    if (format.isMissingNode()) {
      return Optional.empty();
    }
    JsonNode schema = format.at("/structure/jsonSchema/schema");
    boolean isRight =
        format.path("type").asText("").equals("json_schema")
            && schema.isTextual()
            && ConverseReader.tree(schema.asText().getBytes(StandardCharsets.UTF_8)).isObject();
    return isRight
        ? Optional.empty()
        : wrong("The schema at outputConfig.textFormat must be the text of a JSON schema.");
  }

  private static Optional<BedrockError> wrong(String message) {
    return Optional.of(BedrockError.invalid(message));
  }
}
