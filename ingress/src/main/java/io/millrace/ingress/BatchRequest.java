package io.millrace.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.ingress.ApiError.Kind;
import io.millrace.schemas.config.BatchesConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a client says of a batch that it wants to run.
 *
 * @param completionWindow as the client wrote it
 * @param window the same as a duration
 * @param outputExpiresAfterSeconds how long the files of results are kept; absent means as long as
 *     the results
 */
public record BatchRequest(
    String inputFileId,
    Endpoint endpoint,
    String completionWindow,
    Duration window,
    Map<String, String> metadata,
    @Nullable Long outputExpiresAfterSeconds) {

  private static final int METADATA_MAX = 16;
  private static final int METADATA_KEY_MAX = 64;
  private static final int METADATA_VALUE_MAX = 512;
  private static final long EXPIRES_AFTER_MIN = 3_600;
  private static final long EXPIRES_AFTER_MAX = 2_592_000;

  public BatchRequest {
    metadata = Map.copyOf(metadata);
  }

  /** What a resume changes of the batch that it goes on with. */
  public record Changes(
      String completionWindow, Duration window, @Nullable Map<String, String> metadata) {}

  public static Checked<BatchRequest> check(JsonNode body, BatchesConfig limits) {
    var fields = new FieldChecks();
    var file = fields.requiredText(body, "input_file_id", "input_file_id");
    var endpoint = endpoint(fields, body);
    var text = fields.text(body, "completion_window", "completion_window");
    var window = window(fields, text.orElse(CompletionWindow.DEFAULT), limits);
    var metadata = metadata(fields, body);
    var expiry = outputExpiry(fields, body);
    return fields.result(
        () ->
            new BatchRequest(
                file, endpoint, text.orElse(CompletionWindow.DEFAULT), window, metadata, expiry));
  }

  /** How long the client expects each answer to be, for an estimate. */
  public static Checked<Long> outputTokensExpected(JsonNode body) {
    var fields = new FieldChecks();
    long tokens =
        fields
            .integer(body, "output_tokens_expected", 0, Integer.MAX_VALUE)
            .orElse((long) BatchEstimate.OUTPUT_TOKENS_ASSUMED);
    return fields.result(() -> tokens);
  }

  /** The body of a resume, which may be empty. */
  public static Checked<Changes> checkResume(
      JsonNode body, String windowBefore, BatchesConfig limits) {
    var fields = new FieldChecks();
    var text = fields.text(body, "completion_window", "completion_window").orElse(windowBefore);
    var window = window(fields, text, limits);
    var metadata = FieldChecks.isAbsent(body, "metadata") ? null : metadata(fields, body);
    return fields.result(() -> new Changes(text, window, metadata));
  }

  private static Endpoint endpoint(FieldChecks fields, JsonNode body) {
    var path = fields.requiredText(body, "endpoint", "endpoint");
    var endpoint = Endpoint.ofPath(path);
    if (endpoint.isEmpty()) {
      fields.fail(
          Kind.INVALID_VALUE,
          "endpoint",
          "Invalid value for 'endpoint': '%s'. Supported values are: %s."
              .formatted(
                  ApiError.shown(path),
                  Arrays.stream(Endpoint.values())
                      .map(Endpoint::path)
                      .collect(Collectors.joining(", "))));
    }
    return endpoint.orElse(Endpoint.CHAT_COMPLETIONS);
  }

  private static Duration window(FieldChecks fields, String text, BatchesConfig limits) {
    return switch (CompletionWindow.parse(text, limits.windowMin(), limits.windowMax())) {
      case Checked.Ok<Duration> ok -> ok.value();
      case Checked.Refused<Duration> refused -> {
        var error = refused.error();
        fields.fail(error.kind(), "completion_window", error.message());
        yield Duration.ZERO;
      }
    };
  }

  private static Map<String, String> metadata(FieldChecks fields, JsonNode body) {
    var pairs = new LinkedHashMap<String, String>();
    if (FieldChecks.isAbsent(body, "metadata")) {
      return pairs;
    }
    var given = body.path("metadata");
    if (!given.isObject()) {
      fields.wrongType("metadata", "an object", given);
      return pairs;
    }
    if (given.size() > METADATA_MAX) {
      fields.fail(Kind.INVALID_VALUE, "metadata", "There may be at most 16 pairs in 'metadata'.");
      return pairs;
    }
    for (var pair : given.properties()) {
      var path = "metadata." + ApiError.shown(pair.getKey());
      if (!pair.getValue().isTextual()) {
        fields.wrongType(path, "a string", pair.getValue());
      } else if (pair.getKey().length() > METADATA_KEY_MAX
          || pair.getValue().textValue().length() > METADATA_VALUE_MAX) {
        fields.fail(
            Kind.STRING_TOO_LONG,
            path,
            "A key of 'metadata' has at most 64 characters and a value at most 512.");
      } else {
        pairs.put(pair.getKey(), pair.getValue().textValue());
      }
    }
    return pairs;
  }

  private static @Nullable Long outputExpiry(FieldChecks fields, JsonNode body) {
    var name = "output_expires_after";
    if (FieldChecks.isAbsent(body, name)) {
      return null;
    }
    var given = body.path(name);
    if (!given.isObject()) {
      fields.wrongType(name, "an object", given);
      return null;
    }
    var anchor = fields.requiredText(given, "anchor", name + ".anchor");
    if (!anchor.equals("created_at")) {
      fields.fail(
          Kind.INVALID_VALUE,
          name + ".anchor",
          "Invalid value for '%s.anchor': '%s'. It must be created_at."
              .formatted(name, ApiError.shown(anchor)));
    }
    if (FieldChecks.isAbsent(given, "seconds")) {
      fields.missing(name + ".seconds");
      return null;
    }
    var seconds = given.path("seconds");
    if (!seconds.isIntegralNumber()) {
      fields.wrongType(name + ".seconds", "an integer", seconds);
    } else if (seconds.asLong() < EXPIRES_AFTER_MIN || seconds.asLong() > EXPIRES_AFTER_MAX) {
      fields.fail(
          Kind.INVALID_VALUE,
          name + ".seconds",
          "Invalid value for '%s.seconds': it must be from 3600 to 2592000.".formatted(name));
    }
    return seconds.asLong();
  }
}
