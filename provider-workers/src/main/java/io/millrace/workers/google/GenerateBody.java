package io.millrace.workers.google;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.Media;
import io.millrace.workers.Outcome;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatBody.ResponseFormat;
import io.millrace.workers.canonical.ChatBody.ToolChoice;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes a chat request as the body of {@code generateContent}. Belongs to one request. */
final class GenerateBody {

  /** Fields of Google's own that a client may send beside OpenAI's. */
  static final Set<String> OWN_FIELDS = Set.of("top_k", "safety_settings", "cached_content");

  private static final int STOPS_MAX = 5;
  private static final String JSON = "application/json";

  private final ChatBody chat;
  private final ModelFamily family;
  private final ParameterCheck check;
  private final ObjectNode request = Json.MAPPER.createObjectNode();

  GenerateBody(ChatBody chat, String model, ParameterCheck check) {
    this.chat = chat;
    this.family = ModelFamily.of(model);
    this.check = check;
  }

  /** Fills the request; says why when it cannot be put into Google's form. */
  Optional<Outcome.Failure> write(Map<String, Media> media) {
    var failure =
        new Contents(family, new MediaParts(media), check).write(chat.messages(), request);
    if (failure.isPresent()) {
      return failure;
    }
    if (!chat.tools().isEmpty()) {
      writeTools();
    }
    var config = config();
    if (!config.isEmpty()) {
      request.set("generationConfig", config);
    }
    copy("safety_settings", request, "safetySettings");
    copy("cached_content", request, "cachedContent");
    writeServiceTier();
    return check.refusal();
  }

  byte[] bytes() {
    return Json.bytes(request);
  }

  private void writeTools() {
    var declarations = request.putArray("tools").addObject().putArray("functionDeclarations");
    for (var tool : chat.tools()) {
      var declaration = declarations.addObject().put("name", tool.name());
      if (tool.description() != null) {
        declaration.put("description", tool.description());
      }
      if (!tool.parameters().isEmpty()) {
        declaration.set("parametersJsonSchema", tool.parameters());
      }
    }
    var calling = Json.MAPPER.createObjectNode();
    switch (chat.toolChoice()) {
      case ToolChoice.Auto auto -> calling.put("mode", "AUTO");
      case ToolChoice.None none -> calling.put("mode", "NONE");
      case ToolChoice.Required required -> calling.put("mode", "ANY");
      case ToolChoice.Named named ->
          calling.put("mode", "ANY").putArray("allowedFunctionNames").add(named.name());
    }
    request.putObject("toolConfig").set("functionCallingConfig", calling);
  }

  private ObjectNode config() {
    var config = Json.MAPPER.createObjectNode();
    chat.outputTokensMax().ifPresent(tokens -> config.put("maxOutputTokens", tokens));
    copy("temperature", config, "temperature");
    copy("top_p", config, "topP");
    copy("top_k", config, "topK");
    copy("seed", config, "seed");
    copy("frequency_penalty", config, "frequencyPenalty");
    copy("presence_penalty", config, "presencePenalty");
    writeStops(config);
    writeLogprobs(config);
    writeFormat(config);
    writeThinking(config);
    return config;
  }

  private void writeStops(ObjectNode config) {
    var stops = chat.stop().stream().filter(stop -> !stop.isEmpty()).toList();
    if (stops.size() > STOPS_MAX) {
      check.unsupported(chat.fields(), "stop");
    } else if (!stops.isEmpty()) {
      stops.forEach(config.putArray("stopSequences")::add);
    }
  }

  private void writeLogprobs(ObjectNode config) {
    if (chat.fields().path("logprobs").asBoolean()) {
      config.put("responseLogprobs", true);
      int top = chat.fields().path("top_logprobs").asInt();
      if (top > 0) {
        config.put("logprobs", top);
      }
    }
  }

  private void writeFormat(ObjectNode config) {
    switch (chat.responseFormat()) {
      case ResponseFormat.Text text -> {}
      case ResponseFormat.JsonObject object -> config.put("responseMimeType", JSON);
      case ResponseFormat.JsonSchema schema ->
          config.put("responseMimeType", JSON).set("responseJsonSchema", schema.schema());
    }
  }

  private void writeThinking(ObjectNode config) {
    var effort = chat.text("reasoning_effort");
    if (effort.isPresent()) {
      family
          .thinking(effort.get())
          .ifPresentOrElse(
              thinking -> config.set("thinkingConfig", thinking),
              () -> check.unsupported(chat.fields(), "reasoning_effort"));
    }
  }

  /** The check has left the field only where there are tiers. */
  private void writeServiceTier() {
    switch (chat.text("service_tier").orElse("auto")) {
      case "auto" -> {}
      case "default" -> request.put("serviceTier", "standard");
      case "flex" -> request.put("serviceTier", "flex");
      case "priority" -> request.put("serviceTier", "priority");
      default -> check.unsupported(chat.fields(), "service_tier");
    }
  }

  private void copy(String field, ObjectNode into, String name) {
    JsonNode value = chat.fields().path(field);
    if (!value.isMissingNode() && !value.isNull()) {
      into.set(name, value);
    }
  }
}
