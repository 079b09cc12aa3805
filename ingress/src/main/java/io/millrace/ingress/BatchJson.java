package io.millrace.ingress;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.schemas.BatchChecked;
import io.millrace.schemas.BatchError;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Batches as clients see them: OpenAI's object, every key always there, and beside it {@code
 * resumed_from} and {@code cost_usd}. Times are Unix seconds.
 */
public final class BatchJson {

  private final Duration retention;

  /**
   * @param retention how long results are kept, after which their files are there no more
   */
  public BatchJson(Duration retention) {
    this.retention = retention;
  }

  public byte[] bytes(BatchState state, Instant now) {
    return Json.bytes(json -> write(json, state, now));
  }

  public byte[] list(List<BatchState> page, boolean hasMore, Instant now) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          for (var state : page) {
            write(json, state, now);
          }
          json.writeEndArray();
          json.writeStringField(
              "first_id", page.isEmpty() ? null : page.getFirst().batch().batchId());
          json.writeStringField(
              "last_id", page.isEmpty() ? null : page.getLast().batch().batchId());
          json.writeBooleanField("has_more", hasMore);
          json.writeEndObject();
        });
  }

  private void write(JsonGenerator json, BatchState state, Instant now) throws IOException {
    var batch = state.batch();
    var submitted = batch.submitted();
    json.writeStartObject();
    json.writeStringField("id", batch.batchId());
    json.writeStringField("object", "batch");
    json.writeStringField("endpoint", submitted.getEndpoint());
    json.writeStringField("model", batch.checked().flatMap(BatchChecked::getModel).orElse(null));
    writeErrors(
        json,
        batch.hasErrors() ? batch.checked().orElseThrow().getErrors() : List.<BatchError>of());
    json.writeStringField("input_file_id", submitted.getInputFileId());
    json.writeStringField("completion_window", submitted.getCompletionWindow());
    json.writeStringField("status", state.status().word());
    json.writeStringField("output_file_id", id(state.outputFile(retention), now));
    json.writeStringField("error_file_id", id(state.errorFile(retention), now));
    writeTimes(json, state);
    writeCounts(json, state);
    writeUsage(json, state.counts().tokens());
    writeMetadata(json, submitted.getMetadata());
    json.writeStringField("resumed_from", submitted.getResumeOf().orElse(null));
    json.writeStringField("cost_usd", Json.usd(state.counts().costUsd()));
    json.writeEndObject();
  }

  private static @Nullable String id(Optional<StoredFile> file, Instant now) {
    return file.filter(there -> !there.isExpired(now)).map(StoredFile::fileId).orElse(null);
  }

  private static void writeMetadata(JsonGenerator json, Map<String, String> metadata)
      throws IOException {
    if (metadata.isEmpty()) {
      json.writeNullField("metadata");
      return;
    }
    json.writeObjectFieldStart("metadata");
    for (var pair : metadata.entrySet()) {
      json.writeStringField(pair.getKey(), pair.getValue());
    }
    json.writeEndObject();
  }

  static void writeErrors(JsonGenerator json, List<BatchError> errors) throws IOException {
    if (errors.isEmpty()) {
      json.writeNullField("errors");
      return;
    }
    json.writeObjectFieldStart("errors");
    json.writeStringField("object", "list");
    json.writeArrayFieldStart("data");
    for (var error : errors) {
      write(json, error);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, BatchError error) throws IOException {
    json.writeStartObject();
    json.writeStringField("code", error.getCode());
    json.writeStringField("message", error.getMessage());
    json.writeStringField("param", error.getParam().orElse(null));
    if (error.getLine().isPresent()) {
      json.writeNumberField("line", error.getLine().get());
    } else {
      json.writeNullField("line");
    }
    json.writeEndObject();
  }

  private static void writeTimes(JsonGenerator json, BatchState state) throws IOException {
    var batch = state.batch();
    var status = state.status();
    var checkedAt = batch.checked().map(BatchChecked::getCheckedAt);
    var end = Optional.of(state.endedAt());
    write(json, "created_at", Optional.of(batch.submitted().getSubmittedAt()));
    write(json, "in_progress_at", checkedAt.filter(at -> !batch.hasErrors()));
    write(json, "expires_at", Optional.of(batch.submitted().getExpiresAt()));
    write(json, "finalizing_at", end.filter(at -> status == BatchStatus.COMPLETED));
    write(json, "completed_at", end.filter(at -> status == BatchStatus.COMPLETED));
    write(json, "failed_at", checkedAt.filter(at -> status == BatchStatus.FAILED));
    write(json, "expired_at", end.filter(at -> status == BatchStatus.EXPIRED));
    boolean isCancel = status == BatchStatus.CANCELLING || status == BatchStatus.CANCELLED;
    write(json, "cancelling_at", batch.cancelledAt().filter(at -> isCancel));
    write(json, "cancelled_at", end.filter(at -> status == BatchStatus.CANCELLED));
  }

  private static void write(JsonGenerator json, String name, Optional<Instant> at)
      throws IOException {
    if (at.isPresent()) {
      json.writeNumberField(name, at.get().getEpochSecond());
    } else {
      json.writeNullField(name);
    }
  }

  private static void writeCounts(JsonGenerator json, BatchState state) throws IOException {
    json.writeObjectFieldStart("request_counts");
    json.writeNumberField("total", state.batch().total());
    json.writeNumberField("completed", state.counts().completed());
    json.writeNumberField("failed", state.counts().failed());
    json.writeEndObject();
  }

  private static void writeUsage(JsonGenerator json, BatchCounts.Tokens tokens) throws IOException {
    json.writeObjectFieldStart("usage");
    json.writeNumberField("input_tokens", tokens.input());
    json.writeObjectFieldStart("input_tokens_details");
    json.writeNumberField("cached_tokens", tokens.cachedInput());
    json.writeEndObject();
    json.writeNumberField("output_tokens", tokens.output());
    json.writeObjectFieldStart("output_tokens_details");
    json.writeNumberField("reasoning_tokens", tokens.reasoning());
    json.writeEndObject();
    json.writeNumberField("total_tokens", tokens.input() + tokens.output());
    json.writeEndObject();
  }
}
