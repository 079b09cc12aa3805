package io.millrace.workers.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Outcome;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.RetryAfter;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ProviderFailures;
import io.millrace.workers.canonical.ProviderFailures.Complaint;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/**
 * What Bedrock's exceptions mean. Their type is in the header {@code x-amzn-errortype}, or in the
 * body where something before Bedrock answered; their text tells a daily quota from a busy minute.
 */
final class BedrockErrors {

  private static final Complaint NO_ACCESS =
      Complaint.of("The provider's account has no access to this model.");

  private BedrockErrors() {}

  /** The failure that a response with this head and body is. */
  static Outcome.Failure outcome(ResponseHead head, byte[] body) {
    var tree = treeOf(body);
    var header = head.headers().first("x-amzn-errortype").orElse("");
    var type = simpleName(header.isEmpty() ? tree.path("__type").asText("") : header);
    return failure(type, head.status(), messageOf(tree), RetryAfter.of(head));
  }

  /** An exception inside a stream, whose status was 200. */
  static Outcome.Failure inStream(String type, JsonNode data) {
    return failure(simpleName(type), 0, messageOf(data), Duration.ZERO);
  }

  private static Outcome.Failure failure(
      String type, int status, String message, Duration retryAfter) {
    var text = message.toLowerCase(Locale.ROOT);
    var verdict = verdictOf(type, status, text);
    // A text about access names accounts and roles; the client need not know them.
    var complaint = isAccess(type) ? NO_ACCESS : Complaint.of(message);
    return ProviderFailures.of(verdict, status, complaint, retryAfter);
  }

  private static Verdict verdictOf(String type, int status, String text) {
    return switch (type) {
      case "throttlingexception", "toomanyrequestsexception", "throttling" -> throttled(text);
      case "modelnotreadyexception" -> Verdict.RATE_LIMITED;
      case "servicequotaexceededexception" -> Verdict.OUT_OF_QUOTA;
      case "serviceunavailableexception", "serviceunavailable" -> Verdict.OVERLOADED;
      case "modeltimeoutexception" -> Verdict.TIMEOUT;
      case "internalserverexception",
          "internalfailure",
          "modelerrorexception",
          "modelstreamerrorexception" ->
          Verdict.UPSTREAM_FAILURE;
      case "accessdeniedexception" ->
          text.contains("access to the model") ? Verdict.NOT_FOUND : Verdict.UNAUTHORISED;
      case "unrecognizedclientexception",
          "expiredtokenexception",
          "expiredtoken",
          "invalidsignatureexception",
          "signaturedoesnotmatch",
          "incompletesignatureexception",
          "incompletesignature",
          "missingauthenticationtokenexception",
          "missingauthenticationtoken",
          "invalidclienttokenid",
          "notauthorized",
          "optinrequired",
          "requestexpired" ->
          Verdict.UNAUTHORISED;
      case "resourcenotfoundexception" -> Verdict.NOT_FOUND;
      case "validationexception" -> refused(text);
      default -> byStatus(status, text);
    };
  }

  private static Verdict byStatus(int status, String text) {
    return switch (status) {
      case 401, 403 -> Verdict.UNAUTHORISED;
      case 404 -> Verdict.NOT_FOUND;
      case 408, 504 -> Verdict.TIMEOUT;
      case 429 -> throttled(text);
      case 503 -> Verdict.OVERLOADED;
      case 424 -> Verdict.UPSTREAM_FAILURE;
      default -> status >= 400 && status < 500 ? refused(text) : Verdict.UPSTREAM_FAILURE;
    };
  }

  /** A quota of the day is not back after a second, so asking again is of no use. */
  private static Verdict throttled(String text) {
    return text.contains("per day") || text.contains("daily")
        ? Verdict.OUT_OF_QUOTA
        : Verdict.RATE_LIMITED;
  }

  private static Verdict refused(String text) {
    if (ProviderFailures.saysTooLong(text)) {
      return Verdict.CONTEXT_TOO_LONG;
    }
    if (text.contains("model identifier is invalid")) {
      return Verdict.NOT_FOUND;
    }
    return text.contains("content filter") ? Verdict.CONTENT_FILTERED : Verdict.INVALID;
  }

  private static boolean isAccess(String type) {
    return type.equals("accessdeniedexception");
  }

  /** {@code com.amazon#ThrottlingException:http://…} is {@code throttlingexception}. */
  private static String simpleName(String type) {
    int colon = type.indexOf(':');
    var name = colon < 0 ? type : type.substring(0, colon);
    return name.substring(name.indexOf('#') + 1).strip().toLowerCase(Locale.ROOT);
  }

  private static String messageOf(JsonNode tree) {
    return tree.path("message").asText(tree.path("Message").asText(""));
  }

  private static JsonNode treeOf(byte[] body) {
    try {
      return body.length == 0 ? Json.MAPPER.missingNode() : Json.MAPPER.readTree(body);
    } catch (IOException e) {
      return Json.MAPPER.missingNode();
    }
  }
}
