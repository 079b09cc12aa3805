package io.millrace.simulator.google;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.WireError;
import io.millrace.simulator.script.ErrorRule;
import io.vertx.core.buffer.Buffer;
import java.util.Locale;
import java.util.Map;

/**
 * An error as Google writes it.
 *
 * @param name the status in words
 * @param reason in a detail of its own; empty for none
 * @param waitMs in a detail of its own; 0 for none
 */
record GoogleError(int status, String name, String message, String reason, long waitMs)
    implements Parsed {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String TYPE = "type.googleapis.com/google.rpc.";
  private static final double MS_PER_SECOND = 1000;

  static GoogleError invalid(String message) {
    return new GoogleError(400, "INVALID_ARGUMENT", message, "", 0);
  }

  static GoogleError wrongKey(boolean isMissing, boolean isToken) {
    if (isMissing) {
      String message = "Method doesn't allow unregistered callers. Please use an API key.";
      return new GoogleError(403, "PERMISSION_DENIED", message, "", 0);
    }
    return isToken
        ? new GoogleError(
            401,
            "UNAUTHENTICATED",
            "Request had invalid authentication credentials.",
            "ACCESS_TOKEN_EXPIRED",
            0)
        : new GoogleError(
            400,
            "INVALID_ARGUMENT",
            "API key not valid. Please pass a valid API key.",
            "API_KEY_INVALID",
            0);
  }

  static GoogleError notFound(String what) {
    return new GoogleError(404, "NOT_FOUND", what + " is not found.", "", 0);
  }

  static GoogleError unknownModel(String model) {
    return notFound("models/" + model);
  }

  static WireError of(Verdict.Refused refused, String model) {
    return switch (refused) {
      case Verdict.UnknownModel unknown -> unknownModel(model).toWire(Map.of());
      case Verdict.RateLimited limited ->
          new GoogleError(
                  429, nameOf(429), "You exceeded your current quota.", "", limited.waitMs())
              .toWire(Map.of());
      case Verdict.Failure failure -> scripted(failure.rule()).toWire(failure.rule().headers());
    };
  }

  /** The code of the script is the status in words, or else the reason. */
  private static GoogleError scripted(ErrorRule rule) {
    ErrorRule.Text text = rule.text();
    return new GoogleError(
        rule.status(),
        text.type().isEmpty() ? nameOf(rule.status()) : text.type().toUpperCase(Locale.ROOT),
        text.message().isEmpty() ? "The request was refused." : text.message(),
        text.code(),
        0);
  }

  private static String nameOf(int status) {
    return switch (status) {
      case 401 -> "UNAUTHENTICATED";
      case 403 -> "PERMISSION_DENIED";
      case 404 -> "NOT_FOUND";
      case 429 -> "RESOURCE_EXHAUSTED";
      case 499 -> "CANCELLED";
      case 503 -> "UNAVAILABLE";
      case 504 -> "DEADLINE_EXCEEDED";
      default -> status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
    };
  }

  WireError toWire(Map<String, String> headers) {
    ObjectNode root = MAPPER.createObjectNode();
    ObjectNode error = root.putObject("error");
    error.put("code", status).put("message", message).put("status", name);
    ArrayNode details = MAPPER.createArrayNode();
    if (!reason.isEmpty()) {
      details.addObject().put("@type", TYPE + "ErrorInfo").put("reason", reason);
    }
    if (waitMs > 0) {
      details
          .addObject()
          .put("@type", TYPE + "RetryInfo")
          .put("retryDelay", waitMs / MS_PER_SECOND + "s");
    }
    if (!details.isEmpty()) {
      error.set("details", details);
    }
    return new WireError(status, headers, Buffer.buffer(root.toString()));
  }
}
