package io.millrace.simulator.bedrock;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.WireError;
import io.millrace.simulator.script.ErrorRule;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** An error as Bedrock writes it: its type in a header, its text in the body. */
record BedrockError(int status, String type, String message) implements Parsed {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String TYPE_SUFFIX =
      ":http://internal.amazon.com/coral/com.amazon.bedrock.runtime/";

  static BedrockError invalid(String message) {
    return new BedrockError(400, "ValidationException", message);
  }

  static BedrockError wrongKey() {
    return new BedrockError(
        403,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.");
  }

  static BedrockError wrongSignature() {
    return new BedrockError(
        403,
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided.");
  }

  static BedrockError noKey() {
    return new BedrockError(
        403, "MissingAuthenticationTokenException", "Missing Authentication Token");
  }

  static BedrockError unknownOperation() {
    return new BedrockError(404, "UnknownOperationException", "Unknown operation.");
  }

  static WireError of(Verdict.Refused refused) {
    return switch (refused) {
      case Verdict.UnknownModel unknown ->
          invalid("The provided model identifier is invalid.").toWire(Map.of());
      case Verdict.RateLimited limited -> rateLimited(limited.kind()).toWire(Map.of());
      case Verdict.Failure failure -> scripted(failure.rule()).toWire(failure.rule().headers());
    };
  }

  private static BedrockError rateLimited(Verdict.LimitKind kind) {
    String what = kind == Verdict.LimitKind.TOKENS ? "tokens" : "requests";
    return throttled("Too many " + what + ", please wait before trying again.");
  }

  private static BedrockError throttled(String message) {
    return new BedrockError(429, "ThrottlingException", message);
  }

  private static BedrockError scripted(ErrorRule rule) {
    BedrockError usual = usual(rule.status());
    ErrorRule.Text text = rule.text();
    return new BedrockError(
        rule.status(),
        text.type().isEmpty() ? usual.type : text.type(),
        text.message().isEmpty() ? usual.message : text.message());
  }

  private static BedrockError usual(int status) {
    return switch (status) {
      case 401 -> wrongKey();
      case 403 ->
          new BedrockError(
              403, "AccessDeniedException", "You are not authorized to perform this operation.");
      case 404 -> new BedrockError(404, "ResourceNotFoundException", "The resource was not found.");
      case 408 ->
          new BedrockError(408, "ModelTimeoutException", "The model took too long to answer.");
      case 424 -> new BedrockError(424, "ModelErrorException", "The model had an error.");
      case 429 -> throttled("Too many requests, please wait before trying again.");
      case 503 ->
          new BedrockError(
              503, "ServiceUnavailableException", "The service is temporarily unavailable.");
      default ->
          status < 500
              ? invalid("The request was refused.")
              : new BedrockError(status, "InternalServerException", "The server had an error.");
    };
  }

  WireError toWire(Map<String, String> headers) {
    var all = new LinkedHashMap<String, String>();
    all.put("content-type", "application/json");
    all.put("x-amzn-errortype", type + TYPE_SUFFIX);
    all.putAll(headers);
    String body = MAPPER.createObjectNode().put("message", message).toString();
    return new WireError(status, all, Buffer.buffer(body));
  }
}
