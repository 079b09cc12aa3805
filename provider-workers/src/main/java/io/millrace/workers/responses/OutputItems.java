package io.millrace.workers.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.FinishReasons;
import io.millrace.workers.canonical.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a Response's items of what a chat answer says, and tells of them event by event. Whole
 * answers go through here as streams do, so that both read the same. An item ends when the next one
 * begins; only calls whose arguments are not whole stay open beside others, because some hosts tell
 * several at once.
 */
final class OutputItems {

  private final String hex;
  private final EventWriter events = new EventWriter();
  private final List<OutputItem> items = new ArrayList<>();
  private final TreeMap<Integer, CallItem> calls = new TreeMap<>();
  private final Set<String> callIds = new HashSet<>();
  private @Nullable MessageItem message;
  private @Nullable ReasoningItem reasoning;
  private String finishReason = "";

  /**
   * @param hex names the response
   */
  OutputItems(String hex) {
    this.hex = hex;
  }

  /** Takes one chunk of a streamed answer. */
  void onChunk(JsonNode chunk, Consumer<byte[]> reader) {
    events.to(reader);
    for (var choice : chunk.path("choices")) {
      if (choice.path("index").asInt(0) == 0) {
        onSaid(choice.path("delta"), choice);
      }
    }
  }

  /** Takes a whole answer. */
  void onWhole(JsonNode completion) {
    var choice = completion.path("choices").path(0);
    onSaid(choice.path("message"), choice);
    if (finishReason.isEmpty()) {
      end("stop");
    }
  }

  /** Why the answer ended; empty while it has not. */
  String finishReason() {
    return finishReason;
  }

  ArrayNode json() {
    var all = Json.MAPPER.createArrayNode();
    items.forEach(item -> all.add(item.json()));
    return all;
  }

  private void onSaid(JsonNode said, JsonNode choice) {
    if (!finishReason.isEmpty()) {
      return;
    }
    var thought = text(said, "reasoning_content");
    if (!thought.isEmpty()) {
      reasoning().text(thought);
    }
    onExtra(said);
    var logprobs = choice.path("logprobs").path("content");
    var content = text(said, "content");
    if (!content.isEmpty() || !logprobs.isEmpty()) {
      message().text(content, logprobs);
    }
    said.path("annotations").forEach(annotation -> message().annotation(annotation));
    var refusal = text(said, "refusal");
    if (!refusal.isEmpty()) {
      message().refusal(refusal);
    }
    onCalls(said.path("tool_calls"));
    if (choice.path("finish_reason").isTextual()) {
      end(choice.path("finish_reason").asText());
    }
  }

  private void onCalls(JsonNode toolCalls) {
    for (int i = 0; i < toolCalls.size(); i++) {
      var call = toolCalls.path(i);
      var kind = call.path("custom").isObject() ? "custom" : "function";
      var told = call.path(kind);
      callAt(call.path("index").asInt(i), call, kind, told.path("name").asText(""))
          .input(text(told, kind.equals("custom") ? "input" : "arguments"));
    }
  }

  private CallItem callAt(int index, JsonNode call, String kind, String name) {
    var known = calls.get(index);
    if (known != null && !known.isDone()) {
      return known;
    }
    closeOpen();
    var id = callId(call.path("id").asText(""));
    var begun =
        kind.equals("custom")
            ? CallItem.custom(hex, items.size(), events, id, name)
            : CallItem.function(hex, items.size(), events, id, name);
    calls.put(index, begun);
    items.add(begun);
    return begun;
  }

  /** Results come back under this id, so there must be one and it must be the only one. */
  private String callId(String told) {
    var id = told.isEmpty() || callIds.contains(told) ? "call_" + hex + items.size() : told;
    callIds.add(id);
    return id;
  }

  /** Signed thoughts go with the reasoning that is open, or follow by themselves. */
  private void onExtra(JsonNode said) {
    var carried = new CarriedThoughts();
    if (said.path("extra_content") instanceof ObjectNode extra) {
      carried.message().setAll(extra);
    }
    for (var call : said.path("tool_calls")) {
      if (call.path("extra_content").isObject() && !call.path("id").asText("").isEmpty()) {
        carried.calls().set(call.path("id").asText(), call.path("extra_content"));
      }
    }
    if (!carried.isEmpty()) {
      reasoning().carry(carried);
    }
  }

  private MessageItem message() {
    var open = message;
    if (open == null) {
      closeOpen();
      open = new MessageItem(hex, items.size(), events);
      items.add(open);
      message = open;
    }
    return open;
  }

  private ReasoningItem reasoning() {
    var open = reasoning;
    if (open == null) {
      closeOpen();
      open = new ReasoningItem(hex, items.size(), events);
      items.add(open);
      reasoning = open;
    }
    return open;
  }

  private void closeOpen() {
    if (message != null) {
      message.done(true);
      message = null;
    }
    if (reasoning != null) {
      reasoning.done(true);
      reasoning = null;
    }
    calls.values().stream()
        .filter(call -> !call.isDone() && call.canBeWhole())
        .forEach(call -> call.done(true));
  }

  private void end(String reason) {
    finishReason = reason;
    boolean isIncomplete = FinishReasons.isIncomplete(reason);
    if (items.isEmpty() && !isIncomplete) {
      message().text("", Json.MAPPER.missingNode());
    }
    for (int i = 0; i < items.size(); i++) {
      items.get(i).done(!isIncomplete || i < items.size() - 1);
    }
  }

  private static String text(JsonNode said, String field) {
    return said.path(field).isTextual() ? said.path(field).asText() : "";
  }
}
