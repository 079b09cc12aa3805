package io.millrace.workers.ollama;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.ClientError;
import io.millrace.workers.Credential;
import io.millrace.workers.HttpCall;
import io.millrace.workers.Joining;
import io.millrace.workers.Media;
import io.millrace.workers.Outcome;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ReplyReader;
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
import io.millrace.workers.framing.NdjsonDecoder;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Speaks to Ollama, on a machine of one's own or in its cloud. */
public final class OllamaAdapter implements ProviderAdapter {

  private static final String CHAT = "/v1/chat/completions";
  private static final String EMBEDDINGS = "/v1/embeddings";

  private final URI baseUrl;
  private final List<Credential> credentials;
  private final UnsupportedParameters unsupported;

  public OllamaAdapter(
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

  private Translation chat(AttemptRequested attempt, Instant now) throws IOException {
    var body = withoutForbiddenTools(ChatBody.read(Json.bytes(attempt.getBody())));
    var check = new ParameterCheck(OllamaKinds.CAPABILITIES, unsupported);
    check.apply(body.fields(), OllamaChat.OWN);
    OllamaChat.refuseWhatItCannotHold(body, check);
    if (check.refusal().isPresent()) {
      return new Translation.Refused(check.refusal().get());
    }
    var urls = body.mediaUrls();
    return urls.isEmpty()
        ? calls(attempt, now, body, check.dropped(), Map.of())
        : new Translation.MediaWanted(
            urls, media -> calls(attempt, now, body, check.dropped(), media));
  }

  /** Ollama cannot be told not to call a tool, but what it does not know it does not call. */
  private static ChatBody withoutForbiddenTools(ChatBody body) {
    return body.toolChoice() instanceof ChatBody.ToolChoice.None
        ? new ChatBody(body.fields(), body.messages(), List.of())
        : body;
  }

  private static Translation calls(
      AttemptRequested attempt,
      Instant now,
      ChatBody body,
      List<String> dropped,
      Map<String, Media> media) {
    boolean isStream = attempt.getStream();
    boolean wantsUsage =
        isStream && body.fields().path("stream_options").path("include_usage").asBoolean();
    var asked = ChatStream.Asked.of(attempt, wantsUsage, now);
    var request = new OllamaChat(body, media).request(attempt.getModel(), isStream);
    var options = request.withObjectProperty("options");
    var calls = new ArrayList<Translation.Call>();
    for (int choice = 0; choice < body.choices(); choice++) {
      // The same seed would give the same answer each time.
      if (choice > 0 && options.path("seed").isIntegralNumber()) {
        options.put("seed", options.path("seed").asLong() + 1);
      }
      var callIds = attempt.getAttemptId() + "/" + choice;
      calls.add(
          new Translation.Call(
              post(attempt, "/api/chat", isStream, Json.bytes(request)),
              () -> reader(asked, isStream, callIds)));
    }
    var joining = calls.size() == 1 ? Joining.NONE : new ChatFanOut(asked);
    return new Translation.Calls(calls, joining, dropped);
  }

  private static ReplyReader reader(ChatStream.Asked asked, boolean isStream, String callIds) {
    var dialect = new OllamaDialect(callIds, asked.inputTokens());
    return new TranslatedReader(asked, isStream, new NdjsonDecoder(), dialect);
  }

  private Translation embeddings(AttemptRequested attempt) throws IOException {
    var body = EmbeddingsBody.read(Json.bytes(attempt.getBody()));
    var check = new ParameterCheck(OllamaKinds.CAPABILITIES, unsupported);
    check.apply(body.fields(), OllamaEmbed.OWN);
    if (body.texts().isEmpty()) {
      check.refuse("input", "input given as tokens");
    }
    if (check.refusal().isPresent()) {
      return new Translation.Refused(check.refusal().get());
    }
    var calls = new ArrayList<Translation.Call>();
    for (var texts : body.split(OllamaEmbed.TEXTS_MAX)) {
      var request = OllamaEmbed.request(body, attempt.getModel(), texts);
      // What was counted is of all the texts; a call has its share of them.
      long tokens = (long) attempt.getInputTokensEstimated() * texts.size() / body.texts().size();
      var asked =
          new EmbeddingsReader.Asked(attempt.getModel(), texts.size(), body.isBase64(), tokens);
      calls.add(
          new Translation.Call(
              post(attempt, "/api/embed", false, Json.bytes(request)),
              () -> new EmbeddingsReader(asked, OllamaEmbed::vectors, OllamaErrors::failure)));
    }
    var joining = calls.size() == 1 ? Joining.NONE : new EmbeddingsJoining();
    return new Translation.Calls(calls, joining, check.dropped());
  }

  private static HttpCall post(
      AttemptRequested attempt, String path, boolean isStream, byte[] body) {
    return new HttpCall(
        "POST",
        path,
        Map.of(
            "content-type",
            "application/json",
            "accept",
            isStream ? "application/x-ndjson" : "application/json",
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
