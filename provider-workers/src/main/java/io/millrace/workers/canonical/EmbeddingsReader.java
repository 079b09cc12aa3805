package io.millrace.workers.canonical;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Breakage;
import io.millrace.workers.BreakageOutcomes;
import io.millrace.workers.Outcome;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads vectors in a provider's form and writes them in OpenAI's. */
public final class EmbeddingsReader implements ReplyReader {

  private final Asked asked;
  private final Function<JsonNode, Vectors> vectors;
  private final BiFunction<ResponseHead, byte[], Outcome.Failure> failures;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private ResponseHead head = new ResponseHead(0, name -> Optional.empty(), Instant.EPOCH);

  /**
   * What the client asked for.
   *
   * @param texts how many vectors there must be
   * @param inputTokensEstimated usage where the provider tells none
   */
  public record Asked(String model, int texts, boolean isBase64, long inputTokensEstimated) {}

  /**
   * What the provider answered.
   *
   * @param all an array of numbers for each text, in order
   * @param inputTokens absent when the provider does not say
   */
  public record Vectors(List<JsonNode> all, @Nullable Long inputTokens) {}

  /**
   * @param vectors finds them in the answer
   * @param failures what an error status means, as {@link AnswerDialect#failure} says it
   */
  public EmbeddingsReader(
      Asked asked,
      Function<JsonNode, Vectors> vectors,
      BiFunction<ResponseHead, byte[], Outcome.Failure> failures) {
    this.asked = asked;
    this.vectors = vectors;
    this.failures = failures;
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
    var json = head.contentType().contains("html") ? new byte[0] : body.toByteArray();
    if (!head.isSuccess()) {
      return failures.apply(head, json);
    }
    try {
      var found = vectors.apply(Json.MAPPER.readTree(json));
      return found.all().size() == asked.texts() && !found.all().isEmpty()
          ? answer(found)
          : ProviderFailures.notUnderstood();
    } catch (IOException e) {
      return ProviderFailures.notUnderstood();
    }
  }

  @Override
  public Outcome onBroken(Breakage breakage) {
    return BreakageOutcomes.of(breakage, false, null);
  }

  private Outcome answer(Vectors found) {
    var told = found.inputTokens();
    long tokens = told == null ? asked.inputTokensEstimated() : told;
    var root = Json.MAPPER.createObjectNode().put("object", "list");
    var data = root.putArray("data");
    for (int i = 0; i < found.all().size(); i++) {
      var one = data.addObject().put("object", "embedding").put("index", i);
      var vector = found.all().get(i);
      one.set(
          "embedding",
          asked.isBase64() ? Json.MAPPER.getNodeFactory().textNode(base64(vector)) : vector);
    }
    root.put("model", asked.model());
    root.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
    return new Outcome.Answer(
        Verdict.COMPLETED,
        asked.model(),
        new Usage(tokens, 0L, 0L, 0L, 0L, 0L, told == null),
        ByteBuffer.wrap(Json.bytes(root)));
  }

  /** OpenAI's: 32-bit floats, little-endian. */
  private static String base64(JsonNode vector) {
    var bytes = ByteBuffer.allocate(vector.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    vector.forEach(number -> bytes.putFloat(number.floatValue()));
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
