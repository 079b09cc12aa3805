package io.millrace.workers.cohere;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.ClientError;
import io.millrace.workers.Credential;
import io.millrace.workers.HttpCall;
import io.millrace.workers.Joining;
import io.millrace.workers.LimitNotice;
import io.millrace.workers.Outcome;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Translation;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatFanOut;
import io.millrace.workers.canonical.ChatStream;
import io.millrace.workers.canonical.EmbeddingsBody;
import io.millrace.workers.canonical.EmbeddingsJoining;
import io.millrace.workers.canonical.EmbeddingsReader;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import io.millrace.workers.canonical.TranslatedReader;
import io.millrace.workers.framing.SseDecoder;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Speaks to Cohere's chat and embed, version 2. */
public final class CohereAdapter implements ProviderAdapter {

  private static final String CHAT = "/v1/chat/completions";
  private static final String EMBEDDINGS = "/v1/embeddings";

  private final URI baseUrl;
  private final List<Credential> credentials;
  private final UnsupportedParameters unsupported;

  public CohereAdapter(
      URI baseUrl, List<Credential> credentials, UnsupportedParameters unsupported) {
    this.baseUrl = baseUrl;
    this.credentials = List.copyOf(credentials);
    this.unsupported = unsupported;
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
    try {
      return switch (attempt.getEndpoint()) {
        case CHAT -> chat(attempt, now);
        case EMBEDDINGS -> embeddings(attempt);
        default -> refused("This provider does not serve " + attempt.getEndpoint() + ".");
      };
    } catch (IOException e) {
      return refused("The request's body is not a JSON object.");
    }
  }

  /** Only trial keys hear of their limit, which is of calls in a minute. */
  @Override
  public LimitNotice limits(ResponseHead head) {
    long limit = number(head, "x-trial-endpoint-call-limit");
    long remaining = number(head, "x-trial-endpoint-call-remaining");
    return limit == LimitNotice.UNKNOWN && remaining == LimitNotice.UNKNOWN
        ? LimitNotice.NONE
        : new LimitNotice(
            new LimitNotice.Window(limit, remaining, Duration.ZERO), LimitNotice.Window.NONE);
  }

  private static long number(ResponseHead head, String name) {
    try {
      return head.headers()
          .first(name)
          .map(text -> Math.max(LimitNotice.UNKNOWN, Long.parseLong(text.trim())))
          .orElse(LimitNotice.UNKNOWN);
    } catch (NumberFormatException e) {
      return LimitNotice.UNKNOWN;
    }
  }

  private Translation chat(AttemptRequested attempt, Instant now) throws IOException {
    var body = ChatBody.read(Json.bytes(attempt.getBody()));
    var check = new ParameterCheck(CohereKinds.CAPABILITIES, unsupported);
    check.apply(body.fields(), CohereChat.OWN);
    var chat = new CohereChat(body, check);
    var request = chat.request(attempt.getModel(), attempt.getStream());
    if (check.refusal().isPresent()) {
      return new Translation.Refused(check.refusal().get());
    }
    boolean wantsUsage =
        attempt.getStream()
            && body.fields().path("stream_options").path("include_usage").asBoolean();
    var asked = ChatStream.Asked.of(attempt, wantsUsage, now);
    Supplier<ReplyReader> reader =
        () ->
            new TranslatedReader(asked, attempt.getStream(), new SseDecoder(), new CohereDialect());
    var calls = new ArrayList<Translation.Call>();
    for (int choice = 0; choice < body.choices(); choice++) {
      // The same seed would give the same answer each time.
      if (choice > 0 && request.path("seed").isIntegralNumber()) {
        request.put("seed", request.path("seed").asLong() + 1);
      }
      calls.add(new Translation.Call(post(attempt, "/v2/chat", Json.bytes(request)), reader));
    }
    var joining = calls.size() == 1 ? Joining.NONE : new ChatFanOut(asked);
    return new Translation.Calls(calls, joining, check.dropped());
  }

  private Translation embeddings(AttemptRequested attempt) throws IOException {
    var body = EmbeddingsBody.read(Json.bytes(attempt.getBody()));
    var check = new ParameterCheck(CohereKinds.CAPABILITIES, unsupported);
    check.apply(body.fields(), CohereEmbed.OWN);
    if (body.texts().isEmpty()) {
      check.refuse("input", "input given as tokens");
    }
    if (check.refusal().isPresent()) {
      return new Translation.Refused(check.refusal().get());
    }
    var calls = new ArrayList<Translation.Call>();
    var groups = body.split(CohereEmbed.TEXTS_MAX);
    for (var texts : groups) {
      var request = CohereEmbed.request(body, attempt.getModel(), texts);
      // What was counted is of all the texts; a call has its share of them.
      long tokens = (long) attempt.getInputTokensEstimated() * texts.size() / body.texts().size();
      var asked =
          new EmbeddingsReader.Asked(attempt.getModel(), texts.size(), body.isBase64(), tokens);
      calls.add(
          new Translation.Call(
              post(attempt, "/v2/embed", Json.bytes(request)),
              () -> new EmbeddingsReader(asked, CohereEmbed::vectors, CohereErrors::failure)));
    }
    var joining = calls.size() == 1 ? Joining.NONE : new EmbeddingsJoining();
    return new Translation.Calls(calls, joining, check.dropped());
  }

  private static HttpCall post(AttemptRequested attempt, String path, byte[] body) {
    return new HttpCall(
        "POST",
        path,
        Map.of(
            "content-type",
            "application/json",
            // Cohere's own clients ask for JSON even where a stream comes.
            "accept",
            "application/json",
            "x-client-request-id",
            attempt.getRequestId()),
        ByteBuffer.wrap(body));
  }

  private static Translation refused(String message) {
    return new Translation.Refused(
        Outcome.Failure.of(
            Verdict.INVALID, new ClientError(400, "invalid_request_error", null, null, message)));
  }
}
