package io.millrace.workers.openai;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Verdict;
import io.millrace.workers.ClientError;
import io.millrace.workers.Credential;
import io.millrace.workers.HttpCall;
import io.millrace.workers.LimitNotice;
import io.millrace.workers.Outcome;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Translation;
import io.millrace.workers.canonical.ChatStream;
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
  private static final Set<String> ENDPOINTS = Set.of(CHAT, EMBEDDINGS);

  private final URI baseUrl;
  private final List<Credential> credentials;

  public OpenAiAdapter(URI baseUrl, List<Credential> credentials) {
    this.baseUrl = baseUrl;
    this.credentials = List.copyOf(credentials);
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
    boolean isStream = attempt.getStream() && attempt.getEndpoint().equals(CHAT);
    RequestRewrite rewrite;
    try {
      rewrite = RequestRewrite.of(bytesOf(attempt.getBody()), attempt.getModel(), isStream);
    } catch (IOException e) {
      return refused("The request's body is not a JSON object.");
    }
    var headers =
        Map.of(
            "content-type",
            "application/json",
            "accept",
            isStream ? "text/event-stream" : "application/json",
            "x-client-request-id",
            attempt.getRequestId());
    var path = attempt.getEndpoint().substring("/v1".length());
    var call = new HttpCall("POST", path, headers, rewrite.body());
    return Translation.one(
        call, () -> readerOf(attempt, isStream, rewrite.wantsUsage(), now), List.of());
  }

  @Override
  public LimitNotice limits(ResponseHead head) {
    return LimitHeaders.OPENAI.read(head);
  }

  private static OpenAiReplyReader readerOf(
      AttemptRequested attempt, boolean isStream, boolean wantsUsage, Instant now) {
    var asked =
        new ChatStream.Asked(
            "chatcmpl-" + attempt.getRequestId().replaceFirst("^req_", ""),
            now.getEpochSecond(),
            attempt.getModel(),
            wantsUsage,
            attempt.getInputTokensEstimated());
    return new OpenAiReplyReader(asked, attempt.getEndpoint().equals(CHAT), isStream);
  }

  private static Translation refused(String message) {
    return new Translation.Refused(
        Outcome.Failure.of(
            Verdict.INVALID, new ClientError(400, "invalid_request_error", null, null, message)));
  }

  private static byte[] bytesOf(ByteBuffer buffer) {
    if (buffer.hasArray()
        && buffer.arrayOffset() == 0
        && buffer.position() == 0
        && buffer.remaining() == buffer.array().length) {
      return buffer.array();
    }
    var bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
