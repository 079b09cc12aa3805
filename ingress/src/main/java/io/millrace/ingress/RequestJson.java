package io.millrace.ingress;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Lane;
import io.millrace.schemas.RequestResult;
import io.millrace.schemas.RequestStateChanged;
import io.millrace.schemas.RequestStatus;
import io.millrace.schemas.Usage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The request object that clients see. Every key is always there; times are Unix seconds, money is
 * text.
 *
 * <pre>{@code
 * {"id": "req_…", "object": "request",
 *  "status": "queued | in_progress | completed | incomplete | failed | cancelled | expired",
 *  "model": "…", "lane": "interactive | standard | bulk", "endpoint": "/v1/chat/completions",
 *  "created_at": 1, "started_at": 1|null, "finished_at": 1|null,
 *  "attempts": 1, "provider": "…"|null,
 *  "retry_at": 1|null, "detail": "…"|null,      // while it awaits a retry: when and why
 *  "usage": {"input_tokens", "cached_input_tokens", "cache_write_tokens",
 *            "cache_write_long_tokens", "output_tokens",
 *            "reasoning_tokens", "total_tokens", "estimated"}|null,
 *  "dropped_parameters": ["seed"],              // not passed on: the provider cannot take them
 *  "cost_usd": "0.0012"|null,                   // all attempts; null until the end
 *  "error": {"message", "type", "param", "code"}|null,
 *  "batch_id": "…"|null, "custom_id": "…"|null, "tags": {…},
 *  "response": {"status_code": 200, "body": {…}}|null}   // once it has ended
 * }</pre>
 */
public final class RequestJson {

  private RequestJson() {}

  public static byte[] bytes(RequestState state) {
    return Json.bytes(json -> write(json, state, true));
  }

  /** A page of a list in OpenAI's form. Bodies are left out: read them one by one. */
  public static byte[] list(List<RequestState> page, boolean hasMore) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          for (var state : page) {
            write(json, state, false);
          }
          json.writeEndArray();
          json.writeStringField(
              "first_id", page.isEmpty() ? null : page.getFirst().request().requestId());
          json.writeStringField(
              "last_id", page.isEmpty() ? null : page.getLast().request().requestId());
          json.writeBooleanField("has_more", hasMore);
          json.writeEndObject();
        });
  }

  public static String word(RequestStatus status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  public static String word(Lane lane) {
    return lane.name().toLowerCase(Locale.ROOT);
  }

  private static void write(JsonGenerator json, RequestState state, boolean withBody)
      throws IOException {
    var request = state.request();
    json.writeStartObject();
    json.writeStringField("id", request.requestId());
    json.writeStringField("object", "request");
    json.writeStringField("status", word(state.status()));
    json.writeStringField("model", request.model());
    json.writeStringField("lane", word(request.lane()));
    json.writeStringField("endpoint", request.endpoint());
    json.writeNumberField("created_at", request.submittedAt().getEpochSecond());
    switch (state.outcome()) {
      case Outcome.Silent() -> writeOpen(json, null);
      case Outcome.Changed changed -> writeOpen(json, changed.change());
      case Outcome.Finished finished -> writeEnd(json, finished.result());
    }
    json.writeStringField("batch_id", request.batchId());
    json.writeStringField("custom_id", request.customId());
    Json.writeTags(json, request.tags());
    if (withBody && state.outcome() instanceof Outcome.Finished finished) {
      json.writeObjectFieldStart("response");
      json.writeNumberField("status_code", finished.result().getHttpStatus());
      Json.writeRaw(json, "body", finished.result().getBody());
      json.writeEndObject();
    } else {
      json.writeNullField("response");
    }
    json.writeEndObject();
  }

  private static void writeOpen(JsonGenerator json, @Nullable RequestStateChanged change)
      throws IOException {
    boolean runs = change != null && change.getStatus() == RequestStatus.IN_PROGRESS;
    writeSeconds(
        json, "started_at", runs && change != null ? change.getChangedAt().toEpochMilli() : null);
    json.writeNullField("finished_at");
    json.writeNumberField("attempts", change == null ? 0 : change.getAttempt());
    json.writeStringField("provider", change == null ? null : change.getProvider().orElse(null));
    writeSeconds(
        json,
        "retry_at",
        change == null ? null : change.getRetryAt().map(at -> at.toEpochMilli()).orElse(null));
    json.writeStringField("detail", change == null ? null : change.getDetail().orElse(null));
    json.writeNullField("usage");
    writeDropped(json, List.of());
    json.writeNullField("cost_usd");
    json.writeNullField("error");
  }

  private static void writeEnd(JsonGenerator json, RequestResult result) throws IOException {
    writeSeconds(
        json, "started_at", result.getStartedAt().map(at -> at.toEpochMilli()).orElse(null));
    writeSeconds(json, "finished_at", result.getFinishedAt().toEpochMilli());
    json.writeNumberField("attempts", result.getAttempts());
    json.writeStringField("provider", result.getProvider().orElse(null));
    json.writeNullField("retry_at");
    json.writeNullField("detail");
    json.writeFieldName("usage");
    writeUsage(json, result.getUsage());
    writeDropped(json, result.getDroppedParameters());
    json.writeStringField("cost_usd", Json.usd(result.getCostUsd()));
    json.writeFieldName("error");
    writeError(json, result);
  }

  private static void writeDropped(JsonGenerator json, List<String> parameters) throws IOException {
    json.writeArrayFieldStart("dropped_parameters");
    for (var parameter : parameters) {
      json.writeString(parameter);
    }
    json.writeEndArray();
  }

  private static void writeUsage(JsonGenerator json, Optional<Usage> reported) throws IOException {
    if (reported.isEmpty()) {
      json.writeNull();
      return;
    }
    var usage = reported.get();
    json.writeStartObject();
    json.writeNumberField("input_tokens", usage.getInputTokens());
    json.writeNumberField("cached_input_tokens", usage.getCachedInputTokens());
    json.writeNumberField("cache_write_tokens", usage.getCacheWriteTokens());
    json.writeNumberField("cache_write_long_tokens", usage.getCacheWriteLongTokens());
    json.writeNumberField("output_tokens", usage.getOutputTokens());
    json.writeNumberField("reasoning_tokens", usage.getReasoningTokens());
    json.writeNumberField("total_tokens", usage.getInputTokens() + usage.getOutputTokens());
    json.writeBooleanField("estimated", usage.getEstimated());
    json.writeEndObject();
  }

  /** The error of a failure as its body tells it; its code alone when the body tells nothing. */
  private static void writeError(JsonGenerator json, RequestResult result) throws IOException {
    switch (result.getStatus()) {
      case QUEUED, IN_PROGRESS, COMPLETED, INCOMPLETE -> json.writeNull();
      case FAILED, CANCELLED, EXPIRED -> {
        var told = errorIn(result.getBody());
        json.writeStartObject();
        json.writeStringField("message", told.path("message").asText(word(result.getStatus())));
        json.writeStringField("type", told.path("type").asText("server_error"));
        json.writeStringField("param", told.path("param").textValue());
        json.writeStringField("code", told.path("code").asText(result.getErrorCode().orElse(null)));
        json.writeEndObject();
      }
    }
  }

  static JsonNode errorIn(ByteBuffer body) {
    try {
      var bytes = new byte[body.remaining()];
      body.duplicate().get(bytes);
      return Json.MAPPER.readTree(bytes).path("error");
    } catch (IOException e) {
      return Json.MAPPER.missingNode();
    }
  }

  private static void writeSeconds(JsonGenerator json, String name, @Nullable Long millis)
      throws IOException {
    if (millis == null) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, Math.floorDiv(millis, 1000L));
    }
  }
}
