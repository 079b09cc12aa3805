package io.millrace.simulator.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.simulator.engine.BodyHash;
import io.millrace.simulator.engine.CallFacts;
import io.millrace.simulator.engine.InventedVector;
import io.millrace.simulator.engine.TokenCount;
import io.millrace.simulator.engine.Verdict;
import io.millrace.simulator.http.CallIntake.Intake;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A call to {@code /api/embed}. */
final class OllamaEmbedCall implements OllamaCall {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int DIMENSIONS_USUAL = 16;
  private static final int DIMENSIONS_MAX = 4096;

  private final CallFacts facts;
  private final List<String> texts;
  private final int dimensions;

  private OllamaEmbedCall(CallFacts facts, List<String> texts, int dimensions) {
    this.facts = facts;
    this.texts = texts;
    this.dimensions = dimensions;
  }

  static Intake read(byte[] body) {
    try {
      var root = MAPPER.readTree(body);
      var texts = new ArrayList<String>();
      var input = root.path("input");
      for (JsonNode text : input.isTextual() ? List.of(input) : input) {
        if (!text.isTextual()) {
          return new Intake.Refused(OllamaError.of(400, "invalid input type"));
        }
        texts.add(text.asText());
      }
      return new Intake.Understood(call(root, body, texts));
    } catch (IOException e) {
      return new Intake.Refused(OllamaError.of(400, "invalid character in the body"));
    }
  }

  private static OllamaEmbedCall call(JsonNode root, byte[] body, List<String> texts) {
    long tokens = texts.stream().mapToLong(TokenCount::ofText).sum();
    var facts =
        new CallFacts(
            root.path("model").asText(""),
            BodyHash.of(body),
            TokenCount.bounded(tokens, body.length),
            0,
            1,
            false,
            "");
    int dimensions = Math.min(root.path("dimensions").asInt(DIMENSIONS_USUAL), DIMENSIONS_MAX);
    return new OllamaEmbedCall(facts, texts, Math.max(1, dimensions));
  }

  @Override
  public CallFacts facts() {
    return facts;
  }

  @Override
  public Buffer whole(Verdict.Answer answer) {
    var root = MAPPER.createObjectNode().put("model", facts.model());
    var vectors = root.putArray("embeddings");
    for (var text : texts) {
      var vector = vectors.addArray();
      for (float number : InventedVector.of(text, dimensions)) {
        vector.add(number);
      }
    }
    root.put("total_duration", 1_000_000).put("load_duration", 1_000_000);
    return Buffer.buffer(root.put("prompt_eval_count", facts.inputTokens()).toString());
  }

  @Override
  public void opening(Buffer out, Verdict.Answer answer) {
    throw neverStreamed();
  }

  @Override
  public void words(Buffer out, Verdict.Answer answer, int from, int to) {
    throw neverStreamed();
  }

  @Override
  public void closing(Buffer out, Verdict.Answer answer) {
    throw neverStreamed();
  }

  private static IllegalStateException neverStreamed() {
    return new IllegalStateException("embeddings are never streamed");
  }
}
