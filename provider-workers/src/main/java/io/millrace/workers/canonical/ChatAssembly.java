package io.millrace.workers.canonical;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts the chunks of a streamed completion together again. */
final class ChatAssembly {

  private final TreeMap<Integer, Choice> choices = new TreeMap<>();
  private long chars;

  /** Takes the choices of a chunk that has been put in order. */
  void add(JsonNode chunkChoices) {
    for (var part : chunkChoices) {
      var choice = choices.computeIfAbsent(part.path("index").asInt(), i -> new Choice());
      choice.add(part);
    }
  }

  boolean isEmpty() {
    return choices.isEmpty();
  }

  boolean knows(int choice) {
    return choices.containsKey(choice);
  }

  /** Choices that have not ended. */
  List<Integer> open() {
    return choices.entrySet().stream()
        .filter(e -> e.getValue().finishReason == null)
        .map(Map.Entry::getKey)
        .toList();
  }

  boolean isFinished() {
    return !isEmpty() && open().isEmpty();
  }

  /** True when a choice ended for length or content. */
  boolean isIncomplete() {
    return choices.values().stream().anyMatch(c -> FinishReasons.isIncomplete(c.finishReason));
  }

  /** How much the model has said, in characters. */
  long chars() {
    return chars;
  }

  ArrayNode choices() {
    var all = Json.MAPPER.createArrayNode();
    choices.forEach((index, choice) -> all.add(choice.toJson(index)));
    return all;
  }

  private final class Choice {
    /** Text fields of the message, such as content and refusal, in the order they began. */
    private final Map<String, StringBuilder> texts = new LinkedHashMap<>();

    private final Map<String, JsonNode> others = new LinkedHashMap<>();
    private final TreeMap<Integer, ToolCall> toolCalls = new TreeMap<>();
    private final Map<String, ArrayNode> logprobs = new LinkedHashMap<>();
    private @Nullable String finishReason;

    void add(JsonNode part) {
      part.path("delta").properties().forEach(e -> onDelta(e.getKey(), e.getValue()));
      part.path("logprobs")
          .properties()
          .forEach(
              e -> {
                if (e.getValue().isArray()) {
                  logprobs
                      .computeIfAbsent(e.getKey(), k -> Json.MAPPER.createArrayNode())
                      .addAll((ArrayNode) e.getValue());
                }
              });
      if (part.path("finish_reason").isTextual()) {
        finishReason = part.path("finish_reason").asText();
      }
    }

    private void onDelta(String name, JsonNode value) {
      if (name.equals("tool_calls")) {
        for (var call : value) {
          toolCalls.computeIfAbsent(call.path("index").asInt(), i -> new ToolCall()).add(call);
        }
      } else if (value.isTextual() && !name.equals("role")) {
        texts.computeIfAbsent(name, n -> new StringBuilder()).append(value.asText());
        chars += value.asText().length();
      } else if (!value.isNull() && !value.isTextual()) {
        others.put(name, value);
      }
    }

    ObjectNode toJson(int index) {
      var node = Json.MAPPER.createObjectNode();
      node.put("index", index);
      var message = node.putObject("message");
      message.put("role", "assistant");
      // A choice that only calls tools has null content, as a plain answer would.
      var content = texts.get("content");
      boolean isOnlyTools = content != null && content.isEmpty() && !toolCalls.isEmpty();
      message.put("content", content == null || isOnlyTools ? null : content.toString());
      message.putNull("refusal");
      texts.forEach(
          (name, text) -> {
            if (!name.equals("content")) {
              message.put(name, text.toString());
            }
          });
      others.forEach(message::set);
      if (!toolCalls.isEmpty()) {
        var calls = message.putArray("tool_calls");
        toolCalls.values().forEach(call -> calls.add(call.toJson()));
      }
      if (logprobs.isEmpty()) {
        node.putNull("logprobs");
      } else {
        var all = node.putObject("logprobs");
        logprobs.forEach(all::set);
      }
      node.put("finish_reason", finishReason);
      return node;
    }
  }

  private final class ToolCall {
    private final ObjectNode whole = Json.MAPPER.createObjectNode();

    void add(JsonNode part) {
      merge(whole, part);
      whole.remove("index");
    }

    /** Arguments and input come in pieces; everything else comes once. */
    private void merge(ObjectNode into, JsonNode part) {
      part.properties()
          .forEach(
              e -> {
                var name = e.getKey();
                var value = e.getValue();
                if (value.isObject()) {
                  merge(into.withObjectProperty(name), value);
                } else if (name.equals("arguments") || name.equals("input")) {
                  chars += value.asText().length();
                  into.put(name, into.path(name).asText("") + value.asText());
                } else if (!value.isNull()) {
                  into.set(name, value);
                }
              });
    }

    ObjectNode toJson() {
      return whole;
    }
  }
}
