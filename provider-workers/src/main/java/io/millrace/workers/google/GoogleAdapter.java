package io.millrace.workers.google;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.Capabilities;
import io.millrace.workers.Credential;
import io.millrace.workers.HttpCall;
import io.millrace.workers.Joining;
import io.millrace.workers.Media;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.TokenEstimate;
import io.millrace.workers.Translation;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatFanOut;
import io.millrace.workers.canonical.ChatStream;
import io.millrace.workers.canonical.EmbeddingsBody;
import io.millrace.workers.canonical.EmbeddingsJoining;
import io.millrace.workers.canonical.EmbeddingsReader;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import io.millrace.workers.canonical.ProviderFailures;
import io.millrace.workers.canonical.TranslatedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Speaks to Gemini models, at the Gemini API or at Vertex AI. */
final class GoogleAdapter implements ProviderAdapter {

  private static final String CHAT = "/v1/chat/completions";
  private static final String EMBEDDINGS = "/v1/embeddings";

  private final GooglePlace place;
  private final List<Credential> credentials;
  private final Capabilities capabilities;
  private final UnsupportedParameters policy;

  GoogleAdapter(
      GooglePlace place,
      List<Credential> credentials,
      Capabilities capabilities,
      UnsupportedParameters policy) {
    this.place = place;
    this.credentials = List.copyOf(credentials);
    this.capabilities = capabilities;
    this.policy = policy;
  }

  @Override
  public URI baseUrl() {
    return place.baseUrl();
  }

  @Override
  public List<Credential> credentials() {
    return credentials;
  }

  @Override
  public Translation translate(AttemptRequested attempt, Instant now) {
    try {
      return switch (attempt.getEndpoint()) {
        case CHAT -> chat(attempt, ChatBody.read(Json.bytes(attempt.getBody())), now);
        case EMBEDDINGS -> embeddings(attempt, EmbeddingsBody.read(Json.bytes(attempt.getBody())));
        default -> refused("", "This provider does not serve " + attempt.getEndpoint() + ".");
      };
    } catch (IOException e) {
      return refused("", "The request's body is not a JSON object.");
    }
  }

  private Translation chat(AttemptRequested attempt, ChatBody chat, Instant now) {
    var urls = chat.mediaUrls().stream().filter(url -> !MediaParts.isOwnFile(url)).toList();
    return urls.isEmpty()
        ? chatCalls(attempt, chat, Map.of(), now)
        : new Translation.MediaWanted(urls, media -> chatCalls(attempt, chat, media, now));
  }

  private Translation chatCalls(
      AttemptRequested attempt, ChatBody chat, Map<String, Media> media, Instant now) {
    var check = new ParameterCheck(capabilities, policy);
    int choices = chat.choices();
    boolean wantsUsage = chat.wantsUsage();
    check.apply(chat.fields(), GenerateBody.OWN_FIELDS);
    var body = new GenerateBody(chat, attempt.getModel(), check);
    var refusal = body.write(media);
    if (refusal.isPresent()) {
      return new Translation.Refused(refusal.get());
    }
    boolean isStream = attempt.getStream();
    var asked = ChatStream.Asked.of(attempt, wantsUsage, now);
    var method = isStream ? "streamGenerateContent" : "generateContent";
    var path = place.path(attempt.getModel(), method) + (isStream ? "?alt=sse" : "");
    var call =
        new Translation.Call(
            post(attempt, path, body.bytes(), isStream),
            () -> new TranslatedReader(asked, isStream, new GoogleEvents(), new GoogleAnswer()));
    return new Translation.Calls(
        Collections.nCopies(choices, call),
        choices == 1 ? Joining.NONE : new ChatFanOut(asked),
        check.dropped());
  }

  private Translation embeddings(AttemptRequested attempt, EmbeddingsBody body) {
    if (body.texts().isEmpty() || body.texts().size() < inputsOf(body)) {
      return refused("input", "This provider takes texts as input, not LLM tokens.");
    }
    var check = new ParameterCheck(capabilities, policy);
    check.apply(body.fields(), EmbeddingCalls.OWN_FIELDS);
    var refusal = check.refusal();
    if (refusal.isPresent()) {
      return new Translation.Refused(refusal.get());
    }
    var model = attempt.getModel();
    var way = EmbeddingCalls.of(model, place.isVertex());
    var options = EmbeddingCalls.Options.of(body);
    var calls =
        way.groups(body.texts(), model).stream()
            .map(
                texts ->
                    new Translation.Call(
                        post(
                            attempt,
                            place.path(model, way.call()),
                            Json.bytes(way.body(texts, model, options)),
                            false),
                        vectorsReader(way, model, texts, body.isBase64())))
            .toList();
    return new Translation.Calls(
        calls, calls.size() == 1 ? Joining.NONE : new EmbeddingsJoining(), check.dropped());
  }

  private static Supplier<ReplyReader> vectorsReader(
      EmbeddingCalls way, String model, List<String> texts, boolean isBase64) {
    long chars = texts.stream().mapToLong(String::length).sum();
    var asked =
        new EmbeddingsReader.Asked(model, texts.size(), isBase64, TokenEstimate.ofChars(chars));
    return () -> new EmbeddingsReader(asked, way::vectors, GoogleErrors::of);
  }

  private static int inputsOf(EmbeddingsBody body) {
    var input = body.fields().path("input");
    return input.isArray() ? input.size() : 1;
  }

  private static HttpCall post(
      AttemptRequested attempt, String path, byte[] body, boolean isStream) {
    var headers =
        Map.of(
            "content-type",
            "application/json",
            "accept",
            isStream ? "text/event-stream" : "application/json",
            "x-client-request-id",
            attempt.getRequestId());
    return new HttpCall("POST", path, headers, ByteBuffer.wrap(body));
  }

  private static Translation refused(String param, String message) {
    return new Translation.Refused(ProviderFailures.invalid(param, message));
  }
}
