package io.millrace.simulator.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.Asked;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.Verdict;
import io.vertx.core.buffer.Buffer;

/** A call to {@code /v1/responses}: its items, and the events in which they come. */
final class ResponsesCall implements OpenAiCall {
  private final CallFacts facts;
  private final Flavour flavour;
  private final ObjectNode request;
  private final ResponseJson json;
  private final ResponseEvents events = new ResponseEvents();

  ResponsesCall(CallFacts facts, Flavour flavour, ObjectNode request, long createdSeconds) {
    this.facts = facts;
    this.flavour = flavour;
    this.request = request;
    this.json = new ResponseJson(request, facts.model(), createdSeconds);
  }

  @Override
  public Flavour flavour() {
    return flavour;
  }

  @Override
  public CallFacts facts() {
    return facts;
  }

  @Override
  public Buffer whole(Verdict.Answer answer) {
    return Buffer.buffer(ended(answer).toString());
  }

  @Override
  public void opening(Buffer out, Verdict.Answer answer) {
    for (String type : new String[] {"created", "in_progress"}) {
      ObjectNode event = ResponseEvents.event("response." + type);
      event.set("response", json.response("in_progress", ResponseJson.MAPPER.createArrayNode()));
      events.write(out, event);
    }
    int next = 0;
    if (hasReasoning(answer)) {
      events.reasoning(out, next++, reasoning(answer));
    }
    if (hasMessage(answer)) {
      ObjectNode begun = json.message("in_progress");
      events.item(out, "added", next, begun);
      ObjectNode event = events.inside("content_part.added", begun, next).put("content_index", 0);
      event.set("part", part(answer, ""));
      events.write(out, event);
    }
  }

  @Override
  public void words(Buffer out, Verdict.Answer answer, int from, int to) {
    var text = new StringBuilder();
    for (int word = from; word < to; word++) {
      text.append(answer.text().word(word));
    }
    String type = isRefusal(answer) ? "refusal.delta" : "output_text.delta";
    int index = hasReasoning(answer) ? 1 : 0;
    ObjectNode event =
        events
            .inside(type, json.message(""), index)
            .put("content_index", 0)
            .put("delta", text.toString());
    if (!isRefusal(answer)) {
      event.set("logprobs", logprobs(answer, from, to));
    }
    events.write(out, event.put("obfuscation", "Xq3"));
  }

  @Override
  public void closing(Buffer out, Verdict.Answer answer) {
    ObjectNode response = ended(answer);
    JsonNode output = response.get("output");
    for (int i = hasReasoning(answer) ? 1 : 0; i < output.size(); i++) {
      ObjectNode item = (ObjectNode) output.get(i);
      if (item.get("type").textValue().equals("message")) {
        events.messageEnd(out, i, item);
      } else {
        events.functionCall(out, i, item);
      }
    }
    ObjectNode event = ResponseEvents.event("response." + response.get("status").textValue());
    event.set("response", response);
    events.write(out, event);
  }

  private ObjectNode ended(Verdict.Answer answer) {
    ArrayNode output = ResponseJson.MAPPER.createArrayNode();
    if (hasReasoning(answer)) {
      output.add(reasoning(answer));
    }
    String reason = incompleteReason(answer);
    String status = reason.isEmpty() ? "completed" : "incomplete";
    if (hasMessage(answer)) {
      ObjectNode message = json.message(status);
      message.withArrayProperty("content").add(part(answer, text(answer)));
      output.add(message);
    }
    answer.toolUses().forEach(use -> output.add(json.functionCall(use)));
    ObjectNode response = json.response(status, output);
    if (!reason.isEmpty()) {
      response.putObject("incomplete_details").put("reason", reason);
    }
    response.set("usage", ResponseJson.usage(answer.usage()));
    return response;
  }

  private ObjectNode reasoning(Verdict.Answer answer) {
    boolean isEncrypted = isIncluded("reasoning.encrypted_content");
    var text = new StringBuilder();
    for (int word = 0; word < answer.reasoning().words(); word++) {
      text.append(answer.reasoning().word(word));
    }
    return json.reasoning(text.toString(), isEncrypted);
  }

  private ObjectNode part(Verdict.Answer answer, String text) {
    if (isRefusal(answer)) {
      return ResponseJson.MAPPER.createObjectNode().put("type", "refusal").put("refusal", text);
    }
    int words = text.isEmpty() ? 0 : answer.text().words();
    return ResponseJson.text(text, logprobs(answer, 0, words));
  }

  private ArrayNode logprobs(Verdict.Answer answer, int from, int to) {
    return isIncluded("message.output_text.logprobs")
        ? ResponseJson.logprobs(answer.text(), from, to, request.path("top_logprobs").asInt(0))
        : ResponseJson.MAPPER.createArrayNode();
  }

  private boolean isIncluded(String what) {
    return request.path("include").valueStream().anyMatch(one -> one.asText("").equals(what));
  }

  private static String text(Verdict.Answer answer) {
    var text = new StringBuilder();
    for (int word = 0; word < answer.text().words(); word++) {
      text.append(answer.text().word(word));
    }
    return text.toString();
  }

  private static boolean hasReasoning(Verdict.Answer answer) {
    return answer.reasoning().words() > 0;
  }

  private static boolean hasMessage(Verdict.Answer answer) {
    return answer.toolUses().isEmpty() && answer.text().words() > 0;
  }

  /** A model that must keep to a schema says in a part of its own that it will not answer. */
  private boolean isRefusal(Verdict.Answer answer) {
    return answer.ending() == Verdict.Ending.CONTENT_FILTER
        && facts.asked().format() instanceof Asked.Format.JsonSchema;
  }

  private String incompleteReason(Verdict.Answer answer) {
    return switch (answer.ending()) {
      case STOP, TOOL_CALLS -> "";
      case LENGTH -> "max_output_tokens";
      case CONTENT_FILTER -> isRefusal(answer) ? "" : "content_filter";
    };
  }
}
