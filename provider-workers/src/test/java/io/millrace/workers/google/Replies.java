package io.millrace.workers.google;

import static io.millrace.workers.Attempts.NOW;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.Media;
import io.millrace.workers.Outcome;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ProviderAdapters;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Translation;
import io.millrace.workers.canonical.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs an adapter without a network: what it sends, and what it makes of an answer. */
final class Replies {

  private Replies() {}

  static ProviderAdapter gemini() {
    return new ProviderAdapters(new GoogleKinds(Map.of()).all())
        .adapterFor(ProviderConfig.of("g", "gemini", "").withKeys(List.of("key-1")));
  }

  /** In express mode. */
  static ProviderAdapter vertex() {
    return new ProviderAdapters(new GoogleKinds(Map.of()).all())
        .adapterFor(ProviderConfig.of("v", "vertex", "").withKeys(List.of("key-1")));
  }

  static Translation.Calls calls(ProviderAdapter adapter, AttemptRequested attempt) {
    return (Translation.Calls) adapter.translate(attempt, NOW);
  }

  static Outcome.Failure refusal(ProviderAdapter adapter, AttemptRequested attempt) {
    return ((Translation.Refused) adapter.translate(attempt, NOW)).failure();
  }

  static Translation.Calls callsWith(
      ProviderAdapter adapter, AttemptRequested attempt, Map<String, Media> media) {
    var wanted = (Translation.MediaWanted) adapter.translate(attempt, NOW);
    return (Translation.Calls) wanted.then().apply(media);
  }

  static JsonNode sent(Translation.Calls calls) {
    return tree(calls.calls().getFirst().http().body());
  }

  static ResponseHead head(int status, String contentType) {
    return new ResponseHead(
        status,
        name -> name.equals("content-type") ? Optional.of(contentType) : Optional.empty(),
        NOW);
  }

  static Outcome whole(ProviderAdapter adapter, AttemptRequested attempt, int status, String json) {
    return feed(
        reader(adapter, attempt), head(status, "application/json"), json, new ArrayList<>());
  }

  static Outcome streamed(
      ProviderAdapter adapter, AttemptRequested attempt, String text, List<JsonNode> deltas) {
    return feed(reader(adapter, attempt), head(200, "text/event-stream"), text, deltas);
  }

  private static ReplyReader reader(ProviderAdapter adapter, AttemptRequested attempt) {
    return calls(adapter, attempt).calls().getFirst().reader().get();
  }

  /** In pieces of seven bytes, so that nothing depends on how bytes are cut. */
  private static Outcome feed(
      ReplyReader reader, ResponseHead head, String text, List<JsonNode> deltas) {
    reader.onHead(head);
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int from = 0; from < bytes.length; from += 7) {
      var piece = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 7));
      reader.onBytes(piece, delta -> deltas.add(tree(ByteBuffer.wrap(delta))));
    }
    return reader.onEnd(delta -> deltas.add(tree(ByteBuffer.wrap(delta))));
  }

  static JsonNode body(Outcome outcome) {
    return tree(((Outcome.Answer) outcome).body());
  }

  static JsonNode tree(ByteBuffer body) {
    try {
      return Json.MAPPER.readTree(Json.bytes(body));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode json(String text) {
    try {
      return Json.MAPPER.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
