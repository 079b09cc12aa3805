package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import java.util.Optional;

/** Reads the body of a chat call, or says what is wrong with it. */
final class ChatReader {
  private static final int ANSWERS_MAX = 128;
  private static final int TOP_LOGPROBS_MAX = 20;

  private ChatReader() {}

  static Parsed read(byte[] body, long createdSeconds, Address address) {
    if (!(Checks.tree(body) instanceof ObjectNode root)) {
      return OpenAiError.notJson();
    }
    if (!address.model().isEmpty()) {
      root.put("model", address.model());
    }
    Optional<OpenAiError> problem = problem(root).or(() -> address.flavour().problem(root));
    if (problem.isPresent()) {
      return problem.get();
    }
    JsonNode messages = root.get("messages");
    var facts =
        new CallFacts(
            root.get("model").textValue(),
            BodyHash.of(body),
            InputTokens.ofMessages(messages, body.length),
            outputTokensMax(root),
            // A null reads as 0.
            Math.max(1, root.path("n").asInt(1)),
            root.path("stream").asBoolean(false),
            prompt(messages),
            AskedReader.read(root));
    var options =
        new ChatCall.Options(
            address.flavour(),
            root.path("stream_options").path("include_usage").asBoolean(false),
            root.path("logprobs").asBoolean(false),
            root.path("top_logprobs").asInt(0));
    return new ChatCall(facts, options, createdSeconds);
  }

  private static Optional<OpenAiError> problem(JsonNode root) {
    return Checks.model(root)
        .or(() -> messagesProblem(root))
        .or(() -> Checks.integer(root, "max_completion_tokens", 1, Integer.MAX_VALUE))
        .or(() -> Checks.integer(root, "max_tokens", 1, Integer.MAX_VALUE))
        .or(() -> Checks.integer(root, "n", 1, ANSWERS_MAX))
        .or(() -> Checks.flag(root, "stream"))
        .or(() -> Checks.integer(root, "top_logprobs", 0, TOP_LOGPROBS_MAX))
        .or(() -> AskedReader.problem(root))
        .or(() -> streamOptionsProblem(root));
  }

  private static Optional<OpenAiError> messagesProblem(JsonNode root) {
    if (Checks.isAbsent(root, "messages")) {
      return Checks.missing("messages");
    }
    JsonNode messages = root.get("messages");
    if (!messages.isArray()) {
      return Checks.wrongType("messages", "an array of objects");
    }
    if (messages.isEmpty()) {
      String message = "Invalid 'messages': empty array. Expected at least one message.";
      return Optional.of(OpenAiError.invalid("empty_array", "messages", message));
    }
    for (int i = 0; i < messages.size(); i++) {
      if (!messages.get(i).isObject()) {
        return Checks.wrongType("messages[" + i + "]", "an object");
      }
      if (!messages.get(i).path("role").isTextual()) {
        return Checks.missing("messages[" + i + "].role");
      }
    }
    return Optional.empty();
  }

  private static Optional<OpenAiError> streamOptionsProblem(JsonNode root) {
    return Checks.isAbsent(root, "stream_options") || root.path("stream").asBoolean(false)
        ? Optional.empty()
        : Checks.wrongValue("stream_options", "it only beside \"stream\": true");
  }

  private static int outputTokensMax(JsonNode root) {
    int newer = root.path("max_completion_tokens").asInt(CallFacts.NO_LIMIT);
    int older = root.path("max_tokens").asInt(CallFacts.NO_LIMIT);
    return Math.min(limit(newer), limit(older));
  }

  /** A null reads as 0, and means no limit. */
  private static int limit(int tokens) {
    return tokens == 0 ? CallFacts.NO_LIMIT : tokens;
  }

  private static String prompt(JsonNode messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).get("role").textValue().equals("user")) {
        return text(messages.get(i).path("content"));
      }
    }
    return "";
  }

  private static String text(JsonNode content) {
    if (content.isTextual()) {
      return content.textValue();
    }
    var text = new StringBuilder();
    content.forEach(part -> text.append(part.path("text").asText("")));
    return text.toString();
  }
}
