package io.millrace.workers.bedrock;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.text;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.Credential;
import io.millrace.workers.Outcome;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Translation;
import io.millrace.workers.canonical.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.eventstream.HeaderValue;
import software.amazon.eventstream.Message;

/** An adapter under test, and answers for it to read. */
final class Answers {

  final List<JsonNode> deltas = new ArrayList<>();

  static BedrockAdapter adapter(UnsupportedParameters policy) {
    return new BedrockAdapter(
        URI.create("https://bedrock-runtime.eu-west-1.amazonaws.com"),
        Credential.bearers(List.of("key")),
        policy);
  }

  static Translation.Calls calls(AttemptRequested attempt) {
    return (Translation.Calls) adapter(UnsupportedParameters.DROP).translate(attempt, NOW);
  }

  static JsonNode body(Translation.Call call) {
    return json(text(call.http().body()));
  }

  static JsonNode json(String text) {
    try {
      return Json.MAPPER.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ReplyReader reader(AttemptRequested attempt, int status, Map<String, String> headers) {
    var reader = calls(attempt).calls().getFirst().reader().get();
    reader.onHead(new ResponseHead(status, name -> Optional.ofNullable(headers.get(name)), NOW));
    return reader;
  }

  /** What comes of an answer whose bytes arrive a few at a time. */
  Outcome read(ReplyReader reader, byte[] body) {
    for (int from = 0; from < body.length; from += 7) {
      reader.onBytes(
          Arrays.copyOfRange(body, from, Math.min(body.length, from + 7)), this::onDelta);
    }
    return reader.onEnd(this::onDelta);
  }

  Outcome read(AttemptRequested attempt, String body) {
    return read(reader(attempt, 200, Map.of()), body.getBytes(UTF_8));
  }

  void onDelta(byte[] chunk) {
    deltas.add(json(new String(chunk, UTF_8)));
  }

  /** Frames of an event stream: pairs of an event's type and its payload. */
  static byte[] frames(String... typesAndPayloads) {
    var all = new ByteArrayOutputStream();
    for (int i = 0; i < typesAndPayloads.length; i += 2) {
      all.writeBytes(
          frame(
              Map.of(":message-type", "event", ":event-type", typesAndPayloads[i]),
              typesAndPayloads[i + 1]));
    }
    return all.toByteArray();
  }

  static byte[] frame(Map<String, String> headers, String payload) {
    var values = new LinkedHashMap<String, HeaderValue>();
    headers.forEach((name, value) -> values.put(name, HeaderValue.fromString(value)));
    values.put(":content-type", HeaderValue.fromString("application/json"));
    var buffer = new Message(values, payload.getBytes(UTF_8)).toByteBuffer();
    var bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
