package io.millrace.workers.bedrock;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.config.UnsupportedParameters;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Speaks to Bedrock's runtime: Converse for chat, InvokeModel for embeddings. */
final class BedrockAdapter implements ProviderAdapter {

  private static final String CHAT = "/v1/chat/completions";
  private static final String EMBEDDINGS = "/v1/embeddings";

  private final URI baseUrl;
  private final List<Credential> credentials;
  private final UnsupportedParameters policy;

  BedrockAdapter(URI baseUrl, List<Credential> credentials, UnsupportedParameters policy) {
    this.baseUrl = baseUrl;
    this.credentials = List.copyOf(credentials);
    this.policy = policy;
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
    var chat = ChatBody.read(Json.bytes(attempt.getBody()));
    var urls = chat.mediaUrls();
    return urls.isEmpty()
        ? chat(attempt, chat, Map.of(), now)
        : new Translation.MediaWanted(urls, media -> chat(attempt, chat, media, now));
  }

  private Translation chat(
      AttemptRequested attempt, ChatBody chat, Map<String, Media> media, Instant now) {
    var check = new ParameterCheck(BedrockKinds.CAPABILITIES, policy);
    check.apply(chat.fields(), ConverseBody.OWN_FIELDS);
    var body = ConverseBody.of(chat, attempt.getModel(), media, check);
    var refusal = check.refusal();
    if (refusal.isPresent()) {
      return new Translation.Refused(refusal.get());
    }
    boolean isStream = attempt.getStream();
    var asked = ChatStream.Asked.of(attempt, isStream && chat.wantsUsage(), now);
    Supplier<ReplyReader> reader =
        () ->
            new TranslatedReader(
                asked, isStream, new EventStreamDecoder(), new ConverseDialect(attempt.getModel()));
    var http = call(attempt, isStream ? "/converse-stream" : "/converse", body);
    var call = new Translation.Call(http, reader);
    int choices = chat.choices();
    return new Translation.Calls(
        Collections.nCopies(choices, call),
        choices > 1 ? new ChatFanOut(asked) : Joining.NONE,
        check.dropped());
  }

  private Translation embeddings(AttemptRequested attempt) throws IOException {
    var asked = EmbeddingsBody.read(Json.bytes(attempt.getBody()));
    var form = EmbeddingForm.of(attempt.getModel());
    var check = new ParameterCheck(BedrockKinds.CAPABILITIES, policy);
    check.apply(asked.fields(), form.ownFields());
    if (asked.fields().has("user")) {
      check.unsupported(asked.fields(), "user");
    }
    if (asked.texts().isEmpty()) {
      check.refuse("input", "input given as tokens");
    }
    var calls = new ArrayList<Translation.Call>();
    for (var texts : asked.split(form.textsMax())) {
      var body = form.body(asked, texts, attempt.getModel(), check);
      var group =
          new EmbeddingsReader.Asked(
              attempt.getModel(), texts.size(), asked.isBase64(), estimate(texts));
      calls.add(
          new Translation.Call(
              call(attempt, "/invoke", body), () -> new InvokeReader(form, group)));
    }
    var refusal = check.refusal();
    return refusal.isPresent()
        ? new Translation.Refused(refusal.get())
        : new Translation.Calls(calls, new EmbeddingsJoining(), check.dropped());
  }

  private static HttpCall call(AttemptRequested attempt, String operation, ObjectNode body) {
    boolean isStream = operation.endsWith("-stream");
    return new HttpCall(
        "POST",
        "/model/" + ModelIds.encoded(attempt.getModel()) + operation,
        Map.of(
            "content-type",
            "application/json",
            "accept",
            isStream ? "application/vnd.amazon.eventstream" : "application/json",
            "x-client-request-id",
            attempt.getRequestId()),
        ByteBuffer.wrap(Json.bytes(body)));
  }

  private static long estimate(List<String> texts) {
    return TokenEstimate.ofChars(texts.stream().mapToLong(String::length).sum());
  }

  private static Translation refused(String message) {
    return new Translation.Refused(ProviderFailures.invalid("", message));
  }
}
