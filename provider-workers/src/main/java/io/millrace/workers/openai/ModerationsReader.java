package io.millrace.workers.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Breakage;
import io.millrace.workers.BreakageOutcomes;
import io.millrace.workers.Outcome;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.canonical.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads what a provider thinks of a text. It tells no usage, because it charges for none. */
final class ModerationsReader implements ReplyReader {

  private static final Usage NONE = new Usage(0L, 0L, 0L, 0L, 0L, 0L, false);

  private final String model;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private ResponseHead head = new ResponseHead(0, name -> Optional.empty(), Instant.EPOCH);

  /**
   * @param model for hosts that name none
   */
  ModerationsReader(String model) {
    this.model = model;
  }

  @Override
  public void onHead(ResponseHead arrived) {
    head = arrived;
  }

  @Override
  public void onBytes(byte[] bytes, Consumer<byte[]> deltas) {
    body.writeBytes(bytes);
  }

  @Override
  public boolean isComplete() {
    return false;
  }

  @Override
  public Outcome onEnd(Consumer<byte[]> deltas) {
    if (!head.isSuccess()) {
      return OpenAiErrors.outcome(head, body.toByteArray());
    }
    try {
      if (Json.MAPPER.readTree(body.toByteArray()) instanceof ObjectNode answer) {
        return answer.path("results") instanceof ArrayNode results
            ? answered(answer, results)
            : OpenAiErrors.inStream(head, answer);
      }
    } catch (IOException e) {
      // Said below, as of any other answer that is no object.
    }
    return OpenAiErrors.notUnderstood();
  }

  @Override
  public Outcome onBroken(Breakage breakage) {
    boolean isError = head.status() != 0 && !head.isSuccess();
    return isError && breakage != Breakage.CANCELLED
        ? OpenAiErrors.outcome(head, new byte[0])
        : BreakageOutcomes.of(breakage, false, null);
  }

  private Outcome answered(ObjectNode answer, ArrayNode results) {
    for (var one : results) {
      if (one instanceof ObjectNode result && !result.has("flagged")) {
        result.put("flagged", isFlagged(result.path("categories")));
      }
    }
    var named = answer.path("model").asText("");
    return new Outcome.Answer(
        Verdict.COMPLETED,
        named.isEmpty() ? model : named,
        NONE,
        ByteBuffer.wrap(Json.bytes(answer)));
  }

  /** Some hosts leave the sum of it to the reader. */
  private static boolean isFlagged(JsonNode categories) {
    return categories.valueStream().anyMatch(JsonNode::asBoolean);
  }
}
