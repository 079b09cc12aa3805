package io.millrace.workers.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.Media;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatBody.ResponseFormat;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Writes a chat request as the body of Converse and ConverseStream, which is the same for both. */
final class ConverseBody {

  /** Fields of Bedrock's own that clients may send beside OpenAI's. */
  static final Set<String> OWN_FIELDS =
      Set.of(
          "top_k",
          "thinking",
          "additionalModelRequestFields",
          "guardrailConfig",
          "performanceConfig",
          "requestMetadata");

  private static final String JSON_PROMPT =
      "Answer with one JSON object and nothing else: no words around it, no code fence.";

  /** What Bedrock takes as request metadata. */
  private static final Pattern METADATA = Pattern.compile("[a-zA-Z0-9\\s:_@$#=/+,.\\-]{0,256}");

  private final ChatBody chat;
  private final String model;
  private final ParameterCheck check;
  private final ObjectNode body = Json.MAPPER.createObjectNode();

  private ConverseBody(ChatBody chat, String model, ParameterCheck check) {
    this.chat = chat;
    this.model = model;
    this.check = check;
  }

  /**
   * @param media what was fetched, by URL
   * @param check has gone over the request's fields; takes what else cannot be had
   */
  static ObjectNode of(
      ChatBody chat, String model, Map<String, Media> media, ParameterCheck check) {
    return new ConverseBody(chat, model, check).write(media);
  }

  private ObjectNode write(Map<String, Media> media) {
    var conversation = new ConverseMessages(new ConverseContent(media, check), model);
    conversation.add(chat);
    body.set("messages", conversation.messages());
    var system = conversation.system();
    if (chat.responseFormat() instanceof ResponseFormat.JsonObject) {
      system.addObject().put("text", JSON_PROMPT);
    }
    if (!system.isEmpty()) {
      body.set("system", system);
    }
    ConverseTools.config(chat, conversation.hasTools())
        .ifPresent(config -> body.set("toolConfig", config));
    inference();
    output();
    ofModel();
    serviceTier();
    metadata();
    for (var name : List.of("guardrailConfig", "performanceConfig")) {
      if (chat.fields().path(name).isObject()) {
        body.set(name, chat.fields().path(name));
      }
    }
    return body;
  }

  private void inference() {
    var config = Json.MAPPER.createObjectNode();
    chat.outputTokensMax().ifPresent(max -> config.put("maxTokens", max));
    number("temperature", "temperature", config);
    number("top_p", "topP", config);
    var stops = chat.stop().stream().filter(stop -> !stop.isBlank()).toList();
    if (!stops.isEmpty()) {
      stops.forEach(config.putArray("stopSequences")::add);
    }
    if (!config.isEmpty()) {
      body.set("inferenceConfig", config);
    }
  }

  /** OpenAI's scale of temperatures ends at 2, that of Bedrock at 1. */
  private void number(String name, String own, ObjectNode config) {
    var value = chat.fields().path(name);
    if (value.isNumber()) {
      config.set(own, value.asDouble() > 1 ? Json.MAPPER.getNodeFactory().numberNode(1) : value);
    }
  }

  private void output() {
    var config = Json.MAPPER.createObjectNode();
    if (chat.responseFormat() instanceof ResponseFormat.JsonSchema format) {
      var textFormat = config.putObject("textFormat").put("type", "json_schema");
      // Converse wants the schema as text.
      textFormat
          .putObject("structure")
          .putObject("jsonSchema")
          .put("schema", format.schema().toString())
          .put("name", format.name());
    }
    chat.text("reasoning_effort")
        .filter(effort -> !effort.equals("none"))
        .ifPresent(effort -> config.put("effort", effort.equals("minimal") ? "low" : effort));
    if (!config.isEmpty()) {
      body.set("outputConfig", config);
    }
  }

  /** What each vendor's models call their own. */
  private void ofModel() {
    var given = chat.fields().path("additionalModelRequestFields");
    var fields = given instanceof ObjectNode own ? own.deepCopy() : Json.MAPPER.createObjectNode();
    var thinking = chat.fields().path("thinking");
    boolean isOff = chat.text("reasoning_effort").filter("none"::equals).isPresent();
    if (thinking.isObject()) {
      fields.set("thinking", thinking);
    } else if (isOff && ModelIds.vendor(model).equals("anthropic.")) {
      fields.putObject("thinking").put("type", "disabled");
    }
    var topK = chat.fields().path("top_k");
    if (topK.isNumber()) {
      putTopK(fields, topK);
    }
    if (!fields.isEmpty()) {
      body.set("additionalModelRequestFields", fields);
    }
  }

  private void putTopK(ObjectNode fields, JsonNode topK) {
    if (ModelIds.isNova(model)) {
      fields.withObjectProperty("inferenceConfig").set("topK", topK);
    } else {
      fields.set(ModelIds.vendor(model).equals("cohere.") ? "k" : "top_k", topK);
    }
  }

  private void serviceTier() {
    var tier = chat.text("service_tier").orElse("auto");
    switch (tier) {
      case "auto" -> {
        // What Bedrock does unasked.
      }
      case "default", "flex", "priority" -> body.putObject("serviceTier").put("type", tier);
      default -> check.unsupported(chat.fields(), "service_tier");
    }
  }

  private void metadata() {
    var given = chat.fields().path("requestMetadata");
    var metadata =
        given instanceof ObjectNode own ? own.deepCopy() : Json.MAPPER.createObjectNode();
    for (var name : List.of("user", "safety_identifier")) {
      var value = chat.text(name).orElse("");
      if (!value.isEmpty() && METADATA.matcher(value).matches()) {
        metadata.put(name, value);
      } else if (!value.isEmpty()) {
        check.unsupported(chat.fields(), name);
      }
    }
    if (!metadata.isEmpty()) {
      body.set("requestMetadata", metadata);
    }
  }
}
