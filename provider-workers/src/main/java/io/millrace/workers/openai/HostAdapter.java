package io.millrace.workers.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.BaseUrl;
import io.millrace.workers.Credential;
import io.millrace.workers.Feature;
import io.millrace.workers.HttpCall;
import io.millrace.workers.Joining;
import io.millrace.workers.LimitNotice;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Support;
import io.millrace.workers.Translation;
import io.millrace.workers.canonical.ChatFanOut;
import io.millrace.workers.canonical.ChatStream;
import io.millrace.workers.canonical.EmbeddingsBody;
import io.millrace.workers.canonical.EmbeddingsJoining;
import io.millrace.workers.canonical.EmbeddingsReader;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Speaks to a {@link Host}: OpenAI's form, without what the host lacks, in the host's words. */
final class HostAdapter implements ProviderAdapter {

  private static final String CHAT = "/v1/chat/completions";
  private static final String EMBEDDINGS = "/v1/embeddings";
  private static final String MODERATIONS = "/v1/moderations";

  private final Host host;
  private final URI baseUrl;
  private final List<Credential> credentials;
  private final UnsupportedParameters unsupported;

  HostAdapter(Host host, ProviderConfig provider) {
    this.host = host;
    this.baseUrl = BaseUrl.of(provider, host.baseUrl());
    this.credentials = Credential.bearers(provider.keys());
    this.unsupported = provider.unsupportedParameters();
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
  public LimitNotice limits(ResponseHead head) {
    return host.limits().read(head);
  }

  @Override
  public Translation translate(AttemptRequested attempt, Instant now) {
    var endpoint = attempt.getEndpoint();
    try {
      var bytes = Json.bytes(attempt.getBody());
      return switch (endpoint) {
        case CHAT -> chat(attempt, EmbeddingsBody.read(bytes).fields(), now);
        case NativeResponses.ENDPOINT ->
            NativeResponses.translate(attempt, OpenAiAdapter.Paths.USUAL, now);
        case EMBEDDINGS ->
            host.capabilities().has(Feature.EMBEDDINGS)
                ? embeddings(attempt, EmbeddingsBody.read(bytes))
                : notServed(endpoint);
        case MODERATIONS ->
            host.capabilities().has(Feature.MODERATIONS)
                ? moderations(attempt, bytes)
                : notServed(endpoint);
        default -> notServed(endpoint);
      };
    } catch (IOException e) {
      return OpenAiAdapter.refused("The request's body is not a JSON object.");
    }
  }

  @Override
  public boolean speaksResponses() {
    return true;
  }

  private static Translation notServed(String endpoint) {
    return OpenAiAdapter.refused("This provider does not serve " + endpoint + ".");
  }

  private static Translation moderations(AttemptRequested attempt, byte[] body) throws IOException {
    var rewrite = RequestRewrite.of(body, attempt.getModel(), false);
    var call = OpenAiAdapter.post(attempt, OpenAiAdapter.Paths.USUAL, false, rewrite.body());
    return Translation.one(call, () -> new ModerationsReader(attempt.getModel()), List.of());
  }

  private Translation chat(AttemptRequested attempt, ObjectNode fields, Instant now) {
    boolean wantsUsage =
        attempt.getStream() && fields.at("/stream_options/include_usage").asBoolean();
    var check = new ParameterCheck(host.capabilities(), unsupported);
    checkContent(fields, check);
    check.apply(fields, host.ownFields());
    int choices = choicesToCall(fields);
    HostHistory.tidy(fields.path("messages"));
    fields.put("model", attempt.getModel());
    fields.remove(List.of("stream", "stream_options"));
    if (attempt.getStream()) {
      fields.put("stream", true).putObject("stream_options").put("include_usage", true);
    }
    host.wording().accept(fields, check);
    if (check.refusal().isPresent()) {
      return new Translation.Refused(check.refusal().get());
    }
    var asked = ChatStream.Asked.of(attempt, wantsUsage, now);
    var calls = new ArrayList<Translation.Call>();
    for (int choice = 0; choice < choices; choice++) {
      calls.add(
          new Translation.Call(
              http(attempt, seeded(fields, choice)),
              () -> new OpenAiReplyReader(asked, true, attempt.getStream(), host.answers())));
    }
    var joining = choices == 1 ? Joining.NONE : new ChatFanOut(asked);
    return new Translation.Calls(calls, joining, check.dropped());
  }

  /** The same seed would give the same choice again. */
  private static ObjectNode seeded(ObjectNode fields, int choice) {
    return choice > 0 && fields.path("seed").isIntegralNumber()
        ? fields.deepCopy().put("seed", fields.path("seed").asLong() + choice)
        : fields;
  }

  /** Calls to make for the choices asked for; a host that gives several at once is called once. */
  private int choicesToCall(ObjectNode fields) {
    if (host.capabilities().of(Feature.CHOICES) != Support.EMULATED) {
      return 1;
    }
    var asked = fields.remove("n");
    return asked == null ? 1 : Math.max(1, asked.asInt(1));
  }

  private void checkContent(ObjectNode fields, ParameterCheck check) {
    for (var message : fields.path("messages")) {
      for (var part : message.path("content")) {
        switch (part.path("type").asText("")) {
          case "image_url" -> needs(Feature.IMAGES, "image input", check);
          case "input_audio" -> needs(Feature.AUDIO, "audio input", check);
          case "file" -> needs(Feature.FILES, "file input", check);
          default -> {
            // Text goes everywhere.
          }
        }
      }
    }
    if (fields.at("/response_format/type").asText("").equals("json_schema")
        && !host.capabilities().has(Feature.JSON_SCHEMA)) {
      check.refuse("response_format", "response_format json_schema");
    }
  }

  private void needs(Feature feature, String what, ParameterCheck check) {
    if (!host.capabilities().has(feature)) {
      check.refuse(feature.parameter(), what);
    }
  }

  /** Vectors are asked for as numbers, which every host gives, and encoded here when wanted. */
  private Translation embeddings(AttemptRequested attempt, EmbeddingsBody body) {
    var fields = body.fields();
    var check = new ParameterCheck(host.capabilities(), unsupported);
    check.apply(fields, host.ownFields());
    boolean isBase64 = body.isBase64();
    fields.put("model", attempt.getModel()).remove("encoding_format");
    host.wording().accept(fields, check);
    if (check.refusal().isPresent()) {
      return new Translation.Refused(check.refusal().get());
    }
    var calls = new ArrayList<Translation.Call>();
    if (body.texts().isEmpty()) {
      calls.add(embeddingsCall(attempt, fields, tokenInputs(fields.path("input")), isBase64));
    }
    for (var texts : body.split(host.textsMax())) {
      var part = fields.deepCopy();
      var input = part.putArray("input");
      texts.forEach(input::add);
      calls.add(embeddingsCall(attempt, part, texts.size(), isBase64));
    }
    var joining = calls.size() == 1 ? Joining.NONE : new EmbeddingsJoining();
    return new Translation.Calls(calls, joining, check.dropped());
  }

  private static int tokenInputs(JsonNode input) {
    return input.path(0).isArray() ? input.size() : 1;
  }

  private Translation.Call embeddingsCall(
      AttemptRequested attempt, ObjectNode fields, int texts, boolean isBase64) {
    var asked =
        new EmbeddingsReader.Asked(
            attempt.getModel(), texts, isBase64, attempt.getInputTokensEstimated());
    return new Translation.Call(
        http(attempt, fields),
        () -> new EmbeddingsReader(asked, HostAdapter::vectors, OpenAiErrors::outcome));
  }

  private static EmbeddingsReader.Vectors vectors(JsonNode answer) {
    var all = new ArrayList<JsonNode>();
    answer.path("data").forEach(one -> all.add(one.path("embedding")));
    var tokens = answer.at("/usage/prompt_tokens");
    return new EmbeddingsReader.Vectors(all, tokens.isNumber() ? tokens.asLong() : null);
  }

  private static HttpCall http(AttemptRequested attempt, ObjectNode fields) {
    var headers =
        Map.of(
            "content-type",
            "application/json",
            "accept",
            fields.path("stream").asBoolean() ? "text/event-stream" : "application/json",
            "x-client-request-id",
            attempt.getRequestId());
    var path = attempt.getEndpoint().substring("/v1".length());
    return new HttpCall("POST", path, headers, ByteBuffer.wrap(Json.bytes(fields)));
  }
}
