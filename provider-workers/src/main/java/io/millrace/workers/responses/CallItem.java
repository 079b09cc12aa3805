package io.millrace.workers.responses;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.millrace.workers.canonical.Json;

/** A call of a function or of a custom tool. */
final class CallItem extends OutputItem {

  private final StringBuilder input = new StringBuilder();
  private final boolean isCustom;

  private CallItem(
      String hex, int outputIndex, boolean isCustom, EventWriter events, String callId) {
    super(
        isCustom ? "ctc_" : "fc_",
        hex,
        outputIndex,
        isCustom ? "custom_tool_call" : "function_call",
        events);
    this.isCustom = isCustom;
    json().put("call_id", callId);
  }

  static CallItem function(
      String hex, int outputIndex, EventWriter events, String callId, String name) {
    return new CallItem(hex, outputIndex, false, events, callId).begin(name);
  }

  static CallItem custom(
      String hex, int outputIndex, EventWriter events, String callId, String name) {
    return new CallItem(hex, outputIndex, true, events, callId).begin(name);
  }

  private CallItem begin(String name) {
    json().put("name", name).put(field(), "");
    added();
    return this;
  }

  String callId() {
    return json().path("call_id").asText();
  }

  void input(String more) {
    if (more.isEmpty()) {
      return;
    }
    input.append(more);
    if (events().isRead()) {
      events().send(events().inside(event() + ".delta", this).put("delta", more));
    }
  }

  /** True when what has come can be all: a function's arguments are one JSON object. */
  boolean canBeWhole() {
    if (isCustom) {
      return false;
    }
    try {
      return !input.isEmpty()
          && input.charAt(input.length() - 1) == '}'
          && Json.MAPPER.readTree(input.toString()).isObject();
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  @Override
  void closeParts() {
    json().put(field(), input.toString());
    var done = events().inside(event() + ".done", this);
    if (!isCustom) {
      done.set("name", json().path("name"));
    }
    events().send(done.put(field(), input.toString()));
  }

  private String field() {
    return isCustom ? "input" : "arguments";
  }

  private String event() {
    return isCustom ? "custom_tool_call_input" : "function_call_arguments";
  }
}
