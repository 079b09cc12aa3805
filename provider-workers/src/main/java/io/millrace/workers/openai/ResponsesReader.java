package io.millrace.workers.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Breakage;
import io.millrace.workers.BreakageOutcomes;
import io.millrace.workers.ClientError;
import io.millrace.workers.Outcome;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.TokenEstimate;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.UsageJson;
import io.millrace.workers.framing.SseDecoder;
import io.millrace.workers.framing.StreamDecoder;
import io.millrace.workers.responses.ResponseFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a Response that its provider made. Events of items go on without their sequence numbers and
 * those of the whole Response do not: they would tell of the provider's Response, and the client's
 * has another id.
 */
final class ResponsesReader implements ReplyReader {

  private final Asked asked;
  private final SseDecoder events = new SseDecoder();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final TreeMap<Integer, JsonNode> itemsDone = new TreeMap<>();
  private ResponseHead head = new ResponseHead(0, name -> Optional.empty(), Instant.EPOCH);
  private boolean isStream;
  private boolean isPartShown;
  private long chars;
  private @Nullable ObjectNode last;
  private Outcome.@Nullable Failure failure;

  /**
   * What the client asked for.
   *
   * @param model for hosts that name none
   */
  record Asked(ResponseFrame frame, String model, boolean isStream, long inputTokens) {}

  ResponsesReader(Asked asked) {
    this.asked = asked;
  }

  @Override
  public void onHead(ResponseHead arrived) {
    head = arrived;
    var type = arrived.contentType();
    boolean isWhole = type.contains("json") || type.contains("html") || type.contains("xml");
    isStream = asked.isStream() && arrived.isSuccess() && !isWhole;
  }

  @Override
  public void onBytes(byte[] bytes, Consumer<byte[]> deltas) {
    if (isStream) {
      events.feed(bytes, event -> onEvent(event, deltas));
    } else {
      body.writeBytes(bytes);
    }
  }

  @Override
  public boolean isComplete() {
    return last != null || failure != null;
  }

  @Override
  public Outcome onEnd(Consumer<byte[]> deltas) {
    if (!head.isSuccess()) {
      return OpenAiErrors.outcome(head, body.toByteArray());
    }
    if (isStream) {
      events.end(event -> onEvent(event, deltas));
      return ended();
    }
    try {
      if (Json.MAPPER.readTree(body.toByteArray()) instanceof ObjectNode response) {
        onResponse(response);
        showWhole(response, deltas);
        return ended();
      }
    } catch (IOException e) {
      // Said below, as of any other answer that is no object.
    }
    return OpenAiErrors.notUnderstood();
  }

  @Override
  public Outcome onBroken(Breakage breakage) {
    // An error whose text broke off is still that error.
    if (head.status() != 0 && !head.isSuccess() && breakage != Breakage.CANCELLED) {
      return OpenAiErrors.outcome(head, new byte[0]);
    }
    if (isStream && (breakage == Breakage.CONNECTION_LOST || isComplete())) {
      return ended();
    }
    return BreakageOutcomes.of(breakage, isPartShown, usageSoFar());
  }

  private void onEvent(StreamDecoder.Event event, Consumer<byte[]> deltas) {
    if (isComplete() || event.data().startsWith("[DONE]")) {
      return;
    }
    try {
      if (Json.MAPPER.readTree(event.data()) instanceof ObjectNode data) {
        boolean isError = event.name().equals("error");
        onEvent(isError ? "error" : data.path("type").asText(event.name()), data, deltas);
      }
    } catch (JsonProcessingException e) {
      failure = OpenAiErrors.notUnderstood();
    }
  }

  private void onEvent(String type, ObjectNode data, Consumer<byte[]> deltas) {
    switch (type) {
      case "response.created", "response.queued", "response.in_progress" -> {
        // The client hears of it from ingress.
      }
      case "response.completed", "response.incomplete", "response.failed" -> {
        if (data.path("response") instanceof ObjectNode response) {
          onResponse(response);
        } else {
          failure = OpenAiErrors.notUnderstood();
        }
      }
      case "error" -> failure = OpenAiErrors.inStream(head, data);
      default -> {
        if (data.path("error").isObject()) {
          failure = OpenAiErrors.inStream(head, data);
        } else if (type.startsWith("response.")) {
          show(type, data, deltas);
        }
      }
    }
  }

  private void show(String type, ObjectNode event, Consumer<byte[]> deltas) {
    event.put("type", type).remove(List.of("sequence_number", "obfuscation"));
    chars += event.path("delta").asText("").length();
    if (type.equals("response.output_item.done")) {
      itemsDone.put(event.path("output_index").asInt(), event.path("item"));
    }
    isPartShown = true;
    deltas.accept(Json.bytes(event));
  }

  /** A host that was asked for a stream and sent a whole answer: its items, each at once. */
  private void showWhole(ObjectNode response, Consumer<byte[]> deltas) {
    if (!asked.isStream() || failure != null) {
      return;
    }
    int index = 0;
    for (var item : response.path("output")) {
      for (var type : List.of("added", "done")) {
        var event = Json.MAPPER.createObjectNode().put("output_index", index).set("item", item);
        show("response.output_item." + type, (ObjectNode) event, deltas);
      }
      index++;
    }
  }

  private void onResponse(ObjectNode response) {
    var error = response.path("error");
    switch (response.path("status").asText("")) {
      case "completed", "incomplete" -> last = response;
      case "failed" -> {
        last = response;
        failure = OpenAiErrors.inStream(head, response).withUsage(usageSoFar());
      }
      default ->
          failure =
              error.isObject()
                  ? OpenAiErrors.inStream(head, response)
                  : OpenAiErrors.notUnderstood();
    }
  }

  private Outcome ended() {
    var failed = failure;
    if (failed != null) {
      return isPartShown
          ? new Outcome.Failure(
              Verdict.CUT_STREAM, failed.error(), failed.retryAfter(), usageSoFar())
          : failed;
    }
    var response = last;
    if (response == null) {
      return new Outcome.Failure(
          Verdict.CUT_STREAM,
          ClientError.serverError(502, "upstream_stream_cut", "The provider's stream was cut."),
          Duration.ZERO,
          usageSoFar());
    }
    return answer(response);
  }

  private Outcome answer(ObjectNode response) {
    var named = response.path("model").asText("");
    var model = named.isEmpty() ? asked.model() : named;
    var used = usage(response).orElseGet(() -> estimate(response));
    boolean isComplete = response.path("status").asText("").equals("completed");
    var reason = response.at("/incomplete_details/reason").asText("");
    var whole =
        asked
            .frame()
            .finished(
                model,
                output(response),
                used,
                isComplete ? "" : reason.isEmpty() ? "max_output_tokens" : reason);
    asked.frame().complete(whole, response);
    return new Outcome.Answer(
        isComplete ? Verdict.COMPLETED : Verdict.INCOMPLETE,
        model,
        used,
        ByteBuffer.wrap(Json.bytes(whole)));
  }

  /** Some hosts send no items with the last event. */
  private ArrayNode output(ObjectNode response) {
    if (response.path("output") instanceof ArrayNode output
        && (!output.isEmpty() || itemsDone.isEmpty())) {
      return output;
    }
    return Json.MAPPER.createArrayNode().addAll(itemsDone.values());
  }

  private static Optional<Usage> usage(ObjectNode response) {
    return UsageJson.read(response.path("usage"));
  }

  private Usage estimate(ObjectNode response) {
    long said = chars;
    if (!isStream) {
      for (var item : response.path("output")) {
        said += item.path("arguments").asText("").length();
        for (var part : item.path("content")) {
          said += part.path("text").asText("").length();
        }
      }
    }
    return TokenEstimate.usage(asked.inputTokens(), said);
  }

  /** Not estimated before an item came: who sent none is thought to have charged none. */
  private @Nullable Usage usageSoFar() {
    var response = last;
    if (response != null && usage(response).isPresent()) {
      return usage(response).get();
    }
    return isPartShown ? TokenEstimate.usage(asked.inputTokens(), chars) : null;
  }
}
