package io.millrace.workers.openai;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Verdict;
import io.millrace.workers.ClientError;
import io.millrace.workers.Credential;
import io.millrace.workers.HttpCall;
import io.millrace.workers.LimitNotice;
import io.millrace.workers.Outcome;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Translation;
import io.millrace.workers.canonical.ChatStream;
import io.millrace.workers.canonical.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sends requests on as they are but for the model's name and the fields that streaming needs, and
 * reads the answers of OpenAI and of hosts that speak its form.
 */
public final class OpenAiAdapter implements ProviderAdapter {

  private static final String CHAT = "/v1/chat/completions";
  private static final String EMBEDDINGS = "/v1/embeddings";
  private static final String MODERATIONS = "/v1/moderations";
  private static final Set<String> ENDPOINTS =
      Set.of(CHAT, EMBEDDINGS, MODERATIONS, NativeResponses.ENDPOINT);

  private final URI baseUrl;
  private final List<Credential> credentials;
  private final Paths paths;

  /** Where below its base URL a host takes calls. */
  @FunctionalInterface
  public interface Paths {

    /** OpenAI's own. */
    Paths USUAL = (operation, model) -> operation;

    /**
     * @param operation such as {@code /chat/completions}
     */
    String path(String operation, String model);
  }

  public OpenAiAdapter(URI baseUrl, List<Credential> credentials) {
    this(baseUrl, credentials, Paths.USUAL);
  }

  public OpenAiAdapter(URI baseUrl, List<Credential> credentials, Paths paths) {
    this.baseUrl = baseUrl;
    this.credentials = List.copyOf(credentials);
    this.paths = paths;
  }

  @Override
  public URI baseUrl() {
    return baseUrl;
  }

  @Override
  public List<Credential> credentials() {
    return credentials;
  }

  @Override
  public Translation translate(AttemptRequested attempt, Instant now) {
    if (!ENDPOINTS.contains(attempt.getEndpoint())) {
      return refused("This provider does not serve " + attempt.getEndpoint() + ".");
    }
    if (attempt.getEndpoint().equals(NativeResponses.ENDPOINT)) {
      return NativeResponses.translate(attempt, paths, now);
    }
    boolean isStream = attempt.getStream() && attempt.getEndpoint().equals(CHAT);
    RequestRewrite rewrite;
    try {
      rewrite = RequestRewrite.of(Json.bytes(attempt.getBody()), attempt.getModel(), isStream);
    } catch (IOException e) {
      return refused("The request's body is not a JSON object.");
    }
    var call = post(attempt, paths, isStream, rewrite.body());
    return Translation.one(
        call, () -> readerOf(attempt, isStream, rewrite.wantsUsage(), now), List.of());
  }

  @Override
  public boolean speaksResponses() {
    return true;
  }

  /** The call of the attempt's endpoint with this body. */
  static HttpCall post(AttemptRequested attempt, Paths paths, boolean isStream, ByteBuffer body) {
    var headers =
        Map.of(
            "content-type",
            "application/json",
            "accept",
            isStream ? "text/event-stream" : "application/json",
            "x-client-request-id",
            attempt.getRequestId());
    var operation = attempt.getEndpoint().substring("/v1".length());
    return new HttpCall("POST", paths.path(operation, attempt.getModel()), headers, body);
  }

  @Override
  public LimitNotice limits(ResponseHead head) {
    return LimitHeaders.OPENAI.read(head);
  }

  private static ReplyReader readerOf(
      AttemptRequested attempt, boolean isStream, boolean wantsUsage, Instant now) {
    if (attempt.getEndpoint().equals(MODERATIONS)) {
      return new ModerationsReader(attempt.getModel());
    }
    var asked = ChatStream.Asked.of(attempt, wantsUsage, now);
    boolean isChat = attempt.getEndpoint().equals(CHAT);
    return new OpenAiReplyReader(asked, isChat, isStream, AnswerQuirks.NONE);
  }

  static Translation refused(String message) {
    return new Translation.Refused(
        Outcome.Failure.of(
            Verdict.INVALID, new ClientError(400, "invalid_request_error", null, null, message)));
  }
}
