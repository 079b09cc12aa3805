package io.millrace.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.Usage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * The Response object while there is no answer: before it, and when there never will be one. Every
 * key is there, null when unset. An answer is such an object already, made where it was translated.
 */
public final class ResponseJson {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Fields that come back as they were asked, or null. */
  private static final List<String> ECHOED =
      List.of(
          "instructions",
          "max_output_tokens",
          "max_tool_calls",
          "previous_response_id",
          "prompt_cache_key",
          "safety_identifier",
          "service_tier",
          "temperature",
          "top_logprobs",
          "top_p",
          "user");

  /** What a failed response may say was wrong; everything else is a server's error. */
  private static final Set<String> ERROR_CODES =
      Set.of(
          "server_error",
          "rate_limit_exceeded",
          "invalid_prompt",
          "data_residency_mismatch",
          "bio_policy",
          "misalignment_policy_violation",
          "vector_store_timeout",
          "invalid_image",
          "invalid_image_format",
          "invalid_base64_image",
          "invalid_image_url",
          "image_too_large",
          "image_too_small",
          "image_parse_error",
          "image_content_policy_violation",
          "invalid_image_mode",
          "image_file_too_large",
          "unsupported_image_media_type",
          "empty_image_file",
          "failed_to_download_image",
          "image_file_not_found");

  private ResponseJson() {}

  /** As it is when the client asks; never for one that has an answer. */
  public static ObjectNode of(KeptResponse response, ArrayNode output) {
    var request = response.state().request();
    var json =
        open(
            request.requestId(),
            request.submittedAt(),
            response.asked(),
            word(response.state().status()));
    json.set("output", output);
    response.result().ifPresent(result -> end(json, result));
    return json;
  }

  /** As it is before anything came of it. */
  public static ObjectNode open(
      String requestId, Instant createdAt, ObjectNode asked, String status) {
    var json = JSON.objectNode();
    json.put("id", RequestIds.responseId(requestId));
    json.put("object", "response");
    json.put("created_at", createdAt.getEpochSecond());
    json.putNull("completed_at");
    json.put("status", status);
    json.put("background", ResponsesRequest.isBackground(asked));
    json.putNull("error");
    json.putNull("incomplete_details");
    json.putNull("conversation");
    ECHOED.forEach(name -> json.set(name, asked.hasNonNull(name) ? asked.get(name) : null));
    json.set("model", asked.get("model"));
    json.putArray("output");
    echo(json, asked, "parallel_tool_calls", JSON.booleanNode(true));
    json.set("reasoning", reasoning(asked.path("reasoning")));
    json.put("store", ResponsesRequest.isStored(asked));
    json.set("text", text(asked.path("text")));
    echo(json, asked, "tool_choice", JSON.textNode("auto"));
    echo(json, asked, "tools", JSON.arrayNode());
    echo(json, asked, "truncation", JSON.textNode("disabled"));
    json.putNull("usage");
    echo(json, asked, "metadata", JSON.objectNode());
    return json;
  }

  private static void echo(ObjectNode json, JsonNode asked, String name, JsonNode otherwise) {
    json.set(name, asked.hasNonNull(name) ? asked.get(name) : otherwise);
  }

  private static ObjectNode reasoning(JsonNode asked) {
    var json = JSON.objectNode().putNull("effort").putNull("summary");
    return asked instanceof ObjectNode given ? json.setAll(given) : json;
  }

  private static ObjectNode text(JsonNode asked) {
    var json = JSON.objectNode();
    json.putObject("format").put("type", "text");
    json.putNull("verbosity");
    return asked instanceof ObjectNode given ? json.setAll(given) : json;
  }

  private static void end(ObjectNode json, RequestResult result) {
    result.getUsage().ifPresent(usage -> json.set("usage", usage(usage)));
    if (result.getStatus() == RequestStatus.FAILED || result.getStatus() == RequestStatus.EXPIRED) {
      json.set("error", error(result));
    }
  }

  private static ObjectNode usage(Usage usage) {
    var json = JSON.objectNode();
    json.put("input_tokens", usage.getInputTokens());
    json.putObject("input_tokens_details")
        .put("cached_tokens", usage.getCachedInputTokens())
        .put("cache_write_tokens", usage.getCacheWriteTokens());
    json.put("output_tokens", usage.getOutputTokens());
    json.putObject("output_tokens_details").put("reasoning_tokens", usage.getReasoningTokens());
    json.put("total_tokens", usage.getInputTokens() + usage.getOutputTokens());
    return json;
  }

  private static ObjectNode error(RequestResult result) {
    var told = RequestJson.errorIn(result.getBody());
    var code = told.path("code").asText(result.getErrorCode().orElse(""));
    return JSON.objectNode()
        .put("code", ERROR_CODES.contains(code) ? code : codeOf(result.getHttpStatus()))
        .put("message", told.path("message").asText("The request " + word(result.getStatus())));
  }

  private static String codeOf(int httpStatus) {
    return switch (httpStatus) {
      case 429 -> "rate_limit_exceeded";
      case 400, 422 -> "invalid_prompt";
      default -> "server_error";
    };
  }

  /** OpenAI has no word for a request that expired. */
  private static String word(RequestStatus status) {
    return status == RequestStatus.EXPIRED ? "failed" : RequestJson.word(status);
  }

  public static byte[] bytes(JsonNode json) {
    try {
      return Json.MAPPER.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
  }

  /** A body that was checked when it came. */
  public static ObjectNode asked(ByteBuffer body) {
    return tree(body);
  }

  static ObjectNode tree(ByteBuffer body) {
    try {
      var bytes = new byte[body.remaining()];
      body.duplicate().get(bytes);
      return Json.MAPPER.readTree(bytes) instanceof ObjectNode object ? object : JSON.objectNode();
    } catch (IOException e) {
      return JSON.objectNode();
    }
  }

  /** Told once a response has been removed. */
  public static byte[] deleted(String responseId) {
    return bytes(
        JSON.objectNode().put("id", responseId).put("object", "response").put("deleted", true));
  }
}
