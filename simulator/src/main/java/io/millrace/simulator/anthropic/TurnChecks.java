package io.millrace.simulator.anthropic;

import static io.millrace.simulator.anthropic.AnthropicError.found;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whether a conversation is one: turns of known roles, the user's first, no empty texts, and each
 * call of a tool answered at the beginning of the turn after it. Neighbours of one role are one
 * turn.
 */
final class TurnChecks {
  private static final Pattern TOOL_USE_ID = Pattern.compile("[a-zA-Z0-9_-]+");
  private static final Set<String> MEDIA_TYPES =
      Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

  private TurnChecks() {}

  /** Neighbours of one role together. */
  private record Turn(String role, List<JsonNode> blocks) {}

  static Optional<AnthropicError> problem(JsonNode root) {
    JsonNode messages = root.path("messages");
    if (messages.isEmpty()) {
      return found("messages: at least one message is required");
    }
    var turns = new ArrayList<Turn>();
    for (int i = 0; i < messages.size(); i++) {
      Optional<AnthropicError> problem = messageProblem("messages." + i, messages.get(i));
      if (problem.isPresent()) {
        return problem;
      }
      add(turns, messages.get(i));
    }
    return turns.getFirst().role().equals("user")
        ? systemProblem(root).or(() -> toolProblem(turns))
        : found("messages: first message must use the \"user\" role");
  }

  private static void add(List<Turn> turns, JsonNode message) {
    String role = message.path("role").asText();
    if (turns.isEmpty() || !turns.getLast().role().equals(role)) {
      turns.add(new Turn(role, new ArrayList<>()));
    }
    JsonNode content = message.path("content");
    if (content.isArray()) {
      content.forEach(turns.getLast().blocks()::add);
    } else {
      turns.getLast().blocks().add(content);
    }
  }

  private static Optional<AnthropicError> messageProblem(String path, JsonNode message) {
    String role = message.path("role").asText();
    if (!role.equals("user") && !role.equals("assistant")) {
      return found(
          "messages: Unexpected role \"%s\". Allowed roles are \"user\" or \"assistant\"."
              .formatted(role));
    }
    JsonNode content = message.path("content");
    if (!content.isArray() && !content.isTextual()) {
      return found(path + ".content: Field required");
    }
    boolean isEmpty = content.isArray() ? content.isEmpty() : content.asText().isEmpty();
    return isEmpty
        ? found(path + ": all messages must have non-empty content")
        : blocksProblem(path + ".content", content);
  }

  private static Optional<AnthropicError> systemProblem(JsonNode root) {
    return blocksProblem("system", root.path("system"));
  }

  private static Optional<AnthropicError> blocksProblem(String path, JsonNode blocks) {
    int index = 0;
    for (JsonNode block : blocks) {
      String at = path + "." + index++;
      Optional<AnthropicError> problem =
          switch (block.path("type").asText()) {
            case "text" ->
                block.path("text").asText().isBlank()
                    ? found(at + ": text content blocks must contain non-whitespace text")
                    : Optional.empty();
            case "image" -> imageProblem(at, block.path("source"));
            case "tool_use" -> useProblem(at, block);
            case "tool_result" -> blocksProblem(at + ".content", block.path("content"));
            case "thinking" -> thoughtProblem(at, block);
            case "document", "redacted_thinking", "search_result" -> Optional.empty();
            case String other -> found(at + ".type: Input tag '" + other + "' is not known");
          };
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private static Optional<AnthropicError> imageProblem(String at, JsonNode source) {
    boolean isKnown = MEDIA_TYPES.contains(source.path("media_type").asText());
    return source.path("type").asText().equals("base64") && !isKnown
        ? found(at + ".source.base64.media_type: Input should be one of " + MEDIA_TYPES)
        : Optional.empty();
  }

  private static Optional<AnthropicError> useProblem(String at, JsonNode block) {
    if (!TOOL_USE_ID.matcher(block.path("id").asText()).matches()) {
      return found(at + ".tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'");
    }
    return block.path("input").isObject()
        ? Optional.empty()
        : found(at + ".tool_use.input: Input should be a valid dictionary");
  }

  private static Optional<AnthropicError> thoughtProblem(String at, JsonNode block) {
    String signature = Signatures.of(block.path("thinking").asText());
    return block.path("signature").asText().equals(signature)
        ? Optional.empty()
        : found(at + ": Invalid `signature` in `thinking` block");
  }

  private static Optional<AnthropicError> toolProblem(List<Turn> turns) {
    Set<String> asked = Set.of();
    for (int i = 0; i < turns.size(); i++) {
      List<String> answered = leadingResults(turns.get(i));
      Optional<AnthropicError> problem = answersProblem(i, turns.get(i), asked, answered);
      if (problem.isPresent()) {
        return problem;
      }
      asked = uses(turns.get(i));
    }
    return asked.isEmpty() ? Optional.empty() : unanswered(turns.size() - 1, asked);
  }

  private static Optional<AnthropicError> answersProblem(
      int index, Turn turn, Set<String> asked, List<String> answered) {
    long results =
        turn.blocks().stream()
            .filter(block -> block.path("type").asText().equals("tool_result"))
            .count();
    if (!asked.equals(Set.copyOf(answered))) {
      var missing = new HashSet<>(asked);
      answered.forEach(missing::remove);
      return missing.isEmpty() ? unexpected(index) : unanswered(index - 1, missing);
    }
    return results > answered.size() ? unexpected(index) : Optional.empty();
  }

  private static Optional<AnthropicError> unanswered(int index, Set<String> ids) {
    return found(
        ("messages.%d: `tool_use` ids were found without `tool_result` blocks immediately after:"
                + " %s. Each `tool_use` block must have a corresponding `tool_result` block in the"
                + " next message.")
            .formatted(index, String.join(", ", ids)));
  }

  private static Optional<AnthropicError> unexpected(int index) {
    return found(
        ("messages.%d.content: unexpected `tool_use_id` found in `tool_result` blocks. Each"
                + " `tool_result` block must have a corresponding `tool_use` block in the previous"
                + " message.")
            .formatted(index));
  }

  private static List<String> leadingResults(Turn turn) {
    return turn.blocks().stream()
        .takeWhile(block -> block.path("type").asText().equals("tool_result"))
        .map(block -> block.path("tool_use_id").asText())
        .toList();
  }

  private static Set<String> uses(Turn turn) {
    var ids = new HashSet<String>();
    for (JsonNode block : turn.blocks()) {
      if (block.path("type").asText().equals("tool_use")) {
        ids.add(block.path("id").asText());
      }
    }
    return ids;
  }
}
