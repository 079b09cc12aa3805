package io.millrace.workers.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatBody.ResponseFormat;
import io.millrace.workers.canonical.ChatBody.ToolChoice;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.math.BigDecimal;
import java.util.List;

/** Writes a chat request as the body of a call to the Messages API. */
final class MessagesRequest {

  /** What every model can write, for clients that set no limit where Anthropic wants one. */
  private static final int OUTPUT_TOKENS_DEFAULT = 4096;

  private static final String ONLY_JSON =
      "Answer with a single JSON object and nothing else: no words around it, no code fence.";

  private final ChatBody chat;
  private final ClaudeModel model;
  private final ParameterCheck check;
  private final ObjectNode fields;
  private final ObjectNode body = Json.MAPPER.createObjectNode();

  private MessagesRequest(ChatBody chat, ClaudeModel model, ParameterCheck check) {
    this.chat = chat;
    this.model = model;
    this.check = check;
    this.fields = chat.fields();
  }

  /**
   * @param check hears what this model cannot have
   */
  static ObjectNode of(ChatBody chat, String model, boolean isStream, ParameterCheck check) {
    var request = new MessagesRequest(chat, ClaudeModel.of(model), check);
    request.body.put("model", model);
    request.write();
    if (isStream) {
      request.body.put("stream", true);
    }
    return request.body;
  }

  private void write() {
    var conversation = Conversation.of(chat.messages(), check);
    boolean isToolForced =
        chat.toolChoice() instanceof ToolChoice.Required
            || chat.toolChoice() instanceof ToolChoice.Named;
    var reasoning = Reasoning.of(chat, model, isToolForced, conversation.lacksThoughts(), check);
    body.put(
        "max_tokens", chat.outputTokensMax().orElse(OUTPUT_TOKENS_DEFAULT + reasoning.tokens()));
    format(conversation);
    if (!conversation.system().isEmpty()) {
      body.set("system", conversation.system());
    }
    body.set("messages", conversation.turns());
    ToolForm.write(chat, check, body);
    reasoning.write(body);
    sampling(reasoning.isThinking());
    stops();
    user();
    serviceTier();
    if (fields.path("cache_control").isObject()) {
      body.set("cache_control", fields.get("cache_control"));
    }
  }

  private void format(Conversation conversation) {
    switch (chat.responseFormat()) {
      case ResponseFormat.JsonSchema schema ->
          body.withObjectProperty("output_config")
              .putObject("format")
              .put("type", "json_schema")
              .set("schema", StrictSchema.of(schema.schema()));
      case ResponseFormat.JsonObject any -> conversation.instruct(ONLY_JSON);
      case ResponseFormat.Text text -> {
        // What it does anyway.
      }
    }
  }

  /** A model that thinks takes no other sampling than its own, as new models never do. */
  private void sampling(boolean isThinking) {
    var temperature = fields.path("temperature");
    var topP = fields.path("top_p");
    if (!model.takesSampling() || isThinking) {
      unsupportedUnless(isNumber(temperature) && temperature.asDouble() == 1, "temperature");
      unsupportedUnless(isNumber(topP) && topP.asDouble() >= 0.99, "top_p");
      unsupportedUnless(false, "top_k");
      return;
    }
    if (isNumber(temperature)) {
      body.put("temperature", temperature.decimalValue().min(BigDecimal.ONE));
    }
    if (isNumber(topP) && body.has("temperature") && !model.takesTemperatureWithTopP()) {
      unsupportedUnless(topP.asDouble() == 1, "top_p");
    } else if (isNumber(topP)) {
      body.set("top_p", topP);
    }
    if (isNumber(fields.path("top_k"))) {
      body.set("top_k", fields.get("top_k"));
    }
  }

  private static boolean isNumber(JsonNode node) {
    return node.isNumber();
  }

  private void unsupportedUnless(boolean isNeutral, String name) {
    if (fields.has(name) && !isNeutral) {
      check.unsupported(fields, name);
    }
  }

  /** Anthropic refuses sequences of nothing but white space. */
  private void stops() {
    List<String> stops = chat.stop();
    var visible = stops.stream().filter(stop -> !stop.isBlank()).toList();
    if (!visible.isEmpty()) {
      var sequences = body.putArray("stop_sequences");
      visible.forEach(sequences::add);
    }
    if (visible.size() < stops.size()) {
      check.unsupported(fields, "stop");
    }
  }

  /** Of OpenAI's metadata, Anthropic knows a user's id only. */
  private void user() {
    var metadata = fields.path("metadata");
    var own = metadata.path("user_id").asText("");
    var id =
        own.isEmpty() ? chat.text("user").or(() -> chat.text("safety_identifier")).orElse("") : own;
    if (!id.isEmpty()) {
      body.putObject("metadata").put("user_id", id);
    }
    if (metadata.size() > (metadata.has("user_id") ? 1 : 0)) {
      check.unsupported(fields, "metadata");
    }
  }

  /** There are two: with the capacity that was bought in advance, if any, and without. */
  private void serviceTier() {
    chat.text("service_tier")
        .ifPresent(
            tier ->
                body.put(
                    "service_tier",
                    tier.equals("default") || tier.equals("flex") || tier.equals("standard_only")
                        ? "standard_only"
                        : "auto"));
  }
}
