package io.millrace.workers;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.anAttempt;
import static io.millrace.workers.Attempts.text;
import static io.millrace.workers.Attempts.utf8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.canonical.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An adapter at work without a network: what it sends, and what it makes of an answer. */
public final class Translated {

  private final ProviderAdapter adapter;
  private final AttemptRequested attempt;

  private Translated(ProviderAdapter adapter, AttemptRequested attempt) {
    this.adapter = adapter;
    this.attempt = attempt;
  }

  /** A chat request, with single quotes for double ones. */
  public static Translated chat(String kind, String body) {
    return of(kind, "/v1/chat/completions", body);
  }

  public static Translated of(String kind, String endpoint, String body) {
    var json = body.replace('\'', '"');
    return new Translated(
        adapter(ProviderConfig.of("host", kind, "http://host/v1")),
        anAttempt()
            .setEndpoint(endpoint)
            .setStream(json.contains("\"stream\":true"))
            .setBody(utf8(json))
            .build());
  }

  public static ProviderAdapter adapter(ProviderConfig config) {
    return ProviderAdapters.installed().adapterFor(config);
  }

  public Translation.Calls calls() {
    return switch (adapter.translate(attempt, NOW)) {
      case Translation.Calls calls -> calls;
      case Translation.MediaWanted wanted -> throw new AssertionError("fetches " + wanted.urls());
      case Translation.Refused refused ->
          throw new AssertionError("refused: " + refused.failure().error().message());
    };
  }

  public Outcome.Failure refusal() {
    if (adapter.translate(attempt, NOW) instanceof Translation.Refused refused) {
      return refused.failure();
    }
    throw new AssertionError("was not refused");
  }

  public JsonNode sent() {
    return json(text(calls().calls().getFirst().http().body()));
  }

  /** What a whole answer becomes. */
  public Outcome answered(int status, String body) {
    return read(status, "application/json", body, new ArrayList<>());
  }

  /** What a stream becomes, and its pieces. */
  public Outcome streamed(String events, List<JsonNode> deltas) {
    return read(200, "text/event-stream", events, deltas);
  }

  private Outcome read(int status, String type, String body, List<JsonNode> deltas) {
    var reader = calls().calls().getFirst().reader().get();
    var headers = Map.of("content-type", type);
    reader.onHead(new ResponseHead(status, name -> Optional.ofNullable(headers.get(name)), NOW));
    var bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    reader.onBytes(bytes, delta -> deltas.add(json(new String(delta, StandardCharsets.UTF_8))));
    return reader.onEnd(delta -> deltas.add(json(new String(delta, StandardCharsets.UTF_8))));
  }

  public static JsonNode bodyOf(Outcome outcome) {
    if (outcome instanceof Outcome.Answer answer) {
      return json(text(answer.body()));
    }
    throw new AssertionError("no answer: " + outcome);
  }

  public static JsonNode json(String text) {
    try {
      return Json.MAPPER.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }
}
