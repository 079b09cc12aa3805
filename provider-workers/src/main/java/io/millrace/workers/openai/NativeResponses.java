package io.millrace.workers.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.workers.Translation;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.responses.ResponseFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Responses of a provider that makes them itself. It is told to keep nothing: what a client stores,
 * polls and continues is kept here, so the provider must not be asked for what it has never seen.
 */
final class NativeResponses {

  static final String ENDPOINT = "/v1/responses";

  /** Between the client and this broker. */
  private static final List<String> KEPT_BACK =
      List.of("background", "previous_response_id", "conversation", "stream", "stream_options");

  /** Items that the provider takes without the id under which it would look for them. */
  private static final Set<String> NAMELESS =
      Set.of(
          "message",
          "function_call",
          "function_call_output",
          "custom_tool_call",
          "custom_tool_call_output");

  private NativeResponses() {}

  static Translation translate(AttemptRequested attempt, OpenAiAdapter.Paths paths, Instant now) {
    ObjectNode request;
    try {
      if (!(Json.MAPPER.readTree(Json.bytes(attempt.getBody())) instanceof ObjectNode fields)) {
        return OpenAiAdapter.refused("The request's body is not a JSON object.");
      }
      request = fields;
    } catch (IOException e) {
      return OpenAiAdapter.refused("The request's body is not a JSON object.");
    }
    var frame = ResponseFrame.of(attempt, request, now);
    boolean isStream = attempt.getStream();
    var body = ByteBuffer.wrap(Json.bytes(rewritten(request, attempt.getModel(), isStream)));
    var asked =
        new ResponsesReader.Asked(
            frame, attempt.getModel(), isStream, attempt.getInputTokensEstimated());
    return Translation.one(
        OpenAiAdapter.post(attempt, paths, isStream, body),
        () -> new ResponsesReader(asked),
        List.of());
  }

  private static ObjectNode rewritten(ObjectNode request, String model, boolean isStream) {
    ObjectNode fields = Json.MAPPER.createObjectNode().setAll(request);
    fields.remove(KEPT_BACK);
    fields.put("model", model).put("store", false);
    if (isStream) {
      fields.put("stream", true);
    }
    if (request.path("input") instanceof ArrayNode items) {
      var input = fields.putArray("input");
      items.forEach(item -> addKnown(item, input));
    }
    return fields;
  }

  private static void addKnown(JsonNode item, ArrayNode input) {
    var type = item.path("type").asText("message");
    if (type.equals("reasoning")) {
      var encrypted = item.path("encrypted_content");
      if (encrypted.isTextual() && !ResponseFrame.isOwnEncryption(encrypted)) {
        input.add(item);
      }
    } else if (NAMELESS.contains(type) && item instanceof ObjectNode named) {
      ObjectNode nameless = Json.MAPPER.createObjectNode().setAll(named);
      nameless.remove("id");
      input.add(nameless);
    } else {
      input.add(item);
    }
  }
}
