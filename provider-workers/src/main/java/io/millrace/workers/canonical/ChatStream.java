package io.millrace.workers.canonical;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Breakage;
import io.millrace.workers.BreakageOutcomes;
import io.millrace.workers.ClientError;
import io.millrace.workers.Outcome;
import io.millrace.workers.TokenEstimate;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A streamed completion on its way through: takes chunks as hosts send them, hands them on as
 * OpenAI's clients expect them (one id, created and model; a role first; every choice finished;
 * usage only when asked for), and keeps what the whole answer needs.
 */
public final class ChatStream {

  /** Fields of a chunk that are written by hand or must not reach a client. */
  private static final List<String> OWN_FIELDS =
      List.of("id", "object", "created", "model", "choices", "usage", "error", "x_groq");

  /** Stands where nothing is shown before the answer is whole. */
  static final Consumer<byte[]> NOBODY = delta -> {};

  private final Asked asked;
  private final ChatAssembly assembly = new ChatAssembly();
  private final ObjectNode frame = Json.MAPPER.createObjectNode();
  private final ObjectNode extras = Json.MAPPER.createObjectNode();
  private @Nullable Usage usage;
  private boolean isPartShown;

  /**
   * What the client asked for.
   *
   * @param id for hosts that send none
   */
  public record Asked(
      String id, long createdSeconds, String model, boolean wantsUsage, long inputTokens) {

    /** What the attempt asks for, named after its request. */
    public static Asked of(AttemptRequested attempt, boolean wantsUsage, Instant now) {
      return new Asked(
          "chatcmpl-" + attempt.getRequestId().replaceFirst("^req_", ""),
          now.getEpochSecond(),
          attempt.getModel(),
          wantsUsage,
          attempt.getInputTokensEstimated());
    }
  }

  public ChatStream(Asked asked) {
    this.asked = asked;
  }

  /** Takes one chunk; it is changed on the way. */
  public void accept(ObjectNode chunk, Consumer<byte[]> deltas) {
    begin(chunk);
    UsageJson.read(chunk.path("usage"))
        .or(() -> UsageJson.read(chunk.path("x_groq").path("usage")))
        .ifPresent(told -> usage = told);
    // Usage alone, filter annotations before the answer: nothing that a client needs now.
    if (!(chunk.get("choices") instanceof ArrayNode choices) || choices.isEmpty()) {
      return;
    }
    choices.forEach(this::putInOrder);
    assembly.add(choices);
    show(choices, chunk, deltas);
  }

  /** What was used, by those who tell it otherwise than in a chunk. The last one holds. */
  public void usage(Usage told) {
    usage = told;
  }

  /** True when something has been handed on, so that a repeat would show it twice. */
  public boolean isPartShown() {
    return isPartShown;
  }

  /** True when every choice that began has ended. */
  public boolean isFinished() {
    return assembly.isFinished();
  }

  /**
   * The stream ended.
   *
   * @param isMarked true when the provider said so, false when only the connection did
   */
  public Outcome end(boolean isMarked, Consumer<byte[]> deltas) {
    if (!isMarked && !assembly.isFinished()) {
      return cut();
    }
    if (assembly.isEmpty()) {
      return BreakageOutcomes.of(Breakage.CONNECTION_LOST, false, usage);
    }
    for (int choice : assembly.open()) {
      closeChoice(choice, deltas);
    }
    var used = usageOrEstimate();
    if (asked.wantsUsage()) {
      showUsage(used, deltas);
    }
    var verdict = assembly.isIncomplete() ? Verdict.INCOMPLETE : Verdict.COMPLETED;
    return new Outcome.Answer(
        verdict, frame.path("model").asText(), used, ByteBuffer.wrap(Json.bytes(whole(used))));
  }

  /** The stream will not go on. */
  public Outcome broken(Breakage breakage) {
    if (breakage == Breakage.CONNECTION_LOST) {
      return cut();
    }
    return BreakageOutcomes.of(breakage, isPartShown, usageSoFar());
  }

  /** The provider failed after it had begun. What was shown cannot be taken back. */
  public Outcome failed(Outcome.Failure failure) {
    return isPartShown
        ? new Outcome.Failure(
            Verdict.CUT_STREAM, failure.error(), failure.retryAfter(), usageSoFar())
        : failure.withUsage(usageSoFar());
  }

  private Outcome cut() {
    return new Outcome.Failure(
        Verdict.CUT_STREAM,
        ClientError.serverError(502, "upstream_stream_cut", "The provider's stream was cut."),
        Duration.ZERO,
        usageSoFar());
  }

  private void begin(ObjectNode chunk) {
    if (frame.isEmpty()) {
      frame.put("id", textOr(chunk.path("id"), asked.id()));
      frame.put("object", "chat.completion.chunk");
      frame.put("created", chunk.path("created").asLong(asked.createdSeconds()));
      frame.put("model", textOr(chunk.path("model"), asked.model()));
    }
  }

  private void putInOrder(JsonNode part) {
    if (!(part instanceof ObjectNode choice)) {
      return;
    }
    if (!choice.path("index").isInt()) {
      choice.put("index", 0);
    }
    var delta = choice.withObjectProperty("delta");
    choice.remove("message");
    if (!assembly.knows(choice.path("index").asInt()) && !delta.path("role").isTextual()) {
      delta.put("role", "assistant");
    }
    if (delta.get("content") instanceof ArrayNode parts) {
      delta.put("content", flattened(parts));
    }
    if (delta.get("tool_calls") instanceof ArrayNode calls) {
      for (int i = 0; i < calls.size(); i++) {
        if (calls.get(i) instanceof ObjectNode call && !call.path("index").isInt()) {
          call.put("index", i);
        }
      }
    }
    if (choice.path("finish_reason").asText("").isEmpty()) {
      choice.putNull("finish_reason");
    }
  }

  private void show(ArrayNode choices, ObjectNode chunk, Consumer<byte[]> deltas) {
    chunk.remove(OWN_FIELDS);
    if (deltas == NOBODY) {
      extras.setAll(chunk);
      return;
    }
    var shown = frame.deepCopy();
    if (!chunk.isEmpty()) {
      shown.setAll(chunk);
      chunk.remove("obfuscation");
      extras.setAll(chunk);
    }
    shown.set("choices", choices);
    if (asked.wantsUsage()) {
      shown.putNull("usage");
    }
    isPartShown = true;
    deltas.accept(Json.bytes(shown));
  }

  private void closeChoice(int choice, Consumer<byte[]> deltas) {
    var choices = Json.MAPPER.createArrayNode();
    var last = choices.addObject().put("index", choice);
    last.putObject("delta");
    last.put("finish_reason", "stop");
    assembly.add(choices);
    show(choices, Json.MAPPER.createObjectNode(), deltas);
  }

  private void showUsage(Usage used, Consumer<byte[]> deltas) {
    var shown = frame.deepCopy();
    shown.putArray("choices");
    shown.set("usage", UsageJson.write(used));
    deltas.accept(Json.bytes(shown));
  }

  private ObjectNode whole(Usage used) {
    var completion = frame.deepCopy();
    completion.put("object", "chat.completion");
    completion.set("choices", assembly.choices());
    completion.set("usage", UsageJson.write(used));
    completion.setAll(extras);
    return completion;
  }

  private Usage usageOrEstimate() {
    return usage != null ? usage : TokenEstimate.usage(asked.inputTokens(), assembly.chars());
  }

  /** Not estimated before the first chunk: who sent none is thought to have charged none. */
  private @Nullable Usage usageSoFar() {
    return frame.isEmpty() ? usage : usageOrEstimate();
  }

  private static String flattened(ArrayNode parts) {
    var text = new StringBuilder();
    for (var part : parts) {
      text.append(part.isTextual() ? part.asText() : part.path("text").asText(""));
    }
    return text.toString();
  }

  private static String textOr(JsonNode node, String otherwise) {
    var text = node.asText("");
    return text.isEmpty() ? otherwise : text;
  }
}
