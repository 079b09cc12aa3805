package io.millrace.workers;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schemas.AttemptRequested;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Talks to an adapter as the runner does, with answers that a test writes. */
public final class AdapterTalk {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final ProviderAdapter adapter;
  private final List<JsonNode> deltas = new ArrayList<>();

  public AdapterTalk(ProviderAdapter adapter) {
    this.adapter = adapter;
  }

  /** Pieces that a client would have seen. */
  public List<JsonNode> deltas() {
    return deltas;
  }

  public Translation.Calls calls(AttemptRequested attempt) {
    return switch (adapter.translate(attempt, NOW)) {
      case Translation.Calls calls -> calls;
      case Translation.MediaWanted wanted -> throw new AssertionError("fetches: " + wanted.urls());
      case Translation.Refused refused ->
          throw new AssertionError("refused: " + refused.failure().error().message());
    };
  }

  /** The bodies of an attempt's calls. */
  public List<JsonNode> sent(AttemptRequested attempt) {
    return calls(attempt).calls().stream().map(call -> json(text(call.http().body()))).toList();
  }

  public Outcome.Failure refusal(AttemptRequested attempt) {
    if (adapter.translate(attempt, NOW) instanceof Translation.Refused refused) {
      return refused.failure();
    }
    throw new AssertionError("not refused");
  }

  /** What comes of an attempt whose every call is answered so. */
  public Outcome answered(AttemptRequested attempt, int status, String contentType, String body) {
    var calls = calls(attempt);
    var answers = new ArrayList<Outcome.Answer>();
    for (int i = 0; i < calls.calls().size(); i++) {
      var reader = calls.calls().get(i).reader().get();
      var outcome = read(reader, i, calls, head(status, contentType), body);
      switch (outcome) {
        case Outcome.Answer answer -> answers.add(answer);
        case Outcome.Failure failure -> {
          return failure;
        }
      }
    }
    return answers.size() == 1 ? answers.getFirst() : calls.joining().join(answers, this::onDelta);
  }

  private Outcome read(
      ReplyReader reader, int number, Translation.Calls calls, ResponseHead head, String body) {
    Consumer<byte[]> sink = calls.joining().deltasOf(number, this::onDelta);
    reader.onHead(head);
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    int half = bytes.length / 2;
    reader.onBytes(Arrays.copyOfRange(bytes, 0, half), sink);
    reader.onBytes(Arrays.copyOfRange(bytes, half, bytes.length), sink);
    return reader.onEnd(sink);
  }

  private static ResponseHead head(int status, String contentType) {
    var headers = Map.of("content-type", contentType, "retry-after", "3");
    return new ResponseHead(status, name -> Optional.ofNullable(headers.get(name)), NOW);
  }

  private void onDelta(byte[] chunk) {
    deltas.add(json(new String(chunk, StandardCharsets.UTF_8)));
  }

  /** The body of an answer. */
  public static JsonNode bodyOf(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Answer answer -> json(text(answer.body()));
      case Outcome.Failure failure ->
          throw new AssertionError(failure.verdict() + ": " + failure.error().message());
    };
  }

  public static Outcome.Failure failureOf(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Answer answer -> throw new AssertionError("answered: " + answer);
      case Outcome.Failure failure -> failure;
    };
  }

  public static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }
}
